using System.CommandLine;
using System.CommandLine.Parsing;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;
using Pipelines.Models;
using Pipelines.Models.Fitting;

namespace Pipelines.Cli.Commands;

/// <summary><c>pipelines fit kmeans …</c></summary>
internal sealed class FitKMeans() : FitKind<KMeans>("Fits k-means clusters by Lloyd's iterations.",
    new("lowers the total squared distance", "k-means takes numbers only.", "clusters", HasChoice: false))
{
    public override string Name => "kmeans";

    protected override IEnumerable<UsageError> Check(CommandResult result)
    {
        foreach (var mistake in Fit.Check(result, (Fit.Components, true), (Fit.Selection.Restarts, false), (Fit.Init, false))) yield return mistake;
        if (result.Given(Fit.Components) is { Count: > 1 } several)
            yield return UsageError.For(Fit.Components.Name, $"{several.Count} numbers of clusters", "one, as more clusters always lower the squared "
                + "distance and k-means has no likelihood to weigh against it", $"{Fit.Components.Name} {Fit.Components.Example}");
    }

    protected override IEstimator<KMeans> Estimator(ParseResult parsed) =>
        Fit.Selection.Select(parsed, k => new KMeansEstimator(k, Fit.Initialization(parsed)));
}
