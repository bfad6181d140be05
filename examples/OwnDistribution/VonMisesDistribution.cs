using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines.Examples.OwnDistribution;

/// <summary>
/// A custom distribution in one class, using only the library's public types: the von Mises distribution, a bell curve on a circle, where 23:59 and 0:01 are
/// neighbours: log p(x) = concentration (cos(x - mean) - 1) - log(2 pi e^-concentration I0(concentration)). Angles are in radians; angles that differ by whole
/// turns are the same. A missing value has log-probability 0 and is skipped in fitting. A pseudocount does not apply: there is nothing to count.
/// </summary>
/// <remarks>Statistics: the sums of w, w cos x and w sin x. Maximum likelihood: mean = direction of their vector; its length per row, R, gives
/// I1/I0(concentration) = R.</remarks>
public sealed class VonMisesDistribution : Distribution, IDistributionFamily<VonMisesDistribution>
{
    // A component whose total weight, in rows, is below this keeps its parameters.
    private const double LeastWeight = 1e-8;

    /// <summary>Makes a von Mises distribution.</summary>
    /// <param name="mean">The mean direction, finite, in radians; normalized to -pi … pi.</param>
    /// <param name="concentration">0 (uniform) … 1e6; approximately 1 / variance for large values.</param>
    /// <exception cref="ModelException">A parameter is out of range.</exception>
    public VonMisesDistribution(double mean, double concentration)
    {
        // Checks all parameters at once and reports every invalid one.
        ModelException.CheckOptions("von-mises distribution",
            (double.IsFinite(mean), nameof(mean), mean, "a finite number"),
            (concentration is >= 0 and <= 1e6, nameof(concentration), concentration, "a number from 0 to 1e6"));
        Mean = Math.Abs(mean) <= Math.PI ? mean : Math.IEEERemainder(mean, 2 * Math.PI);
        Concentration = concentration;
    }

    /// <summary>Its name in files and on the command line.</summary>
    public static string FamilyName => "von-mises";

    /// <summary>One feature per distribution; several features become independent components.</summary>
    public static bool IsUnivariate => true;

    /// <summary>The mean direction in radians, -pi … pi.</summary>
    public double Mean { get; }

    /// <summary>The concentration.</summary>
    public double Concentration { get; }

    /// <inheritdoc/>
    public override int Dimensions => 1;

    /// <inheritdoc/>
    public override string FormatName => FamilyName;

    /// <summary>The initial distribution, before any data is seen.</summary>
    public static VonMisesDistribution Prototype(ReadOnlySpan<double> center) => new(center[0], 1);

    /// <summary>Reads what <see cref="WriteParameters"/> wrote; a missing or wrong number is named.</summary>
    public static VonMisesDistribution ReadParameters(JsonElement json) => new(json.Number("mean"), json.Number("concentration"));

    /// <inheritdoc/>
    public override void WriteParameters(Utf8JsonWriter writer)
    {
        // The shortest text that restores the same bits.
        writer.WriteExact("mean", Mean);
        writer.WriteExact("concentration", Concentration);
    }

    /// <summary>Rows come in tiles of up to 256. A row's result must depend only on the row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void LogProbability(in FeatureTile tile, Span<double> result)
    {
        var x = tile.Column(0);
        var constant = -Math.Log(2 * Math.PI) - LogScaledBessel(Concentration);
        for (var i = 0; i < x.Length; i++)
        {
            // cos(d) - 1 without cancellation at high concentrations.
            var half = Math.Sin((x[i] - Mean) / 2);
            result[i] = double.IsNaN(x[i]) ? 0 : double.IsInfinity(x[i]) ? double.NegativeInfinity : constant - (2 * Concentration * half * half);
        }
    }

    /// <inheritdoc/>
    public override Statistics CreateStatistics() => new SumStatistics(FormatName, 3);

    /// <summary>
    /// In a mixture, the weights are responsibilities. Partial sums are added in row order, so that results are bit-identical for any number of threads.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Accumulate(in FeatureTile tile, ReadOnlySpan<double> weights, Statistics statistics)
    {
        var sums = ((SumStatistics)statistics).Sums;
        var x = tile.Column(0);
        for (var i = 0; i < x.Length; i++)
        {
            if (!double.IsFinite(x[i])) continue;
            var (sin, cos) = Math.SinCos(x[i]);
            sums[0] += weights[i];
            sums[1] += weights[i] * cos;
            sums[2] += weights[i] * sin;
        }
    }

