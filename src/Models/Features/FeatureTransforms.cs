using Pipelines.Models.Kernels;

namespace Pipelines;

/// <summary>The transforms of all features of a row, one after the other for each feature. An immutable value.</summary>
public sealed class FeatureTransforms
{
    private readonly FeatureTransform[][] features;

    /// <summary>Creates the transforms.</summary>
    /// <param name="features">Shape [features][transforms]: those of each feature in the order in which they are applied; none = the feature is taken as it
    /// is.</param>
    public FeatureTransforms(IEnumerable<IReadOnlyList<FeatureTransform>> features)
    {
        ArgumentNullException.ThrowIfNull(features);
        this.features = [.. features.Select(f => f.ToArray())];
        IsEmpty = Array.TrueForAll(this.features, f => f.Length == 0);
    }

    /// <summary>No transforms, of any number of features.</summary>
    public static FeatureTransforms None { get; } = new([]);

    /// <summary>The transforms of some features.</summary>
    /// <param name="features">The features; null = none are known.</param>
    public static FeatureTransforms Of(IReadOnlyList<Feature>? features) =>
        features is null || features.All(f => f.Transforms.Count == 0) ? None : new(features.Select(f => f.Transforms));

    /// <summary>True if no feature has a transform.</summary>
    public bool IsEmpty { get; }

    /// <summary>Number of features; beyond it none has a transform.</summary>
    internal int Features => features.Length;

    /// <summary>The transforms of a feature, in the order in which they are applied.</summary>
    /// <param name="feature">Index of the feature.</param>
    public IReadOnlyList<FeatureTransform> this[int feature] => feature < features.Length ? features[feature] : [];

    /// <summary>These transforms, followed by others.</summary>
    public FeatureTransforms Then(FeatureTransforms next)
    {
        ArgumentNullException.ThrowIfNull(next);
        return IsEmpty ? next : next.IsEmpty ? this
            : new(Enumerable.Range(0, Math.Max(features.Length, next.features.Length))
                .Select(j => (IReadOnlyList<FeatureTransform>)[.. this[j], .. next[j]]));
    }

    /// <summary>The features with these transforms after their own.</summary>
    public IReadOnlyList<Feature> AddTo(IReadOnlyList<Feature> to)
    {
        ArgumentNullException.ThrowIfNull(to);
        return IsEmpty ? to : [.. to.Select((f, j) => this[j].Count == 0 ? f : f with { Transforms = [.. f.Transforms, .. this[j]] })];
    }

    /// <summary>Transforms the values of a feature, in place.</summary>
    /// <param name="feature">Index of the feature.</param>
    /// <param name="values">Any number of values; NaN = missing.</param>
    public void Apply(int feature, Span<double> values)
    {
        foreach (var transform in this[feature]) transform.Apply(values);
    }

    /// <summary>The value of a feature that was transformed into <paramref name="value"/>.</summary>
    public double Invert(int feature, double value)
    {
        for (var t = this[feature].Count - 1; t >= 0; t--) value = features[feature][t].Invert(value);
        return value;
    }

    /// <summary>A row in the original units.</summary>
    /// <param name="row">Shape [features]: as the model sees it.</param>
    internal double[] Invert(IReadOnlyList<double> row) => [.. row.Select((value, j) => Invert(j, value))];

    /// <summary>ln f'(x) of a feature whose transformed value f(x) is <paramref name="value"/>; 0 if it is missing.</summary>
    public double LogSlope(int feature, double value)
    {
        if (double.IsNaN(value)) return 0;
        var sum = 0.0;
        for (var t = this[feature].Count - 1; t >= 0; t--)
        {
            sum += features[feature][t].LogSlope(value);
            value = features[feature][t].Invert(value);
        }
        return sum;
    }

    /// <summary>A copy of rows in memory, transformed, with their weights, labels, priors and keys.</summary>
    /// <param name="rows">The rows.</param>
    /// <exception cref="ModelException">A value is one for which a transform is not defined; the error names row and feature.</exception>
    public FeatureMatrix Apply(FeatureMatrix rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (IsEmpty) return rows;
        var stride = Math.Max(1, rows.Rows);
        var values = new double[rows.Columns * stride];
        var block = rows.Block(0, rows.Rows);
        for (var j = 0; j < rows.Columns; j++)
        {
            var column = values.AsSpan(j * stride, rows.Rows);
            for (var i = 0; i < column.Length; i++) column[i] = block[i, j];
            Check(j, column);
            Apply(j, column);
        }
        return rows.Over(values, stride);
    }

    /// <summary>Adds the logarithms of the slopes to log-densities of transformed rows, which makes them those of the original rows.</summary>
    /// <param name="block">The transformed rows.</param>
    /// <param name="logs">Shape [rows], or [sequences] if the rows are sequences.</param>
    public void AddLogSlopes(in FeatureBlock block, Span<double> logs)
    {
        if (IsEmpty) return;
        using var scratch = Scratch.Enter();
        var slopes = scratch.Take(block.Rows);
        LogSlopes(block, slopes);
        if (block.SequenceOffsets.IsEmpty)
        {
            for (var i = 0; i < slopes.Length; i++) logs[i] += slopes[i];
            return;
        }
        for (var s = 0; s < block.SequenceCount; s++)
            for (var i = block.SequenceOffsets[s]; i < block.SequenceOffsets[s + 1]; i++) logs[s] += slopes[i];
    }

    /// <summary>The logarithm of the slope in each row, summed over the features that are not missing.</summary>
    /// <param name="block">The transformed rows.</param>
    /// <param name="slopes">Shape [rows]; filled.</param>
    public void LogSlopes(in FeatureBlock block, Span<double> slopes)
    {
        slopes.Clear();
        for (var j = 0; j < features.Length; j++)
        {
            if (features[j].Length == 0) continue;
            for (var i = 0; i < block.Rows; i++) slopes[i] += LogSlope(j, block[i, j]);
        }
    }

    private void Check(int feature, ReadOnlySpan<double> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var value = values[i];
            foreach (var transform in this[feature])
            {
                if (double.IsFinite(value) && !transform.IsDefinedFor(value))
                    throw new ModelException(ErrorKind.Data, FormattableString.Invariant($"row {i}, feature {feature}"),
                        FormattableString.Invariant($"{value}"), $"{transform.Domain}, as the feature is transformed by {transform}",
                        "correct the value, make it NaN, or leave the transform out")
                    { FeatureIndex = feature };
                value = transform.Apply(value);
            }
        }
    }
}
