using System.Collections.Concurrent;
using Pipelines.Io;
using Pipelines.Models;

namespace Pipelines.Blocks;

/// <summary>
/// Scores batches under a model, several at a time, and hands them on in order: the kept input columns as they are, the score columns behind them. Rows that
/// the model cannot use fail the run or leave the batch, as <see cref="PipelineOptions.BadRows"/> says.
/// </summary>
/// <remarks>The score columns lie in memory that is used again once the batch is released: who keeps them longer copies them.</remarks>
public sealed class ScoreBlock : GuardedPropagator<DataBatch, DataBatch>
{
    private readonly ScorePlan plan;
    private readonly FeatureLayout layout;
    private readonly AlignedBufferPool buffers;
    private readonly ConcurrentBag<ScoreBatch> rooms = [];

    /// <summary>Makes the block.</summary>
    /// <param name="model">Scores the rows.</param>
    /// <param name="features">Names of the columns that hold the model's features, in its order.</param>
    /// <param name="run">The run's supervisor.</param>
    /// <param name="options">What to keep and to write; null = all input columns and the model's default scores.</param>
    /// <param name="name">Name for messages.</param>
    /// <exception cref="ModelException">The model has no such score, or takes another number of features.</exception>
    public ScoreBlock(Model model, IReadOnlyList<string> features, RunSupervisor run, ScoreOptions? options = null, string name = "score")
        : this(new ScorePlan(model, features, options ?? new ScoreOptions()), run, name)
    {
    }

    internal ScoreBlock(ScorePlan plan, RunSupervisor run, string name)
        : base(name, run)
    {
        this.plan = plan;
        plan.Extractor.ForgetUnknown();
        layout = new FeatureLayout(run.Options.BatchSize, plan.Extractor.Columns, weighted: false);
        buffers = new AlignedBufferPool(layout.Length);
    }

    /// <summary>Scores that were found before, sequence by sequence; null = the block scores each row.</summary>
    internal SequenceScores? Sequences { get; init; }

    private protected override DataBatch Process(DataBatch item)
    {
        if (item.Rows > Run.Options.BatchSize)
            throw new InvalidOperationException($"block '{Name}', batch {item.Index}: found {item.Rows} rows, expected at most the batch size of "
                + $"{Run.Options.BatchSize}");
        var (schema, kept) = plan.Bind(item.Schema, $"block '{Name}', batch {item.Index}");
        if (!rooms.TryTake(out var room)) room = new ScoreBatch(plan.Model, plan.Options.Columns, Run.Options.BatchSize);
        var buffer = buffers.Rent();
        if (plan.Extractor.Extract(item, buffer.Span, layout, Name) is { } bad)
        {
            item = Refusal.TakeOut(item, bad, Run, out var stay);
            RowSelection.Compact(buffer.Span, layout, stay);
        }
        if (Sequences is not null) Sequences.Read(item.Index, item.Rows, room);
        else plan.Model.Score(layout.View(buffer.Span, item.Rows, item.FirstRow), room);
        buffers.Return(buffer);

        var columns = new BatchColumn[schema.Fields.Count];
        for (var c = 0; c < kept.Length; c++) columns[c] = item.Columns[kept[c]];
        for (var s = 0; s < plan.Added.Count; s++) columns[kept.Length + s] = plan.Column(s, room.Values[s], item.Rows);
        var carrier = item.With(new BatchSchema([]), []);
        return new DataBatch(schema, columns, item.Rows, item.Index, item.FirstRow, item.Origins, new Room(carrier, room, rooms)) { Rejected = item.Rejected };
    }

    private protected override string Describe(DataBatch item) => Guard.Describe(item);

    private protected override long IndexOf(DataBatch item) => item.Index;

    /// <summary>The input's credit, and the room for the scores with it.</summary>
    private sealed class Room(DataBatch carrier, ScoreBatch room, ConcurrentBag<ScoreBatch> rooms) : IBatchCredit
    {
        private int released;

        public void Release()
        {
            if (Interlocked.Exchange(ref released, 1) != 0) return;
            rooms.Add(room);
            carrier.Release();
        }
    }
}
