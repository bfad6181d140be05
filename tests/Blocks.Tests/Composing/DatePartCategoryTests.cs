using System.Text;
using Pipelines.Io;

namespace Pipelines.Blocks.Tests.Composing;

/// <summary>Parts of dates as categories: whatever is fitted is what a column of the same integers gives.</summary>
public sealed class DatePartCategoryTests : IDisposable
{
    private const int Rows = 500;

    // Every 7th is null.
    private static readonly DateTime?[] times = [.. Enumerable.Range(0, Rows).Select(i =>
        i % 7 == 3 ? (DateTime?)null : new DateTime(2023, 1, 1, 5, 0, 0, DateTimeKind.Unspecified).AddMinutes(977.0 * i))];

    private readonly string root = Directory.CreateTempSubdirectory("pipelines-date-categories-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    public static TheoryData<string> Fits => [.. fits.Keys];

    private static readonly Dictionary<string, Func<Pipeline, string[], Task<SavedModel>>> fits = new()
    {
        ["distribution"] = Fit((p, names) => p.Features(names[0]), new DistributionEstimator(DistributionFamily.Of<DiscreteDistribution>())),
        ["mixture"] = Fit((p, names) => p.Features([.. names, "x"]), new MixtureEstimator(DistributionFamily.PerFeature(
            [DistributionFamily.Of<DiscreteDistribution>(), DistributionFamily.Of<DiscreteDistribution>(), DistributionFamily.Of<NormalDistribution>()]), 2)),
        ["naive Bayes"] = Fit((p, names) => p.Features(names).Labels("class"), new NaiveBayesEstimator(DistributionFamily.Of<DiscreteDistribution>())),
        ["network"] = Fit((p, names) => p.Features(names), new BayesianNetworkEstimator()),
        ["chain"] = Fit((p, names) => p.Features(names[0]).Sequences("sequence"), new MarkovChainEstimator(1)),
        ["one-hot"] = Fit((p, names) => p.Features([.. names, "x"]).OneHot(names), new KMeansEstimator(3)),
    };

    [Theory]
    [MemberData(nameof(Fits))]
    public async Task A_part_is_fitted_and_scored_like_a_column_of_its_integers(string fit)
    {
        var (parts, whole) = (await fits[fit](Data(1), ["weekday(at)", "hour(at)"]), await fits[fit](Data(8), ["weekday", "hour"]));
        // A network's variables have the features' names.
        Assert.Equal(Text(whole), Text(parts).Replace("(at)", "", StringComparison.Ordinal));
        Assert.Equal(whole.Features!.Select(f => f.Categories), parts.Features!.Select(f => f.Categories));
        Assert.Equal(whole.Features!.Select(f => f.Category), parts.Features!.Select(f => f.Category));
        var first = parts.Features![0];
        Assert.Equal(("weekday", "at", "weekday(at)"), (first.Part?.Name, first.Column, first.Name.Split('=')[0]));

        var path = Path.Combine(root, "m.json");
        parts.Save(path);
        var loaded = SavedModel.Load(path);
        Assert.Equal(parts.Features.Select(f => f.Bare), loaded.Features!.Select(f => f.Bare));
        Assert.Equal(await ScoresAsync(whole), await ScoresAsync(loaded));
        Assert.Empty((await Data(1).CompareAsync(loaded)).Errors);
    }

    [Fact]
    public async Task The_codes_are_of_the_integers()
    {
        var saved = await fits["distribution"](Data(1), ["weekday(at)"]);
        Assert.Equal(["1", "2", "3", "4", "5", "6", "7"], saved.Features![0].Categories);
        var days = times.OfType<DateTime>().Select(t => t.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)t.DayOfWeek).ToList();
        var shares = Enumerable.Range(1, 7).Select(day => days.Count(d => d == day) / (double)days.Count);
        // 14 digits: a logarithm and a quotient.
        Assert.Equal(shares, ((Distribution)saved.Model).LogProbability(FeatureMatrix.FromColumns([0, 1, 2, 3, 4, 5, 6])).Select(Math.Exp), (a, b) =>
            Math.Abs(a - b) < 1e-14);
    }

    [Fact]
    public async Task A_resumed_fit_gives_the_same_model()
    {
        var estimator = new MixtureEstimator(DistributionFamily.Of<DiscreteDistribution>(), 2);
        var options = new PipelineOptions { BatchSize = 64, Checkpoints = new CheckpointOptions { Folder = Path.Combine(root, "ck") } };
        var file = await FileAsync();
        var whole = await Pipeline.FromParquet(file).With(options).Features("weekday(at)", "hour(at)").FitAsync(estimator, new() { MaxIterations = 4 });
        var resumed = await Pipeline.FromParquet(file).With(options with { Checkpoints = options.Checkpoints with { Resume = true } })
            .Features("weekday(at)", "hour(at)").FitAsync(estimator, new() { MaxIterations = 4 });
        Assert.Equal(whole.Saved.ToJson(), resumed.Saved.ToJson());
    }

