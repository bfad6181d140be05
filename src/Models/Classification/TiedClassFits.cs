using Pipelines.Models.Fitting;
using Pipelines.Models.Mixtures;

namespace Pipelines.Models.Classification;

/// <summary>
/// Each class has a distribution of one family, and all have the same covariance. The first pass finds the classes' means; in the second, sums are centred on
/// them, so that classes far from each other lose no digits.
/// </summary>
/// <param name="family">The family.</param>
internal sealed class TiedClassFits(DistributionFamily family) : ClassFits
{
    private const int StartRows = 1_024;
    private const string Place = $"{nameof(Classifier)}.{nameof(Classifier.HasTiedCovariances)}";

    /// <inheritdoc/>
    public override IReadOnlyList<KeyValuePair<string, string>> JobProperties => [new("distribution", $"{family}, tied covariances")];

    /// <inheritdoc/>
    public override FitUses Uses => family.Uses;

    /// <inheritdoc/>
    public override ParameterKinds ParameterKinds => family.ParameterKinds;

    /// <inheritdoc/>
    public override bool IsCategorical(int feature) => family.IsCategorical(feature);

    /// <inheritdoc/>
    public override string? FixedSupport(int feature) => family.FixedSupport(feature);

    /// <inheritdoc/>
    public override bool AreEstimatedInOnePass => false;

    /// <inheritdoc/>
    /// <remarks>It counts the items and finds the categories.</remarks>
    public override LabeledSummarizer? InOnePass(int columns, int classes) => new(family, columns, classes);

    /// <summary>The fits of classes of a family, which share a covariance or not.</summary>
    /// <param name="family">The family.</param>
    /// <param name="tied">True: they share it.</param>
    /// <exception cref="ModelException">They cannot share it.</exception>
    public static ClassFits Or(DistributionFamily family, bool tied)
    {
        if (!CovarianceTie.Check(family, tied, Place)) return new FamilyClassFits(family);
        return family.IsEstimatedInOnePass ? new TiedClassFits(family) : throw CovarianceTie.Refused(Place,
            $"'{family}', which takes several updates", "distributions that one pass determines");
    }

    /// <inheritdoc/>
    public override async ValueTask<ClassModels> FitAsync(IDataPass pass, LabeledStatistics? labeled, IReadOnlyList<string> names, FitOptions options,
        CancellationToken cancellationToken)
    {
        // The start only centres the sums: a few rows will do.
        var survey = await DataSurvey.RunAsync(pass, Math.Min(options.InitializationRows, StartRows), options.Seed, cancellationToken).ConfigureAwait(false);
        Classifier model;
        using (Cancellation.Enter(cancellationToken))
        {
            var one = DistributionEstimator.Start(family, survey.Sample(), options);
            if (labeled?.Overall(options.Estimation) is { } overall) one = FamilyClassFits.WithTablesOf(overall, one, []);
            model = new BayesClassifier([.. names.Select(_ => one)], labels: new(names), tied: true);
        }
        foreach (var held in new[] { ParameterKinds.Covariances, ParameterKinds.None })
        {
            var found = await pass.RunAsync(new LabeledClasses(model), cancellationToken).ConfigureAwait(false);
            using (Cancellation.Enter(cancellationToken)) model = model.Maximize(found, options.Estimation with { Held = held });
        }
        return new(model.Classes, []);
    }
}
