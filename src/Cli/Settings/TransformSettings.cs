using System.CommandLine;
using System.CommandLine.Parsing;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Settings;

/// <summary>The options for what is done to the features before the fit. It becomes part of the model.</summary>
internal sealed class TransformSettings
{
    private const string None = "none";

    private readonly Setting<string?> scale = Setting.Choice(
        "--scale", "Bring the features of numbers to a common scale, which becomes part of the model: 'standard' to mean 0 and standard deviation 1, 'robust' "
            + "to median 0 and interquartile range 1 (of a sample of 65,536 rows), 'none' not at all. A feature of spread 0 keeps the scale 1. Likelihoods and "
            + "densities stay those of the original features; distances are in scaled units. [default: none, or as in --initial]", "HOW",
        [.. FeatureScaling.All.Select(s => s.Name), None], "standard");

    private readonly Setting<IReadOnlyList<string>?> log = Setting.Names(
        "--log", "Features to take the natural logarithm of, before --scale. It becomes part of the model; a value that is not above 0 is a bad row. Repeat "
            + "the option to add features. [default: none, or as in --initial]", "a,b,c", "names of features of numbers, separated by commas, each once",
        "distance");

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [scale, log];

    /// <summary>True if features get transforms.</summary>
    public bool IsGiven(ParseResult parsed) => parsed.GetValue(log) is not null || parsed.GetValue(scale) is not (null or None);

    /// <summary>What the features get, for the plan.</summary>
    public IEnumerable<string> Describe(ParseResult parsed)
    {
        if (parsed.GetValue(log) is { } names) yield return $"logarithms of {string.Join(", ", names)}";
        if (parsed.GetValue(scale) is { } name and not None) yield return $"scale {name}";
    }

    /// <summary>Errors that involve several options.</summary>
    /// <param name="result">The parsed command.</param>
    /// <param name="fit">The options that all kinds of fits share.</param>
    public IEnumerable<UsageError> Check(CommandResult result, FitSettings fit)
    {
        if (result.IsGiven(fit.Initial) && All.OfType<ISetting>().FirstOrDefault(s => result.IsGiven((Option)s)) is Option both)
            yield return UsageError.For($"{both.Name} and {fit.Initial.Name}", "both", "one of them, as an initial model keeps what is done to its features",
                $"{fit.Initial.Name} {fit.Initial.Example}");
        if (result.Given(fit.Features) is { } features && result.Given(log)?.FirstOrDefault(l => !features.Contains(l)) is { } unknown)
            yield return new(log.Name, $"'{unknown}', which is no feature", $"names among those of {fit.Features.Name}",
                NearestName.Remedy(unknown, features, $"leave it out, or add it to {fit.Features.Name}"));
    }

    /// <summary>The features with the transforms that are known before the fit; null = they are not named.</summary>
    public IReadOnlyList<Feature>? Features(IReadOnlyList<string>? names, ParseResult parsed) => names is null ? null
        : [.. names.Select(n => parsed.GetValue(log)?.Contains(n) == true ? new Feature(n) { Transforms = [FeatureTransform.Log] } : new(n))];

    /// <summary>The options of the fit.</summary>
    public FitOptions With(FitOptions options, ParseResult parsed) =>
        parsed.GetValue(scale) is { } name and not None ? options with { Scaling = FeatureScaling.Named(name) } : options;

    /// <summary>The pipeline with the features' transforms.</summary>
    public Pipeline Of(Pipeline pipeline, ParseResult parsed) => parsed.GetValue(log) is { } names ? pipeline.Log([.. names]) : pipeline;
}
