using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Pipelines.Cli.Terminal;
using Pipelines.Models.Serialization;

namespace Pipelines.Cli.Settings;

/// <summary>The option for the family of distributions to fit, one for all features or one for each.</summary>
internal sealed class DistributionSettings
{
    private const string Example = "multivariate-gaussian";
    private const string Expected = "the name of a distribution for all features, or one for each feature";

    /// <summary>Creates the option.</summary>
    /// <param name="what">What the distribution is for, as the beginning of the help text.</param>
    public DistributionSettings(string what)
    {
        Option = Make(what);
        Option.CompletionSources.Add(_ => Known.Select(f => new System.CommandLine.Completions.CompletionItem(f.Name)));
    }

    private static Setting<IReadOnlyList<string>?> Make(string what) => Setting.Names(
        "--distribution",
        $"{what}: one name for all features, or one for each. Features are independent unless the distribution is multivariate. "
            + $"Names: {Names}. Some take an argument in brackets: {Arguments}. "
        + "'discrete' takes text, numbers or booleans as categories; a category not in the fitted data gets probability 1e-9. A value "
        + "outside a distribution's support ends a fit with an error; its score is -infinity. 'poisson' also takes fractions.",
        "NAME[,NAME…]", Expected, Example, names => names.Select(Wrong).FirstOrDefault(w => w is not null));

    /// <summary>The option.</summary>
    public Setting<IReadOnlyList<string>?> Option { get; }

    private static IEnumerable<DistributionFamily> Known => ModelFormat.Families.Where(f => !f.IsImplied);

    private static string Names => string.Join(", ", Known.Select(f => f.Name));

    private static string Arguments => string.Join("; ", Known.Where(f => f.Argument is not null).Select(f => $"{f.Name}({f.Argument})"));

    /// <summary>The option for the family of one component, or those of its features; repeated for each component.</summary>
    public Setting<IReadOnlyList<IReadOnlyList<string>>?> Each { get; } = new(
        "--component", "Distribution of one component: one name for all features, or one for each, as in --distribution. Give the option once for each "
            + "component, instead of --distribution and --components: --component normal --component gamma. Component k starts from cluster k, without the "
            + "rows outside its support; --restarts tries other assignments. [default: as --distribution says]", "NAME[,NAME…]", Expected, "gamma",
        static (ISetting setting, string option, IReadOnlyList<string> texts, out IReadOnlyList<IReadOnlyList<string>>? value) =>
        {
            var all = new List<IReadOnlyList<string>>();
            value = all;
            foreach (var text in texts)
            {
                all.Add(NameList.Parse(text, out var problem));
                if (problem is not null) return UsageError.For(option, $"'{text}': {problem}", setting.Expected, $"{option} {setting.Example}");
                if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                    return new(option, $"'{text}'", setting.Expected, $"did you mean --components {text}?");
                if (all[^1].Select(Wrong).FirstOrDefault(w => w is not null) is { } wrong)
                    return new(option, wrong.Found, wrong.Expected, wrong.Remedy.Replace("--distribution", option, StringComparison.Ordinal));
            }
            return null;
        },
        null)
    {
        Arity = ArgumentArity.OneOrMore,
    };

    /// <summary>Errors that involve the option for each component, the features and the options that it replaces.</summary>
    public IEnumerable<UsageError> CheckEach(CommandResult result, Setting<IReadOnlyList<string>?> features, params IReadOnlyList<Option> replaced)
    {
        if (replaced.FirstOrDefault(result.IsGiven) is { } other && result.Given(Each) is not null)
            yield return UsageError.For($"{Each.Name} and {other.Name}", "both", $"one of them, as {Each.Name} names each component's own distribution",
                $"{Each.Name} normal {Each.Name} gamma");
        foreach (var names in result.Given(Each) ?? [])
            foreach (var mistake in Check(Each, names, result, features, null)) yield return mistake;
    }

