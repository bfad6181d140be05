using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Mixtures;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// Independent features, each with its own distribution: log p(x) = sum over j of weight_j log p_j(x_j). With normal parts it is a
/// Gaussian with diagonal covariance. Missing entries contribute what their part defines (0). Column weights scale log-probabilities; they are
/// neither normalised nor fitted.
/// </summary>
public sealed class IndependentComponentsDistribution : Distribution, IDistributionFamily<IndependentComponentsDistribution>, ICovarianceFamily
{
    private readonly int[] offsets;

    /// <summary>Creates a product of distributions.</summary>
    /// <param name="parts">At least one; together they cover the features from left to right.</param>
    /// <param name="columnWeights">Shape [parts], finite and at least 0; null = all 1.</param>
    /// <exception cref="ModelException">There is no part, or a weight is out of range.</exception>
    public IndependentComponentsDistribution(IReadOnlyList<Distribution> parts, IReadOnlyList<double>? columnWeights = null)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ModelException.CheckOptions("independent components",
            (parts.Count > 0, nameof(parts), parts.Count, "at least one part"),
            (!parts.Any(p => p.IsOfSequences), nameof(parts), "a mixture of sequence models", "distributions of rows"),
            (columnWeights is null || columnWeights.Count == parts.Count, nameof(columnWeights), columnWeights?.Count,
                $"one weight for each of {parts.Count} parts"),
            (columnWeights is null || columnWeights.All(w => double.IsFinite(w) && w >= 0), nameof(columnWeights), "a weight out of range",
                "finite numbers of at least 0"));
        Parts = [.. parts];
        ColumnWeights = columnWeights is null ? [.. Enumerable.Repeat(1.0, parts.Count)] : [.. columnWeights];
        offsets = new int[Parts.Count + 1];
        for (var j = 0; j < Parts.Count; j++) offsets[j + 1] = offsets[j] + Parts[j].Dimensions;
    }

    [ModuleInitializer]
    internal static void Register()
    {
        ModelFormat.RegisterFamily<IndependentComponentsDistribution>();
        DistributionFamily.Product = parts => new IndependentComponentsDistribution(parts);
    }

    /// <inheritdoc/>
    public static string FamilyName => "independent-components";

    /// <inheritdoc/>
    public static bool IsUnivariate => false;

    /// <inheritdoc/>
    public static bool IsImplied => true;

    /// <summary>The parts, from the first feature to the last.</summary>
    public IReadOnlyList<Distribution> Parts { get; }

    /// <summary>Shape [Parts].</summary>
    public IReadOnlyList<double> ColumnWeights { get; }

    /// <summary>The parts' parameters; column weights are not fitted.</summary>
    protected override long FreeParameters => Parts.Sum(p => p.ParameterCount);

    /// <inheritdoc/>
    public override bool IsEstimatedInOnePass => Parts.All(p => p.IsEstimatedInOnePass);

    /// <inheritdoc/>
    public override FitUses Uses => Parts.Aggregate(FitUses.None, (uses, p) => uses | p.Uses);

    /// <inheritdoc/>
    protected override ParameterKinds FreeParameterKinds => Parts.Aggregate(ParameterKinds.None, (kinds, p) => kinds | p.ParameterKinds);

    /// <summary>Those of the parts that have a covariance.</summary>
    public long CovarianceParameters => Parts.Sum(p => (p as ICovarianceFamily)?.CovarianceParameters ?? 0);

    /// <inheritdoc/>
    internal override string? WhyNotTied() =>
        CovarianceParameters == 0 ? $"{FormatName} of which none has a covariance"
            : !IsFrozen && Parts.Any(p => p.IsFrozen) ? $"{FormatName} of which some are frozen"
            : Parts.Where(p => p.ParameterKinds.HasFlag(ParameterKinds.Covariances)).Select(p => p.WhyNotTied()).FirstOrDefault(w => w is not null);

    /// <inheritdoc/>
    public override int Dimensions => offsets[^1];

    /// <inheritdoc/>
    public override string FormatName => FamilyName;

    /// <inheritdoc/>
    public override int? CategoryCount(int feature)
    {
        var part = Array.FindLastIndex(offsets, o => o <= feature);
        return Parts[part].CategoryCount(feature - offsets[part]);
    }

    /// <inheritdoc/>
    /// <remarks>A column weight scales the log-probability in a product; a single density scaled that way would not integrate to 1.</remarks>
    public override IReadOnlyList<(double Weight, Distribution Term)> Terms() => [(1, Parts.Count == 1 ? Parts[0] : this)];

    /// <inheritdoc/>
    public override GaussianShape? AsGaussian()
    {
        var shapes = Parts.Select(p => p.AsGaussian()).OfType<GaussianShape>().ToArray();
        return shapes.Length == Parts.Count && ColumnWeights.All(w => w == 1) ? GaussianShape.Independent(shapes) : null;
    }

    /// <inheritdoc/>
    public override bool IsDiscrete => Parts.All(p => p.IsDiscrete);

    /// <summary>Diagonal Gaussian: a normal distribution for each feature.</summary>
    public static IndependentComponentsDistribution Prototype(ReadOnlySpan<double> center)
    {
        var parts = new Distribution[center.Length];
        for (var j = 0; j < parts.Length; j++) parts[j] = NormalDistribution.Prototype(center.Slice(j, 1));
        return new(parts);
    }

    /// <inheritdoc/>
    public static IndependentComponentsDistribution ReadParameters(JsonElement json) =>
        new([.. json.Array("parts").Select(ModelFormat.ReadDistribution)], json.Numbers("columnWeights"));

    /// <inheritdoc/>
    public override void WriteParameters(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteNumbers("columnWeights", ColumnWeights);
        writer.WriteList("parts", Parts, part => ModelFormat.Write(writer, part));
    }

    /// <inheritdoc/>
    public override void LogProbability(in FeatureTile tile, Span<double> result)
    {
        using var scratch = Scratch.Enter();
        var part = scratch.Take(FeatureTile.Capacity);
        result[..tile.Rows].Clear();
        for (var j = 0; j < Parts.Count; j++)
        {
            if (ColumnWeights[j] == 0) continue;
            Parts[j].LogProbability(tile.Slice(offsets[j], Parts[j].Dimensions), part);
            var weight = ColumnWeights[j];
            for (var i = 0; i < tile.Rows; i++) result[i] += weight * part[i];
        }
    }

    internal override Distribution Smoothed() => IsFrozen ? this : new IndependentComponentsDistribution([.. Parts.Select(p => p.Smoothed())], ColumnWeights);

    internal override ProbabilityModel Knowing(ReadOnlySpan<bool[]?> known)
    {
        if (IsFrozen) return this;
        var parts = new Distribution[Parts.Count];
        for (var j = 0; j < parts.Length; j++) parts[j] = (Distribution)Parts[j].Knowing(known.Slice(offsets[j], Parts[j].Dimensions));
        return parts.SequenceEqual(Parts, ReferenceEqualityComparer.Instance) ? this : new IndependentComponentsDistribution(parts, ColumnWeights);
    }

    /// <inheritdoc/>
    public override Statistics CreateStatistics() =>
        new CompositeStatistics(FormatName, [.. Parts.Select(p => p.CreateStatistics())], [.. Parts.Select(p => p.Dimensions)]);

    /// <inheritdoc/>
    public override void Accumulate(in FeatureTile tile, ReadOnlySpan<double> weights, Statistics statistics)
    {
        var parts = ((CompositeStatistics)statistics).Parts;
        for (var j = 0; j < Parts.Count; j++)
            Parts[j].Accumulate(tile.Slice(offsets[j], Parts[j].Dimensions), weights, parts[j]);
    }

    /// <inheritdoc/>
    public override void Recenter(Statistics statistics, Model from)
    {
        for (var j = 0; j < Parts.Count; j++) Parts[j].Recenter(((CompositeStatistics)statistics).Parts[j], ((IndependentComponentsDistribution)from).Parts[j]);
    }

    internal override double? LogLikelihood(Statistics statistics)
    {
        double? sum = 0;
        // A weight of 0 also hides what is impossible.
        for (var j = 0; j < Parts.Count; j++)
            if (ColumnWeights[j] != 0) sum += ColumnWeights[j] * Parts[j].LogLikelihood(((CompositeStatistics)statistics).Parts[j]);
        return sum;
    }

    /// <inheritdoc/>
    public override IndependentComponentsDistribution Maximize(Statistics statistics, in MaximizeOptions options)
    {
        if (IsFrozen) return this;
        var parts = ((CompositeStatistics)statistics).Parts;
        var fitted = new Distribution[Parts.Count];
        for (var j = 0; j < fitted.Length; j++)
        {
            try
            {
                fitted[j] = (Distribution)Parts[j].MaximizePart(parts[j], options.At(offsets[j], Parts[j].Dimensions));
            }
            catch (ModelException e)
            {
                throw e.Within($"feature {offsets[j]}", offsets[j]);
            }
        }
        return new(fitted, ColumnWeights);
    }

    /// <inheritdoc/>
    /// <remarks>Parts without a covariance stay as they are.</remarks>
    public Distribution WithCovarianceOf(Distribution other) => new IndependentComponentsDistribution(
        [.. Parts.Zip(((IndependentComponentsDistribution)other).Parts, (own, its) => (own as ICovarianceFamily)?.WithCovarianceOf(its) ?? own)],
        ColumnWeights);

    internal override (string Family, string Support)? Outside(int feature, double value)
    {
        var part = Array.FindLastIndex(offsets, o => o <= feature);
        return Parts[part].Outside(feature - offsets[part], value);
    }

    /// <inheritdoc/>
    public override string? FixedSupport(int feature)
    {
        var part = Array.FindLastIndex(offsets, o => o <= feature);
        return Parts[part].FixedSupport(feature - offsets[part]);
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Diagnose(Statistics statistics) => DiagnoseParts(statistics, static (part, own) => part.Diagnose(own));

    internal override IEnumerable<string> DiagnosePart(Statistics statistics) => DiagnoseParts(statistics, static (part, own) => part.DiagnosePart(own));

    /// <inheritdoc/>
    public override string? Impossible(Statistics statistics)
    {
        for (var j = 0; j < Parts.Count; j++)
            if (Parts[j].Impossible(((CompositeStatistics)statistics).Parts[j]) is { } why) return $"feature {offsets[j]}: {why}";
        return null;
    }

    /// <inheritdoc/>
    public override void EnsureEvaluable()
    {
        foreach (var part in Parts) part.EnsureEvaluable();
    }

    /// <inheritdoc/>
    public override void Sample(SeededRandom random, Span<double> row)
    {
        for (var j = 0; j < Parts.Count; j++) Parts[j].Sample(random, row[offsets[j]..offsets[j + 1]]);
    }

    /// <inheritdoc/>
    /// <remarks>Also null if a part's requested features are not adjacent in the list. Column weights are kept.</remarks>
    public override Distribution? Marginal(params ReadOnlySpan<int> features)
    {
        CheckMarginal(features);
        var (parts, weights) = (new List<Distribution>(), new List<double>());
        var seen = new HashSet<int>();
        for (var first = 0; first < features.Length;)
        {
            var part = PartOf(features[first]);
            var end = first + 1;
            while (end < features.Length && PartOf(features[end]) == part) end++;
            var inside = features[first..end].ToArray();
            for (var j = 0; j < inside.Length; j++) inside[j] -= offsets[part];
            if (!seen.Add(part) || Parts[part].Marginal(inside) is not { } marginal) return null;
            parts.Add(marginal);
            weights.Add(ColumnWeights[part]);
            first = end;
        }
        return parts.Count == 1 && weights[0] == 1 ? parts[0] : new IndependentComponentsDistribution(parts, weights);
    }

    private int PartOf(int feature) => Array.FindLastIndex(offsets, o => o <= feature);

    /// <inheritdoc/>
    public override MixtureKernel? CreateMixtureKernel(IReadOnlyList<Distribution> components) =>
        DiagonalNormalKernel.TryCreate(components) ?? ProductKernel.TryCreate(components);

    /// <inheritdoc/>
    public override bool Equals(object? obj) =>
        obj is IndependentComponentsDistribution o && o.Parts.SequenceEqual(Parts) && o.ColumnWeights.SequenceEqual(ColumnWeights) && o.IsFrozen == IsFrozen;

    /// <inheritdoc/>
    public override int GetHashCode() => Parts.Aggregate(17, HashCode.Combine);

    /// <inheritdoc/>
    public override string ToString() => $"IndependentComponents({string.Join(", ", Parts)})";

    private IEnumerable<string> DiagnoseParts(Statistics statistics, Func<Distribution, Statistics, IEnumerable<string>> say) =>
        Parts.SelectMany((part, j) => say(part, ((CompositeStatistics)statistics).Parts[j]).Select(words => $"feature {offsets[j]}: {words}"));

    /// <inheritdoc/>
    public override string Describe(IReadOnlyList<Feature>? features = null) =>
        string.Join("; ", Parts.Select((p, j) => p.Describe(features?.Skip(offsets[j]).Take(p.Dimensions).ToArray())));

    /// <inheritdoc/>
    public override IEnumerable<OutlineEntry> Outline(IReadOnlyList<Feature>? features = null)
    {
        for (var j = 0; j < Parts.Count; j++)
        {
            var part = Parts[j];
            Feature[] own = [.. Enumerable.Range(offsets[j], part.Dimensions).Select(i => features?[i] ?? new Feature($"x{i}"))];
            var weight = ColumnWeights[j] == 1 ? "" : $" (column weight {ColumnWeights[j].Text()})";
            var lines = part.Outline(own);
            if (part.WeightedParts().Count > 0)
            {
                yield return new($"{string.Join(", ", own.Select(f => f.Name))}: {part.Kind}{weight}", lines);
                continue;
            }
            foreach (var (line, i) in lines.Select((line, i) => (line, i))) yield return i == 0 ? line with { Text = line.Text + weight } : line;
        }
    }
}
