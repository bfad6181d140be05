using System.Text.Json;

namespace Pipelines.Cli.Tests.Networks;

/// <summary>Fits of networks from the command line.</summary>
public sealed class FitNetworkTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>Files and options that are refused, with the message.</summary>
    public static TheoryData<string, string, string> Refused => new()
    {
        { """{"a": [], "b": ["a"]}""", "--structure FILE",
            "--structure FILE: found no entry for the variable 'c', expected the parents of each variable of the fit; add it with its parents ([] = none), or "
                + "name the columns to fit (--features)" },
        { """{"a": [], "b": ["a"], "c": ["B"]}""", "--structure FILE",
            "--structure FILE, parents of 'c': found 'B', expected variables of the fit; did you mean 'b'?" },
        { """{"a": [], "b": ["a"], "c": [], "delay": []}""", "--structure FILE",
            "--structure FILE: found 'delay', expected variables of the fit; correct the name, or add the column to the features (--features)" },
        { """{"a": ["c"], "b": ["a"], "c": ["b"]}""", "--structure FILE",
            "--structure FILE: found the cycle a -> b -> c -> a, expected arcs without a cycle; remove or reverse one of them" },
        { """{"a": [], "b": "a", "c": []}""", "--structure FILE",
            "--structure FILE, variable 'b': found a text, expected a list of its parents' names; for example {\"A\": [], \"B\": [\"A\"]}" },
        { """{"a": [], "b": [1], "c": []}""", "--structure FILE",
            "--structure FILE, variable 'b': found a number among the parents, expected a list of its parents' names; for example {\"A\": [], "
                + "\"B\": [\"A\"]}" },
        { "{}", "--structure FILE",
            "--structure FILE: found no variable, expected every variable of the fit; for example {\"A\": [], \"B\": [\"A\"]}" },
        { """{"require": [["a", "b"]], "tier": []}""", "--constraints FILE",
            "--constraints FILE: found 'tier', expected require, forbid, tiers or groups; did you mean 'tiers'?" },
        { """{"require": [["a"]]}""", "--constraints FILE",
            "--constraints FILE, 'require': found an arc of 1 names, expected [\"PARENT\", \"CHILD\"]; correct the file" },
        { """{"forbid": [["a", "bb"]]}""", "--constraints FILE",
            "--constraints FILE, 'forbid': found 'bb', expected variables of the fit; correct the name, or add the column to the features (--features)" },
        { """{"tiers": ["a"]}""", "--constraints FILE",
            "--constraints FILE, 'tiers': found a text, expected a list of variables' names; correct the file" },
        { """{"groups": [{"children": ["a"]}]}""", "--constraints FILE",
            "--constraints FILE, 'groups': found a group without 'children' or 'parents', expected {\"children\": [\"A\"], \"parents\": [\"B\"]}; correct the "
                + "file" },
        { """{"groups": [{"children": ["a"], "parents": ["b"]}]}""", "--constraints FILE",
            "--constraints and --structure: found groups, and 'hill-climbing', expected exact or exact-dp with groups; leave the groups "
                + "out, or search exactly" },
        { """{"require": [["a", "b"], ["c", "a"], ["b", "c"]]}""", "--constraints FILE",
            "--constraints FILE, 'require': found the cycle a -> b -> c -> a, expected arcs without a cycle; correct the file" },
        { """{"require": [["a", "b"]], "forbid": [["a", "b"]]}""", "--constraints FILE",
            "--constraints FILE: found the arc a -> b both required and forbidden, expected one of them; correct the file" },
        { "[]", "--constraints FILE",
            "--constraints FILE: found a list, expected an object with any of require, forbid, tiers and groups; correct the file" },
        { "{", "--constraints FILE",
            "--constraints FILE, line 1, byte 2: found text that is not JSON (truncated or damaged), expected a file in JSON; save the file again" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_bad_file_is_named(string content, string options, string message)
    {
        await NetworkData.WriteAsync(folder["t.parquet"]);
        await File.WriteAllTextAsync(folder["f.json"], content);
        var result = await Tool.RunAsync(["fit", "bayesian-network", folder["t.parquet"], "--output", folder["m.json"],
            .. options.Replace("FILE", folder["f.json"], StringComparison.Ordinal).Split(' ')]);
        Assert.Equal((2, $"pipelines: error: {message}"), (result.Code, result.ErrorText.Replace(folder["f.json"], "FILE", StringComparison.Ordinal)
            .Split('\n')[0]));
        Assert.Equal(["f.json", "t.parquet"], folder.Names);
    }

    /// <summary>Nothing is read: the input does not exist.</summary>
    [Theory]
    [InlineData("--structure climbing", "--structure: found 'climbing', which is no file, expected chow-liu, exact, exact-dp, greedy, hill-climbing, tabu, or "
        + "initial, or a file; did you mean 'hill-climbing'?")]
    [InlineData("--structure initial", "--structure initial: found no --initial, expected the model with the structure; for example --initial model.json")]
    [InlineData("--structure greedy --initial m.json", "--structure and --initial: found 'greedy', which does not start from a structure, expected "
        + "hill-climbing, tabu or initial; for example --structure hill-climbing")]
    [InlineData("--root a", "--root and --structure: found 'hill-climbing', which has no use for it, expected a search that uses it; for example --structure "
        + "chow-liu")]
    [InlineData("--tabu-length 5", "--tabu-length and --structure: found 'hill-climbing', which has no use for it, expected a search that uses it; for example "
        + "--structure tabu")]
    [InlineData("--structure greedy --restarts 2", "--restarts and --structure: found 'greedy', which has no use for it, expected a search that uses it; for "
        + "example --structure hill-climbing")]
    [InlineData("--structure chow-liu --max-parents 2", "--max-parents and --structure: found 'chow-liu', which has no use for it, expected a search that uses "
        + "it; for example --structure hill-climbing")]
    [InlineData("--score bic --penalty 1", "--penalty and --score: found 'bic', which has no penalty to choose, expected mdl; for example --score mdl")]
    [InlineData("--equivalent-sample-size 5", "--equivalent-sample-size and --score: found 'mdl', which has no such prior, expected bdeu; for example --score "
        + "bdeu")]
    [InlineData("--inertia 0.5", "--inertia: found 0.5, expected 0, as the fit is one pass over the rows and keeps nothing of its start; leave it out, or "
        + "start from a model (--initial)")]
    [InlineData("--incremental s.json", "--incremental: found a fit of a network, expected a fit without a structure, as new files may have other values and "
        + "another structure; for example fit bayesian-network without --incremental")]
    public async Task Options_without_effect_are_refused(string options, string message)
    {
        var result = await Tool.RunAsync(["fit", "bayesian-network", "gone.parquet", "--output", folder["m.json"], .. options.Split(' ')]);
        Assert.Equal((2, $"pipelines: error: {message}"), (result.Code, result.ErrorText.Split('\n')[0]));
        Assert.Empty(folder.Names);
    }

    [Fact]
    public async Task A_given_structure_is_taken_and_reported_in_the_order_of_the_columns()
    {
        await NetworkData.WriteAsync(folder["t.parquet"]);
        await File.WriteAllTextAsync(folder["f.json"], """{"c": ["b", "a"], "a": [], "b": ["a"]}""");
        using var json = await FitAsync("t.parquet", "--structure", folder["f.json"]);
        Assert.Equal("""{"a":[],"b":["a"],"c":["a","b"]}""", json.RootElement.GetProperty("structure").GetRawText());
        Assert.False(json.RootElement.TryGetProperty("score", out _));
        // The arcs of a model, whatever its tables are.
        using var again = await FitAsync("t.parquet", "--structure", folder["m.json"], "--force");
        Assert.Equal("""{"a":[],"b":["a"],"c":["a","b"]}""", again.RootElement.GetProperty("structure").GetRawText());
    }

    [Fact]
    public async Task A_search_reports_its_score_and_obeys_constraints()
    {
        await NetworkData.WriteAsiaAsync(folder["t.parquet"]);
        await File.WriteAllTextAsync(folder["c.json"], """
            {"require": [["asia", "smoke"]], "forbid": [["smoke", "lung"], ["lung", "smoke"]], "tiers": [["asia", "smoke"], ["xray", "dysp"]]}
            """);
        using var free = await FitAsync("t.parquet", "--score", "bic");
        using var bound = await FitAsync("t.parquet", "--score", "bic", "--constraints", folder["c.json"]);
        var parents = bound.RootElement.GetProperty("structure").EnumerateObject()
            .ToDictionary(v => v.Name, v => v.Value.EnumerateArray().Select(p => p.GetString()!).ToArray());
        Assert.Contains("asia", parents["smoke"]);
        Assert.DoesNotContain("lung", parents["smoke"]);
        Assert.DoesNotContain("smoke", parents["lung"]);
        Assert.DoesNotContain(parents["asia"].Concat(parents["smoke"]), p => p is "xray" or "dysp");
        var (score, other) = (free.RootElement.GetProperty("score"), bound.RootElement.GetProperty("score"));
        Assert.Equal(("bic", false, 1),
            (score.GetProperty("kind").GetString(), score.GetProperty("optimal").GetBoolean(), score.GetProperty("scans").GetInt32()));
        Assert.True(score.GetProperty("value").GetDouble() > other.GetProperty("value").GetDouble());
        Assert.True(score.GetProperty("familiesScored").GetInt64() >= 8);
        Assert.True(free.RootElement.GetProperty("searchSeconds").GetDouble() >= 0);
        // bic = log-likelihood - log(N) / 2 per free parameter; the log-likelihood and the parameters come from other code.
        using var inspected = JsonDocument.Parse((await Tool.RunAsync("inspect", folder["m.json"], "--json")).Out);
        var expected = bound.RootElement.GetProperty("logLikelihood").GetDouble()
            - (Math.Log(5_000) / 2 * inspected.RootElement.GetProperty("parameters").GetInt32());
        Assert.Equal(expected, other.GetProperty("value").GetDouble(), Math.Abs(expected) * 1e-12);
    }

    [Fact]
    public async Task Exact_searches_find_the_same_highest_score_and_others_none_above_it()
    {
        await NetworkData.WriteAsiaAsync(folder["t.parquet"]);
        var scores = new Dictionary<string, double>();
        foreach (var name in new[] { "exact", "exact-dp", "greedy", "hill-climbing", "tabu", "chow-liu" })
        {
            using var json = await FitAsync("t.parquet", "--structure", name, "--score", "bdeu", "--equivalent-sample-size", "10", "--force");
            var score = json.RootElement.GetProperty("score");
            Assert.Equal(("bdeu", name.StartsWith("exact", StringComparison.Ordinal)),
                (score.GetProperty("kind").GetString(), score.GetProperty("optimal").GetBoolean()));
            scores[name] = score.GetProperty("value").GetDouble();
        }
        // Sums of logarithms of some thousands, in different orders.
        const double close = 1e-8;
        Assert.Equal(scores["exact"], scores["exact-dp"], close);
        Assert.All(scores.Values, value => Assert.True(value <= scores["exact"] + close));
    }

    [Fact]
    public async Task A_search_beyond_the_memory_is_refused_before_a_row_is_read()
    {
        string[] names = [.. Enumerable.Range(0, 33).Select(i => $"v{i}")];
        await TestData.WriteAsync(folder["t.parquet"], [.. names.Select(n => (n, (Array)new[] { "a", "b" }))]);
        var result = await Tool.RunAsync("fit", "bayesian-network", folder["t.parquet"], "--structure", "exact-dp", "--memory", "64MiB", "--output",
            folder["m.json"]);
        Assert.Equal(1, result.Code);
        Assert.StartsWith("pipelines: error: exact structure search: found 33 variables that may be each other's parents, which need ", result.Error,
            StringComparison.Ordinal);
        Assert.Contains("; choose at most 23 variables, forbid arcs, use A* (--structure exact), or search by hill climbing",
            result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(["t.parquet"], folder.Names);
    }

    /// <summary>With no more than one row, the likelihood is 1, the penalty 0, and nothing speaks for an arc.</summary>
    [Theory]
    [InlineData("mdl")]
    [InlineData("bic")]
    [InlineData("aic")]
    public async Task A_single_row_has_a_finite_score(string score)
    {
        await TestData.WriteAsync(folder["t.parquet"], ("a", new[] { "x" }), ("b", new[] { "u" }), ("w", new[] { 0.25 }));
        foreach (var name in new[] { "exact", "exact-dp", "greedy", "hill-climbing", "tabu", "chow-liu" })
        {
            foreach (var weights in (string[][])[[], ["--weights", "w"]])
            {
                using var json = await FitAsync("t.parquet", ["--structure", name, "--score", score, "--force", .. weights]);
                Assert.Equal(0, json.RootElement.GetProperty("score").GetProperty("value").GetDouble());
                if (name != "chow-liu") Assert.Equal("""{"a":[],"b":[]}""", json.RootElement.GetProperty("structure").GetRawText());
            }
        }
    }

    [Theory]
    [InlineData("mdl")]
    [InlineData("bic")]
    public async Task A_single_row_has_no_required_arc(string score)
    {
        await TestData.WriteAsync(folder["t.parquet"], ("a", new[] { "x" }), ("b", new[] { "u" }));
        await File.WriteAllTextAsync(folder["c.json"], """{"require": [["a", "b"]]}""");
        var refused = await Tool.RunAsync("fit", "bayesian-network", folder["t.parquet"], "--score", score, "--constraints", folder["c.json"], "--output",
            folder["x.json"]);
        Assert.Equal((3, $"pipelines: error: feature 'b': found 1 required or initial parents, expected at most 0, the limit of {score} for rows of the weight "
            + "1; take fewer arcs, or choose another score"), (refused.Code, refused.ErrorText));
    }

    [Fact]
    public async Task The_root_of_a_tree_is_chosen_by_name()
    {
        await NetworkData.WriteAsiaAsync(folder["t.parquet"]);
        using var json = await FitAsync("t.parquet", "--structure", "chow-liu", "--root", "dysp");
        var parents = json.RootElement.GetProperty("structure").EnumerateObject().ToDictionary(v => v.Name, v => v.Value.GetArrayLength());
        Assert.Equal(0, parents["dysp"]);
        Assert.Equal(7, parents.Values.Sum());
        var plan = await Tool.RunAsync("fit", "bayesian-network", folder["t.parquet"], "--structure", "chow-liu", "--output", folder["x.json"], "--dry-run");
        Assert.Contains("one pass for the search of the structure", plan.Out, StringComparison.Ordinal);
        var wrong = await Tool.RunAsync("fit", "bayesian-network", folder["t.parquet"], "--structure", "chow-liu", "--root", "dyspnoea", "--output",
            folder["x.json"]);
        Assert.Equal((2, "pipelines: error: --root: found 'dyspnoea', expected variables of the fit; did you mean 'dysp'?"), (wrong.Code, wrong.ErrorText));
    }

    [Fact]
    public async Task With_the_structure_of_an_initial_model_only_the_tables_change()
    {
        await NetworkData.WriteAsync(folder["t.parquet"]);
        await NetworkData.WriteAsync(folder["more.parquet"], ("no", 3, true), ("no", 3, true));
        await File.WriteAllTextAsync(folder["f.json"], NetworkData.Chain);
        using (await FitAsync("t.parquet", "--structure", folder["f.json"]))
        {
            File.Move(folder["m.json"], folder["start.json"]);
            // P(a = no) was 11/22, and is 1 in the new rows: halfway between.
            using var json = await FitAsync("more.parquet", "--initial", folder["start.json"], "--structure", "initial", "--inertia", "0.5");
            Assert.Equal("""{"a":[],"b":["a"],"c":["b"]}""", json.RootElement.GetProperty("structure").GetRawText());
        }
        var model = (BayesianNetwork)SavedModel.Load(folder["m.json"]).Model;
        Assert.Equal([0.75, 0.25], model.Tables[0].Probabilities.ToArray());
        Assert.Equal(["-1", "3", "7"], model.Variables[1].Values);

        // A search starts from it: with no parent allowed to change it keeps the categories of the initial model.
        using var searched = await FitAsync("more.parquet", "--initial", folder["start.json"], "--force");
        Assert.Equal("mdl", searched.RootElement.GetProperty("score").GetProperty("kind").GetString());
        Assert.Equal(["-1", "3", "7"], ((BayesianNetwork)SavedModel.Load(folder["m.json"]).Model).Variables[1].Values);
    }

    [Fact]
    public async Task Missing_values_are_left_out_of_their_families_or_counted_by_their_posteriors()
    {
        (string?, int?, bool?)[] rows = [("no", 3, true), ("no", 3, null), ("yes", null, false), (null, 7, true), ("yes", 7, true), ("yes", 3, false)];
        await NetworkData.WriteAsync(folder["t.parquet"], rows);
        await File.WriteAllTextAsync(folder["f.json"], NetworkData.Chain);
        string[] chain = ["--features", "a,b,c", "--structure", folder["f.json"]];
        using (var available = await FitAsync("t.parquet", chain)) Assert.Equal(1, available.RootElement.GetProperty("iterations").GetInt32());
        // a is observed in five rows, no in two of them.
        Assert.Equal([0.4, 0.6], ((BayesianNetwork)SavedModel.Load(folder["m.json"]).Model).Tables[0].Probabilities.ToArray());
        using var em = await FitAsync("t.parquet", [.. chain, "--missing", "em", "--iterations", "50", "--tolerance", "1e-9", "--force"]);
        var history = em.RootElement.GetProperty("history").EnumerateArray().Select(h => h.GetProperty("improvement").GetDouble()).ToArray();
        Assert.True(history.Length > 1);
        Assert.All(history, gain => Assert.True(gain > -1e-12));
        Assert.NotEqual(0.4, ((BayesianNetwork)SavedModel.Load(folder["m.json"]).Model).Tables[0].Probabilities[0], 1e-6);
    }

    [Fact]
    public async Task Rows_with_missing_values_are_left_out_and_counted()
    {
        (string?, int?, bool?)[] rows = [("no", 3, true), ("no", 3, null), ("yes", null, false), (null, 7, true), ("yes", 7, true), ("yes", 3, false)];
        await NetworkData.WriteAsync(folder["t.parquet"], rows);
        await File.WriteAllTextAsync(folder["f.json"], NetworkData.Chain);
        foreach (var structure in new[] { folder["f.json"], "hill-climbing" })
        {
            using var json = await FitAsync("t.parquet", "--features", "a,b,c", "--structure", structure, "--missing", "complete", "--force");
            Assert.Equal("left out 3 of 6 rows, because of missing values; used 3", json.RootElement.GetProperty("warnings")[0].GetString());
            // Of the complete rows, one has a = no.
            Assert.Equal([1 / 3.0, 2 / 3.0], ((BayesianNetwork)SavedModel.Load(folder["m.json"]).Model).Tables[0].Probabilities.ToArray());
        }
        await NetworkData.WriteAsync(folder["none.parquet"], (null, 3, true), ("no", null, true));
        var none = await Tool.RunAsync("fit", "bayesian-network", folder["none.parquet"], "--features", "a,b,c", "--missing", "complete", "--output",
            folder["x.json"]);
        Assert.Equal((3, "pipelines: error: input: found no row of weight above 0 without missing values, of 2, expected at least one; leave out columns, or "
            + "count the rows that have all of a family (--missing available)"), (none.Code, none.ErrorText));
    }

    [Fact]
    public async Task A_class_can_be_a_network()
    {
        await NetworkData.WriteAsync(folder["t.parquet"]);
        var fit = await Tool.RunAsync("fit", "bayes-classifier", folder["t.parquet"], "--label", "a", "--class-model", "bayesian-network", "--pseudocount", "1",
            "--score", "bic", "--output", folder["m.json"], "--json");
        Assert.Equal((0, ""), (fit.Code, fit.ErrorText));
        var model = (BayesClassifier)SavedModel.Load(folder["m.json"]).Model;
        Assert.All(model.Classes, c => Assert.Equal(["b", "c"], ((BayesianNetwork)c).Variables.Select(v => v.Name)));
        var score = await Tool.RunAsync("score", folder["m.json"], folder["t.parquet"], "--columns", "label,probability", "--output", folder["s.parquet"],
            "--quiet");
        Assert.Equal(new ToolResult(0, "", ""), score);
        Assert.Equal(22, (await TestData.ColumnsAsync(folder["s.parquet"]))["label"].Count);
        var refused = await Tool.RunAsync("fit", "bayes-classifier", "gone.parquet", "--label", "a", "--distribution", "discrete", "--score", "bic", "--output",
            folder["x.json"]);
        Assert.Equal((2, "pipelines: error: --score without --class-model: found an option that has no effect, expected --class-model bayesian-network as "
            + "well; for example --class-model bayesian-network"), (refused.Code, refused.ErrorText.Split('\n')[0]));
    }

    [Fact]
    public async Task Inspect_lists_variables_and_the_junction_tree()
    {
        new SavedModel(NetworkData.Asia()).Save(folder["m.json"]);
        var result = await Tool.RunAsync("inspect", folder["m.json"], "--json");
        Assert.Equal((0, ""), (result.Code, result.ErrorText));
        using var json = JsonDocument.Parse(result.Out);
        var variables = json.RootElement.GetProperty("variables").EnumerateArray().ToArray();
        Assert.Equal(["asia", "tub", "smoke", "lung", "bronc", "either", "xray", "dysp"], variables.Select(v => v.GetProperty("name").GetString()));
        Assert.Equal(["no", "yes"], variables[0].GetProperty("values").EnumerateArray().Select(v => v.GetString()));
        Assert.Equal(["bronc", "either"], variables[7].GetProperty("parents").EnumerateArray().Select(v => v.GetString()).Order());
        Assert.Equal(18, json.RootElement.GetProperty("parameters").GetInt32());
        // The known junction tree of this network: six cliques, of three binary variables at most (Lauritzen and Spiegelhalter 1988).
        var tree = json.RootElement.GetProperty("junctionTree");
        Assert.Equal((6, 3), (tree.GetProperty("cliques").GetInt32(), tree.GetProperty("largestClique").GetArrayLength()));
        Assert.Equal(((4 * 8) + (2 * 4)) * 8, tree.GetProperty("bytes").GetInt64());
    }

    private async Task<JsonDocument> FitAsync(string data, params string[] options)
    {
        var result = await Tool.RunAsync(["fit", "bayesian-network", folder[data], "--output", folder["m.json"], "--json", .. options]);
        Assert.Equal((0, ""), (result.Code, result.ErrorText));
        return JsonDocument.Parse(result.Out);
    }
}
