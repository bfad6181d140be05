using System.Text.Json;
using Pipelines.Models;
using Pipelines.Models.Serialization;

namespace Pipelines.Cli.Tests;

/// <summary>Classifiers through the command line: what is fitted, scored and evaluated, and what is refused.</summary>
public sealed class ClassifierTests : IDisposable
{
    private const int Rows = 900;
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>Labels keep the type of their column, and name the columns of posteriors.</summary>
    public static TheoryData<string, Type, string[]> Types => new()
    {
        { "text", typeof(string), ["far", "near"] },
        { "whole", typeof(long), ["-7", "12"] },
        { "small", typeof(short), ["1", "2"] },
        { "truth", typeof(bool), ["false", "true"] },
    };

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Labels_keep_their_type(string label, Type type, string[] names)
    {
        await WriteAsync();
        var fit = await FitAsync("naive-bayes", label, "--distribution", "normal", "--json");
        Assert.Equal((0, ""), (fit.Code, fit.ErrorText));
        using (var json = JsonDocument.Parse(fit.Out))
            Assert.Equal(names, json.RootElement.GetProperty("classes").EnumerateArray().Select(c => c.GetString()!));
        var saved = (NaiveBayes)SavedModel.Load(folder["m.json"]).Model;
        Assert.Equal(names, saved.Labels!.Names);

        var score = await Tool.RunAsync("score", folder["m.json"], folder["d.parquet"], "--columns", "label,probability", "--keep", label, "--output",
            folder["s.parquet"], "--quiet");
        Assert.Equal((0, ""), (score.Code, score.ErrorText));
        var columns = await TestData.ColumnsAsync(folder["s.parquet"]);
        Assert.Equal([label, "label", .. names.Select(n => $"probability_{n}")], columns.Keys);
        Assert.All(columns["label"], v => Assert.IsType(type, v));
        // The classes are 10 standard deviations apart.
        Assert.Equal(columns[label], columns["label"]);
    }

