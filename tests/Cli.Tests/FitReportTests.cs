using System.Globalization;
using Pipelines.Cli.Reporting;

namespace Pipelines.Cli.Tests;

/// <summary>What a fit tells people.</summary>
public sealed class FitReportTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(20)]
    [InlineData(33)]
    [InlineData(80)]
    public void Lines_break_between_words_only(int width)
    {
        const string line = "    Beak Length (mm): mean 43.9219, standard deviation 5.4596, and averyveryverylongwordthatfitsnowhere";
        var target = new StringWriter { NewLine = "\n" };
        WrappedText.Write(target, line, width);
        var lines = target.ToString().TrimEnd('\n').Split('\n');
        Assert.Equal(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), lines.SelectMany(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.All(lines, l => Assert.True(l.Length <= width || !l.TrimStart().Contains(' ', StringComparison.Ordinal), l));
        Assert.All(lines, l => Assert.StartsWith("    ", l, StringComparison.Ordinal));
    }

    [Fact]
    public void Parts_come_by_weight_with_aligned_lines()
    {
        Distribution Part(double at) => new IndependentComponentsDistribution([new NormalDistribution(at, 1), new NormalDistribution(-1000, 20)]);
        var model = new GeneralMixtureModel([Part(1), Part(20), Part(3)], [0.25, 0.625, 0.125]);
        Assert.Equal(
            ["component 1, weight 0.625: independent-components", "  a:      mean 20,    standard deviation 1",
                "  longer: mean -1000, standard deviation 20"],
            ModelOutline.Of(model, [new Feature("a"), new Feature("longer")], "").Take(3));
        Assert.Equal([1, 0, 2], ModelOutline.Of(model, null, "").Where(l => l.StartsWith("component", StringComparison.Ordinal)).Select(l => l[10] - '0'));
    }

    [Fact]
    public void A_long_list_says_how_many_more_and_where()
    {
        var lines = ModelOutline.Of(new GeneralMixtureModel([.. Enumerable.Range(0, 30).Select(k => (Distribution)new NormalDistribution(k, 1))]).Outline(),
            "; inspect m.json --json shows all", 20).ToArray();
        Assert.Equal("… and 10 more; inspect m.json --json shows all", lines[^1]);
        Assert.Equal(41, lines.Length);
    }

    [Fact]
    public async Task Clusters_have_sizes_and_a_mean_distance()
    {
        // Two clusters around (0, 0) and (10, 10): five rows, of which one is incomplete, and three; each entry lies 1 from its centroid.
        double[] x = [-1, 1, -1, 1, double.NaN, 9, 11, 10], y = [-1, 1, 1, -1, 0, 10, 10, 10];
        await TestData.WriteAsync(folder["d.parquet"], ("x", x), ("y", y));
        var result = await Tool.RunAsync("fit", "kmeans", folder["d.parquet"], "--components", "2", "--output", folder["m.json"]);
        Assert.Equal(0, result.Code);
        Assert.Matches("^kmeans over x, y, fitted to 8 rows; 1 missing in x:\n  cluster [01]: 5 rows \\(62.5 %\\)\n    x: 0\n    y: 0\n"
            + "  cluster [01]: 3 rows \\(37.5 %\\)\n    x: 10\n    y: 10\n", result.Out);
        // 4 rows of distance 2, one of 0, two of 1 and one of 0, in all 10.
        Assert.Contains("mean squared distance 1.25\n", result.Out.Replace("\n    ", " ", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Transitions_are_a_matrix_of_two_digits()
    {
        // After a comes b in 3 of 4 cases; after b always a.
        string[] rows = ["a", "b", "a", "a", "b", "a", "b", "a"];
        await TestData.WriteAsync(folder["d.parquet"], ("s", rows), ("key", new int[rows.Length]));
        var result = await Tool.RunAsync("fit", "markov-chain", folder["d.parquet"], "--features", "s", "--sequence", "key", "--output", folder["m.json"]);
        Assert.Contains("  row 1\n    s: a 1, b 0\n  any row from 2 on: from the row before, down, to the row, across\n          a     b\n"
            + "    a  0.25  0.75\n    b     1     0\n1 iteration (converged: one update is enough), ", result.Out, StringComparison.Ordinal);
        var model = HiddenMarkovModel.FromMatrix(new double[,] { { 1 - 1e-9, 1e-9 }, { 0.25, 0.75 } },
            [new NormalDistribution(0, 1), new NormalDistribution(1, 1)], [1, 0]);
        Assert.Equal(["           s0    s1", "  s0     1.00  0.00", "  s1     0.25  0.75", "  start     1     0"],
            ModelOutline.Of(model, null, "").Skip(2).Take(4));
    }

    [Theory]
    [InlineData("--iterations", "1", "1 iteration (not converged: --iterations ran out), ")]
    [InlineData("--max-seconds", "1e-9", "(not converged: --max-seconds ran out), ")]
    public async Task The_option_that_stopped_the_fit_is_named(string option, string value, string words)
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"]);
        var result = await Tool.RunAsync("fit", "kmeans", folder["d.parquet"], "--features", "x,y", "--components", "7", "--init", "first-k", option, value,
            "--output", folder["m.json"]);
        Assert.Contains(words, result.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("flight_id", false, true)]
    [InlineData("userId", false, true)]
    [InlineData("n", true, true)]
    [InlineData("n", false, false)]
    [InlineData("paid", false, false)]
    public async Task Features_that_nobody_named_and_that_look_like_identifiers_are_a_warning(string name, bool isNumbered, bool isDoubted)
    {
        var numbers = Enumerable.Range(0, 300).Select(i => isNumbered ? (i * 7 % 300) + 1 : i * i % 17).ToArray();
        await TestData.WriteAsync(folder["d.parquet"], (name, numbers), ("x", Enumerable.Range(0, 300).Select(i => Math.Sin(i)).ToArray()));
        string[] fit = ["fit", "distribution", folder["d.parquet"], "--distribution", "multivariate-gaussian", "--output", folder["m.json"]];
        var doubt = $"pipelines: warning: '{name}' looks like an identifier and is a feature, as none were named; name those to use (--features)";
        var warnings = (await Tool.RunAsync(fit)).Error.Split('\n').Where(l => l.StartsWith("pipelines: warning", StringComparison.Ordinal));
        Assert.Equal(isDoubted ? [doubt] : [], warnings);
        Assert.DoesNotContain("identifier", (await Tool.RunAsync([.. fit, "--features", $"{name},x"])).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_values_are_told_by_feature()
    {
        double[] Holes(int every) => [.. Enumerable.Range(0, 60).Select(i => i % every == 0 ? double.NaN : Math.Sin(i))];
        await TestData.WriteAsync(folder["d.parquet"], [.. new[] { 2, 3, 4, 5, 6, 10, 12, 100 }.Select(n => ($"f{n}", (Array)Holes(n)))]);
        var result = await Tool.RunAsync("fit", "distribution", folder["d.parquet"], "--distribution", "normal", "--output", folder["m.json"]);
        var counts = new[] { 2, 3, 4, 5, 6 }.Select((n, i) => string.Create(CultureInfo.InvariantCulture, $"{60 / n} {(i == 0 ? "missing " : "")}in f{n}"));
        Assert.Contains($"fitted to 60 rows; {string.Join(", ", counts)} and some in 3 other features:\n", result.Out.Replace("\n    ", " ",
            StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
