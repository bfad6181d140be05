using System.CommandLine;
using System.CommandLine.Parsing;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;
using Pipelines.Models.Fitting;

namespace Pipelines.Cli.Commands;

/// <summary><c>pipelines fit mixture …</c></summary>
internal sealed class FitMixture() : FitKind<GeneralMixtureModel>("Fits a mixture of distributions by expectation-maximization.",
    new(FitWords.LogLikelihood, FitWords.Families, "components"))
{
    private readonly DistributionSettings distribution = new("Distribution of the components");

    private readonly EstimateSettings estimates = new("each component in each update", " of each component",
        "1e-8 of each feature's variance in a sample; none for a single component");

    private readonly UpdateSettings updates = new("weights, means, covariances, or distributions (all parameters of the components)",
        ParameterKinds.Weights | ParameterKinds.Means | ParameterKinds.Covariances | ParameterKinds.Distributions, "the components");

    private readonly Option<bool> tied = UpdateSettings.Tied("components");

    private readonly PriorSettings priors = new("component", "the components (those of --initial, or those that the fit will have)");

    public override string Name => "mixture";

    protected override IReadOnlyList<Option> Own =>
        [distribution.Option, tied, Fit.Selection.Criterion, priors.Option, .. estimates.All, .. updates.All];

    protected override IEnumerable<UsageError> Check(CommandResult result) =>
        Fit.Check(result, (distribution.Option, true), (Fit.Components, true), (Fit.Selection.Restarts, false), (Fit.Selection.Criterion, false),
            (Fit.Init, false), (tied, false)).Concat(distribution.Check(result, Fit.Features)).Concat(distribution.CheckStart(result, Fit.Init))
            .Concat(priors.Check(result, Fit.Features, Fit.Weights));

    protected override IEstimator<GeneralMixtureModel> Estimator(ParseResult parsed)
    {
        var family = distribution.Family(parsed);
        return Fit.Selection.Select(parsed, k => new MixtureEstimator(family, k, Fit.Initialization(parsed), tied: parsed.GetValue(tied)));
    }

    protected override Pipeline Of(Pipeline pipeline, GeneralMixtureModel? initial, ParseResult parsed) =>
        priors.Of(base.Of(pipeline, initial, parsed), parsed);

    protected override IEnumerable<string?> Taken(ParseResult parsed) => [.. base.Taken(parsed), .. priors.Taken(parsed)];

    protected override FitOptions With(FitOptions options, ParseResult parsed) => updates.With(estimates.With(options, parsed), parsed);
}
