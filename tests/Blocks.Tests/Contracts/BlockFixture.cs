using System.Threading.Tasks.Dataflow;
using Pipelines.Io;

namespace Pipelines.Blocks.Tests.Contracts;

/// <summary>
/// How the contract suite runs one kind of block. A class for each public block; the suite finds them by reflection and fails for a block without one.
/// The hook is called with a batch's number inside the block's own work, so that tests can throw, wait or cancel there.
/// </summary>
public abstract class BlockFixture
{
    public const int BatchSize = 64;

    public abstract Type BlockType { get; }

    /// <summary>False for blocks that take one batch at a time.</summary>
    public virtual bool IsParallel => true;

    /// <summary>The block in a whole graph, from source to end.</summary>
    internal abstract Rig Build(RunSupervisor run, double[][] data, Action<long> hook);

    /// <summary>The block alone, fed by hand; null for a block without input.</summary>
    internal virtual Func<int, bool>? Feed(RunSupervisor run, double[][] data, Action<long> hook) => null;

    /// <summary>What the graph must give, by the obvious computation.</summary>
    internal virtual double[] Expected(double[][] data) => [.. data.SelectMany(c => c)];

    internal static List<DataBatch> Batches(double[][] data) =>
        new ArraySource(data).ReadAsync(new ReadOptions { BatchSize = BatchSize }, CancellationToken.None).ToBlockingEnumerable().ToList();

    /// <summary>Ends a graph of batches in a sink.</summary>
    internal static Rig EndInSink(IDataflowBlock block, ISourceBlock<DataBatch> last, RunSupervisor run, ListSink? sink = null)
    {
        sink ??= new ListSink();
        Linking.Link(last, new SinkBlock(sink, run));
        return new Rig(block, () => [.. sink.Columns.SelectMany(c => c)], () => sink.Indexes, sink);
    }

    /// <summary>Ends a graph of features in a fold.</summary>
    internal static Rig EndInFold(IDataflowBlock block, ISourceBlock<FeatureBatch> features, RunSupervisor run, SumSummarizer summarizer)
    {
        var summarize = new SummarizeBlock(summarizer, run);
        Linking.Link(features, summarize);
        return EndInFold(block, summarize, run, summarizer);
    }

    internal static Rig EndInFold(IDataflowBlock block, ISourceBlock<BatchStatistics> statistics, RunSupervisor run, SumSummarizer summarizer)
    {
        var fold = new FoldBlock(summarizer, run);
        var order = new List<long>();
        // A block of the test in between shows the order.
        var watch = run.Watch("watch", new TransformBlock<BatchStatistics, BatchStatistics>(
            s =>
            {
                order.Add(s.Index);
                return s;
            },
            new ExecutionDataflowBlockOptions { BoundedCapacity = 1 }));
        Linking.Link(statistics, watch);
        Linking.Link(watch, fold);
        return new Rig(block is FoldBlock ? fold : block, () => ((Models.Fitting.SumStatistics)fold.Result.Result).Sums, () => order, null);
    }
}

/// <summary>A graph around the block under test.</summary>
/// <param name="Block">The block.</param>
/// <param name="Output">The values at the end, after the run.</param>
/// <param name="Order">Numbers of the batches that came to the end, in order.</param>
/// <param name="Sink">The sink, if the graph ends in one.</param>
internal sealed record Rig(IDataflowBlock Block, Func<double[]> Output, Func<IReadOnlyList<long>> Order, ListSink? Sink);

public sealed class SourceBlockFixture : BlockFixture
{
    public override Type BlockType => typeof(SourceBlock);

    public override bool IsParallel => false;

    internal override Rig Build(RunSupervisor run, double[][] data, Action<long> hook)
    {
        var block = new SourceBlock(new ArraySource(data) { Before = hook }, run);
        return EndInSink(block, block, run);
    }
}

public sealed class TransformRowsBlockFixture : BlockFixture
{
    public override Type BlockType => typeof(TransformRowsBlock);

    internal override Rig Build(RunSupervisor run, double[][] data, Action<long> hook)
    {
        var block = Make(run, hook);
        Linking.Link(new SourceBlock(new ArraySource(data), run), block);
        return EndInSink(block, block, run);
    }

    internal override Func<int, bool> Feed(RunSupervisor run, double[][] data, Action<long> hook)
    {
        var (block, batches) = (Make(run, hook), Batches(data));
        return i => block.Post(batches[i]);
    }

    internal override double[] Expected(double[][] data) => [.. data.Reverse().SelectMany(c => c)];

