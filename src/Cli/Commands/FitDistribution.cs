using System.CommandLine;
using System.CommandLine.Parsing;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;
using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines.Cli.Commands;

/// <summary><c>pipelines fit distribution …</c></summary>
internal sealed class FitDistribution : FitKind<Distribution>
{
    private readonly DistributionSettings distribution = new("Distribution to fit");

    private readonly EstimateSettings estimates = new("each category or outcome", "");

    private readonly UpdateSettings updates = new("means, covariances, or distributions (all parameters)",
        ParameterKinds.Means | ParameterKinds.Covariances | ParameterKinds.Distributions, null);

    private readonly CovarianceSettings covariance;

    public FitDistribution()
        : base("Fits one distribution to all features, or an independent distribution to each feature.",
            new(FitWords.LogLikelihood, FitWords.Families, null, OneUpdate: "Most distributions are estimated in one update")) =>
                covariance = new(distribution);

    public override string Name => "distribution";

    protected override IReadOnlyList<Option> Own => [distribution.Option, .. covariance.All, .. estimates.All, .. updates.All];

    protected override bool IsOfKind(Model model) => ModelFormat.FindFamily(model.FormatName) is not null;

    protected override IEnumerable<UsageError> Check(CommandResult result) =>
        Fit.Check(result, (distribution.Option, !result.IsGiven(covariance.Shape)), (covariance.Shape, false)).Concat(covariance.Check(result))
            .Concat(distribution.Check(result, Fit.Features));

    protected override IEstimator<Distribution> Estimator(ParseResult parsed) => new DistributionEstimator(covariance.Family(parsed));

    protected override FitOptions With(FitOptions options, ParseResult parsed) => updates.With(estimates.With(options, parsed), parsed);
}
