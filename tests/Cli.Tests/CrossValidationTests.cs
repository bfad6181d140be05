using System.Text.Json;
using Pipelines.Models;
using Pipelines.Models.Serialization;

namespace Pipelines.Cli.Tests;

/// <summary>Cross-validation, test shares and likelihoods through the command line, against the golden file that states which rows are held out.</summary>
public sealed class CrossValidationTests : IDisposable
{
    private static readonly JsonElement golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository(), "tests", "golden", "eval_folds.json")))
        .RootElement;

    private static readonly string seed = golden.GetProperty("inputs").GetProperty("seed").GetRawText();
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string, string> Ways => new()
    {
        { "by_row", "" },
        { "by_key", "--fold-key key" },
        { "stratified", "--stratify" },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Folds_are_those_of_the_golden_file(string way, string options)
    {
        await WriteAsync();
        var expected = golden.GetProperty("expected").GetProperty(way);
        var plain = await FitAsync("naive-bayes");
        Assert.Equal((0, ""), (plain.Code, plain.ErrorText));
        var model = await File.ReadAllBytesAsync(folder["m.json"]);
        var bits = new HashSet<string>();
        foreach (var threads in new[] { "1", "3", "-1" })
        {
            var fit = await FitAsync("naive-bayes", ["--folds", "5", "--max-parallelism", threads, "--batch-size", "100",
                .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
            Assert.Equal((0, ""), (fit.Code, fit.ErrorText));
            using var json = JsonDocument.Parse(fit.Out);
            var found = json.RootElement.GetProperty("crossValidation");
            Assert.Equal(["folds", "pooled"], found.EnumerateObject().Select(p => p.Name));
            Assert.Equal(5, found.GetProperty("folds").GetArrayLength());
            for (var f = 0; f < 5; f++) Close(expected.GetProperty("folds")[f], found.GetProperty("folds")[f]);
            Close(expected.GetProperty("pooled"), found.GetProperty("pooled"));
            bits.Add(found.GetRawText());
        }
        Assert.Single(bits);
        // The written model is that of the fit without folds.
        await FitAsync("naive-bayes", "--folds", "5");
        Assert.Equal(model, await File.ReadAllBytesAsync(folder["m.json"]));
    }

    [Fact]
    public async Task A_test_share_is_held_out_of_the_model()
    {
        await WriteAsync();
        var expected = golden.GetProperty("expected").GetProperty("test");
        var fit = await FitAsync("naive-bayes", "--test-share", "0.25");
        Assert.Equal((0, ""), (fit.Code, fit.ErrorText));
        using var json = JsonDocument.Parse(fit.Out);
        Close(expected, json.RootElement.GetProperty("test"));
        Assert.Equal(1_200 - 303, json.RootElement.GetProperty("rows").GetInt32());
        Assert.False(json.RootElement.TryGetProperty("crossValidation", out _));
        // Both: folds divide all rows.
        var both = await FitAsync("naive-bayes", "--test-share", "0.25", "--folds", "5");
        using var more = JsonDocument.Parse(both.Out);
        Close(expected, more.RootElement.GetProperty("test"));
        Close(golden.GetProperty("expected").GetProperty("by_row").GetProperty("pooled"),
            more.RootElement.GetProperty("crossValidation").GetProperty("pooled"));
    }

    /// <summary>A fit with a test share reports what a fit and an evaluation of two files report, where a category of the second is unknown.</summary>
    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    public async Task A_category_of_held_out_rows_only_is_unknown(string pseudocount)
    {
        // The first row held out is the only blue one.
        bool[] held = [.. Enumerable.Range(0, 300).Select(i => Unit((ulong)(i + 1) * 0x9E3779B97F4A7C15) < 0.3)];
        var first = Array.IndexOf(held, true);
        await WriteColorsAsync("all.parquet", _ => true, first);
        await WriteColorsAsync("seen.parquet", i => !held[i], first);
        await WriteColorsAsync("held.parquet", i => held[i], first);
        var together = await FitColorsAsync("all.parquet", "--test-share", "0.3");
        var alone = await FitColorsAsync("seen.parquet");
        var evaluate = await Tool.RunAsync("evaluate", folder["seen.parquet.json"], folder["held.parquet"], "--label", "label", "--json");
        Assert.Equal((0, 0, 0, ""), (together.Code, alone.Code, evaluate.Code, together.ErrorText));
        using var found = JsonDocument.Parse(together.Out);
        using var expected = JsonDocument.Parse(alone.Out);
        using var evaluated = JsonDocument.Parse(evaluate.Out);
        // Quotients in another order: some units of the last place.
        foreach (var name in new[] { "logLoss", "brier", "accuracy" })
            Assert.Equal(evaluated.RootElement.GetProperty(name).GetDouble(), found.RootElement.GetProperty("test").GetProperty(name).GetDouble(), 1e-12);
        Assert.Equal(expected.RootElement.GetProperty("logLikelihood").GetDouble(), found.RootElement.GetProperty("logLikelihood").GetDouble(), 1e-10);
        // The model that was evaluated is the one that is written.
        var own = await Tool.RunAsync("evaluate", folder["all.parquet.json"], folder["held.parquet"], "--label", "label", "--json");
        using var written = JsonDocument.Parse(own.Out);
        Assert.Equal(written.RootElement.GetProperty("logLoss").GetDouble(), found.RootElement.GetProperty("test").GetProperty("logLoss").GetDouble());

        static double Unit(ulong x)
        {
            x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
            x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
            return ((x ^ (x >> 31)) >> 11) / 9007199254740992.0;
        }

        Task WriteColorsAsync(string name, Func<int, bool> isIn, int blue)
        {
            int[] rows = [.. Enumerable.Range(0, 300).Where(isIn)];
            return TestData.WriteAsync(folder[name], ("label", rows.Select(i => i % 2).ToArray()),
                ("color", rows.Select(i => i == blue ? "blue" : (i / 2 % 5) + (i % 2) > 2 ? "amber" : "cyan").ToArray()));
        }

        Task<ToolResult> FitColorsAsync(string name, params string[] options) => Tool.RunAsync(["fit", "naive-bayes", folder[name], "--label", "label",
            "--features", "color", "--distribution", "discrete", "--pseudocount", pseudocount, "--output", folder[name + ".json"], "--json", .. options]);
    }

    [Fact]
    public async Task Impossible_rows_of_a_test_share_are_warned_of()
    {
        // Half of class 1 is blue, and one row of class 0, which some seeds hold out.
        await TestData.WriteAsync(folder["d.parquet"], ("label", Enumerable.Range(0, 40).Select(i => i % 2).ToArray()),
            ("key", Enumerable.Range(0, 40).Select(i => i / 2).ToArray()),
            ("color", Enumerable.Range(0, 40).Select(i => (i % 2 == 1 && i < 20) || i == 38 ? "blue" : "red").ToArray()));
        var warnings = new HashSet<string>();
        foreach (var number in Enumerable.Range(0, 20).Select(s => s.ToString(System.Globalization.CultureInfo.InvariantCulture)))
        {
            var fit = await Tool.RunAsync("fit", "naive-bayes", folder["d.parquet"], "--label", "label", "--features", "color", "--distribution",
                "discrete", "--output", folder["m.json"], "--test-share", "0.3", "--fold-key", "key", "--json", "--seed", number);
            Assert.Equal(0, fit.Code);
            using var json = JsonDocument.Parse(fit.Out);
            var logLoss = json.RootElement.GetProperty("test").GetProperty("logLoss");
            var isImpossible = logLoss.ValueKind == JsonValueKind.String;
            Assert.Equal(isImpossible ? 1 : 0, json.RootElement.GetProperty("warnings").GetArrayLength());
            if (isImpossible) warnings.Add(json.RootElement.GetProperty("warnings")[0].GetString()!);
        }
        Assert.Equal(["rows held out: some rows have probability 0 under the model of the others; if they have rare categories, set a pseudocount"], warnings);
    }

    /// <summary>A row that is left out keeps its number, whatever the batches and files.</summary>
    [Fact]
    public async Task Rejected_rows_do_not_move_the_folds_of_others()
    {
        await WriteAsync();
        await WriteAsync("split-a.parquet", 0, 700);
        await WriteAsync("split-b.parquet", 700, 1_200);
        var found = new HashSet<string>();
        foreach (var (inputs, batch) in new[] { ("d.parquet", "100"), ("d.parquet", "1000"), ("split-a.parquet split-b.parquet", "100") })
        {
            var fit = await Tool.RunAsync(["fit", "naive-bayes", .. inputs.Split(' ').Select(i => folder[i]), "--label", "label", "--features", "a,b,broken",
                "--weights", "weight", "--distribution", "normal", "--seed", seed, "--output", folder["m.json"], "--json", "--folds", "5",
                "--on-bad-row", "skip", "--batch-size", batch]);
            Assert.Equal((0, ""), (fit.Code, fit.ErrorText));
            using var json = JsonDocument.Parse(fit.Out);
            Assert.Equal(12, json.RootElement.GetProperty("rowsRejected").GetInt32());
            found.Add(string.Join(", ", json.RootElement.GetProperty("crossValidation").GetProperty("folds").EnumerateArray()
                .Select(f => f.GetProperty("rows").GetRawText())));
        }
        var rows = golden.GetProperty("expected").GetProperty("fold_of_row").EnumerateArray().Select(f => f.GetInt32())
            .Where((_, i) => i % 100 != 50).CountBy(f => f).OrderBy(f => f.Key).Select(f => f.Value);
        Assert.Equal(string.Join(", ", rows), Assert.Single(found));
    }

    [Theory]
    [InlineData("mixture", "--components", "2", "--distribution", "normal", "--iterations", "3", "--tolerance=-1")]
    [InlineData("distribution", "--distribution", "multivariate-gaussian")]
    [InlineData("hmm", "--components", "2", "--distribution", "normal", "--iterations", "3", "--tolerance=-1", "--sequence", "run")]
    public async Task Models_without_classes_are_judged_by_their_likelihood(string kind, params string[] options)
    {
        await WriteAsync();
        var texts = new HashSet<string>();
        foreach (var threads in new[] { "1", "3" })
        {
            var fit = await Tool.RunAsync(["fit", kind, folder["d.parquet"], "--features", "a,b,c", "--output", folder["m.json"], "--json", "--folds", "4",
                "--test-share", "0.3", "--max-parallelism", threads, "--batch-size", "100", .. options]);
            Assert.Equal((0, ""), (fit.Code, fit.ErrorText));
            using var json = JsonDocument.Parse(fit.Out);
            var (folds, test) = (json.RootElement.GetProperty("crossValidation"), json.RootElement.GetProperty("test"));
            string[] names = ["rows", "weight", "meanLogLikelihood", "logLikelihood", "bic", "aic"];
            Assert.All([test, folds.GetProperty("pooled"), .. folds.GetProperty("folds").EnumerateArray()],
                e => Assert.Equal(names, e.EnumerateObject().Select(p => p.Name)));
            Assert.Equal(1_200, folds.GetProperty("pooled").GetProperty("rows").GetInt32());
            Assert.Equal(1_200, folds.GetProperty("folds").EnumerateArray().Sum(f => f.GetProperty("rows").GetInt32()));
            texts.Add(folds.GetRawText() + test.GetRawText());
        }
        Assert.Single(texts);
        // Evaluating the model on all rows uses the same definitions.
        string[] sequences = kind == "hmm" ? ["--sequence", "run"] : [];
        var evaluate = await Tool.RunAsync(["evaluate", folder["m.json"], folder["d.parquet"], "--json", .. sequences]);
        Assert.Equal((0, ""), (evaluate.Code, evaluate.ErrorText));
        using var all = JsonDocument.Parse(evaluate.Out);
        Assert.Equal(["rows", "weight", "meanLogLikelihood", "logLikelihood", "bic", "aic", "rowsRejected", "seconds", "rowsPerSecond", "peakMemoryBytes",
            "warnings"], all.RootElement.EnumerateObject().Select(p => p.Name));
        var (log, p) = (all.RootElement.GetProperty("logLikelihood").GetDouble(), SavedModel.Load(folder["m.json"]).Model.ParameterCount);
        Assert.Equal((p * Math.Log(1_200)) - (2 * log), all.RootElement.GetProperty("bic").GetDouble(), 1e-6);
        Assert.Equal((2 * p) - (2 * log), all.RootElement.GetProperty("aic").GetDouble(), 1e-6);
        Assert.Equal(log / 1_200, all.RootElement.GetProperty("meanLogLikelihood").GetDouble(), 1e-12);
    }

    [Fact]
    public async Task People_get_tables()
    {
        await WriteAsync();
        var fit = await Tool.RunAsync("fit", "naive-bayes", folder["d.parquet"], "--label", "label", "--features", "a,b,c", "--distribution", "normal",
            "--output", folder["m.json"], "--folds", "2", "--test-share", "0.25");
        Assert.Contains("on the rows held out:", fit.Out, StringComparison.Ordinal);
        Assert.Contains("fold   rows  accuracy  log-loss  Brier score  ROC area", fit.Out, StringComparison.Ordinal);
        Assert.Contains(" all  1,200  ", fit.Out, StringComparison.Ordinal);
        await Tool.RunAsync("fit", "mixture", folder["d.parquet"], "--features", "a", "--distribution", "normal", "--components", "1", "--output",
            folder["g.json"]);
        var evaluate = await Tool.RunAsync("evaluate", folder["g.json"], folder["d.parquet"]);
        Assert.Matches("(?s)^evaluated on 1,200 rows:\n  mean log-likelihood per row -[0-9.]+, log-likelihood -[0-9.,]+, BIC [0-9.,]+, AIC [0-9.,]+\n",
            evaluate.Out.ReplaceLineEndings("\n"));
    }

    public static TheoryData<string, int, string> Refused => new()
    {
        { "naive-bayes --folds 1", 2, "--folds: found '1', expected a whole number from 2 to 1000; for example --folds 10" },
        { "naive-bayes --test-share 1", 2, "--test-share: found '1', expected a number above 0 and below 1; for example --test-share 0.2" },
        { "naive-bayes --folds 5 --stratify --fold-key key", 2, "--stratify and --fold-key: found both, expected one of them, as the rows of a key cannot be "
            + "shared out; for example --folds 10 --stratify" },
        { "naive-bayes --stratify", 2, "--stratify: found no --folds, expected the number of folds; for example --folds 10 --stratify" },
        { "naive-bayes --fold-key key", 2, "--fold-key: found neither --folds nor --test-share, expected one of them; for example --folds 10 --fold-key "
            + "patient" },
        { "naive-bayes --folds 5 --checkpoint points", 2, "--folds and --checkpoint: found both, expected one of them, as evaluations are not saved in "
            + "checkpoints; for example --folds 10" },
        { "naive-bayes --test-share 1e-9", 3, "rows held out (--test-share 1E-09): found no labeled row of weight above 0, expected rows with a label" },
        { "naive-bayes --test-share 0.999999999", 3, "fit without the rows held out (--test-share 0.999999999), " },
        { "naive-bayes --folds 5 --fold-key a", 3, "values of type double, expected fold keys of texts or whole numbers; choose another column (--fold-key), "
            + "or convert it first" },
        { "naive-bayes --folds 5 --fold-key nowhere", 3, "'nowhere'" },
        { "naive-bayes --folds 5 --fold-key gap", 3, "column 'gap': found null, expected a key, which says in which fold the row lies; fill in the key, or "
            + "choose another column of keys (--fold-key)" },
        { "naive-bayes --folds 2 --fold-key same", 3, "found no row of weight above 0, expected at least one in each of 2 folds; take fewer folds "
            + "(--folds), or another seed" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_cannot_be_held_out_is_said(string command, int code, string message)
    {
        await WriteAsync();
        var fit = await FitAsync(command.Split(' ')[0], command.Split(' ')[1..]);
        Assert.Equal(code, fit.Code);
        Assert.Contains(message, fit.ErrorText + fit.Out, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["m.json"]));
    }

    [Fact]
    public async Task More_folds_than_rows_are_refused_before_reading()
    {
        await WriteAsync("few.parquet", 0, 8);
        var fit = await Tool.RunAsync("fit", "distribution", folder["few.parquet"], "--features", "a", "--distribution", "normal", "--output", folder["m.json"],
            "--folds", "9");
        Assert.Equal((3, "pipelines: error: --folds: found 9 folds of 8 rows, expected at least one row in each fold; take fewer folds"),
            (fit.Code, fit.ErrorText));
    }

    [Fact]
    public async Task K_means_has_no_folds()
    {
        await WriteAsync();
        var fit = await Tool.RunAsync("fit", "kmeans", folder["d.parquet"], "--features", "a", "--components", "2", "--output", folder["m.json"],
            "--folds", "9");
        Assert.Equal(2, fit.Code);
        Assert.Contains("--folds", fit.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Labels_and_models_must_fit_each_other()
    {
        await WriteAsync();
        await FitAsync("naive-bayes");
        var missing = await Tool.RunAsync("evaluate", folder["m.json"], folder["d.parquet"]);
        Assert.Equal((2, "pipelines: error: --label: found none, and a naive-bayes model, expected the name of a column; for example --label species"),
            (missing.Code, missing.ErrorText));
        await Tool.RunAsync("fit", "mixture", folder["d.parquet"], "--features", "a", "--distribution", "normal", "--components", "1", "--output",
            folder["g.json"]);
        var needless = await Tool.RunAsync("evaluate", folder["g.json"], folder["d.parquet"], "--label", "label");
        Assert.Equal(2, needless.Code);
        Assert.Contains("which has no classes, expected a classifier; leave --label out to compute the log-likelihood of the rows", needless.ErrorText,
            StringComparison.Ordinal);
        var picture = await Tool.RunAsync("evaluate", folder["g.json"], folder["d.parquet"], "--output", folder["r.png"]);
        Assert.Equal(2, picture.Code);
        Assert.Contains("found a picture of a model without classes, expected a name that ends with .json", picture.ErrorText, StringComparison.Ordinal);
        Assert.Equal(0, (await Tool.RunAsync("evaluate", folder["g.json"], folder["d.parquet"], "--output", folder["r.json"])).Code);
        Assert.Contains("\"meanLogLikelihood\":", await File.ReadAllTextAsync(folder["r.json"]), StringComparison.Ordinal);
    }

    private static string Repository()
    {
        var at = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(at, "Pipelines.sln"))) at = Path.GetDirectoryName(at)!;
        return at;
    }

    private void Close(JsonElement expected, JsonElement found)
    {
        foreach (var property in expected.EnumerateObject()) Close(property.Value, found.GetProperty(property.Name), property.Name);

        static void Close(JsonElement expected, JsonElement found, string what)
        {
            if (expected.ValueKind == JsonValueKind.Array)
            {
                Assert.Equal(expected.GetArrayLength(), found.GetArrayLength());
                for (var i = 0; i < expected.GetArrayLength(); i++) Close(expected[i], found[i], what);
                return;
            }
            var (x, y) = (expected.GetDouble(), found.GetDouble());
            Assert.True(Math.Abs(x - y) <= 1e-10 + (1e-9 * Math.Abs(x)), $"{what}: found {y:R}, expected {x:R}");
        }
    }

    private Task WriteAsync() => WriteAsync("d.parquet", 0, 1_200);

    // The rows of the golden file from one number to another, and some more columns.
    private async Task WriteAsync(string name, int from, int to)
    {
        var inputs = golden.GetProperty("inputs");
        var data = inputs.GetProperty("data").EnumerateArray().Take(to).Skip(from).ToArray();
        var rows = Enumerable.Range(from, to - from).ToArray();
        double[] Column(int j) => [.. data.Select(r => r[j].GetDouble())];
        T[] Each<T>(string property, Func<JsonElement, T> read) => [.. inputs.GetProperty(property).EnumerateArray().Take(to).Skip(from).Select(read)];
        await TestData.WriteAsync(folder[name],
            ("a", Column(0)), ("b", Column(1)), ("c", Column(2)),
            ("broken", Column(2).Select((x, i) => rows[i] % 100 == 50 ? double.PositiveInfinity : x).ToArray()),
            ("label", Each("labels", l => l.GetInt32())),
            ("weight", Each("weights", w => w.GetDouble())),
            ("key", Each("keys", k => k.GetString()!)),
            ("gap", rows.Select(i => i == 5 ? null : "k").ToArray()),
            ("same", rows.Select(_ => 3L).ToArray()),
            ("run", rows.Select(i => i / 10).ToArray()));
    }

    private Task<ToolResult> FitAsync(string kind, params string[] options) => Tool.RunAsync(["fit", kind, folder["d.parquet"], "--label", "label",
        "--features", "a,b,c", "--weights", "weight", "--distribution", "normal", "--seed", seed, "--output", folder["m.json"], "--json", .. options]);
}
