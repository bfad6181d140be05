using K4os.Compression.LZ4;
using Pipelines.Io.Format;
using Pipelines.Io.Reading;

namespace Pipelines.Io.Tests;

/// <summary>Blocks of LZ4 whose matches point nowhere are refused; sound ones of every shape are not.</summary>
public class Lz4OffsetTests
{
    [Fact]
    public void Sound_blocks_pass_and_those_with_an_offset_of_0_do_not()
    {
        var random = new Random(3);
        foreach (var length in (int[])[0, 1, 14, 15, 16, 270, 271, 100_000])
        {
            // Runs of literals and of matches of all lengths.
            var plain = new byte[length];
            for (var i = 0; i < length; i++) plain[i] = i % 1000 < 600 ? (byte)7 : (byte)random.Next(256);
            var block = new byte[LZ4Codec.MaximumOutputSize(length)];
            var written = LZ4Codec.Encode(plain, block);
            Lz4Offsets.Check(block.AsSpan(0, Math.Max(0, written)));
        }
        // One literal, then a match of 4 bytes at the offset; literals end the block.
        byte[] broken = [0x10, 65, 1, 0, 0xC0, .. "BCDEFGHIJKLM"u8];
        Lz4Offsets.Check(broken);
        var target = new byte[17];
        Assert.Equal(17, LZ4Codec.Decode(broken, target));
        Assert.Equal("AAAAABCDEFGHIJKLM"u8.ToArray(), target);
        broken[2] = 0;
        Assert.Equal("LZ4 data with an offset of 0 at byte 2", Assert.Throws<BrokenFileException>(() => Lz4Offsets.Check(broken)).Found);
    }
}