    [Fact]
    public async Task Another_part_is_unknown_to_a_distribution_and_a_bad_row_for_indicators()
    {
        var fitted = await Data(1, 3).Features("month(at)", "x").OneHot("month(at)").FitAsync(new KMeansEstimator(1));
        var other = Pipeline.From(MemorySource.FromArrays(("at", new[] { new DateTime(2023, 6, 1) }), ("x", new[] { 1.0 })));
        var error = await Assert.ThrowsAsync<FlowException>(() => other.Score(fitted).To(new MemorySink()).RunAsync());
        Assert.Equal("memory, row 0, column 'at': found '6' as month(at), a value that the model does not know, expected one of its 1 values (1); correct "
            + "the value or make it null, or fit the model to data that have it", error.Message);
        var discrete = await Data(1, 3).Features("month(at)").FitAsync(new DistributionEstimator(DistributionFamily.Of<DiscreteDistribution>()));
        var result = await other.Score(discrete).To(new MemorySink()).RunAsync();
        Assert.StartsWith("column 'month(at)': found 1 value that is not a category of the model", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_one_hot_part_is_added_to_the_numbers()
    {
        var fitted = await Data(1, 3).OneHot("weekday(at)").FitAsync(new KMeansEstimator(1));
        // 2023-01-01 was a Sunday, and the third row is on Monday.
        Assert.Equal(["weekday", "hour", "x", "sequence", "weekday(at)=1", "weekday(at)=7"], fitted.Saved.Features!.Select(f => f.Name));
        var error = await Assert.ThrowsAsync<ModelException>(() => Data(1).OneHot("weekdays(at)").FitAsync(new KMeansEstimator(1)));
        Assert.StartsWith("Pipeline.OneHot: found 'weekdays(at)', expected a part of a date or time: year, month", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("second(at)", "second(at), a part with a fraction, expected a feature of texts, booleans or integers; take a part of whole numbers, such "
        + "as hour, or leave it out")]
    [InlineData("at", "values of type timestamp, expected a feature of texts, booleans or integers; take a part of it, such as weekday(at), or leave the "
        + "column out")]
    public async Task A_network_takes_parts_of_whole_numbers(string feature, string message)
    {
        var error = await Assert.ThrowsAsync<FlowException>(() => Data(1).Features(feature, "hour").FitAsync(new BayesianNetworkEstimator()));
        Assert.EndsWith($"column 'at': found {message}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_date_itself_is_no_category()
    {
        var estimator = new DistributionEstimator(DistributionFamily.Of<DiscreteDistribution>());
        var error = await Assert.ThrowsAsync<FlowException>(() => Data(1).Features("at").FitAsync(estimator));
        Assert.EndsWith("column 'at': found values of type timestamp, expected a feature of texts, numbers or booleans; take a part of it, such as "
            + "weekday(at), or leave the column out", error.Message, StringComparison.Ordinal);
    }

    private static Func<Pipeline, string[], Task<SavedModel>> Fit<TModel>(Func<Pipeline, string[], Pipeline> over, IEstimator<TModel> estimator)
        where TModel : Model => async (pipeline, names) => (await over(pipeline, names).FitAsync(estimator, new() { MaxIterations = 5 })).Saved;

    private static string Text(SavedModel saved) => Encoding.UTF8.GetString(new SavedModel(saved.Model).ToJson());

    private static async Task<IReadOnlyList<double>> ScoresAsync(SavedModel saved)
    {
        var sink = new MemorySink();
        var data = saved.Model is SequenceModel ? Data(1).Sequences("sequence") : Data(1);
        await data.Score(saved, new ScoreOptions { Keep = [] }).To(sink).RunAsync();
        return sink.Doubles(sink.Schema!.Fields.First(f => f.IsNumeric).Name);
    }

    private static MemorySource Source(int rows) => MemorySource.FromArrays(("at", times[..rows]),
        ("weekday", times[..rows].Select(t => t is null ? (int?)null : t.Value.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)t.Value.DayOfWeek).ToArray()),
        ("hour", times[..rows].Select(t => t?.Hour).ToArray()), ("x", Enumerable.Range(0, rows).Select(i => (double)(i % 7)).ToArray()),
        ("class", Enumerable.Range(0, rows).Select(i => i % 3 == 0 ? "a" : "b").ToArray()),
        ("sequence", Enumerable.Range(0, rows).Select(i => i / 20).ToArray()));

    private static Pipeline Data(int parallelism, int rows = Rows) =>
        Pipeline.From(Source(rows)).With(new PipelineOptions { BatchSize = 64, MaxDegreeOfParallelism = parallelism });

    private async Task<string> FileAsync()
    {
        var file = Path.Combine(root, "d.parquet");
        await Pipeline.From(Source(Rows)).ToParquet(file).RunAsync();
        return file;
    }
}