    private static TransformRowsBlock Make(RunSupervisor run, Action<long> hook) => new(
        batch =>
        {
            hook(batch.Index);
            return batch.With(new BatchSchema(batch.Schema.Fields.Reverse()), [.. batch.Columns.Reverse()]);
        },
        run);
}

public sealed class FeatureExtractionBlockFixture : BlockFixture
{
    public override Type BlockType => typeof(FeatureExtractionBlock);

    internal override Rig Build(RunSupervisor run, double[][] data, Action<long> hook)
    {
        var block = Make(run, hook);
        Linking.Link(new SourceBlock(new ArraySource(data), run), block);
        return EndInFold(block, block, run, new SumSummarizer(2));
    }

    internal override Func<int, bool> Feed(RunSupervisor run, double[][] data, Action<long> hook)
    {
        var (block, batches) = (Make(run, hook), Batches(data));
        return i => block.Post(batches[i]);
    }

    internal override double[] Expected(double[][] data) => SumSummarizer.Naive(data, BatchSize);

    private static FeatureExtractionBlock Make(RunSupervisor run, Action<long> hook) => new(TestData.Two, run, null, (index, _) => hook(index), "features");
}

public sealed class SummarizeBlockFixture : BlockFixture
{
    public override Type BlockType => typeof(SummarizeBlock);

    internal override Rig Build(RunSupervisor run, double[][] data, Action<long> hook)
    {
        var summarizer = new SumSummarizer(2, row => hook(row / BatchSize));
        var features = new FeatureExtractionBlock(TestData.Two, run);
        var block = new SummarizeBlock(summarizer, run);
        Linking.Link(new SourceBlock(new ArraySource(data), run), features);
        Linking.Link(features, block);
        return EndInFold(block, block, run, summarizer);
    }

    internal override Func<int, bool> Feed(RunSupervisor run, double[][] data, Action<long> hook)
    {
        var layout = new FeatureLayout(BatchSize, 2, weighted: false);
        var pool = new AlignedBufferPool(layout.Length);
        var block = new SummarizeBlock(new SumSummarizer(2, row => hook(row / BatchSize)), run);
        var batches = Batches(data);
        return i => block.Post(new FeatureBatch(batches[i], layout, pool, pool.Rent()));
    }

    internal override double[] Expected(double[][] data) => SumSummarizer.Naive(data, BatchSize);
}

public sealed class FoldBlockFixture : BlockFixture
{
    public override Type BlockType => typeof(FoldBlock);

    public override bool IsParallel => false;

    internal override Rig Build(RunSupervisor run, double[][] data, Action<long> hook)
    {
        var summarizer = new SumSummarizer(2, onMerge: hook);
        var features = new FeatureExtractionBlock(TestData.Two, run);
        var summarize = new SummarizeBlock(summarizer, run);
        var fold = new FoldBlock(summarizer, run);
        Linking.Link(new SourceBlock(new ArraySource(data), run), features);
        Linking.Link(features, summarize);
        Linking.Link(summarize, fold);
        return new Rig(fold, () => ((Models.Fitting.SumStatistics)fold.Result.Result).Sums, () => [], null);
    }

    internal override Func<int, bool> Feed(RunSupervisor run, double[][] data, Action<long> hook)
    {
        var summarizer = new SumSummarizer(2, onMerge: hook);
        var block = new FoldBlock(summarizer, run);
        return i => block.Post(new BatchStatistics(i, BatchSize, summarizer.CreateStatistics()));
    }

    internal override double[] Expected(double[][] data) => SumSummarizer.Naive(data, BatchSize);
}

public sealed class ScoreBlockFixture : BlockFixture
{
    public override Type BlockType => typeof(ScoreBlock);

    internal override Rig Build(RunSupervisor run, double[][] data, Action<long> hook)
    {
        var block = Make(run, hook);
        Linking.Link(new SourceBlock(new ArraySource(data), run), block);
        return EndInSink(block, block, run);
    }

    internal override Func<int, bool> Feed(RunSupervisor run, double[][] data, Action<long> hook)
    {
        var (block, batches) = (Make(run, hook), Batches(data));
        return i => block.Post(batches[i]);
    }

    internal override double[] Expected(double[][] data)
    {
        var sums = data[0].Zip(data[1], (a, b) => 0 + a + b).ToArray();
        return [.. data.SelectMany(c => c), .. sums, .. sums.Select(s => (double)Math.Sign(s))];
    }

    private static ScoreBlock Make(RunSupervisor run, Action<long> hook) => new(new SumModel(2, row => hook(row / BatchSize)), TestData.Two, run);
}

