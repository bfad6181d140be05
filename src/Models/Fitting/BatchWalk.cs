namespace Pipelines.Models.Fitting;

/// <summary>
/// How mini-batch EM walks through the data: each iteration takes the batches after the previous iteration's, starting over after the last batch.
/// The position follows from the number of iterations done, so an interrupted fit can find it again.
/// </summary>
/// <remarks>
/// Log-likelihoods of a part of the rows are scaled to the total weight. The stop rule compares whole walks, as single iterations see different rows:
/// the mean over one walk's iterations with that over the walk before.
/// </remarks>
/// <param name="extent">The extent of the data.</param>
/// <param name="batchesPerIteration">At least 1.</param>
internal sealed class BatchWalk(DataExtent extent, int batchesPerIteration)
{
    private readonly long count = Math.Min(batchesPerIteration, extent.Batches);

    /// <summary>Total weight of all rows.</summary>
    public double Weight => extent.Weight;

    /// <summary>True if each iteration takes all the data.</summary>
    public bool IsWhole => count >= extent.Batches;

    /// <summary>Number of evaluations until every batch has been taken.</summary>
    public long Length => (extent.Batches + count - 1) / count;

    /// <summary>Starts a walk, if the options ask for one.</summary>
    public static async ValueTask<BatchWalk?> OpenAsync(IDataPass pass, FitOptions options, CancellationToken cancellationToken)
    {
        if (options.BatchesPerIteration is not { } count) return null;
        var extent = await pass.MeasureAsync(cancellationToken).ConfigureAwait(false);
        if (extent.Rows == 0) throw new ModelException(ErrorKind.Data, "input", "no row", "at least one", "check the paths and filters");
        return new(extent, count);
    }

    /// <summary>The batches of an iteration; number 0 evaluates the start.</summary>
    public BatchRange Range(int iteration) => new(iteration * count % extent.Batches, count);

    /// <summary>The log-likelihood of all rows, extrapolated from those seen.</summary>
    public double Scaled(Statistics seen) => IsWhole ? seen.Objective : seen.Objective * (extent.Weight / seen.Weight);

    /// <summary>How much the last whole walk gained over the one before; null within a walk, and before there are two.</summary>
    /// <param name="initial">Log-likelihood of the start.</param>
    /// <param name="history">One entry per iteration.</param>
    public double? Gain(double initial, IReadOnlyList<FitIteration> history)
    {
        var evaluated = history.Count + 1;
        if (evaluated % Length != 0 || evaluated < 2 * Length) return null;
        return Mean(evaluated - Length) - Mean(evaluated - (2 * Length));

        double Mean(long first)
        {
            double sum = 0;
            for (var i = first; i < first + Length; i++) sum += i == 0 ? initial : history[(int)i - 1].LogLikelihood;
            return sum / Length;
        }
    }
}
