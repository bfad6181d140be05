namespace Pipelines.Io.Tests;

/// <summary>Lists, maps and structures are written as they were read. DuckDB writes them, and compares what was written.</summary>
public sealed class NestedTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>How DuckDB writes, and how we read: engine, rows of a batch, bytes read ahead, whether memory is used again.</summary>
    public static TheoryData<string, string?, int, long, bool> Readings => new()
    {
        { "ROW_GROUP_SIZE 2048", null, 1000, 1L << 27, false },
        { "ROW_GROUP_SIZE 4096, CODEC 'zstd'", "builtin", 777, 0, true },
        { "ROW_GROUP_SIZE 100000, CODEC 'uncompressed'", null, 4096, 0, true },
        { "ROW_GROUP_SIZE 2048, PARQUET_VERSION V2", null, 1500, 1L << 27, true },
        { "ROW_GROUP_SIZE 4096, CODEC 'gzip'", "parquetsharp", 999, 0, false },
        { "ROW_GROUP_SIZE 4096", "parquetsharp", 4400, 1L << 27, true },
    };

    [ParquetSharpTheory, MemberData(nameof(Readings))]
    public async Task Values_and_schema_stay_as_they_are(string written, string? engine, int batchSize, long readAhead, bool reuse)
    {
        await DuckParquet.WriteAsync(folder["a.parquet"], 4_500, written);
        var options = new ReadOptions { BatchSize = batchSize, ReadAheadBytes = readAhead, ReuseMemory = reuse, MaxDegreeOfParallelism = 2 };
        await CopyAsync(new ParquetSource([folder["a.parquet"]], new ParquetSourceOptions { Engine = engine }), "b.parquet", options);
        await DuckParquet.AssertSameAsync(folder["a.parquet"], folder["b.parquet"]);
        Assert.Equal(await DuckParquet.SchemaAsync(folder["a.parquet"], "id", "x", "last"),
            await DuckParquet.SchemaAsync(folder["b.parquet"], "id", "x", "last"));
        Assert.Empty((await OutputVerification.OfAsync(folder["b.parquet"])).Discrepancies);
    }

    [Fact]
    public async Task The_bytes_depend_on_the_rows_alone()
    {
        await DuckParquet.WriteAsync(folder["a.parquet"], 6_000, "ROW_GROUP_SIZE 2048");
        await DuckParquet.WriteAsync(folder["c.parquet"], 6_000, "ROW_GROUP_SIZE 100000, CODEC 'zstd'");
        byte[]? first = null;
        foreach (var (file, size, ahead, threads) in ((string, int, long, int)[])[("a", 500, 1L << 27, 1), ("a", 777, 0, 4), ("c", 6_000, 1L << 27, 2),
            ("c", 64, 0, 1)])
        {
            await CopyAsync(new ParquetSource(folder[$"{file}.parquet"]), "b.parquet",
                new ReadOptions { BatchSize = size, ReadAheadBytes = ahead, MaxDegreeOfParallelism = threads }, new() { MaxDegreeOfParallelism = threads });
            var bytes = await File.ReadAllBytesAsync(folder["b.parquet"]);
            Assert.True((first ??= bytes).AsSpan().SequenceEqual(bytes), $"{file}, batches of {size}");
        }
    }

    [Fact]
    public async Task A_reading_can_begin_at_any_batch()
    {
        await DuckParquet.WriteAsync(folder["a.parquet"], 6_000, "ROW_GROUP_SIZE 4096");
        foreach (var ahead in (long[])[0, 1L << 27])
        {
            await CopyAsync(new ParquetSource(folder["a.parquet"]), "b.parquet", new ReadOptions { BatchSize = 700, FirstBatch = 5, ReadAheadBytes = ahead });
            await DuckParquet.RunAsync($"COPY (SELECT * FROM read_parquet('{folder["a.parquet"]}') OFFSET 3500) TO '{folder["c.parquet"]}' (FORMAT parquet)");
            await DuckParquet.AssertSameAsync(folder["c.parquet"], folder["b.parquet"]);
        }
    }

    [Fact]
    public async Task Files_follow_one_another_and_columns_can_be_chosen()
    {
        await DuckParquet.WriteAsync(folder["1.parquet"], 3_000, "ROW_GROUP_SIZE 2048");
        await DuckParquet.WriteAsync(folder["2.parquet"], 2_500, "ROW_GROUP_SIZE 2048, CODEC 'zstd'", from: 3_000);
        await CopyAsync(new ParquetSource(folder["1.parquet"], folder["2.parquet"]), "b/all.parquet",
            new ReadOptions { BatchSize = 1_100, Columns = ["m", "id", "ls"] });
        await DuckParquet.AssertSameAsync(folder["[12].parquet"], folder["b/all.parquet"], "m, id, ls");
    }

    /// <summary>More elements than a page or a row group holds, and rows of very different length.</summary>
    [Fact]
    public async Task Long_lists_are_cut_into_pages_and_row_groups()
    {
        await DuckParquet.WriteAsync(folder["a.parquet"], 300, "",
            "i AS id, range(CASE WHEN i % 50 = 7 THEN 150000 ELSE i END) AS l, list_transform(range(i), n -> 'word ' || (n * i)) AS words");
        foreach (var (ahead, size) in ((long, int)[])[(0, 13), (1L << 27, 300)])
        {
            await CopyAsync(new ParquetSource(folder["a.parquet"]), "b.parquet", new ReadOptions { BatchSize = size, ReadAheadBytes = ahead },
                new() { RowGroupBytes = 1 << 20 });
            await DuckParquet.AssertSameAsync(folder["a.parquet"], folder["b.parquet"]);
        }
        // Each of the six long rows ends a row group.
        Assert.Equal(7L, await DuckParquet.ValueAsync($"SELECT count(DISTINCT row_group_id) FROM parquet_metadata('{folder["b.parquet"]}')"));
    }

    [Fact]
    public async Task Rows_can_be_chosen_repeated_and_put_in_another_order()
    {
        await DuckParquet.WriteAsync(folder["a.parquet"], 2_000, "ROW_GROUP_SIZE 2048");
        await using var sink = new ParquetSink(folder["b.parquet"]);
        await foreach (var batch in new ParquetSource(folder["a.parquet"])
            .ReadAsync(new ReadOptions { BatchSize = 2_000, Columns = ["id", "s", "l", "m"] }, default))
        {
            int[] rows = [.. Enumerable.Range(0, 1_500).Select(i => (i * 7 + i / 3) % 2_000)];
            BatchColumn[] columns = [.. batch.Columns.Select(c => c.Accept(new Picker(rows)))];
            await sink.OpenAsync(batch.Schema, default);
            await sink.WriteAsync(new DataBatch(batch.Schema, columns, rows.Length, 0, 0), default);
            Assert.Equal("STRUCT(a INT64 INT_64?, b BYTE_ARRAY STRING?, c STRUCT(d FIXED_LEN_BYTE_ARRAY(16) DECIMAL(21, 1)?, e INT32 DATE?)?)",
                batch["s"].GetValue(1)!.ToString());
            Assert.Null(batch["s"].GetValue(7));
        }
        await sink.CompleteAsync(default);
        await DuckParquet.RunAsync(
            $"COPY (SELECT a.* FROM range(1500) AS r(i) JOIN (SELECT id, s, l, m FROM read_parquet('{folder["a.parquet"]}')) a ON a.id = (i * 7 + i // 3) % "
                + $"2000 ORDER BY i) TO '{folder["c.parquet"]}' (FORMAT parquet)");
        await DuckParquet.AssertSameAsync(folder["c.parquet"], folder["b.parquet"]);
    }

    [Fact]
    public async Task Rows_in_memory_and_a_budget_count_nested_values()
    {
        await DuckParquet.WriteAsync(folder["a.parquet"], 2_000, "", "i AS id, range(100) AS l");
        var memory = new MemorySink();
        await new ParquetSource(folder["a.parquet"]).CopyTo(memory, 300);
        // 2,000 rows of 100 elements: a long and two levels each.
        Assert.InRange(memory.ToBatch().MemoryBytes, 2_000_000, 2_100_000);
        await MemorySource.FromBatches(memory.Schema, [memory.ToBatch()]).CopyTo(new ParquetSink(folder["b.parquet"]), 170);
        await DuckParquet.AssertSameAsync(folder["a.parquet"], folder["b.parquet"]);
        var error = await new ParquetSource(folder["a.parquet"]).FailsReading(new ReadOptions
        {
            BatchSize = 1_000,
            ReadAheadBytes = 0,
            LargestBatchBytes = 1 << 19
        });
        Assert.Equal("row group 0", error.Place[^11..]);
        Assert.StartsWith("2 columns that take 608KB a batch of 1000 rows", error.Found, StringComparison.Ordinal);
    }

    private async Task CopyAsync(ParquetSource source, string to, ReadOptions options, ParquetSinkOptions? sinkOptions = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder[to])!);
        await using var sink = new ParquetSink(folder[to], sinkOptions);
        await sink.OpenAsync((await source.OpenAsync(default)).Schema.Project(options.Columns, to), default);
        await foreach (var batch in source.ReadAsync(options, default))
        {
            await sink.WriteAsync(new DataBatch(batch.Schema, batch.Columns, batch.Rows, batch.Index - options.FirstBatch, batch.FirstRow, batch.Origins),
                default);
            batch.Release();
        }
        await sink.CompleteAsync(default);
    }

    private sealed class Picker(int[] rows) : IColumnVisitor<BatchColumn>
    {
        public BatchColumn Visit<T>(BatchColumn<T> column) => new BatchColumn<T>(column.Field, Array.ConvertAll(rows, r => column[r]),
            Array.ConvertAll(rows, r => !column.IsNull(r)));
    }
}
