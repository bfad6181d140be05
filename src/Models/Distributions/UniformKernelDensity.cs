using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Kernels;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// A uniform density from x_i - h to x_i + h, both included, around each point; h is the bandwidth. If no point is within h, the log-probability is
/// -infinity.
/// </summary>
/// <remarks>See <see cref="KernelDensity"/> for points, fitting and missing values.</remarks>
public sealed class UniformKernelDensity : KernelDensity, IDistributionFamily<UniformKernelDensity>
{
    private readonly PointKernels.Prepared prepared;

    /// <summary>Creates a kernel density.</summary>
    /// <param name="points">At least one, finite, in the feature's unit.</param>
    /// <param name="bandwidth">Half the width of each kernel, finite and above 0, in the feature's unit; default 1.</param>
    /// <param name="weights">Shape [points], at least 0, not all 0; scaled to sum 1. Null = equal.</param>
    /// <exception cref="ModelException">A parameter is out of range.</exception>
    public UniformKernelDensity(IReadOnlyList<double> points, double bandwidth = 1, IReadOnlyList<double>? weights = null)
        : base(points, bandwidth, weights) => prepared = new(Points, Weights);

    [ModuleInitializer]
    internal static void Register() => ModelFormat.RegisterFamily<UniformKernelDensity>();

    /// <inheritdoc/>
    public static string FamilyName => "uniform-kernel-density";

    /// <inheritdoc/>
    public static bool IsUnivariate => true;

    /// <inheritdoc/>
    public override string FormatName => FamilyName;

    private protected override double KernelVariance => 1.0 / 3;

    /// <inheritdoc/>
    public static UniformKernelDensity Prototype(ReadOnlySpan<double> center) => new(StartPoints(center));

    /// <inheritdoc/>
    public static string Argument => BandwidthText;

    /// <inheritdoc/>
    public static UniformKernelDensity? Prototype(ReadOnlySpan<double> center, string argument) =>
        double.TryParse(argument, NumberStyles.Float, CultureInfo.InvariantCulture, out var bandwidth) ? new(StartPoints(center), bandwidth) : null;

    /// <inheritdoc/>
    public static UniformKernelDensity ReadParameters(JsonElement json) => new(json.Numbers("points"), json.Number("bandwidth"), json.Numbers("weights"));

    /// <inheritdoc/>
    public override void Sample(SeededRandom random, Span<double> row) => row[0] = SamplePoint(random) + (Bandwidth * ((2 * random.NextDouble()) - 1));

    private protected override UniformKernelDensity With(double[] points, double[] weights) => new(points, Bandwidth, weights);

    private protected override void Evaluate(in FeatureTile tile, Span<double> result)
    {
        PointKernels.Uniform(tile, prepared, Bandwidth, result);
        var constant = -Math.Log(2) - Math.Log(Bandwidth);
        for (var i = 0; i < tile.Rows; i++) result[i] += constant;
    }
}
