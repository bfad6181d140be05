using Pipelines.Models.Fitting;

namespace Pipelines.Models.Classification;

/// <summary>How the models of a classifier's classes are fitted to the labelled items.</summary>
internal abstract class ClassFits
{
    /// <summary>What distinguishes these fits from others.</summary>
    public abstract IReadOnlyList<KeyValuePair<string, string>> JobProperties { get; }

    /// <summary>The options that have an effect on them.</summary>
    public abstract FitUses Uses { get; }

    /// <summary>The kinds of parameters of a class.</summary>
    public abstract ParameterKinds ParameterKinds { get; }

    /// <summary>True if a feature holds categories.</summary>
    public abstract bool IsCategorical(int feature);

    /// <summary>The family of a feature if its support is fixed, otherwise null.</summary>
    public abstract string? FixedSupport(int feature);

    /// <summary>True: where no features are named, they are all columns of text, booleans and integers. False by default.</summary>
    public virtual bool TakesCategories => false;

    /// <summary>Refuses what is known to be impossible before the first row is read.</summary>
    public virtual void Check(IDataPass pass)
    {
    }

    /// <summary>A pass that counts the items of each class and finds all that their models need; null (default): the fits make passes of their own.</summary>
    /// <param name="columns">Number of features.</param>
    /// <param name="classes">Number of classes.</param>
    public virtual LabeledSummarizer? InOnePass(int columns, int classes) => null;

    /// <summary>True if one pass over its items determines the model of a class.</summary>
    public abstract bool AreEstimatedInOnePass { get; }

    /// <summary>Fits the model of each class.</summary>
    /// <param name="pass">Passes over all items.</param>
    /// <param name="labeled">What the pass of <see cref="InOnePass"/> found; null if there was none.</param>
    /// <param name="names">Shape [K]: the classes' names for messages.</param>
    /// <param name="options">How to fit.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public abstract ValueTask<ClassModels> FitAsync(IDataPass pass, LabeledStatistics? labeled, IReadOnlyList<string> names, FitOptions options,
        CancellationToken cancellationToken);
}

/// <summary>The models of a classifier's classes.</summary>
/// <param name="Models">Shape [K].</param>
/// <param name="Warnings">What the user should know about their fits.</param>
/// <param name="Statistics">Shape [K]: the statistics of each class under its model; null = not known.</param>
internal sealed record ClassModels(IReadOnlyList<ProbabilityModel> Models, IReadOnlyList<string> Warnings, IReadOnlyList<Statistics>? Statistics = null);

/// <summary>Each class is fitted by an estimator that sees its items only; all classes share each pass over the data.</summary>
/// <param name="each">Fits one class.</param>
internal class EstimatedClassFits<TModel>(IEstimator<TModel> each) : ClassFits
    where TModel : ProbabilityModel
{
    /// <inheritdoc/>
    public override IReadOnlyList<KeyValuePair<string, string>> JobProperties => each.JobProperties;

    /// <inheritdoc/>
    public override FitUses Uses => each.Uses;

    /// <inheritdoc/>
    public override ParameterKinds ParameterKinds => each.ParameterKinds;

    /// <inheritdoc/>
    public override bool IsCategorical(int feature) => each.IsCategorical(feature);

    /// <inheritdoc/>
    public override string? FixedSupport(int feature) => each.FixedSupport(feature);

    /// <inheritdoc/>
    public override bool TakesCategories => each.TakesCategories;

    /// <inheritdoc/>
    public override bool AreEstimatedInOnePass => each.IsEstimatedInOnePass;

    /// <inheritdoc/>
    public override void Check(IDataPass pass) => each.Check(pass);

    /// <inheritdoc/>
    public override async ValueTask<ClassModels> FitAsync(IDataPass pass, LabeledStatistics? labeled, IReadOnlyList<string> names, FitOptions options,
        CancellationToken cancellationToken)
    {
        var (models, warnings) = await SharedScan.FitPartsAsync(pass, each, options, [.. names.Select(n => $"class '{n}'")],
            (shared, k) => new ClassPass(shared, k, names.Count), cancellationToken).ConfigureAwait(false);
        return new(models, warnings);
    }
}

/// <summary>Each class has a distribution of one family. Where one pass determines its parameters, all classes are estimated in the same one.</summary>
/// <param name="family">The family.</param>
internal sealed class FamilyClassFits(DistributionFamily family) : EstimatedClassFits<Distribution>(new DistributionEstimator(family))
{
    // A centre 1,000 standard deviations away costs six of sixteen digits.
    private const double MostSpread = 1e6;

