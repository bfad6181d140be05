using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipelines.Io.Format;

/// <summary>
/// The page checksum: CRC-32 as in gzip, by carry-less multiplication of 64 bytes per step if the processor supports it, else by tables, 8 bytes per step.
/// </summary>
internal static class Crc32
{
    private static readonly uint[] Tables = MakeTables();

    // Bit-reversed powers of x modulo the polynomial, used to fold the remainder over 512, 128 and 64 bits; then the polynomial and its inverse.
    private static readonly Vector128<ulong> Over512 = Vector128.Create(0x154442BD4UL, 0x1C6E41596UL);
    private static readonly Vector128<ulong> Over128 = Vector128.Create(0x1751997D0UL, 0x0CCAA009EUL);
    private static readonly Vector128<ulong> Over64 = Vector128.Create(0x163CD6124UL, 0UL);
    private static readonly Vector128<ulong> Inverse = Vector128.Create(0x1DB710641UL, 0x1F7011641UL);
    private static readonly Vector128<ulong> LowHalves = Vector128.Create(0xFFFFFFFFUL);

    /// <summary>The checksum of <paramref name="bytes"/>, continuing from the checksum <paramref name="before"/> of preceding bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes, uint before = 0)
    {
        var crc = ~before;
        if (Pclmulqdq.IsSupported && bytes.Length >= 64)
        {
            var whole = bytes.Length & ~15;
            crc = Multiply(bytes[..whole], crc);
            bytes = bytes[whole..];
        }
        return ~Step(bytes, crc);
    }

    /// <summary>The same without the processor's carry-less multiplication.</summary>
    public static uint Plain(ReadOnlySpan<byte> bytes, uint before = 0) => ~Step(bytes, ~before);

    // At least 64 bytes, a multiple of 16.
    private static uint Multiply(ReadOnlySpan<byte> bytes, uint crc)
    {
        var blocks = MemoryMarshal.Cast<byte, Vector128<ulong>>(bytes);
        var (a, b, c, d) = (blocks[0] ^ Vector128.CreateScalar((ulong)crc), blocks[1], blocks[2], blocks[3]);
        var at = 4;
        for (; at + 4 <= blocks.Length; at += 4)
        {
            a = Carry(a, Over512) ^ blocks[at];
            b = Carry(b, Over512) ^ blocks[at + 1];
            c = Carry(c, Over512) ^ blocks[at + 2];
            d = Carry(d, Over512) ^ blocks[at + 3];
        }
        a = Carry(Carry(Carry(a, Over128) ^ b, Over128) ^ c, Over128) ^ d;
        for (; at < blocks.Length; at++) a = Carry(a, Over128) ^ blocks[at];
        a = Sse2.ShiftRightLogical128BitLane(a, 8) ^ Pclmulqdq.CarrylessMultiply(a, Over128, 0x10);
        a = Sse2.ShiftRightLogical128BitLane(a, 4) ^ Pclmulqdq.CarrylessMultiply(a & LowHalves, Over64, 0x00);
        var quotient = Pclmulqdq.CarrylessMultiply(a & LowHalves, Inverse, 0x10) & LowHalves;
        return (a ^ Pclmulqdq.CarrylessMultiply(quotient, Inverse, 0x00)).AsUInt32()[1];
    }

    private static Vector128<ulong> Carry(Vector128<ulong> value, Vector128<ulong> by) =>
        Pclmulqdq.CarrylessMultiply(value, by, 0x00) ^ Pclmulqdq.CarrylessMultiply(value, by, 0x11);

    private static uint Step(ReadOnlySpan<byte> bytes, uint crc)
    {
        var t = Tables;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc =
                t[(7 << 8) + (int)(low & 255)] ^ t[(6 << 8) + (int)((low >> 8) & 255)] ^ t[(5 << 8) + (int)((low >> 16) & 255)] ^ t[(4 << 8) + (int)(low >> 24)]
                ^ t[(3 << 8) + (int)(high & 255)] ^ t[(2 << 8) + (int)((high >> 8) & 255)] ^ t[(1 << 8) + (int)((high >> 16) & 255)] ^ t[(int)(high >> 24)];
        }
        foreach (var b in bytes) crc = t[(int)((crc ^ b) & 255)] ^ (crc >> 8);
        return crc;
    }

    private static uint[] MakeTables()
    {
        var t = new uint[8 << 8];
        for (var i = 0U; i < 256; i++)
        {
            var c = i;
            for (var k = 0; k < 8; k++) c = (c & 1) != 0 ? 0xEDB88320 ^ (c >> 1) : c >> 1;
            t[i] = c;
        }
        for (var i = 256; i < t.Length; i++) t[i] = (t[i - 256] >> 8) ^ t[(int)(t[i - 256] & 255)];
        return t;
    }
}
