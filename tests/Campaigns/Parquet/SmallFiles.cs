using DuckDB.NET.Data;
using Pipelines.Io;

namespace Pipelines.Campaigns.Parquet;

/// <summary>Files of a column or two and a few rows, of two writers: fuzzing begins with them.</summary>
internal static class SmallFiles
{
    public static async Task<IReadOnlyList<byte[]>> AllAsync()
    {
        using var folder = new TempFolder();
        var files = new List<byte[]>();
        (string, Array)[][] tables =
        [
            [("a", new double[] { 1, 2, 3, 4.5 })],
            [("a", new long?[] { 1, null, 3, null, 5 })],
            [("a", new[] { "x", "y", null, "x", "zz" }), ("b", new[] { true, false, true, true, false })],
            [("a", new[] { new DateTime(2020, 1, 2, 0, 0, 0, DateTimeKind.Utc), new DateTime(1960, 1, 2, 0, 0, 0, DateTimeKind.Utc) }),
                ("b", new[] { 1.5m, -2m })],
            [("a", new byte[]?[] { [1, 2], [], null })],
        ];
        foreach (var table in tables)
        {
            foreach (var compression in Enum.GetValues<ParquetCompression>())
            {
                var source = MemorySource.FromArrays(table);
                await using (var sink = new ParquetSink(folder["a.parquet"], new ParquetSinkOptions { Compression = compression, PageChecksums = false }))
                {
                    await sink.OpenAsync((await source.OpenAsync(default)).Schema, default);
                    await foreach (var batch in source.ReadAsync(new ReadOptions(), default)) await sink.WriteAsync(batch, default);
                    await sink.CompleteAsync(default);
                }
                files.Add(await File.ReadAllBytesAsync(folder["a.parquet"]));
            }
            foreach (var options in new[] { "CODEC 'snappy', PARQUET_VERSION V1", "CODEC 'uncompressed', PARQUET_VERSION V2",
                "CODEC 'brotli', PARQUET_VERSION V2" })
            {
                using var duck = new DuckDBConnection("DataSource=:memory:");
                await duck.OpenAsync();
                using var command = duck.CreateCommand();
                command.CommandText = $"COPY (SELECT * FROM read_parquet('{folder["a.parquet"]}')) TO '{folder["b.parquet"]}' (FORMAT parquet, {options})";
                await command.ExecuteNonQueryAsync();
                files.Add(await File.ReadAllBytesAsync(folder["b.parquet"]));
            }
        }
        return files;
    }
}
