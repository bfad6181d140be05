using Pipelines.Io.Format;

namespace Pipelines.Io.Tests;

/// <summary>A page whose bytes changed under its checksum is refused by every engine, wherever the change is.</summary>
public class ChecksumTests
{
    public static TheoryData<string> Engines => [.. EngineRows.Names];

    [Theory, MemberData(nameof(Engines))]
    public async Task A_flipped_bit_under_a_checksum_is_refused(string engine)
    {
        using var folder = new TempFolder();
        // Random bytes do not compress: any flip inside gives a page that decodes well, with wrong values.
        var random = new Random(7);
        var table = MemorySource.FromArrays([("x", Enumerable.Range(0, 4_000).Select(_ => random.NextDouble()).ToArray())]);
        await table.CopyTo(new ParquetSink(folder["a.parquet"], new ParquetSinkOptions { Compression = ParquetCompression.None }));
        Assert.Null((await EngineRows.Read(folder["a.parquet"], "x", engine)).Error);

        var chunk = FooterFile.Load(folder["a.parquet"], "a").RowGroups[0].Chunks[0];
        var bytes = await File.ReadAllBytesAsync(folder["a.parquet"]);
        foreach (var at in (long[])[chunk.Offset + 200, chunk.Offset + (chunk.CompressedBytes / 2), chunk.Offset + chunk.CompressedBytes - 1])
        {
            bytes[at] ^= 4;
            await File.WriteAllBytesAsync(folder["b.parquet"], bytes);
            bytes[at] ^= 4;
            var (values, error) = await EngineRows.Read(folder["b.parquet"], "x", engine);
            Assert.Null(values);
            Assert.Equal(ErrorKind.Data, error!.Kind);
            Assert.EndsWith("b.parquet, row group 0, column 'x'", error.Place, StringComparison.Ordinal);
            Assert.Contains("checksum", error.Found, StringComparison.Ordinal);
        }
    }
}
