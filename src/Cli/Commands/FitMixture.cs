using System.CommandLine;
using System.CommandLine.Parsing;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;
using Pipelines.Models.Fitting;

namespace Pipelines.Cli.Commands;

/// <summary><c>pipelines fit mixture …</c></summary>
internal sealed class FitMixture : FitKind<GeneralMixtureModel>
{
    private readonly DistributionSettings distribution = new("Distribution of the components");

    private readonly EstimateSettings estimates = new("each component in each update", " of each component",
        "1e-8 of each feature's variance in a sample; none for a single component");

    private readonly UpdateSettings updates = new("weights, means, covariances, or distributions (all parameters of the components)",
        ParameterKinds.Weights | ParameterKinds.Means | ParameterKinds.Covariances | ParameterKinds.Distributions, "the components");

    private readonly CovarianceSettings covariance;

    private readonly FreezeSettings frozen = new("components", "all their parameters but their weights");

    private readonly PriorSettings priors = new("component", "the components (those of --initial, or those that the fit will have)");

    public FitMixture()
        : base("Fits a mixture of distributions by expectation-maximization.", new(FitWords.LogLikelihood, FitWords.Families, "components")) =>
            covariance = new(distribution, "components", UpdateSettings.Tied("components"));

    public override string Name => "mixture";

    protected override IReadOnlyList<Option> Own =>
        [distribution.Option, distribution.Each, .. covariance.All, Fit.Selection.Criterion, priors.Option, .. estimates.All, .. updates.All, frozen.Option];

    protected override IEnumerable<UsageError> Check(CommandResult result)
    {
        var each = result.IsGiven(distribution.Each);
        return Fit.Check(result, [(distribution.Option, !each && !result.IsGiven(covariance.Shape)), (distribution.Each, false), (Fit.Components, !each),
                (Fit.Selection.Restarts, false), (Fit.Selection.Criterion, false), (Fit.Init, false), .. covariance.All.Select(o => (o, false))])
            .Concat(distribution.Check(result, Fit.Features)).Concat(distribution.CheckStart(result, Fit.Init))
            .Concat(distribution.CheckEach(result, Fit.Features, [distribution.Option, Fit.Components, .. covariance.All]))
            .Concat(covariance.Check(result)).Concat(frozen.Check(result, Fit.Initial)).Concat(priors.Check(result, Fit.Features, Fit.Weights));
    }

    protected override IEstimator<GeneralMixtureModel> Estimator(ParseResult parsed)
    {
        var start = Fit.Initialization(parsed);
        if (distribution.Families(parsed) is { } families) return Fit.Selection.Select(parsed, _ => new MixtureEstimator(families, start), families.Count);
        var family = covariance.Family(parsed);
        return Fit.Selection.Select(parsed, k => new MixtureEstimator(family, k, start, tied: covariance.IsTied(parsed)));
    }

    protected override GeneralMixtureModel Begin(GeneralMixtureModel initial, ParseResult parsed) =>
        frozen.Of(initial, parsed, components => initial.WithFrozen(components));

    protected override Pipeline Of(Pipeline pipeline, GeneralMixtureModel? initial, ParseResult parsed) =>
        priors.Of(base.Of(pipeline, initial, parsed), parsed);

    protected override IEnumerable<string?> Taken(ParseResult parsed) => [.. base.Taken(parsed), .. priors.Taken(parsed)];

    protected override FitOptions With(FitOptions options, ParseResult parsed) => updates.With(estimates.With(options, parsed), parsed);
}
