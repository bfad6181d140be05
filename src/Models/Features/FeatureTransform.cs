namespace Pipelines;

/// <summary>
/// An increasing function that a model applies to the values of a feature before anything else, so that it belongs to the model: it is saved with it, applied
/// wherever rows are scored, and undone where rows are drawn. An immutable value. A new transform is one class, which adds itself.
/// </summary>
/// <remarks>
/// A missing value (NaN) stays missing. A model of y = f(x) has the density p(f(x)) f'(x) of x, so log-likelihoods of models with different transforms can be
/// compared. Source: Casella and Berger, Statistical Inference, 2nd edition, theorem 2.1.5.
/// </remarks>
public abstract class FeatureTransform
{
    private static readonly SortedDictionary<string, Func<Func<string, double>, FeatureTransform>> all = new(StringComparer.Ordinal);

    /// <summary>The name in model files, lower-case with hyphens.</summary>
    public abstract string Name { get; }

    /// <summary>The natural logarithm.</summary>
    public static FeatureTransform Log { get; } = new LogTransform();

    /// <summary>Subtracts a center, then divides by a scale.</summary>
    /// <param name="center">What becomes 0, in the feature's unit; finite.</param>
    /// <param name="scale">What becomes 1, in the feature's unit; finite and above 0.</param>
    /// <exception cref="ModelException">A number is out of range.</exception>
    public static FeatureTransform Linear(double center, double scale) => new LinearTransform(center, scale);

    /// <summary>The numbers that define it, by their names in model files.</summary>
    internal abstract IReadOnlyList<(string Name, double Value)> Parameters { get; }

    /// <summary>The values it is defined for, as text; null (default) = all numbers.</summary>
    public virtual string? Domain => null;

    /// <summary>True if it is defined for a value that is neither missing nor infinite.</summary>
    public virtual bool IsDefinedFor(double value) => true;

    /// <summary>f(x); NaN for NaN.</summary>
    public abstract double Apply(double value);

    /// <summary>The x for which f(x) is <paramref name="value"/>; NaN for NaN.</summary>
    public abstract double Invert(double value);

    /// <summary>ln f'(x), where f(x) is <paramref name="value"/>; NaN for NaN.</summary>
    public abstract double LogSlope(double value);

    /// <summary>True if differences of values only change by a factor. False by default.</summary>
    internal virtual bool IsLinear => false;

    /// <summary>f of each value, in place.</summary>
    /// <param name="values">Any number of values; NaN stays NaN.</param>
    public virtual void Apply(Span<double> values)
    {
        for (var i = 0; i < values.Length; i++) values[i] = Apply(values[i]);
    }

    /// <summary>The function as text, such as <c>(delay - 12.5) / 3.2</c>.</summary>
    /// <param name="argument">What stands for x.</param>
    public abstract string Describe(string argument);

    /// <inheritdoc/>
    public sealed override bool Equals(object? obj) => obj is FeatureTransform other && other.Name == Name && other.Parameters.SequenceEqual(Parameters);

    /// <inheritdoc/>
    public sealed override int GetHashCode() => Parameters.Aggregate(Name.GetHashCode(StringComparison.Ordinal), HashCode.Combine);

    /// <inheritdoc/>
    public sealed override string ToString() => Describe("x");

    /// <summary>The transform of that name; null if there is none.</summary>
    /// <param name="name">The name in model files.</param>
    /// <param name="number">Returns a parameter by its name.</param>
    /// <exception cref="ModelException">A parameter is out of range.</exception>
    internal static FeatureTransform? Read(string name, Func<string, double> number) => all.TryGetValue(name, out var read) ? read(number) : null;

    /// <summary>The names of all transforms.</summary>
    internal static IEnumerable<string> Names => all.Keys;

    /// <summary>Adds a transform. Called by each when the library is loaded.</summary>
    private protected static void Add(string name, Func<Func<string, double>, FeatureTransform> read) => all.Add(name, read);
}
