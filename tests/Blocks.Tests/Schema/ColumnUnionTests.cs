namespace Pipelines.Blocks.Tests.Schema;

/// <summary>Pipelines over files whose columns differ.</summary>
public sealed class ColumnUnionTests : IDisposable
{
    private const string Refused = "/b.parquet, column 'v': found DOUBLE, expected INT64, as in /a.parquet; leave the column out (ScoreOptions.Keep), "
        + "or rewrite "
        + "the files with one type";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("pipelines-tests-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Chosen_columns_are_the_union_and_the_others_are_not_looked_at()
    {
        await MakeAsync();
        var sink = new MemorySink();
        await Pipeline.FromParquet(folder.FullName).Select("only", "x").To(sink).RunAsync();
        Assert.Equal("only string?, x double", sink.Schema.ToString());
        Assert.Equal([null, null, "p", "q"], Enumerable.Range(0, 4).Select(i => (string?)sink["only"].GetValue(i)));
        var numbers = new MemorySink();
        await Pipeline.FromParquet(folder.FullName).Select("x", "v").To(numbers).RunAsync();
        Assert.Equal("x double, v double", numbers.Schema.ToString());
        Assert.Equal([1, 2, 0.5, 1.5], Enumerable.Range(0, 4).Select(i => (double)numbers["v"].GetValue(i)!));
    }

    [Fact]
    public async Task A_number_is_rounded_only_where_it_is_not_written()
    {
        await MakeAsync();
        await WriteAsync("c.parquet", ("x", new double[] { 5, 6 }), ("v", new[] { 1, long.MaxValue }));
        const string message = "/c.parquet, row group 0, row 1, column 'v': found 9223372036854775807, expected a number that a double holds "
            + "(DOUBLE in /b.parquet); leave the column out (ScoreOptions.Keep), or rewrite the files with one type";
        var pipeline = Pipeline.FromParquet(folder.FullName);
        Assert.Equal(message, await FailsAsync(() => pipeline.Select("x", "v").To(new MemorySink()).RunAsync()));
        var fitted = await pipeline.Features("v").FitAsync(new KMeansEstimator(1), new FitOptions { MaxIterations = 1 });
        Assert.Equal(message, await FailsAsync(() => pipeline.Score(fitted).ToParquet(Path.Combine(folder.FullName, "../unwritten.parquet")).RunAsync()));
        var sink = new MemorySink();
        await pipeline.Score(fitted, new ScoreOptions { Keep = ["x"] }).To(sink).RunAsync();
        Assert.Equal(6, sink.Rows);
    }

    [Fact]
    public async Task Code_of_the_users_sees_no_column_whose_types_do_not_fit()
    {
        await MakeAsync();
        var pipeline = Pipeline.FromParquet(folder.FullName);
        Assert.Equal(Refused, await FailsAsync(() => pipeline.Transform(b => b).To(new MemorySink()).RunAsync()));
        var sink = new MemorySink();
        await pipeline.Select("x", "only").Transform(b => b).To(sink).RunAsync();
        Assert.Equal(4, sink.Rows);
    }

    [Fact]
    public async Task Numbers_that_no_type_holds_can_be_features()
    {
        await MakeAsync();
        var fitted = await Pipeline.FromParquet(folder.FullName).Features("v").FitAsync(new KMeansEstimator(1), new FitOptions { MaxIterations = 1 });
        Assert.Equal((1 + 2 + 0.5 + 1.5) / 4, fitted.Model.Centroid(0)[0]);
        Assert.Equal(("double", 0.5, 2.0), (fitted.Saved.Features![0].Type, fitted.Saved.Features[0].Minimum, fitted.Saved.Features[0].Maximum));
        var sink = new MemorySink();
        await Pipeline.FromParquet(folder.FullName).Score(fitted, new ScoreOptions { Keep = ["x"] }).To(sink).RunAsync();
        Assert.Equal(4, sink.Rows);
    }

    [Fact]
    public async Task A_feature_that_a_file_lacks_is_refused_before_any_row_is_read()
    {
        await MakeAsync();
        const string message = "/a.parquet: found no column 'n', expected the feature 'n', as in /b.parquet; leave the file out, or name a column that "
            + "every file has";
        Assert.Equal(message, await FailsAsync(() => Pipeline.FromParquet(folder.FullName).Features("n").FitAsync(new KMeansEstimator(1))));
        Assert.Equal(message,
            await FailsAsync(() => Pipeline.FromParquet(folder.FullName).Score(new KMeans(new double[1, 1]), ["n"], new ScoreOptions { Keep = [] })
                .To(new MemorySink()).RunAsync()));
        Assert.Equal(message, await FailsAsync(() => Pipeline.FromParquet(folder.FullName).Select("n", "x").FitAsync(new KMeansEstimator(1))));
    }

    private async Task MakeAsync()
    {
        await WriteAsync("a.parquet", ("x", new double[] { 1, 2 }), ("v", new long[] { 1, 2 }));
        await WriteAsync("b.parquet", ("x", new double[] { 3, 4 }), ("v", new[] { 0.5, 1.5 }), ("only", new[] { "p", "q" }), ("n", new double[] { 1, 2 }));
    }

    private Task WriteAsync(string name, params (string Name, Array Values)[] columns) =>
        Pipeline.From(MemorySource.FromArrays(columns)).ToParquet(Path.Combine(folder.FullName, name)).RunAsync();

    private async Task<string> FailsAsync(Func<Task> run) =>
        (await Assert.ThrowsAsync<FlowException>(run)).Message.Replace(folder.FullName, "", StringComparison.Ordinal);
}
