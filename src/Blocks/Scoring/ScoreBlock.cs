using System.Collections.Concurrent;
using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>
/// Scores batches under a model, several at a time, and passes them on in order: the kept input columns unchanged, followed by the score columns. Rows that the
/// model cannot use fail the run or are removed from the batch, as <see cref="PipelineOptions.BadRows"/> specifies.
/// </summary>
/// <remarks>The memory of the score columns is reused once the batch is released: copy them to keep them longer.</remarks>
public sealed class ScoreBlock : GuardedPropagator<DataBatch, DataBatch>
{
    private readonly ScorePlan plan;
    private readonly FeatureLayout layout;
    private readonly AlignedBufferPool buffers;
    private readonly ConcurrentBag<ScoreBatch> scratch = [];

    /// <summary>Creates the block.</summary>
    /// <param name="model">Scores the rows.</param>
    /// <param name="features">Names of the columns that hold the model's features, in its order.</param>
    /// <param name="run">The run's supervisor.</param>
    /// <param name="options">Columns to keep and scores to write; null = all input columns and the model's default scores.</param>
    /// <param name="name">Name for messages.</param>
    /// <exception cref="ModelException">The model has no such score, or has a different number of features.</exception>
    public ScoreBlock(Model model, IReadOnlyList<string> features, RunSupervisor run, ScoreOptions? options = null, string name = "score")
        : this(new ScorePlan(model, features, options ?? new ScoreOptions()), run, name)
    {
    }

    /// <summary>Creates a block for a model whose features have categories or transforms.</summary>
    /// <param name="model">The model with its features.</param>
    /// <param name="run">The run's supervisor.</param>
    /// <param name="options">Columns to keep and scores to write; null = all input columns and the model's default scores.</param>
    /// <param name="name">Name for messages.</param>
    /// <exception cref="ModelException">The model has no such score, or its features have no names.</exception>
    public ScoreBlock(SavedModel model, RunSupervisor run, ScoreOptions? options = null, string name = "score")
        : this(ScorePlan.Of(model, options ?? new ScoreOptions()), run, name)
    {
    }

    internal ScoreBlock(ScorePlan plan, RunSupervisor run, string name)
        : base(name, run)
    {
        this.plan = plan;
        plan.Extractor.ForgetUnknown();
        plan.Impossible?.Forget();
        plan.Tally.Forget();
        layout = new FeatureLayout(run.Options.BatchSize, plan.Extractor.Columns, weighted: false, priors: plan.Extractor.Priors);
        buffers = new AlignedBufferPool(layout.Length);
    }

    /// <summary>Scores computed beforehand, sequence by sequence; null = the block scores each row.</summary>
    internal SequenceScores? Sequences { get; init; }

    private protected override DataBatch Process(DataBatch item)
    {
        Guard.CheckSize(item, Run, Name);
        var bound = plan.Bind(item.Schema, $"block '{Name}', batch {item.Index}");
        if (!scratch.TryTake(out var scores)) scores = new ScoreBatch(plan.Model, plan.Scored, Run.Options.BatchSize);
        // The features of sequences were extracted when they were scored. Only a batch of which rows were refused then has to be looked at again.
        if (Sequences?.RowsOf(item.Index) != item.Rows)
        {
            var buffer = buffers.Rent();
            if (plan.Extractor.Extract(item, buffer.Span, layout, Name) is { } bad)
            {
                item = Refusal.TakeOut(item, bad, Run, out var stay);
                layout.Compact(buffer.Span, stay);
            }
            if (Sequences is null)
            {
                plan.Extractor.Transform(buffer.Span, layout, item.Rows);
                plan.Score(layout.View(buffer.Span, item.Rows, item.FirstRow), scores);
            }
            buffers.Return(buffer);
        }
        Sequences?.Read(item.Index, item.Rows, scores);
        if (Sequences is null) plan.Impossible?.Count(item, scores.Doubles(ScoreKind.LogProbability)[..item.Rows], Name);
        plan.Tally.Add(item, scores);

        var columns = bound.Columns(item, scores);
        var carrier = item.With(new BatchSchema([]), []);
        return new DataBatch(bound.Schema, columns, item.Rows, item.Index, item.FirstRow, item.Origins, new ScoreCredit(carrier, scores, scratch))
        { Rejected = item.Rejected };
    }

    /// <summary>The input's credit, together with the buffers for the scores.</summary>
    private sealed class ScoreCredit(DataBatch carrier, ScoreBatch scores, ConcurrentBag<ScoreBatch> scratch) : IBatchCredit
    {
        private int released;

        public void Release()
        {
            if (Interlocked.Exchange(ref released, 1) != 0) return;
            scratch.Add(scores);
            carrier.Release();
        }
    }
}
