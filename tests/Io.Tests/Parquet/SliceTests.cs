using Parquet;
using Parquet.Schema;

namespace Pipelines.Io.Tests;

/// <summary>
/// Row groups larger than their share of the memory are read in slices: the same values, whatever the codec and however little room there is.
/// </summary>
public class SliceTests
{
    private static readonly CompressionMethod[] Codecs =
        [CompressionMethod.None, CompressionMethod.Snappy, CompressionMethod.Gzip, CompressionMethod.Brotli, CompressionMethod.Zstd, CompressionMethod.Lz4Raw];

    public static TheoryData<CompressionMethod, EncodingHint?> Files
    {
        get
        {
            var data = new TheoryData<CompressionMethod, EncodingHint?>();
            foreach (var codec in Codecs) data.Add(codec, null);
            data.Add(CompressionMethod.Snappy, EncodingHint.Dictionary);
            data.Add(CompressionMethod.Zstd, EncodingHint.Dictionary);
            data.Add(CompressionMethod.Snappy, EncodingHint.DeltaBinaryPacked);
            return data;
        }
    }

    /// <summary>
    /// Bytes for the pages of four columns: all lie in memory; large ones are decompressed bit by bit or brought back for each slice; hardly any.
    /// </summary>
    [Theory, MemberData(nameof(Files))]
    public async Task Slices_have_the_rows_of_a_plain_list(CompressionMethod codec, EncodingHint? hint)
    {
        using var folder = new TempFolder();
        var rows = NetParquet.Rows(60_000, 3);
        await NetParquet.Write(folder["a.parquet"], rows, [60_000], codec, hint);
        foreach (var (room, size, parallelism) in ((long?, int, int)[])[(null, 10_000, 1), (hint is null ? 4 * 300_000 : 1_500_000, 7_001, 2),
            (hint is null ? 4 * 1000 : 1_300_000, 25_000, 1)])
        {
            // Parquet.Net needs the whole chunk.
            if (hint == EncodingHint.DeltaBinaryPacked && room is not null) continue;
            var options = new ReadOptions
            {
                BatchSize = size,
                ReadAheadBytes = 0,
                DecoderBytes = room,
                MaxDegreeOfParallelism = parallelism,
                ReuseMemory = parallelism == 2
            };
            foreach (var first in (long[])[0, 2])
            {
                var row = (int)first * size;
                await foreach (var batch in new ParquetSource(folder["a.parquet"]).ReadAsync(options with { FirstBatch = first }, default))
                {
                    Assert.Equal((row / size, (long)row, Math.Min(size, rows.Count - row)), (batch.Index, batch.FirstRow, batch.Rows));
                    Assert.Equal($"{folder["a.parquet"]}, row group 0, row {row + 5}", batch.Locate(5));
                    for (var i = 0; i < batch.Rows; i++, row++)
                        Assert.Equal(rows[row], ((long?)batch["l"].GetValue(i), (double)batch["d"].GetValue(i)!, (string?)batch["s"].GetValue(i),
                            (bool)batch["b"].GetValue(i)!));
                    batch.Release();
                }
                Assert.Equal(rows.Count, row);
            }
        }
    }

