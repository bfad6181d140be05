using System.CommandLine;
using System.CommandLine.Parsing;
using Pipelines.Models;
using Pipelines.Models.Serialization;

namespace Pipelines.Cli.Settings;

/// <summary>Which family of distributions is fitted, for all features or one a feature.</summary>
internal sealed class DistributionSettings
{
    /// <summary>Makes the option.</summary>
    /// <param name="what">What is of these families, for the help.</param>
    public DistributionSettings(string what) => Option = Setting.Names(
        "--distribution",
        $"{what}: one name for all features, or one a feature (then the features are independent). A discrete one takes texts, numbers and booleans as categories, named or counted by value; "
        + $"a category that no row of the fit had gets the probability 1e-9. Values outside a support stop a fit; scores give them -infinity. Known: {Names}. Some take an argument: {Arguments}.",
        "NAME[,NAME…]", $"one name for all features, or one for each feature, of {Names}", "multivariate-gaussian", names => names.All(n => Find(n) is not null));

    /// <summary>The option.</summary>
    public Setting<IReadOnlyList<string>?> Option { get; }

    // Independent components come of several names, or of a univariate one; by their own name they would only be normals.
    private static IEnumerable<DistributionFamily> Known => ModelFormat.Families.Where(f => f.Name != IndependentComponentsDistribution.FamilyName);

    private static string Names => string.Join(", ", Known.Select(f => f.Name));

    private static string Arguments => string.Join("; ", Known.Where(f => f.Argument is not null).Select(f => $"{f.Name}({f.Argument})"));

    /// <summary>Rules about the option and the features.</summary>
    /// <param name="result">The parsed command.</param>
    /// <param name="features">The option that names the features.</param>
    /// <param name="otherwise">The features where that option is not given; null = only the data tell.</param>
    public IEnumerable<string> Check(CommandResult result, Setting<IReadOnlyList<string>?> features, IReadOnlyList<string>? otherwise = null)
    {
        if (result.Given(Option) is not { Count: > 1 } names) yield break;
        if (!result.IsGiven(features) && otherwise is null)
            yield return Mistake.Text($"{Option.Name} with {names.Count} names", $"no {features.Name}", "the features they are for, in the same order", $"{features.Name} {features.Example}");
        else if ((result.IsGiven(features) ? result.Given(features) : otherwise) is { } given && given.Count != names.Count)
            yield return Mistake.Text(Option.Name, $"{names.Count} names for {given.Count} {(given.Count == 1 ? "feature" : "features")}", "one name for all features, or one for each", $"{Option.Name} normal");
        if (names.FirstOrDefault(n => !Find(n)!.IsUnivariate) is { } joint)
            yield return Mistake.Text(Option.Name, $"'{joint}' among several names", $"distributions of one feature, one for each feature, or '{joint}' alone for all features together", $"{Option.Name} {joint}");
    }

    /// <summary>What was asked for.</summary>
    public DistributionFamily Family(ParseResult parsed) => DistributionFamily.PerFeature([.. parsed.GetRequiredValue(Option)!.Select(ModelFormat.Family)]);

    private static DistributionFamily? Find(string name) => ModelFormat.FindFamily(name) is { } family && family.Name != IndependentComponentsDistribution.FamilyName ? family : null;
}