public sealed class SinkBlockFixture : BlockFixture
{
    public override Type BlockType => typeof(SinkBlock);

    public override bool IsParallel => false;

    internal override Rig Build(RunSupervisor run, double[][] data, Action<long> hook)
    {
        var sink = Sink(hook);
        var block = new SinkBlock(sink, run);
        Linking.Link(new SourceBlock(new ArraySource(data), run), block);
        return new Rig(block, () => [.. sink.Columns.SelectMany(c => c)], () => sink.Indexes, sink);
    }

    internal override Func<int, bool> Feed(RunSupervisor run, double[][] data, Action<long> hook)
    {
        var (block, batches) = (new SinkBlock(Sink(hook), run), Batches(data));
        return i => block.Post(batches[i]);
    }

    private static ListSink Sink(Action<long> hook) => new()
    {
        Before = batch =>
        {
            hook(batch.Index);
            return Task.CompletedTask;
        },
    };
}

public sealed class EvaluateBlockFixture : BlockFixture
{
    private static readonly BayesClassifier model = new([new NormalDistribution(-1, 1), new NormalDistribution(1, 1)], [0.5, 0.5], new(["low", "high"]));
    private static readonly ColumnField label = new("label", typeof(string), IsNullable: true);

    public override Type BlockType => typeof(EvaluateBlock);

    internal override Rig Build(RunSupervisor run, double[][] data, Action<long> hook)
    {
        var block = Make(run, hook);
        var labels = new TransformRowsBlock(WithLabels, run);
        Linking.Link(new SourceBlock(new ArraySource(data), run), labels);
        Linking.Link(labels, block);
        return new Rig(block, () =>
        {
            var found = block.Result.Result;
            return [.. found.Confusion.Cast<double>(), found.Unlabeled, Math.Round(found.LogLoss, 9)];
        }, () => [], null);
    }

    internal override Func<int, bool> Feed(RunSupervisor run, double[][] data, Action<long> hook)
    {
        var (block, batches) = (Make(run, hook), Batches(data));
        return i => block.Post(WithLabels(batches[i]));
    }

    // The class is 'high' where x1 is above 0, and not known in every fifth row of a batch; the density ratio of the two is e^(2 x0).
    internal override double[] Expected(double[][] data)
    {
        var (expected, loss) = (new double[6], 0.0);
        for (var i = 0; i < data[0].Length; i++)
        {
            if (i % BatchSize % 5 == 4)
            {
                expected[4]++;
                continue;
            }
            var (x, own) = (data[0][i], data[1][i] > 0 ? 1 : 0);
            expected[(2 * own) + (x > 0 ? 1 : 0)]++;
            // log(1 + e^t), without overflow.
            var t = own == 1 ? -2 * x : 2 * x;
            loss += Math.Max(t, 0) + Math.Log(1 + Math.Exp(-Math.Abs(t)));
        }
        // The block folds batch by batch: sums of 1,300 terms agree to more than nine digits.
        expected[5] = Math.Round(loss / expected[..4].Sum(), 9);
        return expected;
    }

    private static DataBatch WithLabels(DataBatch batch)
    {
        var (names, present) = (new string[batch.Rows], new bool[batch.Rows]);
        var x = ((BatchColumn<double>)batch["x1"]).Values.Span;
        for (var i = 0; i < names.Length; i++) (names[i], present[i]) = (x[i] > 0 ? "high" : "low", i % 5 != 4);
        return batch.With(new BatchSchema([.. batch.Schema.Fields, label]), [.. batch.Columns, new BatchColumn<string>(label, names, present)]);
    }

    private static EvaluateBlock Make(RunSupervisor run, Action<long> hook)
    {
        var evaluator = new Models.Fitting.ClassifierEvaluator(model);
        return new(evaluator, new Watched(evaluator, hook), [new("x0")], label.Name, run, null, "evaluate");
    }

    private sealed class Watched(Models.Fitting.ISummarizer inner, Action<long> hook) : Models.Fitting.ISummarizer
    {
        public string SummarizerKind => inner.SummarizerKind;

        public void WriteSettings(System.Text.Json.Utf8JsonWriter writer) => inner.WriteSettings(writer);

        public Models.Fitting.Statistics CreateStatistics() => inner.CreateStatistics();

        public void Summarize(in FeatureBlock block, Models.Fitting.Statistics statistics)
        {
            hook(block.FirstRow / BatchSize);
            inner.Summarize(block, statistics);
        }
    }
}
