using System.Globalization;
using Pipelines.Models.Classification;
using Pipelines.Models.Fitting;

namespace Pipelines;

/// <summary>
/// A classifier before its parameters are known. The model of each class is fitted to the items with its label, and priors are the classes' shares of the
/// weight. Where some items have no label, expectation-maximisation over all items follows.
/// </summary>
/// <typeparam name="TClassifier">The classifier.</typeparam>
public abstract class ClassifierEstimator<TClassifier> : IEstimator<TClassifier>, IClassEstimator
    where TClassifier : Classifier
{
    private readonly ClassFits fits;

    private protected ClassifierEstimator(ClassFits fits) => this.fits = fits;

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, string>> JobProperties => fits.JobProperties;

    /// <inheritdoc/>
    public ParameterKinds ParameterKinds => fits.ParameterKinds | ParameterKinds.Weights;

    /// <summary>Everything that its classes use, and what expectation-maximisation over unlabelled items does.</summary>
    public FitUses Uses => fits.Uses | FitUses.Start | FitUses.Classes;

    /// <inheritdoc/>
    public bool IsCategorical(int feature) => fits.IsCategorical(feature);

    /// <inheritdoc/>
    public string? FixedSupport(int feature) => fits.FixedSupport(feature);

    /// <inheritdoc/>
    public bool TakesCategories => fits.TakesCategories;

    /// <inheritdoc/>
    public void Check(IDataPass pass) => fits.Check(pass);

    /// <inheritdoc/>
    bool IClassEstimator.AreClassesEstimatedInOnePass => fits.AreEstimatedInOnePass;

    /// <inheritdoc/>
    public async ValueTask<FitResult<TClassifier>> FitAsync(IDataPass pass, FitOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pass);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return await ExpectationMaximization.NamingFeaturesAsync(pass, async () =>
        {
            Check(pass);
            await pass.FindLabelsAsync(cancellationToken).ConfigureAwait(false);
            var labeled = Names(pass) is { } known && fits.InOnePass(pass.Columns, known.Count) is { } all
                ? (LabeledStatistics)await pass.RunAsync(all, cancellationToken).ConfigureAwait(false)
                : null;
            var counts = labeled?.Counts ?? (ClassCounts)await pass.RunAsync(new ClassCounter(), cancellationToken).ConfigureAwait(false);
            var names = CheckedNames(pass, counts);
            var isSemiSupervised = counts.Unlabeled > 0;
            // Without unlabelled items nothing is updated, so nothing of an old model is kept.
            if (!isSemiSupervised) (options with { MaxIterations = Math.Max(1, options.MaxIterations) })
                .Validate(fits.Uses | FitUses.Classes, ParameterKinds);
            var classes = await fits.FitAsync(pass, labeled, names, options, cancellationToken).ConfigureAwait(false);
            double[] priors = [.. names.Select((_, k) => counts.WeightOf(k) + options.ClassPseudocount)];
            var start = Make(classes.Models, priors, pass.LabelType is { } type ? new ClassLabels(names, type) : null);
            var statistics = isSemiSupervised || classes.Statistics is null ? null : start.StatisticsOf(classes.Statistics, counts);
            var result = await RunAsync(start, statistics, pass, options, isSemiSupervised, cancellationToken).ConfigureAwait(false);
            return result with { Warnings = [.. classes.Warnings.Union(result.Warnings)] };
        }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<FitResult<TClassifier>> ResumeAsync(TClassifier model, IDataPass pass, FitOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var isSemiSupervised = options.Journal?.Resumed?.Statistics is ClassifierStatistics { Unlabeled: > 0 };
        return RunAsync(model, null, pass, options, isSemiSupervised, cancellationToken);
    }

    /// <summary>Creates the classifier.</summary>
    private protected abstract TClassifier Make(IReadOnlyList<ProbabilityModel> classes, IReadOnlyList<double> priors, ClassLabels? labels);

    private static async ValueTask<FitResult<TClassifier>> RunAsync(TClassifier start, Statistics? known, IDataPass pass, FitOptions options,
        bool isSemiSupervised, CancellationToken cancellationToken)
    {
        if (isSemiSupervised) return await ExpectationMaximization.FitAsync(start, pass, options, cancellationToken).ConfigureAwait(false);
        // The classes are fitted. Only the log-likelihood is not known yet.
        var began = options.TimeProvider.GetTimestamp();
        var evaluate = options with { MaxIterations = 0, BatchesPerIteration = null };
        var result = await ExpectationMaximization.FitAsync(start, known, pass, evaluate, cancellationToken).ConfigureAwait(false);
        return result with
        {
            Converged = true,
            StopReason = StopReason.OnePass,
            History = [new(1, result.InitialLogLikelihood, 0, options.TimeProvider.GetElapsedTime(began).TotalSeconds)],
        };
    }

    // The classes' names, as far as they are known before the labels are counted.
    private static IReadOnlyList<string>? Names(IDataPass pass)
    {
        // Numbers that occur in no label, but have a prior, are classes too.
        if (pass.PriorComponents > 0 && pass.LabelType is null && (pass.LabelNames?.Count ?? 0) < pass.PriorComponents)
            return [.. Enumerable.Range(0, pass.PriorComponents).Select(k => k.ToString(CultureInfo.InvariantCulture))];
        if (pass.LabelNames is not { } names) return null;
        if (pass.LabelType is { } type && !ClassLabels.Types.Contains(type))
            throw new ModelException(ErrorKind.Data, "labels", $"values of type {type}", "text, integers or booleans", "convert the label column first");
        return pass.PriorComponents == 0 || pass.PriorComponents == names.Count
            ? names
            : throw new ModelException(ErrorKind.Usage, "priors", $"columns for {pass.PriorComponents} classes",
                $"{names.Count}, one for each class ({string.Join(", ", names.Take(5))}{(names.Count > 5 ? " …" : "")})",
                "give one column for each class, in their order (Pipeline.Priors)");
    }

    private static IReadOnlyList<string> CheckedNames(IDataPass pass, ClassCounts counts)
    {
        if (Names(pass) is not { } names)
            throw new ModelException(ErrorKind.Usage, "labels", "none", "the class of each row, as far as it is known",
                "name their column (Pipeline.Labels), or give them with the rows (FeatureMatrix.WithLabels)");
        var total = Enumerable.Range(0, names.Count).Sum(counts.CountOf);
        if (total == 0)
            throw new ModelException(ErrorKind.Data, "labels", $"none: all {counts.Unlabeled} are missing", "at least one item of each class",
                "name the column that holds the classes");
        for (var k = 0; k < names.Count; k++)
        {
            if (counts.WeightOf(k) > 0) continue;
            throw new ModelException(ErrorKind.Data, $"class '{names[k]}'", counts.CountOf(k) == 0 ? "no item with this label" : "a total weight of 0",
                "at least one item of weight above 0", "leave the class out, or look at the labels and weights");
        }
        return names;
    }
}

/// <summary>Naive Bayes before its parameters are known.</summary>
/// <param name="family">The distribution of each feature within each class: a univariate family, or one for each feature.</param>
/// <param name="tied">True: normal features have the same variances in all classes (<see cref="Classifier.HasTiedCovariances"/>). Default false.</param>
public sealed class NaiveBayesEstimator(DistributionFamily family, bool tied = false)
    : ClassifierEstimator<NaiveBayes>(TiedClassFits.Or(Checked(family), tied))
{
    private static DistributionFamily Checked(DistributionFamily family)
    {
        ArgumentNullException.ThrowIfNull(family);
        ModelException.CheckOptions("naive Bayes",
            (family.IsUnivariate || family.IsImplied || family.Name == IndependentComponentsDistribution.FamilyName, "distribution", family,
                "one of a single feature (use a Bayes classifier for others)"));
        return family;
    }

    private protected override NaiveBayes Make(IReadOnlyList<ProbabilityModel> classes, IReadOnlyList<double> priors, ClassLabels? labels) =>
        new([.. classes.Cast<Distribution>()], priors, labels, tied);
}

/// <summary>A Bayes classifier before its parameters are known.</summary>
public sealed class BayesClassifierEstimator : ClassifierEstimator<BayesClassifier>
{
    private readonly bool tied;

    private BayesClassifierEstimator(ClassFits fits, bool tied = false)
        : base(fits) => this.tied = tied;

    /// <summary>A classifier whose classes have distributions of one family.</summary>
    /// <param name="family">The family.</param>
    /// <param name="tied">True: all classes have the same covariance: linear discriminant analysis. Default false.</param>
    /// <exception cref="ModelException">The family has no covariance that could be tied.</exception>
    public BayesClassifierEstimator(DistributionFamily family, bool tied = false)
        : this(TiedClassFits.Or(family, tied), tied)
    {
    }

    /// <summary>A classifier whose classes are fitted by an estimator, each to its own items.</summary>
    /// <typeparam name="TModel">The model of a class.</typeparam>
    /// <param name="each">What is fitted to the items of each class.</param>
    public static BayesClassifierEstimator Of<TModel>(IEstimator<TModel> each)
        where TModel : ProbabilityModel => new(new EstimatedClassFits<TModel>(each));

    private protected override BayesClassifier Make(IReadOnlyList<ProbabilityModel> classes, IReadOnlyList<double> priors, ClassLabels? labels) =>
        new(classes, priors, labels, tied);
}
