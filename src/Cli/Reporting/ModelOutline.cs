using System.Globalization;
using Pipelines.Models;

namespace Pipelines.Cli.Reporting;

/// <summary>A model as indented lines. For a wide model, lists the first features and the number of the others.</summary>
internal static class ModelOutline
{
    private const int MostComponents = 50;
    private const int MostParts = ModelInspection.Most;
    private const int MostLetters = 1_000;

    /// <summary>The lines of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="features">Its features; null = unnamed.</param>
    public static IEnumerable<string> Of(Model model, IReadOnlyList<Feature>? features) =>
        model is GeneralMixtureModel mixture ? Mixture(mixture, features) : Plain(model, features);

    /// <summary>The features by names without line breaks and other control characters.</summary>
    public static IReadOnlyList<Feature>? Shown(IReadOnlyList<Feature>? features) =>
        features?.Select(f => f with { Name = PrintableText.Of(f.Name) }).ToArray();

    private static IEnumerable<string> Mixture(GeneralMixtureModel mixture, IReadOnlyList<Feature>? features)
    {
        for (var k = 0; k < Math.Min(mixture.Components.Count, MostComponents); k++)
        {
            var component = mixture.Components[k];
            yield return string.Create(CultureInfo.InvariantCulture, $"component {k}, weight {mixture.Weights[k]:G6}: {Kind(component)}");
            foreach (var line in Of(component, features)) yield return $"  {line}";
        }
        if (mixture.Components.Count > MostComponents) yield return $"and {mixture.Components.Count - MostComponents} more components";
    }

    private static IEnumerable<string> Plain(Model model, IReadOnlyList<Feature>? features) => model switch
    {
        IndependentComponentsDistribution parts => Parts(parts, features),
        MultivariateGaussianDistribution gaussian => Gaussian(gaussian, features),
        { Dimensions: 1 } => model.Describe(features).Split('\n').Select(line => Limited([line.TrimEnd('\r')]).Single()),
        // A family describes each feature or case in a sentence of its own.
        _ => model.Describe(features).Split('\n').SelectMany(line => Limited(line.TrimEnd('\r').Split("; "))),
    };

    private static IEnumerable<string> Parts(IndependentComponentsDistribution product, IReadOnlyList<Feature>? features)
    {
        var (lines, first) = (new List<string>(), 0);
        for (var j = 0; j < product.Parts.Count; j++)
        {
            var part = product.Parts[j];
            var own = features?.Skip(first).Take(part.Dimensions).ToArray() ?? [.. Enumerable.Range(first, part.Dimensions).Select(i => new Feature($"x{i}"))];
            var weight = product.ColumnWeights[j] == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" (column weight {product.ColumnWeights[j]:G6})");
            if (part is GeneralMixtureModel)
            {
                lines.Add($"{string.Join(", ", own.Select(f => f.Name))}: {Kind(part)}{weight}");
                lines.AddRange(Of(part, own).Select(l => $"  {l}"));
            }
            else
            {
                var outline = Of(part, own).ToArray();
                outline[0] += weight;
                lines.AddRange(outline);
            }
            first += part.Dimensions;
            if (j + 1 < MostParts || j + 1 == product.Parts.Count) continue;
            lines.Add($"and {product.Parts.Count - MostParts} more");
            break;
        }
        return lines;
    }

    private static IEnumerable<string> Gaussian(MultivariateGaussianDistribution gaussian, IReadOnlyList<Feature>? features)
    {
        foreach (var line in Limited(gaussian.Describe(features).Split("; "))) yield return line;
        var pairs = new List<(int I, int J, double R)>();
        // Only the first hundred features are compared, which bounds the number of pairs.
        var width = Math.Min(gaussian.Dimensions, 100);
        for (var i = 0; i < width; i++)
            for (var j = i + 1; j < width; j++) pairs.Add((i, j, gaussian.Covariance(i, j) / Math.Sqrt(gaussian.Covariance(i, i) * gaussian.Covariance(j, j))));
        if (pairs.Count == 0) yield break;
        const int most = 5;
        var strongest = pairs.OrderByDescending(p => Math.Abs(p.R)).Take(most)
            .Select(p => string.Create(CultureInfo.InvariantCulture, $"{Name(p.I)} and {Name(p.J)} {p.R:0.###}"));
        yield return $"{(pairs.Count > most ? "strongest correlations" : "correlation")}: {string.Join(", ", strongest)}";

        string Name(int j) => features?[j].Name ?? $"x{j}";
    }

    private static IEnumerable<string> Limited(string[] lines)
    {
        foreach (var line in lines.Take(MostParts)) yield return line.Length <= MostLetters ? line : $"{line[..MostLetters]} …";
        if (lines.Length > MostParts) yield return $"and {lines.Length - MostParts} more";
    }

    private static string Kind(Distribution distribution) => distribution switch
    {
        { IsFrozen: true } => $"{distribution.FormatName}, frozen",
        _ => distribution.FormatName,
    };
}
