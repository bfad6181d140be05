using System.Globalization;
using DuckDB.NET.Data;
using Parquet;
using Parquet.Schema;
using ParquetSharp;
using Pipelines.Io;

namespace Pipelines.Campaigns.Parquet;

/// <summary>A good file of known values, to be damaged.</summary>
/// <param name="Name">Writer and kind.</param>
/// <param name="Bytes">The file.</param>
/// <param name="HasChecksums">True if its pages carry checksums.</param>
internal sealed record Specimen(string Name, byte[] Bytes, bool HasChecksums)
{
    public const int Rows = 600;

    /// <summary>The values of every specimen, by column; they are what must be read.</summary>
    public static IReadOnlyList<(string Name, Array Values)> Values { get; } = Make();

    /// <summary>Columns that a model is scored on.</summary>
    public static readonly string[] Features = ["noise", "few"];

    /// <summary>All kinds of files. Three writers, so that what is common to ours alone hides nothing.</summary>
    public static async Task<IReadOnlyList<Specimen>> AllAsync()
    {
        using var folder = new TempFolder();
        var all = new List<Specimen>();
        foreach (var checksums in new[] { true, false })
        {
            foreach (var compression in Enum.GetValues<ParquetCompression>())
            {
                var path = folder["ours.parquet"];
                await WriteOursAsync(path, compression, checksums);
                all.Add(new($"ours, {compression.ToString().ToLowerInvariant()}{(checksums ? ", checksums" : "")}", await File.ReadAllBytesAsync(path),
                    checksums));
            }
        }
        foreach (var (version, codec) in new[] { ("V1", "snappy"), ("V1", "uncompressed"), ("V2", "zstd"), ("V2", "snappy") })
        {
            using var duck = new DuckDBConnection("DataSource=:memory:");
            await duck.OpenAsync();
            using var command = duck.CreateCommand();
            command.CommandText = $"COPY (SELECT * FROM read_parquet('{folder["ours.parquet"]}')) TO '{folder["duck.parquet"]}' (FORMAT parquet, CODEC "
                + $"'{codec}', PARQUET_VERSION {version})";
            await command.ExecuteNonQueryAsync();
            all.Add(new($"DuckDB, {version}, {codec}", await File.ReadAllBytesAsync(folder["duck.parquet"]), false));
        }
        foreach (var (codec, isDictionary) in new[] { (CompressionMethod.Snappy, true), (CompressionMethod.None, false), (CompressionMethod.Gzip, true) })
        {
            var path = folder["net.parquet"];
            await WriteParquetNetAsync(path, codec, isDictionary);
            all.Add(new($"Parquet.Net, {codec.ToString().ToLowerInvariant()}{(isDictionary ? ", dictionaries" : "")}",
                await File.ReadAllBytesAsync(path), false));
        }
        if (!DamagedReader.Engines.Contains("parquetsharp")) return all;
        foreach (var (name, change) in new (string, Action<WriterPropertiesBuilder>)[]
        {
            ("V1, snappy", b => b.Compression(Compression.Snappy)),
            ("V2, zstd", b => b.Compression(Compression.Zstd).DataPageVersion(ParquetDataPageVersion.V2)),
            ("V1, delta and byte stream split",
                b => b.Compression(Compression.Uncompressed).DisableDictionary().Encoding("noise", Encoding.ByteStreamSplit)
                    .Encoding("count", Encoding.DeltaBinaryPacked).Encoding("text", Encoding.DeltaByteArray)),
        })
        {
            WriteArrow(folder["arrow.parquet"], change);
            all.Add(new($"Arrow, {name}, checksums", await File.ReadAllBytesAsync(folder["arrow.parquet"]), true));
        }
        return all;
    }

    private static void WriteArrow(string path, Action<WriterPropertiesBuilder> change)
    {
        using var builder = new WriterPropertiesBuilder();
        builder.DataPagesize(2048).EnablePageChecksum();
        change(builder);
        using var properties = builder.Build();
        using var file = new ParquetSharp.ParquetFileWriter(path, [new Column<double>("noise"), new Column<double>("few"), new Column<long?>("count"),
            new Column<string>("text"), new Column<string>("kind"), new Column<bool>("flag")], LogicalTypeFactory.Default, properties);
        using (var group = file.AppendRowGroup())
        {
            Append<double>(0);
            Append<double>(1);
            Append<long?>(2);
            Append<string?>(3);
            Append<string?>(4);
            Append<bool>(5);

            void Append<T>(int column)
            {
                using var writer = group.NextColumn().LogicalWriter<T>();
                writer.WriteBatch((T[])Values[column].Values);
            }
        }
        file.Close();
    }

    private static async Task WriteOursAsync(string path, ParquetCompression compression, bool checksums)
    {
        var source = MemorySource.FromArrays(Values);
        await using var sink = new ParquetSink(path, new ParquetSinkOptions { Compression = compression, PageChecksums = checksums });
        await sink.OpenAsync((await source.OpenAsync(default)).Schema, default);
        await foreach (var batch in source.ReadAsync(new ReadOptions(), default)) await sink.WriteAsync(batch, default);
        await sink.CompleteAsync(default);
    }

    private static async Task WriteParquetNetAsync(string path, CompressionMethod codec, bool isDictionary)
    {
        var fields = new DataField[] { new DataField<double>("noise"), new DataField<double>("few"), new DataField<long?>("count"),
            new DataField<string>("text"), new DataField<string>("kind"), new DataField<bool>("flag") };
        var options = new ParquetOptions { CompressionMethod = codec, CompressionLevel = System.IO.Compression.CompressionLevel.Fastest };
        if (isDictionary)
            foreach (var field in fields) options.ColumnEncodingHints[field.Name] = EncodingHint.Dictionary;
        await using var stream = File.Create(path);
        await using var writer = await global::Parquet.ParquetWriter.CreateAsync(new ParquetSchema(fields), stream, options);
        for (var from = 0; from < Rows; from += Rows / 2)
        {
            using var group = writer.CreateRowGroup();
            await group.WriteAsync<double>(fields[0], Part<double>(0, from));
            await group.WriteAsync<double>(fields[1], Part<double>(1, from));
            await group.WriteAsync<long>(fields[2], Part<long?>(2, from));
            await group.WriteAsync(fields[3], Part<string?>(3, from));
            await group.WriteAsync(fields[4], Part<string?>(4, from));
            await group.WriteAsync<bool>(fields[5], Part<bool>(5, from));
        }

        static T[] Part<T>(int column, int from) => ((T[])Values[column].Values)[from..(from + Rows / 2)];
    }

    // Plain and dictionary pages, with and without nulls, of fixed and of any length.
    private static (string, Array)[] Make()
    {
        var random = new Random(11);
        return
        [
            ("noise", Column(_ => random.NextDouble())),
            ("few", Column(_ => random.Next(20) / 4.0)),
            ("count", Column(i => i % 7 == 3 ? null : (long?)random.Next(1000) * 1_000_000_007)),
            ("text", Column<string?>(i => string.Create(CultureInfo.InvariantCulture, $"text {i} ä"))),
            ("kind", Column<string?>(i => random.Next(5) == 0 ? null : $"kind {random.Next(6)}")),
            ("flag", Column(_ => random.Next(3) == 0)),
        ];

        static T[] Column<T>(Func<int, T> value) => [.. Enumerable.Range(0, Rows).Select(value)];
    }
}
