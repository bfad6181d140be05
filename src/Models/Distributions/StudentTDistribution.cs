using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Features;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Numerics;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// Student's t distribution with location, scale and fixed degrees of freedom v:
/// log p(x) = log gamma((v + 1)/2) - log gamma(v/2) - log(v pi)/2 - log scale - (v + 1)/2 log(1 + z^2/v), z = (x - location)/scale.
/// A missing value has log-probability 0 and is skipped. One M step weights each row by u = (v + 1)/(v + z^2), computed from the old parameters, so that
/// outliers count little: location = mean, scale^2 = sum of w u (x - location)^2 / sum of w u. The log-likelihood rises with each step; the fit's iterations
/// take it to the maximum (parameter-expanded EM: Liu, Rubin and Wu 1998). A minimum variance is a lower bound of scale^2.
/// </summary>
/// <remarks>Statistics: sums of w, w u, w u d, w u d^2 with d = x - location at the time of summarising, and the weight of infinite values.</remarks>
public sealed class StudentTDistribution : UnivariateDistribution, IDistributionFamily<StudentTDistribution>
{
    private readonly Density density;

    /// <summary>Creates a t distribution.</summary>
    /// <param name="degreesOfFreedom">Finite and above 0, at most 1e15; not fitted.</param>
    /// <param name="location">The centre, finite, in the feature's unit.</param>
    /// <param name="scale">Finite and above 0, in the feature's unit.</param>
    /// <exception cref="ModelException">A parameter is out of range.</exception>
    public StudentTDistribution(double degreesOfFreedom, double location, double scale)
    {
        ModelException.CheckOptions("student-t distribution",
            (degreesOfFreedom is > 0 and <= 1e15, nameof(degreesOfFreedom), degreesOfFreedom, "a number above 0 and at most 1e15"),
            (double.IsFinite(location), nameof(location), location, "a finite number"),
            (double.IsFinite(scale) && scale > 0, nameof(scale), scale, "a finite number above 0"));
        (DegreesOfFreedom, Location, Scale, density) = (degreesOfFreedom, location, scale, new Density(degreesOfFreedom, location, scale));
    }

    [ModuleInitializer]
    internal static void Register() => ModelFormat.RegisterFamily<StudentTDistribution>();

    /// <inheritdoc/>
    public static string FamilyName => "student-t";

    /// <inheritdoc/>
    public static bool IsUnivariate => true;

    /// <summary>Degrees of freedom; not fitted. Without a given value: 4.</summary>
    public double DegreesOfFreedom { get; }

    /// <summary>The centre, in the feature's unit.</summary>
    public double Location { get; }

    /// <summary>The scale, in the feature's unit.</summary>
    public double Scale { get; }

    /// <summary>False: a row's weight depends on the previous parameters.</summary>
    public override bool IsEstimatedInOnePass => false;

    /// <summary>Location and scale; the degrees of freedom are fixed.</summary>
    protected override long FreeParameters => 2;

    /// <inheritdoc/>
    public override string FormatName => FamilyName;

    private protected override IReadOnlyList<(string Name, double Value)> Parameters => [("degreesOfFreedom", DegreesOfFreedom), ("location", Location),
        ("scale", Scale)];

    private protected override string Support => "finite numbers";

    private protected override (string Name, string Parameters)? Placed(in FeatureUnits units) => (units.Name,
        $"degrees of freedom {DegreesOfFreedom.Text()}, location {units.Text(Location, Scale)}, scale {units.Distance(Scale).Text()}");

    internal override (double Mean, double Deviation)? Moments() => (DegreesOfFreedom > 1 ? Location : double.NaN,
        DegreesOfFreedom > 2 ? Scale * Math.Sqrt(DegreesOfFreedom / (DegreesOfFreedom - 2)) : double.NaN);

    /// <inheritdoc/>
    public override string? FixedSupport(int feature) => null;

    /// <inheritdoc/>
    public static StudentTDistribution Prototype(ReadOnlySpan<double> center) => new(4, center[0], 1);

    /// <inheritdoc/>
    public static string Argument => "degrees of freedom, above 0, default 4";

    /// <inheritdoc/>
    public static StudentTDistribution? Prototype(ReadOnlySpan<double> center, string argument) =>
        double.TryParse(argument, NumberStyles.Float, CultureInfo.InvariantCulture, out var degrees) ? new(degrees, center[0], 1) : null;

    /// <inheritdoc/>
    public static StudentTDistribution ReadParameters(JsonElement json) => new(json.Number("degreesOfFreedom"), json.Number("location"), json.Number("scale"));

    /// <inheritdoc/>
    public override void LogProbability(in FeatureTile tile, Span<double> result) => ColumnMap.Fill(tile, 0, density, result);

