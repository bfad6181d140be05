using Pipelines.Io.Format;
using Pipelines.Io.Reading;
using Pipelines.Io.Sharp;

namespace Pipelines.Io.Tests;

/// <summary>Which engine reads what.</summary>
public class EngineChoiceTests
{
    private static readonly string Corpus = Path.Combine(AppContext.BaseDirectory, "corpus");

    [Fact]
    public void Engines_are_found_and_stand_in_the_order_of_the_choice() =>
        Assert.Equal(["builtin", "parquetsharp", "parquet.net"], ParquetSourceOptions.Engines);

    [ParquetSharpTheory]
    [InlineData("alltypes_plain.snappy.parquet", "builtin")]
    [InlineData("delta_binary_packed.parquet", "parquetsharp")]
    [InlineData("byte_stream_split.zstd.parquet", "parquetsharp")]
    [InlineData("hadoop_lz4_compressed.parquet", "parquetsharp")]
    [InlineData("rle_boolean_encoding.parquet", "builtin")]
    public void The_first_that_reads_a_row_group_slice_by_slice_is_taken(string name, string expected)
    {
        var (file, columns) = Plan(name);
        var opened = new List<string>();
        foreach (var hasArrow in (bool[])[true, false])
        {
            opened.Clear();
            var engines = ParquetEngine.All.Select(e => new Watched(e, opened, e.Name != "parquetsharp" || (hasArrow && e.IsAvailable))).ToArray();
            if (!hasArrow && name.StartsWith("hadoop", StringComparison.Ordinal))
            {
                Assert.Throws<FlowException>(() => EngineChoice.Open(engines, file, 0, columns, new ReaderLimits()));
                continue;
            }
            EngineChoice.Open(engines, file, 0, columns, new ReaderLimits()).Dispose();
            // Without the native library Parquet.Net, underneath the built-in engine, is left.
            Assert.Equal([hasArrow && engines[1].IsAvailable ? expected : "builtin"], opened);
        }
    }

    [Fact]
    public void What_holds_more_than_the_limit_goes_to_one_that_holds_less()
    {
        var (file, columns) = Plan("delta_binary_packed.parquet");
        var opened = new List<string>();
        // Without Arrow's way through slices the built-in engine would hold whole chunks.
        var engines = ParquetEngine.All.Select(e => new Watched(e, opened, true)).ToArray();
        Assert.True(engines[1].HeldBytes(file, 0, columns) > 0);
        EngineChoice.Open(engines, file, 0, columns, new ReaderLimits(HeldBytes: 1)).Dispose();
        var least = engines.MinBy(e => e.HeldBytes(file, 0, columns))!;
        Assert.Equal([least.Name], opened);
    }

    /// <summary>Tests of every engine run over <see cref="EngineRows.Names"/>: where one is missing, this test says so.</summary>
    [ParquetSharpFact]
    public void Every_engine_runs_here() => Assert.Equal(ParquetEngine.All.Select(e => e.Name), EngineRows.Names);

    [ParquetSharpFact]
    public async Task Pages_that_do_not_fit_together_are_refused_before_they_are_read()
    {
        using var folder = new TempFolder();
        var columns = Enumerable.Range(0, 50).Select(c => ($"c{c}", (Array)Enumerable.Range(0, 10_000).Select(i => i * (c + 0.1)).ToArray()));
        await MemorySource.FromArrays(columns).CopyTo(new ParquetSink(folder["a.parquet"], new ParquetSinkOptions { Compression = ParquetCompression.None }));
        var source = new ParquetSource([folder["a.parquet"]], new ParquetSourceOptions { Engine = "parquetsharp" });
        // 50 pages of 80 KB, as stored and as decoded, in slices; whole row groups need but one at a time.
        var error = await source.FailsReading(new ReadOptions { BatchSize = 100, ReadAheadBytes = 0, DecoderBytes = 1 << 20 });
        Assert.Equal(ErrorKind.Data, error.Kind);
        Assert.EndsWith("row group 0, column 'c6'", error.Place, StringComparison.Ordinal);
        Assert.StartsWith("a page of 168.19KB beside 1.01MB of others", error.Found, StringComparison.Ordinal);
        Assert.Equal("at most 1.05MB, the share of the memory budget", error.Expected);
        Assert.Equal(10_000, await Rows(new ReadOptions { DecoderBytes = 1 << 20 }));
        Assert.Equal(10_000, await Rows(new ReadOptions { BatchSize = 100, ReadAheadBytes = 0, DecoderBytes = 1 << 24 }));

        async Task<int> Rows(ReadOptions options)
        {
            var rows = 0;
            await foreach (var batch in source.ReadAsync(options, default)) rows += batch.Rows;
            return rows;
        }
    }

    [Fact]
    public async Task Unknown_engines_and_those_that_cannot_run_are_refused_with_the_names_of_the_others()
    {
        var error = Assert.Throws<FlowException>(() => new ParquetSource([Corpus], new ParquetSourceOptions { Engine = "parket" }));
        Assert.Equal("ParquetSourceOptions.Engine: found 'parket', expected the name of an engine that can run here; choose another engine, or none for the "
            + "automatic choice", error.Message);
        Assert.Equal(ErrorKind.Usage, error.Kind);
        var refused = await EngineRows.Read(Path.Combine(Corpus, "hadoop_lz4_compressed.parquet"), "c0", "builtin");
        Assert.Contains("'c0': it is compressed with the deprecated LZ4 codec", refused.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_native_library_that_cannot_be_loaded_is_said_in_one_line()
    {
        Assert.Null(NativeLibrary.Fault(() => "fine"));
        Assert.Equal("cannot run here: its native library cannot be loaded (Unable to load shared library 'X' or one of its dependencies.)",
            NativeLibrary.Fault(() => throw new TypeInitializationException("T", new DllNotFoundException("Unable to load shared library 'X' or one of its "
                + "dependencies.\nmore"))));
        Assert.Throws<InvalidOperationException>(() => NativeLibrary.Fault(() => throw new InvalidOperationException()));
    }

    private static (PlannedFile File, FileColumn[] Columns) Plan(string name)
    {
        var path = Path.Combine(Corpus, name);
        var file = PlannedFile.Load(path, path, ParquetEngine.All, null);
        return (file, [.. file.Footer.Columns.Take(2)]);
    }

    /// <summary>An engine that notes that it was opened, and that may be taken for one that cannot run.</summary>
    private sealed class Watched(ParquetEngine engine, List<string> opened, bool isAvailable) : ParquetEngine
    {
        public override string Name => engine.Name;

        public override bool IsAvailable => isAvailable;

        public override int Preference => engine.Preference;

        public override int PreferenceFor(PlannedFile file, int group, FileColumn[] columns) => engine.PreferenceFor(file, group, columns);

        public override string? Obstacle(PlannedFile file, int group, FileColumn column) => engine.Obstacle(file, group, column);

        public override long HeldBytes(PlannedFile file, int group, FileColumn[] columns) => engine.HeldBytes(file, group, columns);

        public override IRowGroupReader Open(PlannedFile file, int group, FileColumn[] columns, ReaderLimits limits)
        {
            opened.Add(Name);
            return engine.Open(file, group, columns, limits);
        }
    }
}
