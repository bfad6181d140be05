using System.CommandLine;
using System.CommandLine.Parsing;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;
using Pipelines.Models;
using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines.Cli.Commands;

/// <summary><c>pipelines fit distribution …</c></summary>
internal sealed class FitDistribution() : FitKind<Distribution>("Fits one distribution to all features, or an independent distribution to each feature.",
    new(FitWords.LogLikelihood, FitWords.Families, null, OneUpdate: "Most distributions are estimated in one update"))
{
    private readonly DistributionSettings distribution = new("Distribution to fit");

    private readonly Setting<double?> pseudocount = Setting.Real(
        "--pseudocount", "Weight to add to each category or outcome, in rows; at least 0. [default: 0]", "ROWS", "a finite number of at least 0", "1",
        x => x >= 0 && double.IsFinite(x));

    private readonly Setting<double?> minVariance = Setting.Real(
        "--min-variance", "Minimum variance in any direction, in squared units of the features; at least 0. [default: 0, no minimum]", "V",
        "a finite number of at least 0", "0.001", x => x >= 0 && double.IsFinite(x));

    public override string Name => "distribution";

    protected override IReadOnlyList<Option> Own => [distribution.Option, pseudocount, minVariance];

    protected override bool IsOfKind(Model model) => ModelFormat.FindFamily(model.FormatName) is not null;

    protected override IEnumerable<UsageError> Check(CommandResult result) =>
        Fit.Check(result, (distribution.Option, true)).Concat(distribution.Check(result, Fit.Features));

    protected override IEstimator<Distribution> Estimator(ParseResult parsed) => new DistributionEstimator(distribution.Family(parsed));

    protected override FitOptions With(FitOptions options, ParseResult parsed) => options with
    {
        Pseudocount = parsed.GetValue(pseudocount) ?? options.Pseudocount,
        MinVariance = parsed.GetValue(minVariance) ?? options.MinVariance,
    };
}
