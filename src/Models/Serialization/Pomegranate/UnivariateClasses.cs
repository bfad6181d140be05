using System.Runtime.CompilerServices;

namespace Pipelines.Models.Serialization.Pomegranate;

/// <summary>A distribution of one numeric feature whose parameters are a plain list of numbers.</summary>
/// <param name="name">Its name in files.</param>
/// <param name="count">Number of parameters.</param>
/// <param name="read">Creates the distribution from them.</param>
/// <param name="write">Returns its parameters.</param>
internal abstract class UnivariateClass<T>(string name, int count, Func<double[], T> read, Func<T, double[]> write) : PomegranateClass
    where T : Distribution
{
    public override string Name => name;

    public override IReadOnlyList<Type> Models => [typeof(T)];

    public override Model Read(PomegranateNode json, int first, int depth, PomegranateReading reading)
    {
        reading.AreNumbers(first, 1);
        var list = json["parameters"];
        var parameters = list.Numbers();
        return parameters.Length == count ? read(parameters) : throw list.Bad($"{parameters.Length} numbers", $"{count}");
    }

    public override IEnumerable<(string Key, object? Value)> Write(Model model, int first, string path, PomegranateWriting writing)
    {
        if (model is BetaDistribution { Estimator: not ShareEstimator.Counts })
            writing.Warn(path, "the format does not say how a beta distribution is fitted; pomegranate counts");
        return [("parameters", PomegranateWriting.List(write((T)model))), ("frozen", ((T)model).IsFrozen)];
    }
}

/// <summary>Start and end.</summary>
internal sealed class UniformClass() : UnivariateClass<UniformDistribution>("UniformDistribution", 2, p => new(p[0], p[1]), d => [d.Start, d.End])
{
    [ModuleInitializer]
    internal static void Register() => Add(new UniformClass());
}

/// <summary>Probability of 1.</summary>
internal sealed class BernoulliClass() : UnivariateClass<BernoulliDistribution>("BernoulliDistribution", 1, p => new(p[0]), d => [d.Probability1])
{
    [ModuleInitializer]
    internal static void Register() => Add(new BernoulliClass());
}

/// <summary>Mean and standard deviation.</summary>
internal sealed class NormalClass() : UnivariateClass<NormalDistribution>("NormalDistribution", 2, p => new(p[0], p[1]), d => [d.Mean, d.StandardDeviation])
{
    [ModuleInitializer]
    internal static void Register() => Add(new NormalClass());
}

/// <summary>Mean and standard deviation of the logarithm.</summary>
internal sealed class LogNormalClass() : UnivariateClass<LogNormalDistribution>("LogNormalDistribution", 2, p => new(p[0], p[1]), d => [d.Mu, d.Sigma])
{
    [ModuleInitializer]
    internal static void Register() => Add(new LogNormalClass());
}

/// <summary>Rate.</summary>
internal sealed class ExponentialClass() : UnivariateClass<ExponentialDistribution>("ExponentialDistribution", 1, p => new(p[0]), d => [d.Rate])
{
    [ModuleInitializer]
    internal static void Register() => Add(new ExponentialClass());
}

/// <summary>Alpha and beta.</summary>
internal sealed class BetaClass() : UnivariateClass<BetaDistribution>("BetaDistribution", 2, p => new(p[0], p[1]), d => [d.Alpha, d.Beta])
{
    [ModuleInitializer]
    internal static void Register() => Add(new BetaClass());
}

/// <summary>Shape and rate.</summary>
internal sealed class GammaClass() : UnivariateClass<GammaDistribution>("GammaDistribution", 2, p => new(p[0], p[1]), d => [d.Shape, d.Rate])
{
    [ModuleInitializer]
    internal static void Register() => Add(new GammaClass());
}

/// <summary>Rate.</summary>
internal sealed class PoissonClass() : UnivariateClass<PoissonDistribution>("PoissonDistribution", 1, p => new(p[0]), d => [d.Rate])
{
    [ModuleInitializer]
    internal static void Register() => Add(new PoissonClass());
}
