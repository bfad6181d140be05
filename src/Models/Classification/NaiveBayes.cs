using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// Naive Bayes: a classifier whose features are independent within each class, each with a distribution of any univariate family. A missing value
/// says nothing about the class.
/// </summary>
public sealed class NaiveBayes : Classifier, IModelFormat<NaiveBayes>
{
    /// <summary>Creates a classifier.</summary>
    /// <param name="classes">The distribution of each class: <see cref="IndependentComponentsDistribution"/>, or a univariate one if there is one
    /// feature.</param>
    /// <param name="priors">Shape [K], at least 0, not all 0; scaled to sum 1. Null = equal.</param>
    /// <param name="labels">The classes' own labels; null = they are numbered from 0.</param>
    /// <param name="tied">True: fits give normal features the same variances in all classes (<see cref="Classifier.HasTiedCovariances"/>). Default
    /// false.</param>
    /// <exception cref="ModelException">Features are not independent within a class, or a prior or label is not usable.</exception>
    public NaiveBayes(IReadOnlyList<Distribution> classes, IReadOnlyList<double>? priors = null, ClassLabels? labels = null, bool tied = false)
        : base(classes, priors, labels, tied) => ModelException.CheckOptions("naive Bayes",
            (classes.All(c => c.Dimensions == 1 || c is IndependentComponentsDistribution), "classes",
                classes.FirstOrDefault(c => c.Dimensions > 1 && c is not IndependentComponentsDistribution)?.FormatName,
                "independent features within each class (use a Bayes classifier for others)"));

    [ModuleInitializer]
    internal static void Register() => ModelFormat.RegisterModel<NaiveBayes>();

    /// <inheritdoc/>
    public static string Name => "naive-bayes";

    /// <inheritdoc/>
    public override string FormatName => Name;

    private protected override string Noun => "naive Bayes classifier";

    /// <inheritdoc/>
    public static NaiveBayes ReadParameters(JsonElement json)
    {
        var (classes, priors, labels, tied) = ReadClasses(json);
        return new([.. classes.Select(c => c as Distribution ?? throw JsonHelpers.Bad("property 'classes'", c.FormatName, "distributions of rows"))], priors,
            labels, tied);
    }

    private protected override Classifier With(IReadOnlyList<ProbabilityModel> classes, IReadOnlyList<double> priors) =>
        new NaiveBayes([.. classes.Cast<Distribution>()], priors, Labels, HasTiedCovariances);
}
