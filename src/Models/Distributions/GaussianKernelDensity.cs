using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Kernels;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>A normal density with standard deviation h, the bandwidth, around each point.</summary>
/// <remarks>See <see cref="KernelDensity"/> for points, fitting and missing values.</remarks>
public sealed class GaussianKernelDensity : KernelDensity, IDistributionFamily<GaussianKernelDensity>
{
    private readonly PointKernels.Prepared prepared;

    /// <summary>Creates a kernel density.</summary>
    /// <param name="points">At least one, finite, in the feature's unit.</param>
    /// <param name="bandwidth">Standard deviation of each kernel, finite and above 0, in the feature's unit; default 1.</param>
    /// <param name="weights">Shape [points], at least 0, not all 0; scaled to sum 1. Null = equal.</param>
    /// <exception cref="ModelException">A parameter is out of range.</exception>
    public GaussianKernelDensity(IReadOnlyList<double> points, double bandwidth = 1, IReadOnlyList<double>? weights = null)
        : base(points, bandwidth, weights) => prepared = new(Points, Weights);

    [ModuleInitializer]
    internal static void Register() => ModelFormat.RegisterFamily<GaussianKernelDensity>();

    /// <inheritdoc/>
    public static string FamilyName => "gaussian-kernel-density";

    /// <inheritdoc/>
    public static bool IsUnivariate => true;

    /// <inheritdoc/>
    public override string FormatName => FamilyName;

    private protected override double KernelVariance => 1;

    /// <inheritdoc/>
    public static GaussianKernelDensity Prototype(ReadOnlySpan<double> center) => new(StartPoints(center));

    /// <inheritdoc/>
    public static string Argument => BandwidthText;

    /// <inheritdoc/>
    public static GaussianKernelDensity? Prototype(ReadOnlySpan<double> center, string argument) =>
        double.TryParse(argument, NumberStyles.Float, CultureInfo.InvariantCulture, out var bandwidth) ? new(StartPoints(center), bandwidth) : null;

    /// <inheritdoc/>
    public static GaussianKernelDensity ReadParameters(JsonElement json) => new(json.Numbers("points"), json.Number("bandwidth"), json.Numbers("weights"));

    /// <inheritdoc/>
    public override void Sample(SeededRandom random, Span<double> row) => row[0] = SamplePoint(random) + (Bandwidth * random.NextNormal());

    private protected override GaussianKernelDensity With(double[] points, double[] weights) => new(points, Bandwidth, weights);

    private protected override void Evaluate(in FeatureTile tile, Span<double> result) => PointKernels.Gaussian(tile, prepared, Bandwidth, result);
}