    /// <inheritdoc/>
    public override LabeledSummarizer? InOnePass(int columns, int classes) => family.IsEstimatedInOnePass ? new(family, columns, classes) : null;

    /// <inheritdoc/>
    public override async ValueTask<ClassModels> FitAsync(IDataPass pass, LabeledStatistics? labeled, IReadOnlyList<string> names, FitOptions options,
        CancellationToken cancellationToken)
    {
        if (InOnePass(pass.Columns, names.Count) is not { } all)
            return await base.FitAsync(pass, null, names, options, cancellationToken).ConfigureAwait(false);
        var found = labeled ?? (LabeledStatistics)await pass.RunAsync(all, cancellationToken).ConfigureAwait(false);
        // Fails with the place of the first value that cannot be used, if there is one.
        if (found.HasHuge || found.Unobserved is not null) await DataSurvey.RunAsync(pass, 1, options.Seed, cancellationToken).ConfigureAwait(false);
        if (found.Unobserved is { } feature)
            throw new ModelException(ErrorKind.Data, NameOf(pass, feature), "no value in a labeled row of weight above 0", "at least one",
                "leave the feature out")
            { FeatureIndex = feature };
        using (Cancellation.Enter(cancellationToken))
            if (Estimate(found, pass, names, options.Estimation) is { } classes) return classes;
        // Each class is fitted alone, and no update follows its one estimate. What has no estimate fails with the true reason.
        return await base.FitAsync(pass, null, names, options with { MaxIterations = 0 }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The distribution of each class; null if one has no estimate, or has lost digits.</summary>
    private static ClassModels? Estimate(LabeledStatistics found, IDataPass pass, IReadOnlyList<string> names, in MaximizeOptions options)
    {
        var (models, statistics, warnings) = (new Distribution[names.Count], new Statistics[names.Count], new List<string>());
        try
        {
            var overall = found.NeedsOverall ? found.Overall(options) : null;
            for (var k = 0; k < models.Length; k++)
            {
                if (found.Of(k) is not { } sums) return null;
                // A feature without a value keeps what the start says of it.
                int[] missing = [.. found.MissingFrom(k)];
                var start = overall is null ? sums.Start : WithTablesOf(overall, sums.Start, missing);
                models[k] = start.Maximize(overall is null ? sums.Sums : sums.CenteredOn(start), options);
                models[k].EnsureEvaluable();
                warnings.AddRange(missing.Select(j => $"class '{names[k]}', {NameOf(pass, j)}: none of its rows has a value; it gets the distribution of all "
                    + "classes"));
                if (HasLostDigits(models[k], start)) return null;
                statistics[k] = sums.CenteredOn(models[k]);
            }
        }
        catch (ModelException)
        {
            return null;
        }
        return new(models, warnings, statistics);
    }

    /// <summary>
    /// A start with the tables of all classes, so that every category gets the pseudocount in each class, and with all classes' distribution of features that
    /// the class has no value of.
    /// </summary>
    /// <param name="overall">The distribution of all classes together.</param>
    /// <param name="start">The start of a class.</param>
    /// <param name="missing">The features without a value in the class.</param>
    internal static Distribution WithTablesOf(Distribution overall, Distribution start, ReadOnlySpan<int> missing)
    {
        if (overall is not IndependentComponentsDistribution all || start is not IndependentComponentsDistribution own)
            return overall is TableDistribution || !missing.IsEmpty ? overall : start;
        var parts = own.Parts.ToArray();
        for (int j = 0, feature = 0; j < parts.Length; feature += parts[j].Dimensions, j++)
            if (all.Parts[j] is TableDistribution || missing.Contains(feature)) parts[j] = all.Parts[j];
        return new IndependentComponentsDistribution(parts);
    }

    private static string NameOf(IDataPass pass, int feature) => pass.Features is { } features ? $"feature '{features[feature].Name}'" : $"feature {feature}";

    // Sums of squares are centred on the start: where a class is narrow and far away from it, its variance has lost digits.
    private static bool HasLostDigits(Distribution model, Distribution start)
    {
        for (var j = 0; j < model.Dimensions && !model.IsDiscrete; j++)
        {
            if (model.Marginal(j)?.AsGaussian() is not { } shape || start.Marginal(j)?.AsGaussian() is not { } center) continue;
            var shift = shape.Mean[0] - center.Mean[0];
            if (shift * shift > MostSpread * shape.Covariance[0, 0]) return true;
        }
        return false;
    }
}
