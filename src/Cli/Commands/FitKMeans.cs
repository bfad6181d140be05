using System.CommandLine;
using System.CommandLine.Parsing;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Commands;

/// <summary><c>pipelines fit kmeans …</c></summary>
internal sealed class FitKMeans() : FitKind<KMeans>("Fits k-means clusters by Lloyd's iterations.",
    new("lowers the total squared distance", "k-means takes numbers only.", "clusters", HasChoice: false, Unit: "of its total", Kept: "centroids"))
{
    private static readonly SortedList<string, EmptyClusterPolicy> policies =
        new(StringComparer.Ordinal) { ["keep"] = EmptyClusterPolicy.Keep, ["relocate"] = EmptyClusterPolicy.Relocate };

    private readonly Setting<string?> emptyClusters = Setting.Choice(
        "--empty-clusters", "What an update does with a cluster that no row is nearest to: 'keep' leaves its centroid where it is; 'relocate' moves it to the "
            + "row farthest from its own centroid. [default: keep, or as in --initial]", "NAME", policies.Keys, "relocate");

    private readonly Setting<IReadOnlyList<string>?> oneHot = Setting.Names(
        "--one-hot", "Columns of text, numbers or booleans, or parts of dates, to turn into features of 0 and 1, one for each value, at most "
            + "1,000 each. Without --features, they are added to the numeric columns. They are not scaled. A row with another value is a bad row in scores; a "
            + "missing value is missing in all of them. Repeat the option to add columns. [default: none, or as in --initial]", "a,b,c",
        "column names separated by commas, each once", "origin");

    public override string Name => "kmeans";

    protected override IReadOnlyList<Option> Own => [emptyClusters, oneHot];

    protected override IEnumerable<UsageError> Check(CommandResult result)
    {
        foreach (var mistake in Fit.Check(result, (Fit.Components, true), (Fit.Selection.Restarts, false), (Fit.Init, false))) yield return mistake;
        if (result.IsGiven(oneHot) && result.IsGiven(Fit.Initial))
            yield return UsageError.For($"{oneHot.Name} and {Fit.Initial.Name}", "both", "one of them, as an initial model has its own features",
                $"{Fit.Initial.Name} {Fit.Initial.Example}");
        if (result.Given(Fit.Features) is { } features && result.Given(oneHot)?.FirstOrDefault(c => !features.Contains(c)) is { } unknown)
            yield return new(oneHot.Name, $"'{unknown}', which is no feature", $"names among those of {Fit.Features.Name}",
                NearestName.Remedy(unknown, features, $"leave it out, or add it to {Fit.Features.Name}"));
        if (result.Given(Fit.Components) is { Count: > 1 } several)
            yield return UsageError.For(Fit.Components.Name, $"{several.Count} numbers of clusters", "one, as more clusters always lower the squared "
                + "distance and k-means has no likelihood to weigh against it", $"{Fit.Components.Name} {Fit.Components.Example}");
        if (result.Given(emptyClusters) == "relocate" && result.IsGiven(Fit.BatchesPerIteration))
            yield return UsageError.For($"{emptyClusters.Name} and {Fit.BatchesPerIteration.Name}", "'relocate' and a number of batches",
                "one of them, as a cluster without rows in a few batches is not empty", $"{emptyClusters.Name} {emptyClusters.Example}");
    }

    protected override IEstimator<KMeans> Estimator(ParseResult parsed) =>
        Fit.Selection.Select(parsed, k => new KMeansEstimator(k, Fit.Initialization(parsed), Policy(parsed) ?? EmptyClusterPolicy.Keep));

    protected override Pipeline Of(Pipeline pipeline, KMeans? initial, ParseResult parsed)
    {
        var flow = base.Of(pipeline, initial, parsed);
        return parsed.GetValue(oneHot) is { } columns ? flow.OneHot([.. columns]) : flow;
    }

    protected override IEnumerable<string> Details(ParseResult parsed) =>
        parsed.GetValue(oneHot) is { } columns ? [$"one-hot {string.Join(", ", columns)}"] : [];

    protected override IEnumerable<string> MorePasses(ParseResult parsed) =>
        parsed.GetValue(oneHot) is null ? [] : ["before all, the values of the one-hot columns are collected: reads these columns"];

    protected override KMeans Begin(KMeans initial, ParseResult parsed)
    {
        var start = Policy(parsed) is { } policy ? initial.With(policy) : initial;
        if (start.EmptyClusters == EmptyClusterPolicy.Relocate && parsed.GetValue(Fit.BatchesPerIteration) is not null)
            throw new ModelException(ErrorKind.Usage, $"{Fit.Initial.Name} and {Fit.BatchesPerIteration.Name}", "a model that relocates empty clusters",
                "one that keeps them, as a cluster without rows in a few batches is not empty", $"add {emptyClusters.Name} keep");
        return start;
    }

    private EmptyClusterPolicy? Policy(ParseResult parsed) => parsed.GetValue(emptyClusters) is { } name ? policies[name] : null;
}
