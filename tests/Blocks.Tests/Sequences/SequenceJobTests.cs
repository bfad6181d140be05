using System.Text;
using Pipelines.Io;

namespace Pipelines.Blocks.Tests;

/// <summary>Jobs over sequences beyond one plain run: resumed, incremental, and over data without a row that can be used.</summary>
public sealed class SequenceJobTests : IDisposable
{
    private const int Rows = 600;

    // x0 is a symbol of 0, 1, 2; x1 the key, 30 rows each.
    private static readonly double[][] data = [[.. Enumerable.Range(0, Rows).Select(r => (double)(r * r % 7 % 3))],
        [.. Enumerable.Range(0, Rows).Select(r => (double)(r / 30))]];

    private readonly string root = Directory.CreateTempSubdirectory("pipelines-sequence-jobs-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task A_resumed_chain_is_the_one_that_was_never_interrupted()
    {
        async Task<string> FitAsync(bool kept, int iterations)
        {
            var options = new PipelineOptions
            {
                BatchSize = 64,
                Checkpoints = kept ? new CheckpointOptions { Folder = Path.Combine(root, "kept"), Resume = true, EveryBatches = 1 } : null
            };
            var pipeline = Pipeline.From(new ArraySource(data)).With(options).Features("x0").Sequences("x1");
            var fitted = await pipeline.FitAsync(new MarkovChainEstimator(1), SequenceFitting.DefaultFit with { MaxIterations = iterations });
            return Encoding.UTF8.GetString(fitted.Saved.ToJson());
        }
        var expected = await FitAsync(kept: false, 100);
        await FitAsync(kept: true, 1);
        Assert.Equal(expected, await FitAsync(kept: true, 100));
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public async Task Incremental_runs_refuse_sequences_that_files_would_cut(bool score)
    {
        var input = Path.Combine(root, "in.parquet");
        await using (var sink = new ParquetSink(input))
        {
            var source = MemorySource.FromArrays(("x0", data[0]), ("x1", data[1]));
            await sink.OpenAsync((await source.OpenAsync(default)).Schema, default);
            await foreach (var batch in source.ReadAsync(new ReadOptions(), default)) await sink.WriteAsync(batch, default);
            await sink.CompleteAsync(default);
        }
        var state = new IncrementalOptions { StateFile = Path.Combine(root, "state.json") };
        var error = await Assert.ThrowsAsync<FlowException>(() => score
            ? IncrementalScoring.RunAsync([input], paths => Pipeline.FromParquet(paths).Sequences("x1").Score(new LagModel(1), ["x0"]),
                Path.Combine(root, "out"), state)
            : IncrementalFitting.RunAsync([input], paths => Pipeline.FromParquet(paths).Features("x0").Sequences("x1"), new MarkovChainEstimator(1),
                SequenceFitting.DefaultFit, state));
        Assert.Equal($"{Path.Combine(root, "in.parquet")}: found sequences of 'x1' in an incremental run, expected independent rows, as a sequence may "
            + "continue in the next file; leave the state file out (IncrementalOptions.StateFile), or take all files at once", error.Message);
        Assert.False(File.Exists(state.StateFile));
    }

    [Fact]
    public async Task Data_without_a_row_that_can_be_used_has_no_scores()
    {
        double[][] rows = [[double.PositiveInfinity, double.NegativeInfinity], [0, 1]];
        var sink = new ListSink();
        var result = await Pipeline.From(new ArraySource(rows)).With(new PipelineOptions { BadRows = new BadRowPolicy { Mode = BadRowMode.Skip } })
            .Sequences("x1").Score(new LagModel(1), ["x0"], new ScoreOptions { Keep = [] }).To(sink).RunAsync();
        Assert.Equal((rows[0].Length, 0L, rows[0].Length), (result.RowsIn, result.RowsOut, result.RowsRejected));
        Assert.All(sink.Columns, Assert.Empty);
    }
}
