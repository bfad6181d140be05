using System.CommandLine;
using System.CommandLine.Parsing;
using Pipelines.Cli.Settings;
using Pipelines.Models;
using Pipelines.Models.Fitting;
using Pipelines.Models.Mixtures;
using Pipelines.Models.Serialization;

namespace Pipelines.Cli.Commands;

/// <summary><c>pipelines fit mixture …</c></summary>
internal sealed class FitMixture() : FitKind<GeneralMixtureModel>("Fits a mixture of distributions by expectation-maximisation.", "the total weighted log-likelihood rises")
{
    private readonly Setting<IReadOnlyList<string>?> distribution = Setting.Names(
        "--distribution", $"What the components are: one name for all features, or one a feature (then the features are independent within a component). Known: {Names}.", "NAME[,NAME…]",
        $"one name for all features, or one for each feature, of {Names}", "multivariate-gaussian", names => names.All(n => Known.Any(f => f.Name == n)));

    private readonly Setting<double?> pseudocount = Setting.Real(
        "--pseudocount", "Added to each component's share of the rows in each update, in rows. [default: 0]", "ROWS", "a finite number of at least 0", "1", x => x >= 0 && double.IsFinite(x));

    private readonly Setting<double?> minVariance = Setting.Real(
        "--min-variance", "Least variance of a component in any direction, in squared units of the features. [default: 0 = off]", "V", "a finite number of at least 0", "0.001", x => x >= 0 && double.IsFinite(x));

    public override string Name => "mixture";

    protected override IReadOnlyList<Option> Own => [distribution, Fit.Selection.Criterion, pseudocount, minVariance];

    // Independent components come of several names, or of a univariate one; by their own name they would only be normals.
    private static IEnumerable<DistributionFamily> Known => ModelFormat.Families.Where(f => f.Name != IndependentComponentsDistribution.FamilyName);

    private static string Names => string.Join(", ", Known.Select(f => f.Name));

    protected override IEnumerable<string> Check(CommandResult result)
    {
        foreach (var mistake in Fit.Check(result, (distribution, true), (Fit.Components, true), (Fit.Selection.Restarts, false), (Fit.Selection.Criterion, false), (Fit.Init, false))) yield return mistake;
        if (result.Given(distribution) is not { Count: > 1 } names) yield break;
        if (!result.IsGiven(Fit.Features))
            yield return Mistake.Text($"{distribution.Name} with {names.Count} names", $"no {Fit.Features.Name}", "the features they are for, in the same order", $"{Fit.Features.Name} {Fit.Features.Example}");
        else if (result.Given(Fit.Features) is { } features && features.Count != names.Count)
            yield return Mistake.Text(distribution.Name, $"{names.Count} names for {features.Count} features", "one name for all features, or one for each", $"{distribution.Name} normal");
        if (names.FirstOrDefault(n => !ModelFormat.Family(n).IsUnivariate) is { } joint)
            yield return Mistake.Text(distribution.Name, $"'{joint}' among several names", $"distributions of one feature, one for each feature, or '{joint}' alone for all features together", $"{distribution.Name} {joint}");
    }

    protected override IEstimator<GeneralMixtureModel> Estimator(ParseResult parsed)
    {
        var family = DistributionFamily.PerFeature([.. parsed.GetRequiredValue(distribution)!.Select(ModelFormat.Family)]);
        return Fit.Selection.Select(parsed, k => new MixtureEstimator(family, k, Fit.Initialization(parsed)));
    }

    protected override FitOptions With(FitOptions options, ParseResult parsed) => options with
    {
        Pseudocount = parsed.GetValue(pseudocount) ?? options.Pseudocount,
        MinVariance = parsed.GetValue(minVariance) ?? options.MinVariance,
    };
}
