using Parquet;
using Parquet.Schema;

namespace Pipelines.Io.Tests;

/// <summary>Parquet.Net as an independent writer and reader.</summary>
internal static class NetParquet
{
    /// <summary>Writes columns of long?, double, string? and bool in row groups of the given sizes.</summary>
    public static async Task Write(string path, IReadOnlyList<(long? L, double D, string? S, bool B)> rows, IEnumerable<int> groups,
        CompressionMethod codec = CompressionMethod.Snappy, EncodingHint? hint = null)
    {
        var schema = new ParquetSchema(new DataField<long?>("l"), new DataField<double>("d"), new DataField<string>("s"), new DataField<bool>("b"));
        var options = new ParquetOptions { CompressionMethod = codec, CompressionLevel = System.IO.Compression.CompressionLevel.Fastest };
        if (hint is { } h)
            foreach (var f in schema.DataFields) options.ColumnEncodingHints[f.Name] = h;
        await using var stream = File.Create(path);
        await using var writer = await ParquetWriter.CreateAsync(schema, stream, options);
        var at = 0;
        foreach (var count in groups)
        {
            var part = rows.Skip(at).Take(count).ToList();
            at += count;
            using var group = writer.CreateRowGroup();
            await group.WriteAsync<long>(schema.DataFields[0], part.Select(r => r.L).ToArray());
            await group.WriteAsync<double>(schema.DataFields[1], part.Select(r => r.D).ToArray());
            await group.WriteAsync(schema.DataFields[2], part.Select(r => r.S).ToArray());
            await group.WriteAsync<bool>(schema.DataFields[3], part.Select(r => r.B).ToArray());
        }
    }

    public static List<(long? L, double D, string? S, bool B)> Rows(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i => (
            random.Next(4) == 0 ? null : (long?)random.Next(50) * (i % 3 == 0 ? 1_000_000_007 : 1),
            random.NextDouble(),
            random.Next(5) == 0 ? null : random.Next(3) == 0 ? $"text {i}" : $"kind {random.Next(6)}",
            random.Next(2) == 0))];
    }
}
