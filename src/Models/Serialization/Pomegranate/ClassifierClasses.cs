using System.Runtime.CompilerServices;

namespace Pipelines.Models.Serialization.Pomegranate;

/// <summary>Classifiers: models of the classes, which are numbered, and their priors.</summary>
internal abstract class ClassifierClass : PomegranateClass
{
    public override bool IsDistribution => false;

    /// <summary>Writes a prior: as a probability or as its logarithm.</summary>
    private protected abstract double Weight(double prior);

    public override IEnumerable<(string Key, object? Value)> Write(Model model, int first, string path, PomegranateWriting writing)
    {
        var classifier = (Classifier)model;
        if (classifier.IsFrozen) writing.Warn(path, "the format does not say that a classifier is frozen; its classes are written as they are");
        if (classifier.Labels is not null) writing.Warn(path, "the format has no place for the classes' labels: they are numbered");
        if (classifier.HasTiedCovariances) writing.Warn(path, Untied);
        var models = new object[classifier.Classes.Count];
        var weights = new double[models.Length];
        for (var k = 0; k < models.Length; k++)
        {
            models[k] = writing.Object(classifier.Classes[k], first, $"{path}.models[{k}]");
            weights[k] = Weight(classifier.Priors[k]);
        }
        return [("models", models), ("weights", PomegranateWriting.List(weights))];
    }

    private protected static (List<ProbabilityModel> Classes, double[] Priors) Read(PomegranateNode json, int first, int depth, PomegranateReading reading,
        string? logarithms)
    {
        var list = json["models"];
        var classes = list.Items().Select(c => reading.Model(c, first, depth + 1) as ProbabilityModel ?? throw c["class"].Bad(c["class"].Shown(),
            "a model with probabilities")).ToList();
        return (classes, PomegranateWeights.Read(json["weights"], classes.Count, reading, logarithms));
    }
}

/// <summary>Independent features within each class; priors are probabilities.</summary>
internal sealed class NaiveBayesClass : ClassifierClass
{
    [ModuleInitializer]
    internal static void Register() => Add(new NaiveBayesClass());

    public override string Name => "NaiveBayes";

    public override IReadOnlyList<Type> Models => [typeof(NaiveBayes)];

    public override Model Read(PomegranateNode json, int first, int depth, PomegranateReading reading)
    {
        var (classes, priors) = Read(json, first, depth, reading, null);
        if (classes.All(c => c is Distribution { Dimensions: 1 } or IndependentComponentsDistribution))
            return new NaiveBayes([.. classes.Cast<Distribution>()], priors);
        reading.Warn(json["models"], "features that depend on each other within a class make it a Bayes classifier, which gives the same scores");
        return new BayesClassifier(classes, priors);
    }

    private protected override double Weight(double prior) => prior;
}

/// <summary>Any models; priors are logarithms, although pomegranate's own reader takes them for probabilities.</summary>
internal sealed class BayesClassifierClass : ClassifierClass
{
    private const int MostSteps = 64;

    [ModuleInitializer]
    internal static void Register() => Add(new BayesClassifierClass());

    public override string Name => "BayesClassifier";

    public override IReadOnlyList<Type> Models => [typeof(BayesClassifier)];

    public override Model Read(PomegranateNode json, int first, int depth, PomegranateReading reading)
    {
        var (classes, priors) = Read(json, first, depth, reading,
            "priors are logarithms, which pomegranate itself reads back as probabilities; they are taken as logarithms here");
        return new BayesClassifier(classes, priors);
    }

    // The logarithm that is read back to the same bits, if there is one.
    private protected override double Weight(double prior)
    {
        var (below, above) = (Math.Log(prior), Math.Log(prior));
        for (var step = 0; step < MostSteps; step++)
        {
            if (Math.Exp(below) == prior) return below;
            if (Math.Exp(above) == prior) return above;
            (below, above) = (Math.BitDecrement(below), Math.BitIncrement(above));
        }
        return Math.Log(prior);
    }
}
