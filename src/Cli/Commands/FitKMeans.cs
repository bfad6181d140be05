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

    public override string Name => "kmeans";

    protected override IReadOnlyList<Option> Own => [emptyClusters];

    protected override IEnumerable<UsageError> Check(CommandResult result)
    {
        foreach (var mistake in Fit.Check(result, (Fit.Components, true), (Fit.Selection.Restarts, false), (Fit.Init, false))) yield return mistake;
        if (result.Given(Fit.Components) is { Count: > 1 } several)
            yield return UsageError.For(Fit.Components.Name, $"{several.Count} numbers of clusters", "one, as more clusters always lower the squared "
                + "distance and k-means has no likelihood to weigh against it", $"{Fit.Components.Name} {Fit.Components.Example}");
        if (result.Given(emptyClusters) == "relocate" && result.IsGiven(Fit.BatchesPerIteration))
            yield return UsageError.For($"{emptyClusters.Name} and {Fit.BatchesPerIteration.Name}", "'relocate' and a number of batches",
                "one of them, as a cluster without rows in a few batches is not empty", $"{emptyClusters.Name} {emptyClusters.Example}");
    }

    protected override IEstimator<KMeans> Estimator(ParseResult parsed) =>
        Fit.Selection.Select(parsed, k => new KMeansEstimator(k, Fit.Initialization(parsed), Policy(parsed) ?? EmptyClusterPolicy.Keep));

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
