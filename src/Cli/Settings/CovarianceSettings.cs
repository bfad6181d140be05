using System.CommandLine;
using System.CommandLine.Parsing;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Settings;

/// <summary>The options for the shape of Gaussians' covariances, which stand for a distribution, and for covariances that are shared.</summary>
internal sealed class CovarianceSettings
{
    private const string Full = "full";
    private const string Shared = "tied";

    private static readonly SortedList<string, CovarianceShape> shapes = new(StringComparer.Ordinal)
    {
        ["diagonal"] = CovarianceShape.Diagonal,
        [Full] = CovarianceShape.Full,
        ["spherical"] = CovarianceShape.Spherical,
        [Shared] = CovarianceShape.Full,
    };

    private readonly DistributionSettings distribution;
    private readonly string parts;

    /// <summary>Creates the options.</summary>
    /// <param name="distribution">The option for the distribution.</param>
    /// <param name="parts">What has covariances, such as <c>components</c>; null = a single distribution, which has nothing to share.</param>
    /// <param name="tied">The option that ties covariances, if there are parts.</param>
    public CovarianceSettings(DistributionSettings distribution, string? parts = null, Option<bool>? tied = null)
    {
        (this.distribution, this.parts, Tied) = (distribution, parts ?? "distribution", tied);
        var own = parts is null ? "" : " of its own";
        Shape = Setting.Choice("--covariance",
            $"Gaussian distributions with covariances of this shape, instead of --distribution: '{Full}', any covariance{own} (multivariate-gaussian); "
                + (parts is null ? "" : $"'{Shared}', one full covariance for all {parts} (multivariate-gaussian with --tied); ")
                + $"'diagonal', a variance for each feature{own} (diagonal-gaussian); 'spherical', one variance for all features{own} (spherical-gaussian). "
                + "[default: as --distribution says]", "SHAPE", shapes.Keys.Where(k => parts is not null || k != Shared), "diagonal");
    }

    /// <summary>The shape.</summary>
    public Setting<string?> Shape { get; }

    /// <summary>True: the parts share one covariance; null = there are no parts.</summary>
    public Option<bool>? Tied { get; }

    /// <summary>The options.</summary>
    public IReadOnlyList<Option> All => Tied is null ? [Shape] : [Shape, Tied];

    /// <summary>Errors that involve several options.</summary>
    public IEnumerable<UsageError> Check(CommandResult result)
    {
        if (result.Given(Shape) is not { } shape || !shapes.TryGetValue(shape, out var own)) yield break;
        var option = distribution.Option;
        var family = DistributionFamily.Gaussian(own).Name;
        if (result.Given(option) is { } names && !(names is [var name] && (name == family || name == DistributionFamily.Gaussian(default).Name)))
            yield return UsageError.For($"{Shape.Name} and {option.Name}", $"'{shape}' and '{string.Join(",", names)}'",
                $"one of them, or the same distribution in both ('{family}')", $"{Shape.Name} {shape}");
        if (shape == Full && Tied is not null && result.IsGiven(Tied))
            yield return UsageError.For($"{Shape.Name} and {Tied.Name}", $"'{Full}' and one covariance for all {parts}",
                $"'{Full}', a covariance for each, or '{Shared}'", $"{Shape.Name} {Shared}");
    }

    /// <summary>The family that the options name.</summary>
    public DistributionFamily Family(ParseResult parsed) =>
        parsed.GetValue(Shape) is { } shape ? DistributionFamily.Gaussian(shapes[shape]) : distribution.Family(parsed);

    /// <summary>True: the parts share one covariance.</summary>
    public bool IsTied(ParseResult parsed) => (Tied is not null && parsed.GetValue(Tied)) || parsed.GetValue(Shape) == Shared;
}
