using Pipelines.Models.Fitting;
using Pipelines.Models.Sequences;

namespace Pipelines.Models;

/// <summary>
/// A model of whole sequences of rows. It has the same three operations as any <see cref="Model"/>, on blocks that mark where their sequences begin
/// (<see cref="FeatureBlock.SequenceOffsets"/>), so the EM loop, the ordered fold and the file format work unchanged.
/// </summary>
public abstract class SequenceModel : Model
{
    /// <summary>Default options of a fit to sequences: it stops when the log-likelihood rises by no more than 1e-9.</summary>
    public static FitOptions DefaultFit { get; } = new() { StopThreshold = 1e-9 };

    /// <inheritdoc/>
    public sealed override void Summarize(in FeatureBlock block, Statistics statistics)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        Check(block);
        if (block.SequenceCount > 0) SummarizeSequences(block, statistics);
    }

    /// <inheritdoc/>
    public sealed override void Score(in FeatureBlock block, ScoreBatch scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        Check(block);
        if (block.SequenceCount > 0) ScoreSequences(block, scores);
    }

    /// <summary>Natural log-probability of each sequence of a block; -infinity if it is impossible. Called by many threads at once.</summary>
    /// <param name="block">Rows with at least one sequence.</param>
    /// <param name="logs">Shape [sequences]; filled.</param>
    public abstract void LogProbabilities(in FeatureBlock block, Span<double> logs);

    /// <summary>Natural log-probability of each sequence; -infinity if it is impossible.</summary>
    /// <param name="sequences">The sequences.</param>
    /// <param name="maxDegreeOfParallelism">Threads; -1 (default) = all cores.</param>
    /// <returns>Shape [sequences].</returns>
    public double[] LogProbability(SequenceSet sequences, int maxDegreeOfParallelism = -1)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        this.CheckBlock(sequences.Block(0, 0));
        var result = new double[sequences.Count];
        SequenceFitting.ForEachGroup(sequences, maxDegreeOfParallelism,
            (first, count) => LogProbabilities(sequences.Block(first, count), result.AsSpan(first, count)));
        return result;
    }

    /// <summary>Draws a sequence.</summary>
    /// <param name="random">Source of random numbers.</param>
    /// <param name="rows">Shape [length, features]; filled. The sequence has exactly this length: a finite model redraws sequences that end earlier or
    /// later.</param>
    /// <param name="labels">Shape [length]; filled with the origin of each row, a state or component, as in the score <c>label</c>. Empty = not
    /// computed.</param>
    /// <exception cref="ModelException">The model does not support sampling, or has no sequence of this length.</exception>
    public virtual void Sample(SeededRandom random, Span<double> rows, Span<int> labels) =>
        throw new ModelException(ErrorKind.Usage, $"{FormatName} model", "a model that cannot sample sequences", "one that can, such as a hidden Markov model",
            "fit another model to the same data");

    /// <summary>Adds the statistics of whole sequences.</summary>
    /// <param name="block">Rows with at least one sequence.</param>
    /// <param name="statistics">Statistics made by this model's <see cref="Model.CreateStatistics"/>.</param>
    protected abstract void SummarizeSequences(in FeatureBlock block, Statistics statistics);

    /// <summary>Fills the requested columns for each row of whole sequences.</summary>
    /// <param name="block">Rows with at least one sequence.</param>
    /// <param name="scores">Buffer for at least the block's rows.</param>
    protected abstract void ScoreSequences(in FeatureBlock block, ScoreBatch scores);

    private void Check(in FeatureBlock block)
    {
        this.CheckBlock(block);
        if (block.SequenceOffsets.IsEmpty && block.Rows > 0)
            throw new ModelException(ErrorKind.Usage, $"{FormatName} model", "rows without sequences", "rows with the starts of their sequences",
                "specify which rows form a sequence");
    }
}

/// <summary>Fitting and scoring of sequences in memory.</summary>
public static class SequenceFitting
{
    /// <summary>Fits a model to sequences in memory, starting from its current parameters.</summary>
    /// <param name="model">The initial model.</param>
    /// <param name="sequences">The sequences.</param>
    /// <param name="options">Null = <see cref="SequenceModel.DefaultFit"/>.</param>
    /// <param name="cancellationToken">Stops with an <see cref="OperationCanceledException"/>.</param>
    public static FitResult<TModel> Fit<TModel>(this TModel model, SequenceSet sequences, FitOptions? options = null,
        CancellationToken cancellationToken = default)
        where TModel : SequenceModel => new ModelEstimator<TModel>(model).Fit(sequences, options, cancellationToken);

    /// <summary>Fits an estimator to sequences in memory.</summary>
    /// <param name="estimator">The model to fit.</param>
    /// <param name="sequences">The sequences.</param>
    /// <param name="options">Null = <see cref="SequenceModel.DefaultFit"/>.</param>
    /// <param name="cancellationToken">Stops with an <see cref="OperationCanceledException"/>.</param>
    public static FitResult<TModel> Fit<TModel>(this IEstimator<TModel> estimator, SequenceSet sequences, FitOptions? options = null,
        CancellationToken cancellationToken = default)
        where TModel : Model
    {
        ArgumentNullException.ThrowIfNull(estimator);
        ArgumentNullException.ThrowIfNull(sequences);
        options ??= SequenceModel.DefaultFit;
        options.Validate(estimator.Uses);
        var fit = estimator.FitAsync(new SequencePass(sequences, options.BatchRows, options.Threads), options, cancellationToken);
        return fit.IsCompleted ? fit.GetAwaiter().GetResult() : fit.AsTask().GetAwaiter().GetResult();
    }

    /// <summary>Runs work on groups of sequences in parallel; each group is passed to exactly one call.</summary>
    internal static void ForEachGroup(SequenceSet sequences, int maxDegreeOfParallelism, Action<int, int> work)
    {
        var groups = SequenceGroups.Cut(sequences, 4096);
        var next = -1;
        Parallelism.Run(Parallelism.Threads(maxDegreeOfParallelism, groups.Length - 1), token =>
        {
            using var lent = SpareThreads.Lend(maxDegreeOfParallelism, groups.Length - 1);
            for (var g = Interlocked.Increment(ref next); g < groups.Length - 1 && !token.IsCancellationRequested; g = Interlocked.Increment(ref next))
                work(groups[g], groups[g + 1] - groups[g]);
        }, CancellationToken.None);
    }
}
