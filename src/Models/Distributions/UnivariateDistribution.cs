using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Features;
using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// The common base of the built-in univariate distributions: a list of named parameters determines file format, equality and description.
/// A missing value has log-probability 0 and is skipped in fitting. A value outside the support has log-probability -infinity; if its weight is above 0,
/// fitting throws an error that names it (in a mixture its responsibility is 0 if another component explains it).
/// </summary>
public abstract class UnivariateDistribution : Distribution
{
    private protected UnivariateDistribution()
    {
    }

    /// <inheritdoc/>
    public sealed override int Dimensions => 1;

    /// <summary>The parameters with their names in files.</summary>
    private protected abstract IReadOnlyList<(string Name, double Value)> Parameters { get; }

    /// <summary>The values the distribution is defined on, as text; null = every finite number.</summary>
    private protected virtual string? Support => null;

    /// <inheritdoc/>
    public override string? FixedSupport(int feature) => Support is null ? base.FixedSupport(feature) : FormatName;

    private string ParameterText => string.Join(", ", Parameters.Select(p => $"{Spaced(p.Name)} {p.Value.Text()}"));

    /// <inheritdoc/>
    public override bool IsEstimatedInOnePass => true;

    /// <inheritdoc/>
    public override FitUses Uses => FitUses.MinVariance;

    /// <summary>The number of parameters.</summary>
    protected override long FreeParameters => Parameters.Count;

    /// <inheritdoc/>
    public override void WriteParameters(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        foreach (var (name, value) in Parameters) writer.WriteExact(name, value);
    }

    internal override (string Family, string Support)? Outside(int feature, double value) =>
        Support is { } support && double.IsNegativeInfinity(this.LogProbability(FeatureMatrix.FromColumns([value]), 1)[0]) ? (FormatName, support) : null;

    /// <inheritdoc/>
    public override string? Impossible(Statistics statistics) => Support is not null && statistics is SumStatistics { Sums: [.., > 0 and var outside] }
        ? $"values of total weight {outside.Text()} are outside the support of the {FormatName} distribution ({Support}): they have log-probability -infinity"
        : null;

    /// <inheritdoc/>
    public override bool Equals(object? obj) =>
        obj is UnivariateDistribution o && o.GetType() == GetType() && o.IsFrozen == IsFrozen
            && o.Parameters.Select(p => p.Value).SequenceEqual(Parameters.Select(p => p.Value));

    /// <inheritdoc/>
    public override int GetHashCode() => Parameters.Aggregate(GetType().GetHashCode(), (hash, p) => HashCode.Combine(hash, p.Value));

    /// <inheritdoc/>
    public override string ToString() => $"{GetType().Name.Replace("Distribution", "", StringComparison.Ordinal)}({ParameterText})";

    /// <inheritdoc/>
    public override string Describe(IReadOnlyList<Feature>? features = null)
    {
        // Of the other families, the feature as the model sees it.
        if (Placed(FeatureUnits.Of(features ?? [new("x")], 0, undoesLog: false)) is not { } placed)
            return $"{features?[0].Formula ?? "x"}: {FormatName}, {ParameterText}";
        return $"{placed.Name}: {FormatName}, {placed.Parameters}";
    }

    /// <summary>The feature and the parameters in its units; null (default) for families that are no longer themselves on another scale.</summary>
    private protected virtual (string Name, string Parameters)? Placed(in FeatureUnits units) => null;

    /// <summary>Adds the sums of w and of w x or w x^2 over values of at least 0, and the weight of other values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected static void AddFromZero(ReadOnlySpan<double> x, ReadOnlySpan<double> weights, Statistics statistics, bool squared)
    {
        double w = 0, s = 0, outside = 0;
        for (var i = 0; i < x.Length; i++)
        {
            if (x[i] >= 0 && x[i] < double.PositiveInfinity)
            {
                w += weights[i];
                s += weights[i] * x[i] * (squared ? x[i] : 1);
            }
            else if (!double.IsNaN(x[i]))
            {
                outside += weights[i];
            }
        }
        var sums = ((SumStatistics)statistics).Sums;
        sums[0] += w;
        sums[1] += s;
        sums[2] += outside;
    }

    /// <summary>Moves sums of w, w d and w d^2 to another centre: d' = d + shift.</summary>
    internal static void Shift(Span<double> sums, double shift)
    {
        sums[2] += shift * ((2 * sums[1]) + (sums[0] * shift));
        sums[1] += sums[0] * shift;
    }

    /// <summary>Location and scale estimated from sums of w, w d and w d^2 around the old location.</summary>
    private protected (double Location, double Scale) Estimate(ReadOnlySpan<double> sums, double location, double scale, in MaximizeOptions options,
        bool isLog = false)
    {
        var shift = sums[1] / sums[0];
        var variance = Math.Max((sums[2] / sums[0]) - (shift * shift), 0);
        var estimate = Math.Sqrt(isLog ? options.RaiseLog(variance) : options.Raise(variance));
        location = Blend(location, location + shift, options);
        scale = Blend(scale, estimate, options);
        RequireFinite(location, scale);
        return (location, scale);
    }

    /// <summary>Throws if the statistics contain values outside the support.</summary>
    /// <param name="weight">Their total weight.</param>
    private protected void RefuseOutside(double weight)
    {
        if (!(weight > 0)) return;
        throw new ModelException(ErrorKind.Data, $"{FormatName} distribution", $"values outside its support (total weight {weight.Text()})",
            Support ?? "finite numbers",
            "clean the column, mark such values as missing, or choose a distribution that covers them")
        { FeatureIndex = 0 };
    }

    /// <summary>The error for values that are all equal, if that leaves no density.</summary>
    private protected ModelException NoSpread(string found = "a variance of 0 (values equal as doubles)") =>
        new(ErrorKind.Data, $"{FormatName} distribution", found, "values that differ",
            "leave the constant column out, use fewer components, or set a minimum variance (FitOptions.MinVariance)")
        { FeatureIndex = 0 };

    /// <summary>Throws if an estimate overflowed.</summary>
    private protected void RequireFinite(params ReadOnlySpan<double> estimates)
    {
        foreach (var estimate in estimates)
        {
            if (double.IsFinite(estimate)) continue;
            throw new ModelException(ErrorKind.Data, $"{FormatName} distribution",
                "values or weights so large or so small that their sums leave the range of numbers",
                "values between 1e-150 and 1e150 in size, weights below 1e100", "rescale the feature or the weights")
            { FeatureIndex = 0 };
        }
    }

    /// <summary>old * inertia + estimate * (1 - inertia); the estimate itself without inertia.</summary>
    private protected static double Blend(double old, double estimate, in MaximizeOptions options) =>
        options.Inertia == 0 ? estimate : (old * options.Inertia) + (estimate * (1 - options.Inertia));

    private static string Spaced(string name) =>
        string.Concat(name.Select(c => char.IsUpper(c) ? " " + char.ToLower(c, CultureInfo.InvariantCulture) : c.ToString()));
}
