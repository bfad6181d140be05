using Parquet;

namespace Pipelines.Io.Tests;

/// <summary>Batches are cut by global row number, whatever the files and row groups.</summary>
public class CuttingTests
{
    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5), InlineData(6)]
    public async Task Random_files_and_row_groups_give_the_rows_of_a_plain_list(int seed)
    {
        using var folder = new TempFolder();
        var random = new Random(seed);
        var all = new List<((long? L, double D, string? S, bool B) Row, string File, int Group, int InGroup)>();
        var codecs = new[] { CompressionMethod.None, CompressionMethod.Snappy, CompressionMethod.Gzip, CompressionMethod.Brotli, CompressionMethod.Zstd,
            CompressionMethod.Lz4Raw };
        for (var f = 0; f < 3; f++)
        {
            var groups = Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(1, 90)).ToArray();
            var rows = NetParquet.Rows(groups.Sum(), seed * 10 + f);
            var path = folder[$"f{f}.parquet"];
            await NetParquet.Write(path, rows, groups, codecs[(seed + f) % codecs.Length], f == 1 ? EncodingHint.Dictionary : null);
            all.AddRange(groups.SelectMany((n, g) => Enumerable.Range(0, n).Select(i => (f, g, i))).Select((at, i) => (rows[i], path, at.g, at.i)));
        }
        foreach (var size in (int[])[1, 5, 64, 100, 1000])
        {
            var options = new ReadOptions
            {
                BatchSize = size,
                MaxDegreeOfParallelism = random.Next(1, 5),
                ReadAheadBytes = random.Next(3) * 1000,
                ReuseMemory = size != 64
            };
            var row = 0;
            await foreach (var batch in new ParquetSource(folder.Path).ReadAsync(options, default))
            {
                Assert.Equal(Math.Min(size, all.Count - row), batch.Rows);
                var numbers = new double[batch.Rows];
                batch["l"].CopyTo(numbers);
                for (var i = 0; i < batch.Rows; i++, row++)
                {
                    var (expected, file, group, inGroup) = all[row];
                    Assert.Equal(expected, ((long?)batch["l"].GetValue(i), (double)batch["d"].GetValue(i)!, (string?)batch["s"].GetValue(i),
                        (bool)batch["b"].GetValue(i)!));
                    Assert.Equal(expected.L is { } l ? l : double.NaN, numbers[i]);
                    Assert.Equal($"{file}, row group {group}, row {inGroup}", batch.Locate(i));
                }
                batch.Release();
            }
            Assert.Equal(all.Count, row);
        }
    }

    [Theory]
    [InlineData(EncodingHint.DeltaBinaryPacked), InlineData(EncodingHint.ByteSplitStream)]
    public async Task Encodings_that_Parquet_Net_decodes_come_out_right(EncodingHint hint)
    {
        using var folder = new TempFolder();
        var rows = NetParquet.Rows(500, 7);
        await NetParquet.Write(folder["a.parquet"], rows, [200, 300], hint: hint);
        var row = 0;
        await foreach (var batch in new ParquetSource(folder["a.parquet"]).ReadAsync(new ReadOptions { BatchSize = 90 }, default))
            for (var i = 0; i < batch.Rows; i++, row++)
                Assert.Equal(rows[row], ((long?)batch["l"].GetValue(i), (double)batch["d"].GetValue(i)!, (string?)batch["s"].GetValue(i),
                    (bool)batch["b"].GetValue(i)!));
        Assert.Equal(500, row);
    }

    [Fact]
    public async Task A_fault_comes_after_the_batches_before_it_and_names_its_place()
    {
        using var folder = new TempFolder();
        await NetParquet.Write(folder["a.parquet"], NetParquet.Rows(300, 1), [100, 100, 100], CompressionMethod.Snappy);
        // The last row group's strings: bytes of its pages are overwritten.
        var bytes = await File.ReadAllBytesAsync(folder["a.parquet"]);
        await using (var reader = await ParquetReader.CreateAsync(new MemoryStream(bytes)))
        {
            var chunk = reader.Metadata!.RowGroups[2].Columns[2].MetaData!;
            bytes.AsSpan((int)chunk.DataPageOffset, (int)chunk.TotalCompressedSize).Fill(0xFF);
        }
        await File.WriteAllBytesAsync(folder["a.parquet"], bytes);
        foreach (var parallelism in (int[])[1, 3])
        {
            var rows = 0;
            var error = await Assert.ThrowsAsync<FlowException>(async () =>
            {
                await foreach (var batch in new ParquetSource(folder["a.parquet"]).ReadAsync(
                    new ReadOptions { BatchSize = 50, MaxDegreeOfParallelism = parallelism }, default)) rows += batch.Rows;
            });
            Assert.Equal(200, rows);
            Assert.Equal(ErrorKind.Data, error.Kind);
            Assert.Equal($"{folder["a.parquet"]}, row group 2, column 's'", error.Place);
        }
    }

    [Fact]
    public async Task Nothing_is_decoded_any_more_once_a_reader_has_stopped()
    {
        using var folder = new TempFolder();
        const int rows = 4 * 65_536;
        await MemorySource.FromArrays(Enumerable.Range(0, 8)
            .Select(c => ($"c{c}", (Array)Enumerable.Range(0, rows).Select(i => $"text {i * (c + 1)}").ToArray())))
            .CopyTo(new ParquetSink(folder["a.parquet"], new ParquetSinkOptions { RowGroupRows = 65_536 }), rows);
        await foreach (var _ in new ParquetSource(folder["a.parquet"]).ReadAsync(
            new ReadOptions { BatchSize = 10, MaxDegreeOfParallelism = 3, ReadAheadBytes = long.MaxValue }, default)) break;
        // A decoder that still ran would hold the file.
        if (OperatingSystem.IsLinux()) Assert.DoesNotContain(SourceContract.OpenFiles(), f => f.StartsWith(folder.Path, StringComparison.Ordinal));
    }
}