    [Fact]
    public async Task Evaluate_prints_the_promised_fields_and_writes_a_report()
    {
        await WriteAsync();
        await FitAsync("bayes-classifier", "text", "--distribution", "multivariate-gaussian");
        var result = await Tool.RunAsync("evaluate", folder["m.json"], folder["d.parquet"], "--label", "text", "--bins", "4", "--output", folder["r.json"],
            "--json");
        Assert.Equal((0, ""), (result.Code, result.ErrorText));
        using var json = JsonDocument.Parse(result.Out);
        Assert.Equal(["rows", "unlabelled", "weight", "classes", "confusion", "accuracy", "logLoss", "brier", "rocAuc", "rocAucError", "rocAucByClass",
            "precision", "recall", "f1", "calibration", "calibrationError", "rowsRejected", "seconds", "rowsPerSecond", "peakMemoryBytes", "output",
            "warnings"], json.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Equal(Rows, json.RootElement.GetProperty("rows").GetInt64());
        Assert.Equal(1, json.RootElement.GetProperty("accuracy").GetDouble());
        Assert.Equal(4, json.RootElement.GetProperty("calibration")[0].GetArrayLength());
        // A report of an evaluation is replaced, another file of this name is not.
        Assert.Equal(0, (await EvaluateAsync("text", "--output", folder["r.json"])).Code);
        var other = await EvaluateAsync("text", "--output", folder["m.json"]);
        Assert.Equal(2, other.Code);
        Assert.Equal(0, (await EvaluateAsync("text", "--output", folder["r.svg"])).Code);
        Assert.Contains("<svg", await File.ReadAllTextAsync(folder["r.svg"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("naive-bayes", "--distribution", "normal")]
    [InlineData("bayes-classifier", "--class-model", "mixture", "--components", "2", "--distribution", "normal", "--min-variance", "1e-6")]
    public async Task Rows_without_a_label_take_part_and_the_bytes_are_the_same_at_any_parallelism(string kind, params string[] options)
    {
        await WriteAsync();
        var expected = "";
        foreach (var threads in new[] { "1", "3", "-1" })
        {
            var fit = await FitAsync(kind, "some", [.. options, "--iterations", "3", "--tolerance=-1", "--max-parallelism", threads, "--batch-size", "100",
                "--json"]);
            Assert.Equal((0, ""), (fit.Code, fit.ErrorText));
            using var json = JsonDocument.Parse(fit.Out);
            Assert.Equal(3, json.RootElement.GetProperty("iterations").GetInt32());
            var model = await File.ReadAllTextAsync(folder["m.json"]);
            if (expected.Length > 0) Assert.Equal(expected, model);
            expected = model;
        }
        var evaluations = new HashSet<string>();
        foreach (var threads in new[] { "1", "3", "-1" })
        {
            var evaluation = await EvaluateAsync("some", "--output", folder["r.json"], "--max-parallelism", threads, "--batch-size", "100");
            Assert.Equal((0, ""), (evaluation.Code, evaluation.ErrorText));
            evaluations.Add(await File.ReadAllTextAsync(folder["r.json"]));
        }
        Assert.Contains("\"rows\":600,\"unlabelled\":300", Assert.Single(evaluations), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hmm", "--components", "1", "--distribution", "normal")]
    [InlineData("markov-chain", "--features", "symbol")]
    public async Task Sequences_have_classes_too(string model, params string[] options)
    {
        await WriteAsync();
        var fit = await FitAsync("bayes-classifier", "ofKey", [.. options, "--class-model", model, "--sequence", "key", .. model == "hmm" ? ["--features", "z"]
            : Array.Empty<string>()]);
        Assert.Equal((0, ""), (fit.Code, fit.ErrorText));
        var evaluation = await EvaluateAsync("ofKey", "--sequence", "key", "--json");
        Assert.Equal((0, ""), (evaluation.Code, evaluation.ErrorText));
        using var json = JsonDocument.Parse(evaluation.Out);
        // 90 sequences of 10 rows, of which all rows of a class are alike.
        Assert.Equal((90, 1.0), (json.RootElement.GetProperty("rows").GetInt64(), json.RootElement.GetProperty("accuracy").GetDouble()));
    }

    public static TheoryData<string, string, int, string> Refused => new()
    {
        { "missing", "--distribution normal", 3, "labels: found none: all 900 are missing, expected at least one item of each class; name the column that "
            + "holds the classes" },
        { "real", "--distribution normal", 3, "labels: found values of type double, expected text, integers or booleans; convert the label column first" },
        { "lone", "--distribution normal", 3, "class 'only', feature 'x', normal distribution at 10: found a variance of 0 (values equal as doubles), "
            + "expected values that differ; leave the constant column out, use fewer components, or set a minimum variance (--min-variance)" },
        { "text", "--distribution multivariate-gaussian", 2, "naive Bayes, distribution: found multivariate-gaussian, expected one of a single feature (use a "
            + "Bayes classifier for others); correct the options and run again" },
        { "text", "", 2, "--distribution: found none, expected the name of a distribution for all features, or one for each feature, or an initial model "
            + "(--initial); for example --distribution multivariate-gaussian" },
        { "text", "--distribution normal --inertia 0.5", 2, "--inertia: found 0.5, expected 0, as the fit is one pass over the rows and keeps nothing of its "
            + "start; leave it out, or start from a model (--initial)" },
        { "text", "--distribution normal --incremental state.json", 2, "--incremental: found a fit of a classifier, expected a fit without classes, as new "
            + "files may have other classes; for example fit naive-bayes without --incremental" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_cannot_be_fitted_is_said(string label, string options, int code, string message)
    {
        await WriteAsync();
        var fit = await FitAsync("naive-bayes", label, options.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal((code, $"pipelines: error: {message}"), (fit.Code, fit.ErrorText.Split('\n')[0]));
        Assert.False(File.Exists(folder["m.json"]));
    }

    [Fact]
    public async Task A_class_that_the_model_does_not_know_is_a_bad_row()
    {
        await WriteAsync();
        await FitAsync("naive-bayes", "text", "--distribution", "normal");
        var evaluation = await EvaluateAsync("lone");
        Assert.Equal((3, $"pipelines: error: {folder["d.parquet"]}, row group 0, row 0, column 'lone': found label 'only', which names no class, expected the "
            + "name of a class, or null where the class is not known; correct the label, or begin with a model that has this class"),
            (evaluation.Code, evaluation.ErrorText));
        var skipped = await EvaluateAsync("lone", "--on-bad-row", "skip", "--json");
        Assert.Equal((0, ""), (skipped.Code, skipped.ErrorText));
        Assert.Contains("\"rowsRejected\":1,", skipped.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_of_a_sequence_have_one_class()
    {
        await WriteAsync();
        var fit = await FitAsync("bayes-classifier", "text", "--class-model", "markov-chain", "--sequence", "key", "--features", "symbol");
        Assert.Equal((3, "pipelines: error: sequence of key '0': found rows with different labels, expected one label for the whole sequence; correct the "
            + "label column, or give the sequences other keys"), (fit.Code, fit.ErrorText));
    }

    // Row i: near 0 if i is even, far at 10 if it is odd; keys 0 … 89 of 10 rows.
    private async Task WriteAsync()
    {
        var random = new SeededRandom(3);
        var rows = Enumerable.Range(0, Rows).ToArray();
        bool IsFar(int i) => i % 2 == 1;
        await TestData.WriteAsync(folder["d.parquet"],
            ("x", rows.Select(i => i == 0 ? 10 : (IsFar(i) ? 10 : 0) + random.NextNormal()).ToArray()),
            ("y", rows.Select(i => (IsFar(i) ? -10 : 0) + random.NextNormal()).ToArray()),
            ("text", rows.Select(i => IsFar(i) || i == 0 ? "far" : "near").ToArray()),
            ("whole", rows.Select(i => IsFar(i) || i == 0 ? 12L : -7L).ToArray()),
            ("small", rows.Select(i => (short)(IsFar(i) || i == 0 ? 2 : 1)).ToArray()),
            ("truth", rows.Select(i => IsFar(i) || i == 0).ToArray()),
            ("some", rows.Select(i => i % 3 == 0 ? null : IsFar(i) ? "far" : "near").ToArray()),
            ("missing", new string?[Rows]),
            ("real", rows.Select(i => i + 0.5).ToArray()),
            ("lone", rows.Select(i => i == 0 ? "only" : i % 2 == 0 ? "near" : null).ToArray()),
            ("key", rows.Select(i => i / 10).ToArray()),
            ("ofKey", rows.Select(i => i / 10 % 2 == 0 ? "even" : "odd").ToArray()),
            ("z", rows.Select(i => (i / 10 % 2 == 0 ? 0 : 10) + random.NextNormal()).ToArray()),
            ("symbol", rows.Select(i => i / 10 % 2 == 0 ? "a" : "b").ToArray()));
    }

    private Task<ToolResult> FitAsync(string kind, string label, params string[] options) => Tool.RunAsync(["fit", kind, folder["d.parquet"], "--label", label,
        .. options.Contains("--features") ? [] : new[] { "--features", "x,y" }, "--output", folder["m.json"], .. options]);

    private Task<ToolResult> EvaluateAsync(string label, params string[] options) =>
        Tool.RunAsync(["evaluate", folder["m.json"], folder["d.parquet"], "--label", label, .. options]);
}
