using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Pipelines.Cli.Tests;

/// <summary>
/// Models that pomegranate 0.14.8 saved, scored through the command line. The expected numbers were computed by another program from the model files alone
/// (closed forms); each case names its tolerance: |a - b| is at most atol + rtol |b|, infinities are equal, null is not checked.
/// </summary>
public sealed class PomegranateTests : IDisposable
{
    private readonly Folder folder = new();

    public static TheoryData<string> Cases => [.. Answered("row")];

    /// <summary>Cases whose rows are sequences.</summary>
    public static TheoryData<string> SequenceCases => [.. Answered("sequence")];

    private static IEnumerable<string> All => Directory.EnumerateDirectories(Golden()).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal);

    public void Dispose() => folder.Dispose();

    private static IEnumerable<string> Answered(string per)
    {
        foreach (var name in All.Where(c => File.Exists(Of(c, "expected.json"))))
        {
            using var expected = JsonDocument.Parse(File.ReadAllBytes(Of(name, "expected.json")));
            if (expected.RootElement.GetProperty("per").GetString() == per) yield return name;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_saved_model_scores_data_as_it_should(string name)
    {
        using var expected = JsonDocument.Parse(await File.ReadAllBytesAsync(Of(name, "expected.json")));
        var columns = expected.RootElement.GetProperty("columns").EnumerateObject().ToList();
        var isNetwork = expected.RootElement.GetProperty("model").GetString() is "BayesianNetwork" or "FactorGraph";
        var kinds =
            string.Join(',',
                columns.Select(c => c.Name switch
                {
                    "predict" => isNetwork ? "fill" : "label",
                    "predict_proba" => "probability",
                    // Of a network the same, as ours has a probability of incomplete rows.
                    "log_probability" or "log_evidence" => "log-probability",
                    var other => other
                }).Distinct());
        var run = await Tool.RunAsync("score", Of(name, "model.json"), Of(name, "input.parquet"), "--columns", kinds, "--output", folder["scored.parquet"],
            "--batch-size", "7", "--quiet");
        if (expected.RootElement.TryGetProperty("may_reject", out var reject) && reject.GetBoolean())
        {
            Assert.Equal(2, run.Code);
            Assert.EndsWith("$.distributions[0].parameters[0]: found NaN, expected a finite number; the model broke down in training; fit it again",
                run.ErrorText);
        }
        else
        {
            CheckDone(name, run);
            await CompareRowsAsync(name, expected, columns);
        }
    }

    private async Task CompareRowsAsync(string name, JsonDocument expected, List<JsonProperty> columns)
    {
        var scored = new MemorySink();
        await Pipeline.FromParquet(folder["scored.parquet"]).To(scored).RunAsync();
        var tolerance = expected.RootElement.GetProperty("tolerance");
        var (relative, absolute) = (tolerance.GetProperty("rtol").GetDouble(), tolerance.GetProperty("atol").GetDouble());
        foreach (var column in columns)
        {
            var rows = column.Value.EnumerateArray().ToList();
            if (rows.Exists(r => r.ValueKind == JsonValueKind.Object))
            {
                CompareVariables(name, column.Name == "predict", rows, scored, relative, absolute);
                continue;
            }
            if (column.Name == "predict")
            {
                var labels = scored.Values<int>("label").ToArray();
                Assert.Equal(rows.Count, labels.Length);
                for (var i = 0; i < labels.Length; i++)
                    if (rows[i].ValueKind != JsonValueKind.Null) Assert.Equal((i, rows[i].GetInt32()), (i, labels[i]));
                continue;
            }
            if (column.Name is "log_probability" or "log_evidence")
            {
                Compare(column.Name, rows, scored.Doubles("log_probability"));
                continue;
            }
            var prefix = column.Name == "distance" ? "distance" : "probability";
            var count = rows.First(r => r.ValueKind == JsonValueKind.Array).GetArrayLength();
            for (var k = 0; k < count; k++)
                Compare($"{prefix}_{k}", [.. rows.Select(r => r.ValueKind == JsonValueKind.Null ? r : r[k])], scored.Doubles($"{prefix}_{k}"));
        }

        void Compare(string what, List<JsonElement> want, double[] got) => AssertNear(name, what, want, got, relative, absolute);
    }

    // Of a network, each row has answers about its missing variables.
    private static void CompareVariables(string name, bool isFill, List<JsonElement> rows, MemorySink scored, double relative, double absolute)
    {
        var compared = 0;
        var answered = rows.Where(r => r.ValueKind == JsonValueKind.Object).SelectMany(r => r.EnumerateObject());
        foreach (var variable in answered.Select(v => v.Name).Distinct())
        {
            // Variables without names are the columns x0, x1 …
            var column = scored.Schema.Fields.Any(f => f.Name == variable) ? variable : $"x{variable}";
            for (var i = 0; i < rows.Count; i++)
            {
                var isAnswered = rows[i].ValueKind == JsonValueKind.Object;
                if (!isAnswered || !rows[i].TryGetProperty(variable, out var want) || want.ValueKind == JsonValueKind.Null) continue;
                compared++;
                if (isFill)
                {
                    var filled = Convert.ToString(scored[column].GetValue(i), CultureInfo.InvariantCulture);
                    Assert.Equal((variable, i, Plain(want.ToString())), (variable, i, filled));
                    continue;
                }
                foreach (var p in want.EnumerateObject())
                {
                    // As texts, our values are those of numbers: true is 1, 2.0 is 2.
                    string[] texts = [p.Name, p.Name == "True" ? "1" : "0", Plain(p.Name)];
                    var key = texts.First(t => scored.Schema.Fields.Any(f => f.Name == $"probability_{variable}_{t}"));
                    AssertNear(name, $"row {i}, {variable} = {p.Name}", [p.Value], [scored.Doubles($"probability_{variable}_{key}")[i]], relative, absolute);
                }
            }
        }
        Assert.True(compared > 0, name);

        static string Plain(string number) => number.EndsWith(".0", StringComparison.Ordinal) ? number[..^2] : number;
    }

    [Theory]
    [MemberData(nameof(SequenceCases))]
    public async Task A_saved_model_scores_sequences_as_it_should(string name)
    {
        using var expected = JsonDocument.Parse(await File.ReadAllBytesAsync(Of(name, "expected.json")));
        var columns = expected.RootElement.GetProperty("columns");
        var hidden = SavedModel.Load(Of(name, "model.json")).Model as HiddenMarkovModel;
        Assert.Equal(expected.RootElement.TryGetProperty("row_columns", out _), hidden is not null);
        var isClassifier = columns.TryGetProperty("predict", out _);
        var kinds = isClassifier ? "log-probability,label,probability" : hidden is null ? "log-probability" : "log-probability,label,viterbi,probability";
        var run = await Tool.RunAsync("score", Of(name, "model.json"), Of(name, "input.parquet"), "--sequence", "sequence", "--order", "t", "--columns", kinds,
            "--output", folder["scored.parquet"], "--batch-size", "7", "--quiet");
        CheckDone(name, run);

        var scored = new MemorySink();
        await Pipeline.FromParquet(folder["scored.parquet"]).To(scored).RunAsync();
        var tolerance = expected.RootElement.GetProperty("tolerance");
        var (relative, absolute) = (tolerance.GetProperty("rtol").GetDouble(), tolerance.GetProperty("atol").GetDouble());
        // The rows of a sequence stand together; each has the sequence's answers.
        var keys = scored.Values<long>("sequence").ToArray();
        var distinct = keys.Distinct().ToArray();
        Assert.Equal(columns.GetProperty("sequence").EnumerateArray().Select(k => k.GetInt64()), distinct);
        foreach (var what in hidden is null ? ["log_probability"] : new[] { "log_probability", "viterbi_log_probability" })
        {
            var answers = columns.GetProperty(what).EnumerateArray().ToList();
            AssertNear(name, what, [.. keys.Select(k => answers[Array.IndexOf(distinct, k)])], scored.Doubles(what), relative, absolute);
        }
        if (isClassifier)
        {
            var labels = scored.Values<int>("label").ToArray();
            var (predicted, posteriors) = (columns.GetProperty("predict"), columns.GetProperty("predict_proba").EnumerateArray().ToList());
            Assert.Equal(keys.Select(k => predicted[Array.IndexOf(distinct, k)].GetInt32()), labels);
            for (var k = 0; k < posteriors[0].GetArrayLength(); k++)
                AssertNear(name, $"probability_{k}", [.. keys.Select(s => posteriors[Array.IndexOf(distinct, s)][k])], scored.Doubles($"probability_{k}"),
                    relative, absolute);
        }
        if (hidden is not null) await CompareStatesAsync(name, expected, hidden, scored);
    }

    // Priors that pomegranate itself reads back wrongly are the only thing to say about these files.
    private static void CheckDone(string name, ToolResult run)
    {
        Assert.Equal((0, ""), (run.Code, run.ErrorText));
        var isClassifier = name.StartsWith("bc_", StringComparison.Ordinal) || name == "edge_zero_prior";
        var warning = $"pipelines: warning: {Of(name, "model.json")}, $.weights: priors are logarithms, which pomegranate itself reads back as "
            + "probabilities; they are taken as logarithms here";
        Assert.Equal(isClassifier, run.Error.Contains(warning, StringComparison.Ordinal));
    }

    private async Task CompareStatesAsync(string name, JsonDocument expected, HiddenMarkovModel hidden, MemorySink scored)
    {
        var (rows, tolerance) = (expected.RootElement.GetProperty("row_columns"), expected.RootElement.GetProperty("tolerance"));
        var (relative, absolute) = (tolerance.GetProperty("rtol").GetDouble(), tolerance.GetProperty("atol").GetDouble());
        var names = expected.RootElement.GetProperty("states").EnumerateArray().Select(s => s.GetString()!).ToArray();
        Assert.Equal(names.Length, hidden.EmittingStates);
        var isNamed = Enumerable.Range(0, names.Length).Any(k => hidden.States[k].Name != $"s{k}");
        foreach (var (what, column) in new[] { ("map_state", "label"), ("viterbi_state", "viterbi") })
        {
            var want = rows.GetProperty(what).EnumerateArray().Select(s => s.GetString()).ToArray();
            var got = isNamed
                ? await TestData.TextsAsync(folder["scored.parquet"], column)
                : [.. scored.Values<int>(column).ToArray().Select(k => k < 0 ? null : $"s{k}")];
            // Null where the sequence is impossible.
            Assert.Equal(want.Select((s, i) => (what, i, s)), got.Select((s, i) => (what, i, s)));
        }
        var posterior = rows.GetProperty("posterior").EnumerateArray().ToList();
        for (var k = 0; k < names.Length; k++)
            AssertNear(name, names[k], [.. posterior.Select(r => r.ValueKind == JsonValueKind.Null ? r : r[k])],
                scored.Doubles($"probability_{hidden.IndexOf(names[k])}"), relative, absolute);
    }

    [Fact]
    public async Task A_model_that_we_do_not_have_is_refused_by_name()
    {
        await File.WriteAllTextAsync(folder["n.json"], """{"class":"NeuralNetworkWrapper"}""");
        foreach (var args in new string[][] { ["inspect", folder["n.json"]], ["convert", folder["n.json"], folder["m.json"]] })
        {
            var run = await Tool.RunAsync(args);
            Assert.Equal(2, run.Code);
            Assert.StartsWith($"pipelines: error: {folder["n.json"]}, $.class: found the class 'NeuralNetworkWrapper', expected one that this version can "
                + "take over; use a newer version of Pipelines, or fit the model again", run.ErrorText);
        }
        Assert.Equal(["n.json"], folder.Names);
    }

    [Fact]
    public void Every_case_is_tested() =>
        Assert.Equal(All, new IEnumerable<object[]>[] { Cases, SequenceCases }.SelectMany(t => t).Select(c => (string)c[0])
            .Order(StringComparer.Ordinal));

    [Fact]
    public async Task Columns_go_by_position_or_by_name()
    {
        // A normal distribution over one unnamed column: mean 5.84, standard deviation 0.825.
        var model = Of("dist_normal", "model.json");
        await TestData.WriteAsync(folder["d.parquet"], ("name", new[] { "a", "b" }), ("x", new[] { 5.0, 6.0 }));
        await TestData.WriteAsync(folder["wide.parquet"], ("x", new[] { 5.0, 6.0 }), ("y", new[] { 6.0, 5.0 }));
        string[] output = ["--output", folder["s.parquet"], "--quiet"];

        Assert.Equal(new ToolResult(0, "", ""), await Tool.RunAsync(["score", model, folder["d.parquet"], .. output]));
        var dry = await Tool.RunAsync(["score", model, folder["d.parquet"], .. output, "--dry-run"]);
        Assert.Contains("\nfeatures    every file has the model's features; the model file does not say what they were when it was fitted\n", dry.Out,
            StringComparison.Ordinal);
        var first = await Logs();
        Assert.Equal(new ToolResult(0, "", ""), await Tool.RunAsync(["score", model, folder["wide.parquet"], "--features", "y", .. output]));
        Assert.Equal([first[1], first[0]], await Logs());

        var wide = await Tool.RunAsync(["score", model, folder["wide.parquet"], .. output]);
        Assert.Equal((2, $"pipelines: error: {model}: found features without names, and 2 numeric columns in the data (x, y), expected 1, one for each "
            + "feature in order; name the columns with --features"), (wide.Code, wide.ErrorText));
        var many = await Tool.RunAsync(["score", model, folder["wide.parquet"], "--features", "x,y", .. output]);
        Assert.Equal((2, $"pipelines: error: --features: found 2 columns, expected 1, one for each feature of {model}; name the columns that hold them, in the "
            + "model's order"), (many.Code, many.ErrorText));

        async Task<double[]> Logs()
        {
            var rows = new MemorySink();
            await Pipeline.FromParquet(folder["s.parquet"]).To(rows).RunAsync();
            return rows.Doubles("log_probability");
        }
    }

    [Fact]
    public async Task A_fit_begins_with_it()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"]);
        var fit = await Tool.RunAsync("fit", "mixture", folder["d.parquet"], "--initial", Of("gmm_frozen", "model.json"), "--features", "x", "--output",
            folder["m.json"], "--quiet");
        Assert.Equal(new ToolResult(0, "", ""), fit);
        var fitted = SavedModel.Load(folder["m.json"]);
        Assert.Equal("x", fitted.Features!.Single().Name);
        Assert.False(fitted.FeaturesByPosition);
        // The frozen component stays as it is; the other one finds the third of the rows around 10 (and what else the first does not explain).
        var mixture = Assert.IsType<GeneralMixtureModel>(fitted.Model);
        Assert.Equal(new NormalDistribution(0, 1).Freeze(), mixture.Components[0]);
        Assert.InRange(((NormalDistribution)mixture.Components[1]).Mean, 8, 11);
    }

    [Fact]
    public async Task Convert_goes_both_ways_and_names_what_is_lost()
    {
        var source = Of("dist_kde_gaussian", "model.json");
        var there = await Tool.RunAsync("convert", source, folder["ours.json"], "--features", "delay", "--json");
        Assert.Equal(0, there.Code);
        using (var json = JsonDocument.Parse(there.Out))
        {
            Assert.Equal("delay", json.RootElement.GetProperty("features").EnumerateArray().Single().GetString());
            Assert.Equal("pipelines", json.RootElement.GetProperty("format").GetString());
            Assert.Contains("pomegranate leaves the factor 1/h out", json.RootElement.GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
        }
        Assert.Contains("pipelines: warning: ", there.Error, StringComparison.Ordinal);
        Assert.Equal((0, $"wrote {folder["theirs.json"]}: gaussian-kernel-density model of 1 feature, as pomegranate\n"),
            await Out("convert", folder["ours.json"], folder["theirs.json"], "--to", "pomegranate"));
        Assert.Equal(await File.ReadAllTextAsync(source), await File.ReadAllTextAsync(folder["theirs.json"]));

        async Task<(int, string)> Out(params string[] args) => await Tool.RunAsync(args) is var run ? (run.Code, run.Out) : default;
    }

    [Fact]
    public async Task Convert_refuses_what_the_format_cannot_say()
    {
        new SavedModel(new GeneralMixtureModel([new StudentTDistribution(3, 0, 1), new NormalDistribution(0, 1)]),
            [new("x")]).Save(folder["m.json"]);
        var run = await Tool.RunAsync("convert", folder["m.json"], folder["out.json"], "--to", "pomegranate");
        Assert.Equal(2, run.Code);
        Assert.Equal(
            $"pipelines: error: {folder["m.json"]}, $.distributions[0]: found a student-t model, expected one that pomegranate 0.14 has, such as a mixture of "
                + "normal distributions; "
            + "keep the file as it is, or fit such a model", run.ErrorText);
        Assert.Equal(["m.json"], folder.Names);
        var usage = await Tool.RunAsync("convert", folder["m.json"], folder["out.json"], "--to", "json");
        Assert.Equal((2, "pipelines: error: --to: found 'json', expected pipelines, bif or pomegranate; for example --to pomegranate\nSee pipelines "
            + "convert --help."), (usage.Code, usage.ErrorText));
    }

    private static void AssertNear(string name, string what, List<JsonElement> want, double[] got, double relative, double absolute)
    {
        Assert.Equal(want.Count, got.Length);
        for (var i = 0; i < got.Length; i++)
        {
            if (want[i].ValueKind == JsonValueKind.Null) continue;
            var b = want[i].ValueKind == JsonValueKind.String
                ? want[i].GetString() switch { "NaN" => double.NaN, "Infinity" => double.PositiveInfinity, _ => double.NegativeInfinity }
                : want[i].GetDouble();
            Assert.True(double.IsFinite(b) ? Math.Abs(got[i] - b) <= absolute + (relative * Math.Abs(b)) : got[i].Equals(b),
                $"{name}, {what}, row {i}: found {got[i]:R}, expected {b:R}");
        }
    }

    private static string Of(string name, string file) => Path.Combine(Golden(), name, file);

    private static string Golden([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "golden", "pomegranate"));
}
