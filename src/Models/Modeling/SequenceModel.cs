using Pipelines.Models.Fitting;

namespace Pipelines;

/// <summary>
/// A model of whole sequences of rows. It has the same three operations as any <see cref="Model"/>, on blocks that mark where their sequences begin
/// (<see cref="FeatureBlock.SequenceOffsets"/>), so the EM loop, the ordered fold and the file format work unchanged.
/// </summary>
public abstract class SequenceModel : ProbabilityModel
{
    private static readonly ScoreKind[] kinds = [new(ScoreKind.LogProbability, [new("log_probability")], IsDefault: true)];

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
