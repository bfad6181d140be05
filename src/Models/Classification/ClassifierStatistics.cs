using Pipelines.Models.Mixtures;

namespace Pipelines.Models.Fitting;

/// <summary>
/// Statistics of a classifier: those of a mixture of its classes, with labelled items counted for their own class. Its objective is the log-likelihood of the
/// unlabelled items, or of the labelled ones together with their labels if all have one.
/// </summary>
/// <param name="classes">The classes' statistics, in order.</param>
internal sealed class ClassifierStatistics(IReadOnlyList<Statistics> classes) : MixtureStatistics(classes, "classifier")
{
    // Log-likelihoods of the labelled and the unlabelled items, and the number of unlabelled ones, which a double holds exactly.
    private double[] sums = new double[3];

    /// <summary>Number of items without a label.</summary>
    public long Unlabeled => (long)sums[2];

    /// <summary>Adds labelled items.</summary>
    /// <param name="logLikelihood">The logarithm of the probability of them and their labels.</param>
    public void AddLabeled(double logLikelihood)
    {
        sums[0] += logLikelihood;
        Settle();
    }

    /// <summary>Adds unlabelled items.</summary>
    /// <param name="logLikelihood">The logarithm of their probability.</param>
    /// <param name="items">Their number.</param>
    public void AddUnlabeled(double logLikelihood, long items)
    {
        sums[1] += logLikelihood;
        sums[2] += items;
        Settle();
    }

    /// <inheritdoc/>
    public override long? MaxBytes(long rows, ReadOnlySpan<int> codes) => base.MaxBytes(rows, codes) + (3 * sizeof(double));

    /// <inheritdoc/>
    protected override void MergeCore(Statistics other)
    {
        base.MergeCore(other);
        for (var i = 0; i < sums.Length; i++) sums[i] += ((ClassifierStatistics)other).sums[i];
        Settle();
    }

    /// <inheritdoc/>
    protected override void ClearCore()
    {
        base.ClearCore();
        Array.Clear(sums);
    }

    /// <inheritdoc/>
    protected override void Unshare()
    {
        base.Unshare();
        sums = [.. sums];
    }

    /// <inheritdoc/>
    protected override void SaveCore(BinaryWriter writer)
    {
        WriteDoubles(writer, sums);
        base.SaveCore(writer);
    }

    /// <inheritdoc/>
    protected override void LoadCore(BinaryReader reader)
    {
        ReadDoubles(reader, sums);
        base.LoadCore(reader);
    }

    private void Settle() => Objective = sums[2] > 0 ? sums[1] : sums[0];
}
