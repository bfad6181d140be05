using Pipelines.Blocks;
using Pipelines.Models;
using Pipelines.Models.Serialization;

namespace Pipelines.Cli.Tests;

/// <summary>Warnings of data that are not as they were: at most three lines, the gravest first, and none of what is hardly outside.</summary>
public sealed class DriftTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task What_is_far_outside_is_told_and_what_is_hardly_outside_is_not()
    {
        SaveModel(new Feature("delay") { Type = "double", IsNullable = false, Minimum = -80, Maximum = 1000 },
            new Feature("r") { Type = "double", IsNullable = false, Minimum = -0.99999955, Maximum = 1 });
        await WriteAsync("a.parquet", [-82, 1001], [-0.99999999954, 1]);
        Assert.Equal("", await WarningsAsync("score ~/m.json ~/in --output ~/out1.parquet --quiet"));
        await WriteAsync("b.parquet", [-1116, 3], [0, 1]);
        const string delay = "pipelines: warning: ~/in/b.parquet, column 'delay': found values from -1116 to 3 (file statistics), expected -80 to 1000 as "
            + "when the model was fitted; the model is unreliable outside this range\n";
        Assert.Equal(delay, await WarningsAsync("score ~/m.json ~/in --output ~/out2.parquet --quiet"));
        Assert.Equal(delay, await WarningsAsync("fit mixture ~/in --initial ~/m.json --iterations 0 --output ~/fitted.json --quiet"));
        Assert.Equal(delay, await WarningsAsync("score ~/m.json ~/in --output ~/out3 --incremental ~/state.json --quiet"));
        // In C# the same.
        Assert.Equal(delay,
            string.Concat((await Pipeline.FromParquet(folder["in"]).CompareAsync(SavedModel.Load(folder["m.json"]))).WarningTexts.Select(t => $"pipelines: "
                + $"warning: {t.Replace(folder.Root, "~", StringComparison.Ordinal)}\n")));
        // A dry run tells the rest as well.
        var dry = (await Tool.RunAsync("score", folder["m.json"], folder["in"], "--output", folder["out4.parquet"], "--dry-run")).Out.Replace(folder.Root, "~",
            StringComparison.Ordinal);
        Assert.Contains("note: ~/in/a.parquet, column 'delay': values from -82 to 1001 (file statistics); a little outside of -80 to 1000 as when the model "
            + "was fitted\n", dry, StringComparison.Ordinal);
    }

    [Theory]
    // The range is 10 wide: a quarter of it is 2.5.
    [InlineData(-2.5, 12.5, false), InlineData(-2.5625, 10, true), InlineData(0, 12.5625, true), InlineData(3, 4, false)]
    public async Task More_than_a_quarter_of_the_range_seen_is_far_outside(double low, double high, bool isTold)
    {
        SaveModel(new Feature("delay") { Minimum = 0, Maximum = 10 }, new Feature("r"));
        await WriteAsync("a.parquet", [low, high], [0, 1]);
        Assert.Equal(isTold, (await WarningsAsync("score ~/m.json ~/in --output ~/out.parquet --quiet")).Length > 0);
    }

    [Theory]
    // Where one value alone was seen, its magnitude stands for the width; where that is 0, one.
    [InlineData(8, 10, false), InlineData(8, 10.0625, true), InlineData(0, 0.25, false), InlineData(0, 0.3125, true)]
    public async Task A_constant_feature_is_measured_by_its_magnitude(double seen, double high, bool isTold)
    {
        SaveModel(new Feature("delay") { Minimum = seen, Maximum = seen }, new Feature("r"));
        await WriteAsync("a.parquet", [seen, high], [0, 1]);
        Assert.Equal(isTold, (await WarningsAsync("score ~/m.json ~/in --output ~/out.parquet --quiet")).Length > 0);
    }

    [Fact]
    public async Task At_most_three_lines_the_gravest_first()
    {
        SaveModel(
            new Feature("a") { Type = "single", Minimum = 0, Maximum = 10 }, new Feature("b") { Type = "double", IsNullable = false },
            new Feature("c") { Type = "double", Minimum = 0, Maximum = 10 },
            new Feature("d") { Type = "double", IsNullable = false, Minimum = 0, Maximum = 1 });
        for (var f = 0; f < 3; f++)
        {
            await TestData.WriteAsync(Path("f" + f + ".parquet"), ("a", new double[] { 0, 14 + f }), ("b", new double?[] { 1, f == 1 ? null : 2 }),
                ("c", new[] { f == 2 ? -100.0 : 0, 5 }), ("d", new double[] { 0, 1 }));
        }
        Assert.Equal(
            "pipelines: warning: ~/in/f2.parquet, column 'c': found values from -100 to 5 (file statistics), expected 0 to 10 as "
            + "when the model was fitted; the model is unreliable outside this range\n"
            + "pipelines: warning: ~/in/f2.parquet, column 'a': found values from 0 to 16 (file statistics), expected 0 to 10 as "
            + "when the model was fitted; the model is unreliable outside this range (2 more files likewise)\n"
            + "pipelines: warning: and 4 more differences from what the model was fitted to, in 2 features of 3 files (see all: --dry-run)\n",
            await WarningsAsync("score ~/m.json ~/in --output ~/out.parquet --quiet"));
        // Three that differ are three lines.
        SaveModel(new Feature("a") { Type = "single", Minimum = 0, Maximum = 10 }, new Feature("b") { Type = "double", IsNullable = false }, new Feature("c"),
            new Feature("d"));
        Assert.Equal(
            "pipelines: warning: ~/in/f2.parquet, column 'a': found values from 0 to 16 (file statistics), expected 0 to 10 as "
            + "when the model was fitted; the model is unreliable outside this range (2 more files likewise)\n"
            + "pipelines: warning: ~/in/f1.parquet, column 'b': found a column that may hold nulls (it contains 1 null), expected none "
            + "as when the model was fitted; missing values are left out of their row's probability\n"
            + "pipelines: warning: ~/in/f0.parquet, column 'a': found double, expected float as when the model was fitted; the values "
            + "are taken as numbers (2 more files likewise)\n",
            await WarningsAsync("score ~/m.json ~/in --output ~/out1.parquet --quiet"));
    }

    private void SaveModel(params Feature[] features)
    {
        var identity = new double[features.Length, features.Length];
        for (var j = 0; j < features.Length; j++) identity[j, j] = 1;
        new SavedModel(new GeneralMixtureModel([new MultivariateGaussianDistribution(new double[features.Length], identity)]), features).Save(folder["m.json"]);
    }

    private Task WriteAsync(string name, double[] delay, double[] r) => TestData.WriteAsync(Path(name), ("delay", delay), ("r", r));

    private string Path(string name)
    {
        Directory.CreateDirectory(folder["in"]);
        return folder[$"in/{name}"];
    }

    private async Task<string> WarningsAsync(string arguments)
    {
        var result = await Tool.RunAsync(arguments.Replace("~", folder.Root, StringComparison.Ordinal).Split(' '));
        Assert.True(result.Code == 0, result.Error);
        return result.Error.Replace(folder.Root, "~", StringComparison.Ordinal);
    }
}