    /// <inheritdoc/>
    public override Statistics CreateStatistics() => new SumStatistics(FormatName, 5);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Accumulate(in FeatureTile tile, ReadOnlySpan<double> weights, Statistics statistics)
    {
        var sums = ((SumStatistics)statistics).Sums;
        var x = tile.Column(0);
        var inverse = 1 / Scale;
        double w = 0, wu = 0, s = 0, ss = 0, outside = 0;
        for (var i = 0; i < x.Length; i++)
        {
            if (!double.IsFinite(x[i]))
            {
                outside += double.IsNaN(x[i]) ? 0 : weights[i];
                continue;
            }
            var d = x[i] - Location;
            var z = d * inverse;
            var u = weights[i] * (DegreesOfFreedom + 1) / (DegreesOfFreedom + (z * z));
            w += weights[i];
            wu += u;
            s += u * d;
            ss += u * d * d;
        }
        sums[0] += w;
        sums[1] += wu;
        sums[2] += s;
        sums[3] += ss;
        sums[4] += outside;
    }

    /// <inheritdoc/>
    public override void Recenter(Statistics statistics, Model from) =>
        Shift(((SumStatistics)statistics).Sums.AsSpan(1), ((StudentTDistribution)from).Location - Location);

    /// <inheritdoc/>
    public override StudentTDistribution Maximize(Statistics statistics, in MaximizeOptions options)
    {
        var sums = ((SumStatistics)statistics).Sums;
        if (IsFrozen) return this;
        RefuseOutside(sums[4]);
        if (sums[0] < Constants.LeastWeight) return this;
        var (location, scale) = Estimate(sums.AsSpan(1), Location, Scale, options);
        return scale > 0 ? new(DegreesOfFreedom, location, scale) : throw NoSpread("a scale of 0 (too many of its values are equal)");
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Diagnose(Statistics statistics)
    {
        // Below this, the log-likelihood is flat to its last digits, and any sample says less about the parameters.
        const double least = 1e-6;
        var sums = ((SumStatistics)statistics).Sums;
        if (IsFrozen || !(sums[0] >= Constants.LeastWeight)) yield break;
        var shift = sums[2] / sums[1];
        var scale = Math.Sqrt(Math.Max((sums[3] / sums[1]) - (shift * shift), 0));
        var moved = Math.Max(Math.Abs(shift), Math.Abs(scale - Scale)) / Scale;
        if (moved > least)
            yield return $"the student-t distribution's location and scale still move by {moved.Text()} of the scale in an iteration: the "
                + "fit ended because its log-likelihood gained little, or with the last iteration (FitOptions.StopThreshold, FitOptions.MaxIterations)";
    }

    /// <summary>For a component, only what its mixture's own iterations do not settle.</summary>
    internal override IEnumerable<string> DiagnosePart(Statistics statistics) => [];

    /// <inheritdoc/>
    public override void Sample(SeededRandom random, Span<double> row)
    {
        ArgumentNullException.ThrowIfNull(random);
        var normal = random.NextNormal();
        row[0] = Location + (Scale * normal / Math.Sqrt(2 * random.NextGamma(DegreesOfFreedom / 2) / DegreesOfFreedom));
    }

    private readonly struct Density(double degrees, double location, double scale) : IColumnFunction
    {
        private readonly double inverse = 1 / scale;
        private readonly double constant = LogRatio(degrees / 2) - (0.5 * Math.Log(degrees * Math.PI)) - Math.Log(scale);

        public double Above => location - (1e140 * scale);

        public double Below => location + (1e140 * scale);

        public double Value(double x)
        {
            if (!double.IsFinite(x)) return double.IsNaN(x) ? 0 : double.NegativeInfinity;
            var z = (x - location) * inverse;
            var log = Math.Abs(z) < 1e140 ? Numbers.Log1p(z * z / degrees) : (2 * Math.Log(Math.Abs(z))) - Math.Log(degrees);
            return constant - ((0.5 * (degrees + 1)) * log);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVec Vector<TOps, TVec>(TVec x)
            where TOps : struct, IVectorOps<TVec>
            where TVec : unmanaged
        {
            var z = TOps.Multiply(TOps.Subtract(x, TOps.Broadcast(location)), TOps.Broadcast(inverse));
            var log = VectorMath<TOps, TVec>.Log1p(TOps.Multiply(TOps.Multiply(z, z), TOps.Broadcast(1 / degrees)));
            return TOps.NegatedMultiplyAdd(TOps.Broadcast(0.5 * (degrees + 1)), log, TOps.Broadcast(constant));
        }

        /// <summary>log gamma(a + 1/2) - log gamma(a), without the terms that cancel for large a.</summary>
        private static double LogRatio(double a) =>
            (a * Numbers.Log1p(0.5 / a)) + (0.5 * Math.Log(a + 0.5)) - 0.5 - GammaFunctions.Excess(a + 0.5) + GammaFunctions.Excess(a);
    }
}
