using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>A classifier whose classes are models of any kind: distributions, mixtures, or models of sequences such as hidden Markov models.</summary>
/// <remarks>A class that no item can belong to has posterior probability 0.</remarks>
public sealed class BayesClassifier : Classifier, IModelFormat<BayesClassifier>
{
    /// <summary>Creates a classifier.</summary>
    /// <param name="classes">The model of each class, all over the same features, and all of rows or all of sequences.</param>
    /// <param name="priors">Shape [K], at least 0, not all 0; scaled to sum 1. Null = equal.</param>
    /// <param name="labels">The classes' own labels; null = they are numbered from 0.</param>
    /// <param name="tied">True: fits give all classes the same covariance (<see cref="Classifier.HasTiedCovariances"/>). Default false.</param>
    /// <exception cref="ModelException">The classes do not fit together, or a prior or label is not usable.</exception>
    public BayesClassifier(IReadOnlyList<ProbabilityModel> classes, IReadOnlyList<double>? priors = null, ClassLabels? labels = null, bool tied = false)
        : base(classes, priors, labels, tied)
    {
    }

    [ModuleInitializer]
    internal static void Register() => ModelFormat.RegisterModel<BayesClassifier>();

    /// <inheritdoc/>
    public static string Name => "bayes-classifier";

    /// <inheritdoc/>
    public override string FormatName => Name;

    private protected override string Noun => "Bayes classifier";

    /// <inheritdoc/>
    public static BayesClassifier ReadParameters(JsonElement json)
    {
        var (classes, priors, labels, tied) = ReadClasses(json);
        return new(classes, priors, labels, tied);
    }

    private protected override Classifier With(IReadOnlyList<ProbabilityModel> classes, IReadOnlyList<double> priors) =>
        new BayesClassifier(classes, priors, Labels, HasTiedCovariances);
}
