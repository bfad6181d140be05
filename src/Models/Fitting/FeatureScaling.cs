using Pipelines.Models.Fitting;

namespace Pipelines;

/// <summary>
/// A way to bring features to a common scale before a fit: where each feature's center and scale come from. They become part of the model
/// (<see cref="FeatureTransform.Linear"/>). A new way is one class, which adds itself.
/// </summary>
public abstract class FeatureScaling
{
    private static readonly SortedDictionary<string, FeatureScaling> all = new(StringComparer.Ordinal);

    /// <summary>All ways, by name.</summary>
    public static IReadOnlyList<FeatureScaling> All => [.. all.Values];

    /// <summary>To a mean of 0 and a standard deviation of 1: center = Σ w x / W, scale = sqrt(Σ w (x - center)² / W).</summary>
    public static FeatureScaling Standard => Named("standard");

    /// <summary>
    /// To a median of 0 and an interquartile range of 1, which outliers hardly change. Both are taken of a sample of
    /// <see cref="FitOptions.InitializationRows"/> rows if there are more.
    /// </summary>
    public static FeatureScaling Robust => Named("robust");

    /// <summary>The name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>What the scale measures, for messages: <c>standard deviation</c>.</summary>
    internal abstract string Spread { get; }

    /// <summary>True if it looks at a sample of the rows; false if the moments of all rows are enough.</summary>
    internal abstract bool TakesSample { get; }

    /// <summary>Center and spread of a feature that has at least two values.</summary>
    /// <param name="moments">The moments of all rows.</param>
    /// <param name="sample">A sample of the rows; null if <see cref="TakesSample"/> is false.</param>
    /// <param name="feature">Index of the feature.</param>
    internal abstract (double Center, double Spread) Measure(MomentStatistics moments, FeatureSample? sample, int feature);

    /// <inheritdoc/>
    public sealed override string ToString() => Name;

    /// <summary>The way with the given name.</summary>
    /// <exception cref="ModelException">There is none.</exception>
    public static FeatureScaling Named(string name) => all.TryGetValue(name, out var scaling) ? scaling
        : throw new ModelException(ErrorKind.Usage, "scaling", $"'{name}'", string.Join(" or ", all.Keys),
            NearestName.Remedy(name, all.Keys, "correct the name"));

    /// <summary>Adds a way. Called by each when the library is loaded.</summary>
    private protected static void Add(FeatureScaling scaling) => all.Add(scaling.Name, scaling);
}