    /// <inheritdoc/>
    public override VonMisesDistribution Maximize(Statistics statistics, in MaximizeOptions options)
    {
        var sums = ((SumStatistics)statistics).Sums;
        if (IsFrozen || sums[0] < LeastWeight) return this;
        var (cos, sin) = (sums[1] / sums[0], sums[2] / sums[0]);
        var length = Math.Min(Math.Sqrt((cos * cos) + (sin * sin)), 1);
        // No direction: keep the old mean, with concentration 0.
        var mean = length > 1e-12 ? Math.Atan2(sin, cos) : Mean;
        var concentration = Solve(length);
        if (options.MinVariance > 0) concentration = Math.Min(concentration, 1 / options.MinVariance);
        if (concentration > 1e6)
            throw new ModelException(ErrorKind.Data, "von-mises distribution", "directions that are all equal", "directions that differ",
                "use fewer components, or set a minimum variance (--min-variance, MinVariance)")
            { FeatureIndex = 0 };
        // Inertia keeps that share of the old parameters; directions are interpolated along the shorter arc.
        var keep = options.Inertia;
        return new(mean - (keep * Math.IEEERemainder(mean - Mean, 2 * Math.PI)), (keep * Concentration) + ((1 - keep) * concentration));
    }

    /// <summary>Best and Fisher (1979): rejection from a wrapped Cauchy distribution.</summary>
    public override void Sample(SeededRandom random, Span<double> row)
    {
        if (Concentration < 1e-8)
        {
            row[0] = Math.PI * ((2 * random.NextDouble()) - 1);
            return;
        }
        var tau = 1 + Math.Sqrt(1 + (4 * Concentration * Concentration));
        var rho = (tau - Math.Sqrt(2 * tau)) / (2 * Concentration);
        var r = (1 + (rho * rho)) / (2 * rho);
        while (true)
        {
            var z = Math.Cos(Math.PI * random.NextDouble());
            var f = Math.Clamp((1 + (r * z)) / (r + z), -1, 1);
            var c = Concentration * (r - f);
            var u = 1 - random.NextDouble();
            if ((c * (2 - c)) - u <= 0 && Math.Log(c / u) + 1 - c < 0) continue;
            row[0] = Math.IEEERemainder(Mean + (random.NextDouble() < 0.5 ? -1 : 1) * Math.Acos(f), 2 * Math.PI);
            return;
        }
    }

    /// <summary>Distributions are values: equal parameters are the same distribution.</summary>
    public override bool Equals(object? obj) =>
        obj is VonMisesDistribution o && o.Mean.Equals(Mean) && o.Concentration.Equals(Concentration) && o.IsFrozen == IsFrozen;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Mean, Concentration, IsFrozen);

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"VonMises(mean {Mean:G6}, concentration {Concentration:G6})");

    /// <inheritdoc/>
    public override string Describe(IReadOnlyList<Feature>? features = null) =>
        FormattableString.Invariant($"{features?[0].Name ?? "x"}: mean direction {Mean:G6}, concentration {Concentration:G6}");

    /// <summary>log(e^-k I0(k)): the series below 15, the asymptotic one above, both to a few units in the last place of 1.</summary>
    private static double LogScaledBessel(double k)
    {
        if (k < 15) return Math.Log(Series(k).I0) - k;
        double sum = 1, term = 1;
        for (var n = 1; n < 30 && Math.Abs(term) > 1e-17; n++)
        {
            var next = term * ((2.0 * n) - 1) * ((2.0 * n) - 1) / (8 * n * k);
            // The series eventually diverges: stop at its smallest term.
            if (next > term) break;
            sum += term = next;
        }
        return Math.Log(sum) - (0.5 * Math.Log(2 * Math.PI * k));
    }

    /// <summary>I1(k) / I0(k).</summary>
    private static double Ratio(double k)
    {
        if (k < 15)
        {
            var (i0, i1) = Series(k);
            return i1 / i0;
        }
        // A continued fraction of I_n / I_(n-1), evaluated backward from far enough out.
        double ratio = 0;
        for (var n = 60 + (int)Math.Sqrt(40 * k); n >= 1; n--) ratio = 1 / ((2 * n / k) + ratio);
        return ratio;
    }

    private static (double I0, double I1) Series(double k)
    {
        double q = k * k / 4, term = 1, i0 = 1, i1 = 1, next = 1;
        for (var n = 1; n < 100 && term > 1e-18 * i0; n++)
        {
            term *= q / ((double)n * n);
            next *= q / ((double)n * (n + 1));
            i0 += term;
            i1 += next;
        }
        return (i0, i1 * k / 2);
    }

    /// <summary>The concentration whose mean vector has the given length: bisection on its logarithm, to the last bit.</summary>
    private static double Solve(double length)
    {
        if (length < 1e-12) return 0;
        double low = Math.Log(1e-12), high = Math.Log(2e6);
        if (Ratio(Math.Exp(high)) <= length) return double.PositiveInfinity;
        for (var i = 0; i < 80; i++)
        {
            var middle = 0.5 * (low + high);
            if (middle <= low || middle >= high) break;
            if (Ratio(Math.Exp(middle)) < length) low = middle;
            else high = middle;
        }
        return Math.Exp(0.5 * (low + high));
    }
}
