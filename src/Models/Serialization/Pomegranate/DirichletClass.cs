using System.Runtime.CompilerServices;

namespace Pipelines.Models.Serialization.Pomegranate;

/// <summary>One list of alphas inside the parameter list.</summary>
internal sealed class DirichletClass : PomegranateClass
{
    [ModuleInitializer]
    internal static void Register() => Add(new DirichletClass());

    public override string Name => "DirichletDistribution";

    public override IReadOnlyList<Type> Models => [typeof(DirichletDistribution)];

    public override Model Read(PomegranateNode json, int first, int depth, PomegranateReading reading)
    {
        var alphas = json["parameters"].At(0).Numbers();
        reading.AreNumbers(first, alphas.Length);
        reading.Warn(json, "pomegranate's density of a Dirichlet distribution has the exponents alpha; here they are alpha - 1, as defined, so "
            + "log-probabilities differ");
        return new DirichletDistribution(alphas);
    }

    public override IEnumerable<(string Key, object? Value)> Write(Model model, int first, string path, PomegranateWriting writing)
    {
        var dirichlet = (DirichletDistribution)model;
        if (dirichlet.Estimator != ShareEstimator.Counts)
            writing.Warn(path, "the format does not say how a Dirichlet distribution is fitted; pomegranate counts");
        writing.Warn(path, "pomegranate's density of a Dirichlet distribution has the exponents alpha in place of alpha - 1: its log-probabilities differ");
        return [("parameters", new object[] { PomegranateWriting.List(dirichlet.Alphas) }), ("frozen", dirichlet.IsFrozen)];
    }
}
