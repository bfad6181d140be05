using System.Text;
using Pipelines.Io;
using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines.Blocks.Tests.Composing;

/// <summary>Logarithms and scales of features in fits, scores, evaluations and draws of pipelines.</summary>
public sealed class TransformedFeatureTests : IDisposable
{
    private const int Rows = 3_000;
    private const int BatchSize = 128;
    private readonly string root = Directory.CreateTempSubdirectory("pipelines-transforms-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    private static FitOptions Standard => new() { Scaling = FeatureScaling.Standard, MaxIterations = 3, StopThreshold = double.NegativeInfinity };

    [Theory]
    [InlineData("standard", 1)]
    [InlineData("standard", 8)]
    [InlineData("robust", 3)]
    public async Task The_bits_are_those_of_a_fit_in_memory_at_any_parallelism(string scaling, int parallelism)
    {
        var columns = Columns();
        double[][] logs = [[.. columns[0].Select(v => Math.Log(v))], columns[1]];
        var fit = Standard with { Scaling = FeatureScaling.Named(scaling), BatchSize = BatchSize };
        var expected = Mixture.Of<MultivariateGaussianDistribution>(2).Fit(FeatureMatrix.FromColumns(logs), fit);
        var options = new PipelineOptions { BatchSize = BatchSize, MaxDegreeOfParallelism = parallelism };
        var found = await Pipeline.From(new ArraySource(columns)).With(options).Log("x0").FitAsync(Mixture.Of<MultivariateGaussianDistribution>(2), fit);
        Assert.Equal(new SavedModel(expected.Model).ToJson(), new SavedModel(found.Model).ToJson());
        Assert.Equal([FeatureTransform.Log, .. expected.Transforms[0]], found.Saved.Features![0].Transforms);
        Assert.Equal(expected.Transforms[1], found.Saved.Features[1].Transforms);
        // Sums of 3,000 logarithms of size 1.
        Assert.Equal(expected.LogLikelihood - logs[0].Where(v => !double.IsNaN(v)).Sum(), found.Result.LogLikelihood, 1e-8);
        // Ranges are in the original unit.
        Assert.Equal((columns[0].Where(double.IsFinite).Min(), columns[0].Where(double.IsFinite).Max()),
            (found.Saved.Features[0].Minimum!.Value, found.Saved.Features[0].Maximum!.Value));
    }

    [Fact]
    public async Task Scores_and_evaluations_are_of_the_original_features()
    {
        var columns = Columns();
        var pipeline = Pipeline.From(new ArraySource(columns)).With(new PipelineOptions { BatchSize = BatchSize });
        var fitted = await pipeline.Log("x0").FitAsync(Mixture.Of<NormalDistribution>(2), Standard);
        var sink = new MemorySink();
        await pipeline.Score(fitted, new ScoreOptions { Columns = ["log-probability", "probability"], Keep = [] }).To(sink).RunAsync();
        var found = sink.Doubles("log_probability");
        var (log, x) = ((LinearTransform)fitted.Saved.Features![0].Transforms[1], (LinearTransform)fitted.Saved.Features[1].Transforms[0]);
        for (var i = 0; i < Rows; i++)
        {
            // The density of ln x0 divided by x0, and that of x1, by the definition of the transforms; a missing value has the factor 1.
            var (a, b) = (columns[0][i], columns[1][i]);
            var total = 0.0;
            for (var k = 0; k < 2; k++)
            {
                var parts = ((IndependentComponentsDistribution)fitted.Model.Components[k]).Parts.Cast<NormalDistribution>().ToArray();
                total += fitted.Model.Weights[k] * (double.IsNaN(a) ? 1 : Normal(Math.Log(a), parts[0], log) / a) * Normal(b, parts[1], x);
            }
            Assert.Equal(Math.Log(total), found[i], 1e-9);
        }
        var evaluated = (await pipeline.EvaluateLikelihoodAsync(fitted.Saved)).Evaluation;
        Assert.Equal(found.Sum(), evaluated.LogLikelihood, 1e-7);
        Assert.Equal(fitted.Result.LogLikelihood, evaluated.LogLikelihood, 1e-7);

        static double Normal(double value, NormalDistribution part, LinearTransform unit)
        {
            var (mean, deviation) = ((part.Mean * unit.Scale) + unit.Center, part.StandardDeviation * unit.Scale);
            return Math.Exp(-0.5 * Math.Pow((value - mean) / deviation, 2)) / (deviation * Math.Sqrt(2 * Math.PI));
        }
    }

    [Fact]
    public async Task Blocks_linked_by_hand_score_as_the_pipeline_does()
    {
        var source = new ArraySource(Columns());
        var options = new PipelineOptions { BatchSize = BatchSize };
        var fitted = await Pipeline.From(source).With(options).Log("x0").FitAsync(Mixture.Of<NormalDistribution>(2), Standard);
        var expected = new MemorySink();
        await Pipeline.From(source).With(options).Score(fitted).To(expected).RunAsync();
        var sink = new ListSink();
        await using var run = new RunSupervisor(options);
        var score = new ScoreBlock(fitted.Saved, run);
        Linking.Link(new SourceBlock(source, run), score);
        Linking.Link(score, new SinkBlock(sink, run));
        await run.RunAsync();
        Assert.Equal(expected.Doubles("log_probability"), sink.Columns[2]);
    }

    [Fact]
    public async Task Draws_are_in_the_original_units()
    {
        Feature[] features = [new("a") { Transforms = [FeatureTransform.Log, FeatureTransform.Linear(2, 0.5)] }];
        var plain = new MemorySink();
        await Pipeline.FromModel(new SavedModel(new NormalDistribution(0, 1), [new("a")]), new SampleOptions { Rows = 500 }).To(plain).RunAsync();
        var found = new MemorySink();
        await Pipeline.FromModel(new SavedModel(new NormalDistribution(0, 1), features), new SampleOptions { Rows = 500 }).To(found).RunAsync();
        Assert.Equal(plain.Doubles("a").Select(y => Math.Exp((y * 0.5) + 2)), found.Doubles("a"));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(-3.5)]
    public async Task A_value_without_a_logarithm_is_a_bad_row(double value)
    {
        var columns = Columns();
        columns[0][200] = value;
        var text = FormattableString.Invariant($"{value}");
        var pipeline = Pipeline.From(new ArraySource(columns)).With(new PipelineOptions { BatchSize = BatchSize });
        var expected = $"array, row group 0, row 200, column 'x0': found {text}, expected a number above 0, of which the model takes ln(x0); correct the "
            + "value or make it null, or leave the transform out of the fit";
        var error = await Assert.ThrowsAsync<FlowException>(() => pipeline.Log("x0").FitAsync(Mixture.Of<NormalDistribution>(1)));
        Assert.Equal((ErrorKind.Data, expected), (error.Kind, error.Message));

        var skipping = pipeline.With(pipeline.Options with { BadRows = new BadRowPolicy { Mode = BadRowMode.Skip } });
        var fitted = await skipping.Log("x0").FitAsync(Mixture.Of<NormalDistribution>(1), Standard);
        Assert.Equal((Rows - 1, 1), (fitted.Result.Rows, fitted.RowsRejected));
        Assert.Equal(columns[0].Where(v => v > 0).Min(), fitted.Saved.Features![0].Minimum);
        Assert.Equal(expected, (await Assert.ThrowsAsync<FlowException>(() => pipeline.Score(fitted).To(new MemorySink()).RunAsync())).Message);
        var result = await skipping.Score(fitted).To(new MemorySink()).RunAsync();
        Assert.Equal(1, result.RowsRejected);
    }

    [Theory]
    [InlineData("X0", "Pipeline.Log: found 'X0', expected a feature of the fit; did you mean 'x0'?")]
    [InlineData("distance", "Pipeline.Log: found 'distance', expected a feature of the fit; correct the name, or add the column to the features "
        + "(Pipeline.Features)")]
    public async Task An_unknown_feature_is_named_before_a_row_is_read(string name, string message)
    {
        var source = new ArraySource(Columns());
        var error = await Assert.ThrowsAsync<ModelException>(() => Pipeline.From(source).Log(name).FitAsync(Mixture.Of<NormalDistribution>(1)));
        Assert.Equal(message, error.Message);
        Assert.Equal(0, source.Made);
    }

    [Theory]
    [InlineData("gamma", "FitOptions.Scaling: found 'standard' of feature 'x0' with the distribution 'gamma', whose support is fixed, expected a distribution "
        + "that can be shifted and scaled; leave it out, or choose another distribution for the feature, such as normal")]
    [InlineData("poisson", "Pipeline.Log: found feature 'x1' with the distribution 'poisson', whose support is fixed, expected a distribution that takes any "
        + "number, as logarithms are; leave it out, or choose another distribution for the feature, such as normal")]
    public async Task A_fixed_support_is_refused_before_a_row_is_read(string family, string message)
    {
        var source = new ArraySource(Columns());
        var (pipeline, scaling) = family == "gamma" ? (Pipeline.From(source), FeatureScaling.Standard) : (Pipeline.From(source).Log("x1"), null);
        var error = await Assert.ThrowsAsync<ModelException>(() => pipeline.FitAsync(new DistributionEstimator(ModelFormat.Family(family)),
            new() { Scaling = scaling }));
        Assert.Equal(message, error.Message);
        Assert.Equal(0, source.Made);
    }

    [Fact]
    public async Task Counts_have_no_unit()
    {
        // A scale of the caller's own may keep the support of a density, but not that of counts.
        Feature thousands = new("x0") { Transforms = [FeatureTransform.Linear(0, 1_000)] };
        var pipeline = Pipeline.From(new ArraySource([[1_000, 3_000, 2_000]])).Features([thousands]);
        Assert.Equal(3, (await pipeline.FitAsync(new DistributionEstimator(DistributionFamily.Of<GammaDistribution>()))).Result.Rows);
        var error = await Assert.ThrowsAsync<ModelException>(() => pipeline.FitAsync(new DistributionEstimator(DistributionFamily.Of<PoissonDistribution>())));
        Assert.Equal("feature 'x0': found a distribution of counts or single values, and the transform x / 1000, expected a distribution with a density, or no "
            + "transform; choose another distribution, or leave the transform out", error.Message);
    }

    [Fact]
    public async Task Categories_have_neither_a_logarithm_nor_a_scale()
    {
        var source = new ArraySource(Columns());
        var discrete = new DistributionEstimator(DistributionFamily.Of<DiscreteDistribution>());
        Assert.Equal("Pipeline.Log: found 'x0', a feature of categories, expected a feature of numbers; leave it out, or fit a distribution of numbers to it",
            (await Assert.ThrowsAsync<ModelException>(() => Pipeline.From(source).Log("x0").FitAsync(discrete))).Message);
        Assert.Equal("FitOptions.Scaling: found 'standard' of features of categories, expected a feature of numbers, as categories have no scale; leave it out",
            (await Assert.ThrowsAsync<ModelException>(() => Pipeline.From(source).FitAsync(discrete, new() { Scaling = FeatureScaling.Standard }))).Message);
        Assert.Equal(0, source.Made);
    }

    [Fact]
    public async Task A_fit_that_goes_on_from_a_model_keeps_its_transforms()
    {
        var pipeline = Pipeline.From(new ArraySource(Columns())).With(new PipelineOptions { BatchSize = BatchSize });
        var first = await pipeline.Log("x0").FitAsync(Mixture.Of<NormalDistribution>(2), Standard);
        var start = new ModelEstimator<GeneralMixtureModel>(first.Model);
        var more = await pipeline.Features(first.Saved.Features!).FitAsync(start, Standard with { Scaling = null });
        Assert.Equal(first.Saved.Features, more.Saved.Features);
        Assert.Equal(first.Result.LogLikelihood, more.Result.InitialLogLikelihood, 1e-7);
        var whole = await pipeline.Log("x0").FitAsync(Mixture.Of<NormalDistribution>(2), Standard with { MaxIterations = 6 });
        Assert.Equal(whole.Result.LogLikelihood, more.Result.LogLikelihood, 1e-7);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(11, 3)]
    [InlineData(30, 1)]
    public async Task Interrupted_anywhere_the_bytes_are_the_same(int batches, int parallelism)
    {
        var expected = await FitAsync(null, int.MaxValue, 1);
        byte[]? model;
        var runs = 0;
        var checkpoints = new CheckpointOptions { Folder = Path.Combine(root, "checkpoints"), Resume = true, EveryBatches = 3 };
        while ((model = await FitAsync(checkpoints, batches, parallelism)) is null) Assert.True(++runs < 300);
        Assert.Equal(Encoding.UTF8.GetString(expected!), Encoding.UTF8.GetString(model));
        Assert.True(runs > 0);
        var source = new ArraySource(Columns());
        var error = await Assert.ThrowsAsync<FlowException>(() => Pipeline.From(source)
            .With(new PipelineOptions { BatchSize = BatchSize, Checkpoints = checkpoints }).Log("x0")
            .FitAsync(Mixture.Of<NormalDistribution>(2), Standard with { Scaling = FeatureScaling.Robust }));
        Assert.Contains("scaling was standard and is now robust", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<FlowException>(() => Pipeline.From(source)
            .With(new PipelineOptions { BatchSize = BatchSize, Checkpoints = checkpoints }).FitAsync(Mixture.Of<NormalDistribution>(2), Standard));
        Assert.Contains("transforms was x0: log and is no longer given", error.Message, StringComparison.Ordinal);
    }

    /// <summary>A normal distribution's likelihood does not depend on the unit, so runs without transforms over the logarithms say what is right.</summary>
    [Fact]
    public async Task New_files_are_scaled_as_the_first_ones()
    {
        double[][] files = [Columns()[0][..1_000], Columns()[0][1_000..]];
        var seen = 0.0;
        foreach (var (number, x) in files.Index())
        {
            double[] logs = [.. x.Select(v => Math.Log(v))];
            seen += logs.Where(double.IsFinite).Sum();
            var plain = await UpdateAsync("plain", number, logs, p => p, null);
            var saved = await UpdateAsync("scaled", number, x, p => p.Log("x"), FeatureScaling.Standard);
            Assert.Equal(plain.Training!.LogLikelihood - seen, saved.Training!.LogLikelihood, 1e-7);
            // The scale stays that of the first file.
            var first = files[0].Where(double.IsFinite).Average(v => Math.Log(v));
            Assert.Equal(first, ((LinearTransform)saved.Features![0].Transforms[1]).Center, 1e-12);
        }

        async Task<SavedModel> UpdateAsync(string job, int number, double[] x, Func<Pipeline, Pipeline> with, FeatureScaling? scaling)
        {
            var folder = Directory.CreateDirectory(Path.Combine(root, job)).FullName;
            await Pipeline.From(MemorySource.FromArrays(("x", x))).ToParquet(Path.Combine(folder, $"{number}.parquet")).RunAsync();
            var fit = new FitOptions { Scaling = scaling, StopThreshold = 1e-9 };
            return (await IncrementalFitting.RunAsync([folder], f => with(Pipeline.FromParquet(f).Features("x")),
                new ModelEstimator<NormalDistribution>(new NormalDistribution(0, 1)), fit,
                new IncrementalOptions { StateFile = Path.Combine(root, $"{job}.json") })).Saved;
        }
    }

    private static async Task<byte[]?> FitAsync(CheckpointOptions? checkpoints, int windDownAfter, int parallelism)
    {
        using var windDown = new CancellationTokenSource();
        var seen = 0;
        var options = new PipelineOptions
        {
            BatchSize = BatchSize,
            MaxDegreeOfParallelism = parallelism,
            Checkpoints = checkpoints,
            WindDown = windDown.Token,
            Progress = new Seen(() =>
            {
                if (Interlocked.Increment(ref seen) == windDownAfter) windDown.Cancel();
            }),
        };
        try
        {
            var pipeline = Pipeline.From(new ArraySource(Columns())).With(options).Log("x0");
            return (await pipeline.FitAsync(Mixture.Of<NormalDistribution>(2), Standard)).Saved.ToJson();
        }
        catch (OperationCanceledException) when (windDown.IsCancellationRequested)
        {
            return null;
        }
    }

    private static double[][] Columns()
    {
        var random = new SeededRandom(31);
        var columns = new[] { new double[Rows], new double[Rows] };
        for (var i = 0; i < Rows; i++)
            (columns[0][i], columns[1][i]) = (i % 17 == 4 ? double.NaN : Math.Exp(1 + (i % 2) + (0.3 * random.NextNormal())), 500 + (40 * random.NextNormal()));
        return columns;
    }

    private sealed class Seen(Action act) : IProgress<RunProgress>
    {
        public void Report(RunProgress value) => act();
    }
}