    /// <summary>Pages of more than 4 MiB, which are never brought back again and again.</summary>
    [Theory]
    [InlineData(CompressionMethod.Zstd), InlineData(CompressionMethod.Brotli), InlineData(CompressionMethod.Snappy), InlineData(CompressionMethod.Gzip)]
    public async Task Large_pages_are_decompressed_bit_by_bit(CompressionMethod codec)
    {
        using var folder = new TempFolder();
        const int rows = 700_000;
        var values = Enumerable.Range(0, rows).Select(i => Math.Sqrt(i % 5000) * (i / 1000)).ToArray();
        await WriteOne(folder["a.parquet"], values, codec);
        var row = 0;
        await foreach (var batch in new ParquetSource(folder["a.parquet"]).ReadAsync(
            new ReadOptions { BatchSize = 100_000, ReadAheadBytes = 0, DecoderBytes = 500_000 }, default))
        {
            Assert.True(values.AsSpan(row, batch.Rows).SequenceEqual(((BatchColumn<double>)batch.Columns[0]).Values.Span));
            row += batch.Rows;
        }
        Assert.Equal(rows, row);
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public async Task A_changed_file_is_noticed_before_its_next_row_group_is_read(bool keepsLength)
    {
        using var folder = new TempFolder();
        var path = folder["a.parquet"];
        await NetParquet.Write(path, NetParquet.Rows(400, 1), [100, 100, 100, 100]);
        await using var batches = new ParquetSource(path).ReadAsync(new ReadOptions { BatchSize = 100, ReadAheadBytes = 0 }, default).GetAsyncEnumerator();
        Assert.True(await batches.MoveNextAsync());
        var was = File.GetLastWriteTimeUtc(path);
        var bytes = await File.ReadAllBytesAsync(path);
        if (!keepsLength) bytes = [.. bytes, 0];
        File.Delete(path);
        await File.WriteAllBytesAsync(path, bytes);
        File.SetLastWriteTimeUtc(path, keepsLength ? was.AddSeconds(1) : was);
        var error = await Assert.ThrowsAsync<FlowException>(async () =>
        {
            while (await batches.MoveNextAsync()) ;
        });
        Assert.Equal((ErrorKind.Storage, path, "do not change files while they are read: write new ones beside them, and run again"),
            (error.Kind, error.Place, error.Remedy));
        Assert.Equal(keepsLength ? FormattableString.Invariant($"a file changed at {was.AddSeconds(1):O}") : $"a file of {bytes.Length} bytes", error.Found);
    }

    [Fact]
    public async Task A_file_with_another_footer_is_noticed_though_length_and_time_are_the_same()
    {
        using var folder = new TempFolder();
        var path = folder["a.parquet"];
        await NetParquet.Write(path, NetParquet.Rows(200, 1), [100, 100]);
        var source = new ParquetSource(path).ForRun();
        var known = Assert.Single((await source.OpenAsync(default)).Files);
        Assert.Equal((path, new FileInfo(path).Length, File.GetLastWriteTimeUtc(path), 200L), (known.Path, known.Bytes, known.Modified, known.Rows));
        var bytes = await File.ReadAllBytesAsync(path);
        var footer = BitConverter.ToInt32(bytes, bytes.Length - 8);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes.AsSpan(bytes.Length - 8 - footer, footer))), known.FooterHash);
        bytes[^20] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        File.SetLastWriteTimeUtc(path, known.Modified);
        Assert.Equal("a file with another footer", (await source.FailsReading()).Found);
    }

    [Fact]
    public async Task What_does_not_fit_the_budget_alone_is_refused_with_what_to_try()
    {
        using var folder = new TempFolder();
        var path = folder["a.parquet"];
        await NetParquet.Write(path, [(1, 1, "a", true), (2, 2, new string('x', 3_000_000), false), (3, 3, "b", true)], [3]);
        var value = await new ParquetSource(path).FailsReading(new ReadOptions { BatchSize = 1, ReadAheadBytes = 0, LargestBatchBytes = 1_000_000 });
        Assert.Equal(
            $"{path}, row group 0, column 's': found a value of 6MB, expected at most 1MB, the share of the memory budget; give more memory "
                + "(ReadOptions.LargestBatchBytes), take smaller batches (ReadOptions.BatchSize), or leave the column out",
            value.Message);
        await MemorySource.FromArrays([("n", new[] { 1, 2, 3 }), ("s", new[] { "a", new string('x', 3_000_000), "b" })])
            .CopyTo(new ParquetSink(path, new ParquetSinkOptions { Overwrite = true }));
        var dictionary =
            await new ParquetSource(path).FailsReading(new ReadOptions { DecoderBytes = 1_000_000, ReadAheadBytes = 0, LargestBatchBytes = 2_000_000 });
        Assert.StartsWith("a dictionary of 6MB", dictionary.Found, StringComparison.Ordinal);
        await NetParquet.Write(folder["delta.parquet"], NetParquet.Rows(60_000, 1), [60_000], hint: EncodingHint.DeltaBinaryPacked);
        var whole = await new ParquetSource(folder["delta.parquet"]).FailsReading(
            new ReadOptions { BatchSize = 100, DecoderBytes = 1_000_000, ReadAheadBytes = 0, LargestBatchBytes = 1_000_000 });
        Assert.StartsWith("a column chunk that must be decoded whole because it is delta encoded or split into bytes, of ", whole.Found,
            StringComparison.Ordinal);
        var batch = await new ParquetSource(path).FailsReading(new ReadOptions { BatchSize = 2, LargestBatchBytes = 10 });
        Assert.Equal("2 columns that take 16B a batch of 2 rows", batch.Found);
        Assert.StartsWith("take batches of 1 rows (ReadOptions.BatchSize)", batch.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_several_broken_row_groups_and_columns_the_first_is_named()
    {
        using var folder = new TempFolder();
        var path = folder["a.parquet"];
        await NetParquet.Write(path, NetParquet.Rows(3000, 1), [1000, 1000, 1000]);
        var bytes = await File.ReadAllBytesAsync(path);
        await using (var reader = await ParquetReader.CreateAsync(new MemoryStream(bytes)))
        {
            foreach (var (group, column) in ((int, int)[])[(1, 1), (1, 2), (2, 0)])
            {
                var chunk = reader.Metadata!.RowGroups[group].Columns[column].MetaData!;
                bytes.AsSpan((int)chunk.DataPageOffset, (int)chunk.TotalCompressedSize).Fill(0xFF);
            }
        }
        await File.WriteAllBytesAsync(path, bytes);
        foreach (var ahead in (long[])[0, 1 << 20])
            for (var i = 0; i < 5; i++)
                Assert.Equal($"{path}, row group 1, column 'd'",
                    (await new ParquetSource(path).FailsReading(new ReadOptions
                    {
                        BatchSize = 300,
                        ReadAheadBytes = ahead,
                        MaxDegreeOfParallelism = 4
                    })).Place);
    }

    private static async Task WriteOne(string path, double[] values, CompressionMethod codec)
    {
        var schema = new ParquetSchema(new DataField<double>("d"));
        await using var stream = File.Create(path);
        await using var writer = await ParquetWriter.CreateAsync(schema, stream,
            new ParquetOptions { CompressionMethod = codec, CompressionLevel = System.IO.Compression.CompressionLevel.Fastest });
        using var group = writer.CreateRowGroup();
        await group.WriteAsync<double>(schema.DataFields[0], values);
    }
}
