using System.Threading.Tasks.Dataflow;
using Pipelines.Blocks;
using Pipelines.Io;
using Pipelines.Models;
using Pipelines.Models.Fitting;
using Pipelines.Models.Mixtures;
using Pipelines.Models.Sequences;
using Pipelines.Models.Serialization;

namespace Pipelines.Docs.Tests;

/// <summary>The README's code, run. <see cref="ReadmeTests"/> compares each region with the README.</summary>
public sealed class TourTests : IClassFixture<FlightsFolder>
{
    [Fact]
    public void In_memory()
    {
        #region README
        var truth = new GeneralMixtureModel([new NormalDistribution(-4, 1), new NormalDistribution(3, 1.5)], [0.3, 0.7]);
        double[,] x = truth.Sample(rows: 100_000, seed: 42);

        var model = GeneralMixtureModel.FromSamples<NormalDistribution>(components: 2, x, new FitOptions { MaxDegreeOfParallelism = -1 });
        double[,] posteriors = model.PredictProbability(x, maxDegreeOfParallelism: 2);
        double[] logs = model.LogProbability(x);

        Console.WriteLine(model.Describe());
        #endregion

        // Five standard errors of the mean of 30,000 rows.
        Assert.Contains(model.Components.Cast<NormalDistribution>(), c => Math.Abs(c.Mean + 4) < 0.03);
        Assert.Equal(100_000, posteriors.GetLength(0));
        Assert.All(logs, l => Assert.True(l < 0));
    }

    [Fact]
    public void Sequences_in_memory()
    {
        #region README
        var truth = HiddenMarkovModel.FromMatrix(new[,] { { 0.9, 0.1 }, { 0.2, 0.8 } }, [new NormalDistribution(0, 1), new NormalDistribution(4, 2)], starts: [0.5, 0.5]);
        var days = SequenceSet.From([.. truth.Sample(count: 200, length: 365).Select(s => s.Rows)]);

        var found = HiddenMarkov.Of<NormalDistribution>(states: 2).Fit(days);
        int[][] states = found.Model.Predict(days, maxDegreeOfParallelism: 2);
        HiddenPath[] paths = found.Model.Viterbi(days);

        Console.WriteLine(found.Model.Describe());
        #endregion

        // Five standard errors of the mean of some 24,000 rows.
        Assert.Contains(found.Model.States.Take(2), s => Math.Abs(((NormalDistribution)s.Distribution!).Mean - 4) < 0.08);
        Assert.Equal((200, 365), (states.Length, states[0].Length));
        Assert.All(paths, p => Assert.Equal(365, p.States.Length));
    }

    [Fact]
    public async Task Of_any_size()
    {
        #region README
        var flights = Pipeline.FromParquet("flights.parquet").With(new PipelineOptions { MemoryBudget = "256MB" });

        var fitted = await flights
            .Features("delay", "distance")
            .FitAsync(Mixture.Of<MultivariateGaussianDistribution>(components: 5), new FitOptions { Seed = 1 });
        fitted.Saved.Save("model.json");

        foreach (var iteration in fitted.Result.History.TakeLast(3))
            Console.WriteLine($"{iteration.Iteration}: {iteration.LogLikelihood:N1} (+{iteration.Improvement:N2})");

        var saved = SavedModel.Load("model.json");
        var run = await flights.Score(saved, new ScoreOptions { Columns = ["label", "probability"] }).ToParquet("scored.parquet").RunAsync();
        Console.WriteLine($"{run.RowsOut:N0} rows, {run.RowsPerSecond:N0} a second");
        #endregion

        Assert.True(fitted.Result.Converged);
        Assert.Equal(300_000, run.RowsOut);
        Assert.True(File.Exists("scored.parquet"));
    }

    [Fact]
    public async Task Something_in_between()
    {
        #region README
        var late = await Pipeline.FromParquet("flights.parquet")
            .TransformDataFrame(frame =>
            {
                var hours = frame["delay"] / 60.0;
                hours.SetName("hours");
                frame.Columns.Add(hours);
                return frame;
            })
            .Via(run => new TransformBlock<DataBatch, DataBatch>(batch => batch, new ExecutionDataflowBlockOptions
            {
                MaxDegreeOfParallelism = 2,
                BoundedCapacity = 4,
                CancellationToken = run.Token,
            }))
            .Features("hours")
            .FitAsync(Mixture.Of<NormalDistribution>(components: 2), new FitOptions { MaxIterations = 20 });

        Console.WriteLine(late.Model.Describe(late.Saved.Features));
        #endregion

        Assert.Equal(300_000, late.Result.Rows);
        Assert.Equal("hours", late.Saved.Features![0].Name);
    }

    [Fact]
    public async Task Survives()
    {
        #region README
        var kept = await Pipeline.FromParquet("flights.parquet")
            .With(new PipelineOptions { Checkpoints = new CheckpointOptions { Folder = "checkpoints", Resume = true } })
            .Features("delay", "distance")
            .FitAsync(Mixture.Of<MultivariateGaussianDistribution>(components: 3), new FitOptions { MaxIterations = 10 });

        var done = await Pipeline.FromParquet("flights.parquet")
            .With(new PipelineOptions { BadRows = new BadRowPolicy { Mode = BadRowMode.Quarantine, QuarantineFolder = "refused" } })
            .Score(kept)
            .ToParquet("parts", new ParquetSinkOptions { RowsPerFile = 100_000, Resume = true })
            .RunAsync();
        Console.WriteLine($"{done.RowsIn:N0} rows in = {done.RowsOut:N0} out + {done.RowsRejected:N0} refused; {done.RowsResumed:N0} were done before");
        #endregion

        Assert.Equal((300_000, 300_000, 0), (done.RowsIn, done.RowsOut, done.RowsRejected));
        Assert.True((await OutputVerification.OfAsync("parts")).Discrepancies.Count == 0);
        Assert.Equal(2, Directory.GetFiles("checkpoints", "*.checkpoint").Length);
    }

    [Fact]
    public async Task Bounded()
    {
        #region README
        using var stop = new CancellationTokenSource();
        var options = new PipelineOptions
        {
            MaxDegreeOfParallelism = -1,
            BoundedCapacity = 8,
            BatchSize = 16_384,
            MemoryBudget = "1GB",
            Progress = new Progress<RunProgress>(p => Console.WriteLine($"{p.Phase}: {p.Rows:N0} of {p.TotalRows:N0} rows")),
        };

        var clusters = await Pipeline.FromParquet("flights.parquet")
            .With(options)
            .Select("delay", "distance")
            .FitAsync(new KMeansEstimator(clusters: 3), cancellationToken: stop.Token);

        Console.WriteLine(clusters.Model.Describe(clusters.Saved.Features));
        #endregion

        Assert.Equal(3, clusters.Model.Clusters);
    }

    [Fact]
    public async Task Several_at_once()
    {
        #region README
        var best = await Pipeline.FromParquet("flights.parquet")
            .Features("delay", "distance")
            .FitAsync(ModelSelection.Of(k => Mixture.Of<MultivariateGaussianDistribution>(k), components: [2, 3, 4], restarts: 2), new FitOptions { MaxIterations = 10 });

        foreach (var c in best.Result.Candidates)
            Console.WriteLine($"{c.Components} components, seed {c.Seed}: BIC {c.Bic:N0}{(c.Chosen ? ", chosen" : "")}");
        #endregion

        Assert.Equal(6, best.Result.Candidates.Count);
        Assert.Equal(best.Result.Candidates.Min(c => c.Bic), best.Result.Candidates.Single(c => c.Chosen).Bic);
    }
}
