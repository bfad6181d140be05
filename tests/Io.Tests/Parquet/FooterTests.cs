using Parquet;

namespace Pipelines.Io.Tests;

/// <summary>Damaged footers and pages: refused with a place, never a hang, never another exception.</summary>
public class FooterTests
{
    [Fact]
    public async Task The_file_of_thirteen_bytes_is_refused()
    {
        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder["a.parquet"], Convert.FromHexString("50415231" + "15" + "01000000" + "50415231"));
        var error = await new ParquetSource(folder["a.parquet"]).FailsReading();
        Assert.Equal(ErrorKind.Data, error.Kind);
        Assert.Equal($"{folder["a.parquet"]}, footer: found the end of the data at byte 1, expected more bytes; rewrite the file, or leave it out",
            error.Message);
    }

    [Theory]
    [InlineData("", "an empty file, or a pipe or device", "a Parquet file")]
    [InlineData("50415231", "a file of 4 bytes", "a Parquet file, which has at least 12 bytes")]
    [InlineData("48656C6C6F2C20776F726C6421", "the bytes 48656C6C at its beginning", "the letters PAR1")]
    [InlineData("504152310000000000000000", "the bytes 00000000 at its end", "the letters PAR1")]
    [InlineData("504152310000000050415231", "a footer of 0 bytes", "a file that has one")]
    [InlineData("50415231FFFFFF7F50415231", "a footer of 2147483647 bytes", "a file that has one")]
    [InlineData("50415245000000000050415245", "an encrypted file", "a Parquet file without encryption, or a key")]
    public async Task Files_that_are_not_Parquet_are_refused(string hex, string found, string expected)
    {
        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder["a.parquet"], Convert.FromHexString(hex));
        var error = await new ParquetSource(folder["a.parquet"]).FailsReading();
        Assert.Equal((ErrorKind.Data, found, expected), (error.Kind, error.Found, error.Expected));
    }

    [UnixFact]
    public async Task A_pipe_is_refused_and_not_waited_for()
    {
        using var folder = new TempFolder();
        using (var make = System.Diagnostics.Process.Start("mkfifo", folder["pipe.parquet"])) await make.WaitForExitAsync();
        var error = await new ParquetSource(folder["pipe.parquet"]).FailsReading();
        Assert.Equal("an empty file, or a pipe or device", error.Found);
    }

    [Fact]
    public async Task Every_truncation_is_refused()
    {
        using var folder = new TempFolder();
        var bytes = await SmallFile(folder["whole.parquet"]);
        for (var length = 0; length < bytes.Length; length++)
        {
            await File.WriteAllBytesAsync(folder["cut.parquet"], bytes[..length]);
            await new ParquetSource(folder["cut.parquet"]).FailsReading();
        }
    }

    [Fact]
    public async Task Every_truncated_footer_with_its_length_set_right_is_refused()
    {
        using var folder = new TempFolder();
        var bytes = await SmallFile(folder["whole.parquet"]);
        var footer = BitConverter.ToInt32(bytes, bytes.Length - 8);
        var start = bytes.Length - 8 - footer;
        for (var kept = 1; kept < footer; kept++)
        {
            byte[] cut = [.. bytes[..(start + kept)], .. BitConverter.GetBytes(kept), .. "PAR1"u8];
            await File.WriteAllBytesAsync(folder["cut.parquet"], cut);
            var error = await new ParquetSource(folder["cut.parquet"]).FailsReading();
            Assert.EndsWith(", footer", error.Place, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Every_byte_changed_is_read_or_refused()
    {
        using var folder = new TempFolder();
        var bytes = await SmallFile(folder["whole.parquet"]);
        var random = new Random(5);
        var read = 0;
        for (var i = 4; i < bytes.Length - 4; i++)
        {
            var changed = (byte[])bytes.Clone();
            changed[i] = (byte)random.Next(256);
            await File.WriteAllBytesAsync(folder["changed.parquet"], changed);
            try
            {
                await foreach (var batch in new ParquetSource(folder["changed.parquet"]).ReadAsync(new ReadOptions { BatchSize = 1000 }, default))
                    batch.Release();
                read++;
            }
            catch (FlowException e)
            {
                Assert.Contains("changed.parquet", e.Place, StringComparison.Ordinal);
            }
        }
        Assert.True(read < bytes.Length, "no change was noticed");
    }

    private static async Task<byte[]> SmallFile(string path)
    {
        await NetParquet.Write(path, NetParquet.Rows(24, 3), [12, 12], CompressionMethod.Snappy, EncodingHint.Dictionary);
        return await File.ReadAllBytesAsync(path);
    }
}
