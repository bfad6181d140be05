using Pipelines.Io;

namespace Pipelines.Blocks.Tests.Composing;

/// <summary>Columns of categories as features of 0 and 1.</summary>
public sealed class OneHotTests : IDisposable
{
    private const int Rows = 300;
    private readonly string root = Directory.CreateTempSubdirectory("pipelines-one-hot-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    private static string?[] Texts => [.. Enumerable.Range(0, Rows).Select(i => i % 10 == 9 ? null : new[] { "red", "blue", "green" }[i / 2 % 3])];

    private static double[] Numbers => [.. Enumerable.Range(0, Rows).Select(i => (double)(i % 13))];

    private static double[] Is(string color) => [.. Texts.Select(t => t is null ? double.NaN : t == color ? 1 : 0)];

    private static Pipeline Data(int parallelism = 1) => Pipeline.From(MemorySource.FromArrays(("color", Texts), ("x", Numbers), ("flag", Numbers
        .Select(v => v > 5).ToArray()))).With(new PipelineOptions { BatchSize = 32, MaxDegreeOfParallelism = parallelism });

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task Each_value_is_a_feature_of_0_and_1(int parallelism)
    {
        var fitted = await Data(parallelism).Features("color", "x", "flag").OneHot("color", "flag").FitAsync(new KMeansEstimator(3));
        double[] flags = [.. Numbers.Select(v => v > 5 ? 1.0 : 0)];
        // Values in ordinal order; 0 is false.
        var byHand = FeatureMatrix.FromColumns(Is("blue"), Is("green"), Is("red"), Numbers, [.. flags.Select(f => 1 - f)], flags);
        var expected = new KMeansEstimator(3).Fit(byHand, new() { BatchSize = 32 });
        Assert.Equal(new SavedModel(expected.Model).ToJson(), new SavedModel(fitted.Model).ToJson());
        Assert.Equal(["color=blue", "color=green", "color=red", "x", "flag=0", "flag=1"], fitted.Saved.Features!.Select(f => f.Name));
        Assert.Equal(("color", "green"), (fitted.Saved.Features![1].Column, fitted.Saved.Features[1].Category));

        fitted.Saved.Save(Path.Combine(root, "m.json"));
        var sink = new MemorySink();
        Assert.Empty((await Data().CompareAsync(fitted.Saved)).Errors);
        await Data(parallelism).Score(SavedModel.Load(Path.Combine(root, "m.json")), new ScoreOptions { Keep = [] }).To(sink).RunAsync();
        Assert.Equal(expected.Model.Predict(byHand).Select(l => (double)l), sink.Doubles("label"));
    }

    [Fact]
    public async Task Indicators_are_not_scaled()
    {
        var fitted = await Data().Features("color", "x").OneHot("color").FitAsync(new KMeansEstimator(2), new() { Scaling = FeatureScaling.Standard });
        Assert.Equal([0, 0, 0, 1], fitted.Saved.Features!.Select(f => f.Transforms.Count));
    }

    [Fact]
    public async Task Without_features_they_are_added_to_the_numbers()
    {
        var fitted = await Data().OneHot("color").FitAsync(new KMeansEstimator(2));
        Assert.Equal(["x", "color=blue", "color=green", "color=red"], fitted.Saved.Features!.Select(f => f.Name));
    }

    [Fact]
    public async Task Another_value_is_a_bad_row()
    {
        var fitted = await Data().Features("color").OneHot("color").FitAsync(new KMeansEstimator(2));
        var other = Pipeline.From(MemorySource.FromArrays(("color", new[] { "red", "pink" })));
        var error = await Assert.ThrowsAsync<FlowException>(() => other.Score(fitted).To(new MemorySink()).RunAsync());
        Assert.Equal("memory, row 1, column 'color': found 'pink', a value that the model does not know, expected one of its 3 values (blue, "
            + "green, red); correct the value or make it null, or fit the model to data that have it", error.Message);
        var skipping = other.With(new PipelineOptions { BadRows = new BadRowPolicy { Mode = BadRowMode.Skip } });
        var result = await skipping.Score(fitted).To(new MemorySink()).RunAsync();
        Assert.Equal((1, 1), (result.RowsOut, result.RowsRejected));
    }

    [Fact]
    public async Task Mistakes_are_named()
    {
        var unknown = await Assert.ThrowsAsync<ModelException>(() => Data().Features("color", "x").OneHot("colour").FitAsync(new KMeansEstimator(1)));
        Assert.Equal("Pipeline.OneHot: found 'colour', expected a column among the features of the fit; did you mean 'color'?", unknown.Message);
        var many = Pipeline.From(MemorySource.FromArrays(("key", Enumerable.Range(0, 1_001).Select(i => $"k{i}").ToArray())));
        var error = await Assert.ThrowsAsync<FlowException>(() => many.OneHot("key").FitAsync(new KMeansEstimator(1)));
        Assert.Equal("column 'key': found 1,001 different values, expected at most 1,000, as each becomes a feature; group its values first, or leave the "
            + "column out", error.Message);
    }

    [Fact]
    public async Task What_contradicts_them_is_refused_before_a_row_is_read()
    {
        var source = new ArraySource([[1, 2, 1, 3], [5, 6, 7, 8]]);
        var pipeline = Pipeline.From(source).Features("x0", "x1").OneHot("x0");
        var both = await Assert.ThrowsAsync<ModelException>(() => pipeline.Log("x0").FitAsync(new KMeansEstimator(1)));
        Assert.Equal("Pipeline.Log and Pipeline.OneHot: found 'x0' in both, expected each feature in one of them, as categories have no logarithm; leave it "
            + "out of one of them", both.Message);
        // An indicator's name is no feature's.
        var value = await Assert.ThrowsAsync<ModelException>(() => pipeline.Log("x0=1").FitAsync(new KMeansEstimator(1)));
        Assert.StartsWith("Pipeline.Log: found 'x0=1', expected a feature of the fit", value.Message, StringComparison.Ordinal);
        var scaled = await Assert.ThrowsAsync<ModelException>(() => Pipeline.From(source).Features("x0").OneHot("x0").FitAsync(new KMeansEstimator(1),
            new() { Scaling = FeatureScaling.Standard }));
        Assert.StartsWith("FitOptions.Scaling: found 'standard' of a feature of categories", scaled.Message, StringComparison.Ordinal);
        Assert.Equal(0, source.Made);
        Assert.Equal(3 + 1, (await pipeline.Log("x1").FitAsync(new KMeansEstimator(1))).Saved.Features!.Count);
    }

    [Fact]
    public async Task A_fit_that_goes_on_from_a_model_keeps_its_values()
    {
        var first = await Data().Features("color", "x").OneHot("color").FitAsync(new KMeansEstimator(2), new() { MaxIterations = 1 });
        var more = await Data().Features(first.Saved.Features!).OneHot("color").FitAsync(new ModelEstimator<KMeans>(first.Model));
        Assert.Equal(first.Saved.Features, more.Saved.Features);
    }
}
