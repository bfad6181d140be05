using Pipelines.Io.Format;

namespace Pipelines.Io.Tests;

public class RleTests
{
    [Fact]
    public void What_is_encoded_is_decoded_for_every_width_and_length()
    {
        var random = new Random(11);
        for (var width = 1; width <= 31; width++)
        {
            foreach (var length in (int[])[1, 7, 8, 9, 63, 64, 65, 1000])
            {
                var max = (int)((1L << width) - 1);
                var values = new int[length];
                for (var i = 0; i < length;)
                {
                    var value = (int)random.NextInt64(max + 1L);
                    for (var run = random.Next(4) == 0 ? random.Next(1, 60) : 1; run > 0 && i < length; run--) values[i++] = value;
                }
                var buffer = new ByteBuffer(1);
                RleEncoder.Encode(values, width, buffer);
                var decoded = new int[length];
                Decoder(buffer.Written.ToArray(), width).Decode(decoded);
                Assert.Equal(values, decoded);
                Assert.Equal(values, DecodePlainly(buffer.Written, width, length));
            }
        }
    }

    [Fact]
    public void Values_are_decoded_in_pieces_of_any_length()
    {
        var random = new Random(5);
        for (var width = 1; width <= 20; width++)
        {
            // Runs of equal values between others, so that pieces begin within bytes of packed values.
            var values = new int[500];
            for (var i = 0; i < values.Length; i++) values[i] = i / 40 % 3 == 2 ? i / 40 & 1 : random.Next(1 << width);
            var buffer = new ByteBuffer(1);
            RleEncoder.Encode(values, width, buffer);
            var decoder = Decoder(buffer.Written.ToArray(), width);
            var decoded = new int[values.Length];
            for (var done = 0; done < values.Length;)
            {
                var count = Math.Min(values.Length - done, random.Next(1, 30));
                decoder.Decode(decoded.AsSpan(done, count));
                done += count;
                // Nothing is written beyond a piece.
                Assert.All(decoded[done..], v => Assert.Equal(0, v));
            }
            Assert.Equal(values, decoded);
        }
    }

    [Fact]
    public void Flags_are_decoded_and_counted()
    {
        var random = new Random(2);
        for (var length = 1; length < 200; length++)
        {
            var values = Enumerable.Range(0, length).Select(i => i / 30 % 2 == 0 ? 1 : random.Next(2)).ToArray();
            var buffer = new ByteBuffer();
            RleEncoder.Encode(values, 1, buffer);
            var flags = new bool[length];
            Assert.Equal(values.Sum(), Decoder(buffer.Written.ToArray(), 1).DecodeFlags(flags));
            Assert.Equal(values.Select(v => v == 1), flags);
        }
    }

    [Theory]
    [InlineData("", 4, "runs that end too early")]
    [InlineData("00", 4, "an empty run")]
    [InlineData("01", 4, "an empty bit-packed run")]
    [InlineData("04", 4, "a run cut off")]
    [InlineData("0301", 4, "1 bytes of bit-packed values")]
    [InlineData("FFFFFFFFFF", 4, "a run length of more than 5 bytes")]
    [InlineData("10FF", 33, "a bit width of 33")]
    public void Broken_runs_are_refused(string hex, int width, string found)
    {
        var error = Assert.Throws<BrokenFileException>(() => Decoder(Convert.FromHexString(hex), width).Decode(new int[8]));
        Assert.Equal(found, error.Found);
    }

    [Theory]
    [InlineData("", 0u), InlineData("123456789", 0xCBF43926u), InlineData("The quick brown fox jumps over the lazy dog", 0x414FA339u)]
    public void The_checksum_is_that_of_the_published_vectors(string text, uint crc) => Assert.Equal(crc, Crc32.Of(System.Text.Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void The_checksum_is_the_same_bit_by_bit_by_tables_and_by_multiplication()
    {
        var random = new Random(11);
        foreach (var length in Enumerable.Range(0, 200).Append(1_000).Append(4_096).Append(65_537))
        {
            var bytes = new byte[length + 3];
            random.NextBytes(bytes);
            var crc = uint.MaxValue;
            foreach (var b in bytes[3..])
            {
                crc ^= b;
                for (var k = 0; k < 8; k++) crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
            }
            Assert.Equal((~crc, ~crc), (Crc32.Plain(bytes.AsSpan(3)), Crc32.Of(bytes.AsSpan(3))));
            Assert.Equal(~crc, Crc32.Of(bytes.AsSpan(3 + length / 3), Crc32.Of(bytes.AsSpan(3, length / 3))));
        }
    }

    private static RleDecoder Decoder(byte[] bytes, int width) => new(PageBytes.Of(bytes, bytes.Length), width);

    // The format's own words, bit by bit.
    private static int[] DecodePlainly(ReadOnlySpan<byte> bytes, int width, int length)
    {
        var values = new List<int>();
        var at = 0;
        while (values.Count < length)
        {
            long header = 0;
            for (var shift = 0; ; shift += 7)
            {
                header |= (long)(bytes[at] & 127) << shift;
                if (bytes[at++] < 128) break;
            }
            if (header % 2 == 0)
            {
                var value = 0;
                for (var b = 0; b < (width + 7) / 8; b++) value |= bytes[at++] << (8 * b);
                for (var i = 0; i < header / 2; i++) values.Add(value);
            }
            else
            {
                for (var i = 0; i < header / 2 * 8; i++)
                {
                    var value = 0;
                    for (var b = 0; b < width; b++)
                    {
                        var bit = i * width + b;
                        value |= ((bytes[at + bit / 8] >> (bit % 8)) & 1) << b;
                    }
                    values.Add(value);
                }
                at += (int)(header / 2) * width;
            }
        }
        return [.. values.Take(length)];
    }
}
