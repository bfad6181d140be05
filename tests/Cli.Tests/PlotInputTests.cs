namespace Pipelines.Cli.Tests;

/// <summary>The rows of the verb <c>plot</c>: which are bad, and when they are read.</summary>
public sealed class PlotInputTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Bad_rows_follow_the_policy()
    {
        TestData.SaveModel(folder["model.json"], "x");
        await TestData.WriteAsync(folder["data.parquet"], ("x", new[] { 1.0, double.PositiveInfinity, 9.0, 2.0 }));
        var failed = await Tool.RunAsync("plot", folder["model.json"], folder["data.parquet"], "--output", folder["plot.png"]);
        Assert.Equal(3, failed.Code);
        Assert.False(File.Exists(folder["plot.png"]));
        var skipped = await Tool.RunAsync("plot", folder["model.json"], folder["data.parquet"], "--on-bad-row", "skip", "--json", "--output",
            folder["plot.png"]);
        Assert.Equal(0, skipped.Code);
        Assert.Contains("1 row rejected", skipped.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_without_a_logarithm_are_bad_rows_as_in_scores()
    {
        new SavedModel(new NormalDistribution(0, 1), [new Feature("x") { Transforms = [FeatureTransform.Log, FeatureTransform.Linear(1, 2)] }])
            .Save(folder["model.json"]);
        await TestData.WriteAsync(folder["data.parquet"], ("x", new[] { 1.0, 5.0, 0.0, 2.0, -1.0 }));
        var failed = await Tool.RunAsync("plot", folder["model.json"], folder["data.parquet"], "--output", folder["plot.png"]);
        Assert.Equal(3, failed.Code);
        Assert.Contains("data.parquet, row group 0, row 2, column 'x': found 0, expected a number above 0, of which the model takes ln(x); correct the value "
            + "or make it null, or leave the transform out of the fit", failed.ErrorText, StringComparison.Ordinal);
        var skipped = await Tool.RunAsync("plot", folder["model.json"], folder["data.parquet"], "--on-bad-row", "skip", "--json", "--output",
            folder["plot.svg"]);
        Assert.Equal(0, skipped.Code);
        Assert.Contains("2 rows rejected", skipped.Out, StringComparison.Ordinal);
        Assert.Contains("3 rows", await File.ReadAllTextAsync(folder["plot.svg"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--size 200x200", "picture: found a size of 200 x 200 pixels, expected at least 570 x ")]
    [InlineData("--x-label delay", "--x-label: found 2 panels in the picture, expected one")]
    public async Task What_the_panels_forbid_is_refused_before_a_row_is_read(string arguments, string message)
    {
        TestData.SaveModel(folder["model.json"], "x", "y");
        // Reading them would fail.
        await TestData.WriteAsync(folder["data.parquet"], ("x", new[] { double.PositiveInfinity }), ("y", new[] { 1.0 }));
        var result = await Tool.RunAsync(["plot", folder["model.json"], folder["data.parquet"], .. arguments.Split(' '), "--output", folder["plot.png"]]);
        Assert.Equal(2, result.Code);
        Assert.Contains(message, result.ErrorText, StringComparison.Ordinal);
    }
}
