using Pipelines.Models.Mixtures;

namespace Pipelines.Models.Fitting;

/// <summary>
/// Statistics of a classifier: those of a mixture of its classes, with labelled items counted for their own class, and sums over the labels. The objective is
/// the log-likelihood of the unlabelled items, or of the labelled ones together with their labels if all have one.
/// </summary>
/// <param name="classes">The classes' statistics, in order.</param>
internal sealed class ClassifierStatistics(IReadOnlyList<Statistics> classes)
    : CompositeStatistics("classifier", [new MixtureStatistics(classes), new SumStatistics("labels", 3)])
{
    /// <summary>The statistics of the classes. Their weight and objective are those of the unlabelled items alone.</summary>
    public MixtureStatistics Mixture => (MixtureStatistics)Parts[0];

    /// <summary>Number of items without a label.</summary>
    public long Unlabeled => (long)Labels[2];

    // Log-likelihood and weight of the labelled items, and the number of unlabelled ones, which a double holds exactly.
    private double[] Labels => ((SumStatistics)Parts[1]).Sums;

    /// <summary>Adds labelled items to the sums.</summary>
    /// <param name="logLikelihood">The logarithm of the probability of them and their labels.</param>
    /// <param name="weight">Total weight of their rows.</param>
    public void AddLabeled(double logLikelihood, double weight)
    {
        Labels[0] += logLikelihood;
        Labels[1] += weight;
        Settle();
    }

    /// <summary>Adds unlabelled items, which <see cref="Mixture"/> has summarised.</summary>
    /// <param name="items">Their number.</param>
    public void AddUnlabeled(long items)
    {
        Labels[2] += items;
        Settle();
    }

    /// <inheritdoc/>
    protected override void MergeCore(Statistics other)
    {
        base.MergeCore(other);
        Settle();
    }

    private void Settle() => (Objective, Weight) = (Unlabeled > 0 ? Mixture.Objective : Labels[0], Labels[1] + Mixture.Weight);
}
