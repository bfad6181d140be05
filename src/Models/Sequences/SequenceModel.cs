using Pipelines.Models.Fitting;
using Pipelines.Models.Sequences;

namespace Pipelines.Models;

/// <summary>
/// A model of whole sequences of rows. It has the same three operations as any <see cref="Model"/>, on blocks that mark where their sequences begin
/// (<see cref="FeatureBlock.SequenceOffsets"/>), so the EM loop, the ordered fold and the file format work unchanged.
/// </summary>
public abstract class SequenceModel : ProbabilityModel
{
    private static readonly ScoreKind[] kinds = [new(ScoreKind.LogProbability, [new("log_probability")], IsDefault: true)];

    /// <summary>Default options of a fit to sequences: it stops when the log-likelihood rises by no more than 1e-9.</summary>
    public static FitOptions DefaultFit { get; } = new() { StopThreshold = 1e-9 };

    /// <inheritdoc/>
    public sealed override void Summarize(in FeatureBlock block, Statistics statistics)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        this.CheckItems(block);
        if (block.SequenceCount > 0) SummarizeSequences(block, statistics);
    }

    /// <inheritdoc/>
    public sealed override void Score(in FeatureBlock block, ScoreBatch scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        this.CheckItems(block);
        if (block.SequenceCount > 0) ScoreSequences(block, scores);
    }

    /// <inheritdoc/>
    public sealed override bool IsOfSequences => true;

    /// <inheritdoc/>
    public override IReadOnlyList<ScoreKind> ScoreKinds => kinds;

    /// <inheritdoc/>
    public sealed override void Accumulate(in FeatureBlock block, ReadOnlySpan<double> weights, Statistics statistics)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        this.CheckItems(block);
        // Empty sequences have no row to carry a weight.
        List<int> offsets = [0];
        foreach (var offset in block.SequenceOffsets)
            if (offset != offsets[^1]) offsets.Add(offset);
        if (offsets.Count == 1) return;
        var rowWeights = new double[block.Rows];
        for (var s = 0; s < block.SequenceCount; s++)
            rowWeights.AsSpan(block.SequenceOffsets[s], block.SequenceOffsets[s + 1] - block.SequenceOffsets[s]).Fill(weights[s]);
        var weighted = new FeatureBlock(block.Values, block.Rows, block.Columns, block.RowStride, block.ColumnStride, rowWeights, block.FirstRow)
        { SequenceOffsets = offsets.ToArray(), FirstSequence = block.FirstSequence };
        SummarizeSequences(weighted, statistics);
    }

    /// <inheritdoc/>
    public override void Sample(SeededRandom random, Span<double> rows, Span<int> labels) =>
        throw new ModelException(ErrorKind.Usage, $"{FormatName} model", "a model that cannot sample sequences", "one that can, such as a hidden Markov model",
            "fit another model to the same data");

    /// <summary>Adds the statistics of whole sequences.</summary>
    /// <param name="block">Rows with at least one sequence.</param>
    /// <param name="statistics">Statistics made by this model's <see cref="Model.CreateStatistics"/>.</param>
    protected abstract void SummarizeSequences(in FeatureBlock block, Statistics statistics);

    /// <summary>Fills the requested columns for each row of whole sequences: by default, the log-probability of its sequence.</summary>
    /// <param name="block">Rows with at least one sequence.</param>
    /// <param name="scores">Buffer for at least the block's rows.</param>
    protected virtual void ScoreSequences(in FeatureBlock block, ScoreBatch scores)
    {
        if (!scores.Wants(ScoreKind.LogProbability)) return;
        var logs = new double[block.SequenceCount];
        LogProbabilities(block, logs);
        var rows = scores.Doubles(ScoreKind.LogProbability);
        for (var s = 0; s < logs.Length; s++) rows[block.SequenceOffsets[s]..block.SequenceOffsets[s + 1]].Fill(logs[s]);
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
        where TModel : ProbabilityModel => new ModelEstimator<TModel>(model).Fit(sequences, options, cancellationToken);

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

    /// <summary>Natural log-probability of each sequence; -infinity if it is impossible.</summary>
    /// <param name="model">A model of sequences.</param>
    /// <param name="sequences">The sequences.</param>
    /// <param name="maxDegreeOfParallelism">Threads; -1 (default) = all cores.</param>
    /// <returns>Shape [sequences].</returns>
    public static double[] LogProbability(this ProbabilityModel model, SequenceSet sequences, int maxDegreeOfParallelism = -1)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(sequences);
        model.CheckBlock(sequences.Block(0, 0));
        var result = new double[sequences.Count];
        ForEachGroup(sequences, maxDegreeOfParallelism,
            (first, count) => model.LogProbabilities(sequences.Block(first, count), result.AsSpan(first, count)));
        return result;
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