    /// <summary>The families of the components.</summary>
    public IReadOnlyList<DistributionFamily>? Families(ParseResult parsed) =>
        parsed.GetValue(Each) is { } all ? [.. all.Select(DistributionFamily.Named)] : null;

    /// <summary>Errors that involve the option and the features.</summary>
    /// <param name="result">The parsed command.</param>
    /// <param name="features">The option that names the features.</param>
    /// <param name="otherwise">The features if that option is not given; null = known only from the data.</param>
    public IEnumerable<UsageError> Check(CommandResult result, Setting<IReadOnlyList<string>?> features, IReadOnlyList<string>? otherwise = null) =>
        Check(Option, result.Given(Option), result, features, otherwise);

    private static IEnumerable<UsageError> Check(Option option, IReadOnlyList<string>? found, CommandResult result, Setting<IReadOnlyList<string>?> features,
        IReadOnlyList<string>? otherwise)
    {
        if (found is not { Count: > 1 } names) yield break;
        if (!result.IsGiven(features) && otherwise is null)
            yield return UsageError.For($"{option.Name} with {names.Count} names", $"no {features.Name}", "the features they are for, in the same order",
                $"{features.Name} {features.Example}");
        else if ((result.IsGiven(features) ? result.Given(features) : otherwise) is { } given && given.Count != names.Count)
            yield return UsageError.For(option.Name, $"{names.Count} names for {given.Count} {(given.Count == 1 ? "feature" : "features")}",
                "one name for all features, or one for each", $"{option.Name} normal");
        if (names.FirstOrDefault(n => !Find(n)!.IsUnivariate) is { } joint)
            yield return UsageError.For(option.Name, $"'{joint}' among several names",
                $"distributions of one feature, one for each feature, or '{joint}' alone for all features together", $"{option.Name} {joint}");
    }

    /// <summary>An error if the option that chooses the start has no effect.</summary>
    /// <param name="result">The parsed command.</param>
    /// <param name="init">The option.</param>
    public IEnumerable<UsageError> CheckStart(CommandResult result, Setting<string?> init)
    {
        if (result.Given(init) is { } start && result.Given(Option) is { } names && names.All(n => ModelFormat.Family(n).IsCategorical(0)))
            yield return new(init.Name, $"'{start}'", "no such option, as components of categories start at random", "leave it out");
    }

    /// <summary>The family that the option names.</summary>
    public DistributionFamily Family(ParseResult parsed) => DistributionFamily.PerFeature([.. parsed.GetRequiredValue(Option)!.Select(ModelFormat.Family)]);

    private static DistributionFamily? Find(string name) => ModelFormat.FindFamily(name) is { IsImplied: false } family ? family : null;

    // What is wrong with a name, and what to try; null if it is valid.
    private static (string Found, string Expected, string Remedy)? Wrong(string name)
    {
        if (Find(name) is not null) return null;
        var at = name.IndexOf('(', StringComparison.Ordinal);
        if (at <= 0 || Find(name[..at].TrimEnd()) is not { } family)
            return ($"'{name}'", Expected, Nearest(at > 0 ? name[..at] : name) is { } near
                ? $"did you mean '{near}'?"
                : $"for example --distribution {Example}");
        if (family.Argument is null) return ($"'{name}' with an argument", $"'{family.Name}', which takes none", "leave the brackets out");
        var expected = $"{family.Name}({family.Argument})";
        if (!name.EndsWith(')')) return ($"'{name}' without its closing bracket", expected, $"for example --distribution '{name})'");
        var argument = name[(at + 1)..^1];
        return ($"'{name}' with the argument '{argument}'", expected, Nearest(argument) is { } inner && family.With(inner) is not null
            ? $"did you mean '{family.Name}({inner})'?"
            : "correct the argument");
    }

    private static string? Nearest(string name) =>
        Known.FirstOrDefault(f => f.OtherNames.Contains(name, StringComparer.OrdinalIgnoreCase))?.Name ?? NearestName.Of(name, Known.Select(f => f.Name));
}
