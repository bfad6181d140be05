using Parquet;
using Parquet.Serialization;

namespace Pipelines.Blocks.Tests;

/// <summary>
/// Lists as sequences: the bits of the same sequences as rows with a key, however files, row groups and batches cut them; and jobs over them that are gone on
/// with.
/// </summary>
public sealed class ListSequenceTests : IDisposable
{
    private const int Lists = 240;

    private static readonly Track[] tracks = Make();
    private static readonly Element[] elements = [
        .. tracks.SelectMany((t, i) => Enumerable.Range(0, t.Speed?.Count ?? 0)
            .Select(e => new Element { Sequence = i, Weight = t.Weight, Speed = t.Speed![e], Turn = t.Turn![e], Symbol = t.Symbol![e] }))];
    private static readonly string[] told = [$"{tracks.Count(t => t.Speed is null or [])} lists are empty or null: they have no rows"];
    private static readonly PipelineOptions two = new() { MaxDegreeOfParallelism = 2, BatchSize = 100 };
    private readonly string root = Directory.CreateTempSubdirectory("pipelines-lists-").FullName;

    public static TheoryData<int, int> Cuts => new() { { 1, 7 }, { 2, 64 }, { 3, 333 }, { 8, 1_000 }, { 64, 100 }, { 8, 1 } };

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Theory, MemberData(nameof(Cuts))]
    public async Task A_fit_over_lists_has_the_bits_of_a_fit_over_rows_by_key(int parallelism, int batchSize)
    {
        await WriteAsync();
        var keyed = new PipelineOptions { MaxDegreeOfParallelism = 1, BatchSize = batchSize };
        var cut = keyed with { MaxDegreeOfParallelism = parallelism };
        string[] features = ["Speed", "Turn"];
        var hidden = HiddenMarkov.Of<NormalDistribution>(2);
        var fit = SequenceFitting.DefaultFit with { MaxIterations = 4, Seed = 3 };
        var expected = await Pipeline.FromParquet(this["rows.parquet"]).With(keyed).Features(features).Sequences("sequence").WeightedBy("Weight")
            .FitAsync(hidden, fit);
        var found = await Pipeline.From(Source("Speed", "Turn")).With(cut).Features(features).Sequences("sequence").WeightedBy("Weight").FitAsync(hidden, fit);
        Assert.Equal(new SavedModel(expected.Model).ToJson(), new SavedModel(found.Model).ToJson());
        Assert.Equal((elements.Length, elements.Length), (expected.Result.Rows, found.Result.Rows));
        Assert.Equal([.. expected.Result.Warnings, .. told], found.Result.Warnings);

        // Symbols, of one column alone: its nulls are missing values.
        var estimator = new MarkovChainEstimator(1);
        var chain = await Pipeline.FromParquet(this["rows.parquet"]).With(keyed).Features("Symbol").Sequences("sequence")
            .FitAsync(estimator, SequenceFitting.DefaultFit);
        var symbols = await Pipeline.From(Source("Symbol")).With(cut).Features("Symbol").Sequences("sequence").FitAsync(estimator, SequenceFitting.DefaultFit);
        Assert.Equal(new SavedModel(chain.Model).ToJson(), new SavedModel(symbols.Model).ToJson());
        Assert.Equal(["a", "b", "c"], symbols.Saved.Features![0].Categories!);
    }

    [Fact]
    public async Task Scoring_lists_goes_on_after_a_fault_to_the_same_bytes_and_only_as_the_same_job()
    {
        await WriteAsync();
        var fit = SequenceFitting.DefaultFit with { MaxIterations = 2 };
        var model = (await Pipeline.FromParquet(this["rows.parquet"]).Features("Speed", "Turn").Sequences("sequence")
            .FitAsync(HiddenMarkov.Of<NormalDistribution>(2), fit)).Saved;
        var score = new ScoreOptions { Columns = ["log-probability", "label", "viterbi"] };
        Pipeline Score(int fault, params string[] lists)
        {
            // The first pass finds where sequences begin, the second writes.
            var passes = 0;
            return Pipeline.From(Source(lists.Length == 0 ? ["Speed", "Turn"] : lists)).With(two)
                .Transform(b => b.Index == fault && Interlocked.Increment(ref passes) == 2 ? throw new FormatException() : b).Sequences("sequence")
                .Score(model, score);
        }

        var parts = new ParquetSinkOptions { RowsPerFile = 450 };
        var rows = (long)elements.Length;
        await Score(-1).ToParquet(this["expected"], parts).RunAsync();
        var resumed = 0;
        foreach (var fault in (int[])[3, 11, (int)(rows / two.BatchSize) - 1])
        {
            var name = $"out{fault}";
            await Assert.ThrowsAsync<FormatException>(() => Score(fault).ToParquet(this[name], parts).RunAsync());
            if (Directory.Exists(this[name]))
            {
                var other = await Assert.ThrowsAsync<FlowException>(
                    () => Score(-1, "Speed", "Turn", "Symbol").ToParquet(this[name], parts with { Resume = true }).RunAsync());
                Assert.Equal("an unfinished output of another job: lists was Speed, Turn, numbered in sequence and is now Speed, Turn, Symbol, numbered "
                    + "in sequence", other.Found);
                resumed++;
            }
            var result = await Score(-1).With(two with { MaxDegreeOfParallelism = 3 }).ToParquet(this[name], parts with { Resume = true }).RunAsync();
            Assert.Equal((rows, rows), (result.RowsIn, result.RowsOut));
            // Lists before the place where it went on were read again, and are told of again.
            Assert.Equal(told, result.Warnings);
            Assert.Equal(Read("expected"), Read(name));
        }
        Assert.True(resumed > 0);

        // A row for each element, in order, with what stands beside the lists, and the scores of rows by key.
        var (found, keyed) = (new MemorySink(), new MemorySink());
        await Pipeline.FromParquet(this["expected"]).To(found).RunAsync();
        await Pipeline.FromParquet(this["rows.parquet"]).With(two).Sequences("sequence").Score(model, score).To(keyed).RunAsync();
        foreach (var column in (string[])["sequence", "Weight", "Speed", "Turn", "log_probability", "label", "viterbi", "viterbi_log_probability"])
            Assert.Equal(keyed.Doubles(column), found.Doubles(column));
    }

    [Fact]
    public async Task Lists_that_are_not_asked_for_are_named_with_what_to_do()
    {
        await WriteAsync();
        var error = await Assert.ThrowsAsync<FlowException>(
            () => Pipeline.FromParquet(this["lists"]).Features("Speed").Sequences("Name").FitAsync(new MarkovChainEstimator(1)));
        Assert.Equal("a column that is only passed on: it is a list; its elements can be read as rows (ParquetSourceOptions.Lists)", error.Found);
    }

    private string this[string name] => Path.Combine(root, name);

    private ParquetSource Source(params string[] lists) => new([this["lists"]], new ParquetSourceOptions { Lists = lists });

    private List<(string Name, string Bytes)> Read(string name) =>
        [.. Directory.EnumerateFiles(this[name], "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Order(StringComparer.Ordinal).Select(f => (Path.GetFileName(f), Convert.ToBase64String(File.ReadAllBytes(f))))];

    // Three files in row groups of 37 lists; and the elements as rows of one file.
    private async Task WriteAsync()
    {
        Directory.CreateDirectory(this["lists"]);
        int[] cuts = [0, 90, 91, Lists];
        for (var f = 0; f + 1 < cuts.Length; f++)
        {
            await using var file = File.Create(Path.Combine(this["lists"], $"{f}.parquet"));
            await ParquetSerializer.SerializeAsync(tracks[cuts[f]..cuts[f + 1]], file, new ParquetOptions { RowGroupSize = 37 });
        }
        await using var rows = File.Create(this["rows.parquet"]);
        await ParquetSerializer.SerializeAsync(elements, rows);
    }

    private static Track[] Make()
    {
        var random = new SeededRandom(4);
        return [.. Enumerable.Range(0, Lists).Select(i =>
        {
            var length = i % 9 == 0 ? 0 : i == 100 ? 900 : random.NextInt64(25);
            double? Value(int t, double gap) => random.NextDouble() < gap ? null : (t / 6 % 2 * 3) + random.NextNormal();
            return new Track
            {
                Name = $"track {i}",
                Weight = random.NextDouble(),
                Speed = i % 18 == 0 ? null : [.. Enumerable.Range(0, (int)length).Select(t => Value(t, 0.1))],
                Turn = i % 27 == 0 ? null : [.. Enumerable.Range(0, (int)length).Select(t => Value(t, 0))],
                Symbol = [.. Enumerable.Range(0, (int)length).Select(t => random.NextDouble() < 0.05 ? null : "abc"[(int)random.NextInt64(3)].ToString())],
            };
        })];
    }

    private sealed record Track
    {
        public string? Name { get; set; }

        public double Weight { get; set; }

        public List<double?>? Speed { get; set; }

        public List<double?>? Turn { get; set; }

        public List<string?>? Symbol { get; set; }
    }

    private sealed record Element
    {
        [System.Text.Json.Serialization.JsonPropertyName("sequence")]
        public long Sequence { get; set; }

        public double Weight { get; set; }

        public double? Speed { get; set; }

        public double? Turn { get; set; }

        public string? Symbol { get; set; }
    }
}
