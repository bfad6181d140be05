using System.Runtime.CompilerServices;

namespace Pipelines.Models.Serialization.Pomegranate;

/// <summary>A kernel density: points, bandwidth, weights.</summary>
/// <param name="name">Its name in files.</param>
/// <param name="factor">The factor that pomegranate omits from the density.</param>
/// <param name="make">Creates it from points, bandwidth and weights.</param>
internal abstract class KernelDensityClass<T>(string name, string factor, Func<double[], double, double[], T> make) : PomegranateClass
    where T : KernelDensity
{
    // Python's weights are sums of doubles that were divided by their total.
    private const double Rounding = 1e-9;

    public override string Name => name;

    public override IReadOnlyList<Type> Models => [typeof(T)];

    public override Model Read(PomegranateNode json, int first, int depth, PomegranateReading reading)
    {
        reading.AreNumbers(first, 1);
        var parameters = json["parameters"];
        if (parameters.Count != 3) throw parameters.Bad($"{parameters.Count} entries", "3: points, bandwidth and weights");
        var weights = parameters.At(2).Numbers();
        if (Math.Abs(weights.Sum() - 1) > Rounding) reading.Warn(parameters.At(2), "weights do not sum to 1; they are scaled to it");
        reading.Warn(json, $"pomegranate leaves the factor {factor} out of a {name}, h being the bandwidth; here it is a density, so log-probabilities differ "
            + "by a constant");
        return make(parameters.At(0).Numbers(), parameters.At(1).Number(), weights);
    }

    public override IEnumerable<(string Key, object? Value)> Write(Model model, int first, string path, PomegranateWriting writing)
    {
        var density = (KernelDensity)model;
        writing.Warn(path, $"pomegranate leaves the factor {factor} out of a {name}, h being the bandwidth: its log-probabilities differ by a constant");
        return [("parameters", new object[] { PomegranateWriting.List(density.Points), density.Bandwidth, PomegranateWriting.List(density.Weights) }),
            ("frozen", density.IsFrozen)];
    }
}

/// <summary>Normal kernels.</summary>
internal sealed class GaussianKernelDensityClass() : KernelDensityClass<GaussianKernelDensity>("GaussianKernelDensity", "1/h", (p, h, w) => new(p, h, w))
{
    [ModuleInitializer]
    internal static void Register() => Add(new GaussianKernelDensityClass());
}

/// <summary>Flat kernels.</summary>
internal sealed class UniformKernelDensityClass() : KernelDensityClass<UniformKernelDensity>("UniformKernelDensity", "1/(2h)", (p, h, w) => new(p, h, w))
{
    [ModuleInitializer]
    internal static void Register() => Add(new UniformKernelDensityClass());
}

/// <summary>Triangular kernels.</summary>
internal sealed class TriangleKernelDensityClass() : KernelDensityClass<TriangleKernelDensity>("TriangleKernelDensity", "1/h^2", (p, h, w) => new(p, h, w))
{
    [ModuleInitializer]
    internal static void Register() => Add(new TriangleKernelDensityClass());
}
