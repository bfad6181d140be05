using System.Buffers.Binary;

namespace Pipelines.Io.Format;

/// <summary>The checksum of pages: CRC-32 as in gzip, eight bytes a step.</summary>
internal static class Crc32
{
    private static readonly uint[] Tables = MakeTables();

    /// <summary>The checksum of <paramref name="bytes"/>, after others whose checksum was <paramref name="before"/>.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes, uint before = 0)
    {
        var t = Tables;
        var crc = ~before;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = t[(7 << 8) + (int)(low & 255)] ^ t[(6 << 8) + (int)((low >> 8) & 255)] ^ t[(5 << 8) + (int)((low >> 16) & 255)] ^ t[(4 << 8) + (int)(low >> 24)]
                ^ t[(3 << 8) + (int)(high & 255)] ^ t[(2 << 8) + (int)((high >> 8) & 255)] ^ t[(1 << 8) + (int)((high >> 16) & 255)] ^ t[(int)(high >> 24)];
        }
        foreach (var b in bytes) crc = t[(int)((crc ^ b) & 255)] ^ (crc >> 8);
        return ~crc;
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
