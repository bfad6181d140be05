using System.Runtime.CompilerServices;

namespace Pipelines.Models.Serialization.Pomegranate;

/// <summary>Mean and covariance. Our Gaussians with diagonal and spherical covariance are also written as this class.</summary>
internal sealed class MultivariateGaussianClass : PomegranateClass
{
    [ModuleInitializer]
    internal static void Register() => Add(new MultivariateGaussianClass());

    public override string Name => "MultivariateGaussianDistribution";

    public override IReadOnlyList<Type> Models => [typeof(MultivariateGaussianDistribution), typeof(DiagonalGaussianDistribution),
        typeof(SphericalGaussianDistribution)];

    public override Model Read(PomegranateNode json, int first, int depth, PomegranateReading reading)
    {
        var parameters = json["parameters"];
        if (parameters.Count != 2) throw parameters.Bad($"{parameters.Count} entries", "2: mean and covariance");
        var mean = parameters.At(0).Numbers();
        reading.AreNumbers(first, mean.Length);
        var gaussian = new MultivariateGaussianDistribution(mean, parameters.At(1).Matrix());
        gaussian.EnsureEvaluable();
        return gaussian;
    }

    public override IEnumerable<(string Key, object? Value)> Write(Model model, int first, string path, PomegranateWriting writing)
    {
        var d = model.Dimensions;
        var (mean, covariance) = (new double[d], new object[d]);
        for (var i = 0; i < d; i++)
        {
            var row = new double[d];
            if (model is MultivariateGaussianDistribution full)
            {
                mean[i] = full.Mean[i];
                for (var j = 0; j < d; j++) row[j] = full.Covariance(i, j);
            }
            else
            {
                var normal = ((AxisAlignedGaussian)model).Normals[i];
                (mean[i], row[i]) = (normal.Mean, normal.StandardDeviation * normal.StandardDeviation);
            }
            covariance[i] = PomegranateWriting.List(row);
        }
        if (model is AxisAlignedGaussian)
            writing.Warn(path, $"a {model.FormatName} is written as a {Name}: the format does not say that its covariance has that form, and a refit "
                + "would free it");
        return [("parameters", new object[] { PomegranateWriting.List(mean), covariance }), ("frozen", ((Distribution)model).IsFrozen)];
    }
}
