using System.CommandLine;
using System.CommandLine.Parsing;
using Pipelines.Models;
using Pipelines.Models.Fitting;

namespace Pipelines.Cli.Commands;

/// <summary><c>pipelines fit kmeans …</c></summary>
internal sealed class FitKMeans() : FitKind<KMeans>("Fits k-means clusters by Lloyd's iterations.", "the total squared distance falls")
{
    public override string Name => "kmeans";

    protected override IEnumerable<string> Check(CommandResult result) => Fit.Check(result, (Fit.Components, true), (Fit.Init, false));

    protected override IEstimator<KMeans> Estimator(ParseResult parsed) => new KMeansEstimator(parsed.GetRequiredValue(Fit.Components)!.Value, Fit.Initialization(parsed));
}
