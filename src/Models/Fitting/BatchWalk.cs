namespace Pipelines.Models.Fitting;

/// <summary>
/// The way of mini-batch EM through the data: each iteration takes the batches after those of the one before, and after the last batch comes the first.
/// Where it is follows from the number of iterations done, so a fit that was interrupted finds its place again.
/// </summary>
/// <remarks>
/// Log-likelihoods of a part of the rows are scaled to the weight of all of them. The stop rule compares whole walks, as single iterations see other rows each:
/// the mean of the iterations of one walk with that of the walk before.
/// </remarks>
/// <param name="extent">How much data there are.</param>
/// <param name="batchesPerIteration">At least 1.</param>
internal sealed class BatchWalk(DataExtent extent, int batchesPerIteration)
{
    private readonly long count = Math.Min(batchesPerIteration, extent.Batches);

    /// <summary>True if each iteration takes all the data.</summary>
    public bool IsWhole => count >= extent.Batches;

    /// <summary>Evaluations until every batch was taken.</summary>
    public long Length => (extent.Batches + count - 1) / count;

    /// <summary>Begins a walk, if the options want one.</summary>
    public static async ValueTask<BatchWalk?> OpenAsync(IDataPass pass, FitOptions options, CancellationToken cancellationToken)
    {
        if (options.BatchesPerIteration is not { } count) return null;
        var extent = await pass.MeasureAsync(cancellationToken).ConfigureAwait(false);
        if (extent.Rows == 0) throw new ModelException(ErrorKind.Data, "input", "no row", "at least one", "check the paths and filters");
        return new(extent, count);
    }

    /// <summary>The batches of an iteration; number 0 is the evaluation of the start.</summary>
    public BatchRange Range(int iteration) => new(iteration * count % extent.Batches, count);

    /// <summary>The log-likelihood of all rows, if they are like those seen.</summary>
    public double Scaled(Statistics seen) => IsWhole ? seen.Objective : seen.Objective * (extent.Weight / seen.Weight);

    /// <summary>How much the last whole walk gained on the one before; null within a walk, and before there were two.</summary>
    /// <param name="initial">Log-likelihood of the start.</param>
    /// <param name="history">One entry an iteration.</param>
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
