using System.CommandLine;
using System.CommandLine.Parsing;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Commands;

/// <summary><c>pipelines fit mixture …</c></summary>
internal sealed class FitMixture() : FitKind<GeneralMixtureModel>("Fits a mixture of distributions by expectation-maximization.",
    new(FitWords.LogLikelihood, FitWords.Families, "components"))
{
    private readonly DistributionSettings distribution = new("Distribution of the components");

    private readonly Setting<double?> pseudocount = Setting.Real(
        "--pseudocount", "Weight to add to each component in each update, in rows; at least 0. [default: 0]", "ROWS",
        "a finite number of at least 0", "1", x => x >= 0 && double.IsFinite(x));

    private readonly Setting<double?> minVariance = Setting.Real(
        "--min-variance", "Minimum variance of each component in any direction, in squared units of the features; at least 0. [default: 0, no minimum]", "V",
        "a finite number of at least 0", "0.001", x => x >= 0 && double.IsFinite(x));

    public override string Name => "mixture";

    protected override IReadOnlyList<Option> Own => [distribution.Option, Fit.Selection.Criterion, pseudocount, minVariance];

    protected override IEnumerable<UsageError> Check(CommandResult result) =>
        Fit.Check(result, (distribution.Option, true), (Fit.Components, true), (Fit.Selection.Restarts, false), (Fit.Selection.Criterion, false),
            (Fit.Init, false)).Concat(distribution.Check(result, Fit.Features)).Concat(distribution.CheckStart(result, Fit.Init));

    protected override IEstimator<GeneralMixtureModel> Estimator(ParseResult parsed)
    {
        var family = distribution.Family(parsed);
        return Fit.Selection.Select(parsed, k => new MixtureEstimator(family, k, Fit.Initialization(parsed)));
    }

    protected override FitOptions With(FitOptions options, ParseResult parsed) => options with
    {
        Pseudocount = parsed.GetValue(pseudocount) ?? options.Pseudocount,
        MinVariance = parsed.GetValue(minVariance) ?? options.MinVariance,
    };
}
