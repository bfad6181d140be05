namespace Pipelines.Cli.Tests.Networks;

/// <summary>What a fit of a network refuses before the first row is read. The files are damaged: reading them would be another error.</summary>
public sealed class NetworkRefusalTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>Files, options and messages.</summary>
    public static TheoryData<string, string, string> Refused => new()
    {
        { """{"a": ["c"], "b": ["a"], "c": ["b"]}""", "--structure FILE",
            "--structure FILE: found the cycle a -> b -> c -> a, expected arcs without a cycle; remove or reverse one of them" },
        { """{"a": [], "b": ["a", "a"], "c": []}""", "--structure FILE",
            "--structure FILE, parents of 'b': found 'a' twice, expected each parent once; leave one out" },
        { """{"tiers": [["a", "b"], ["b", "c"]]}""", "--constraints FILE",
            "--constraints FILE: found variable 'b' in two tiers, expected each variable in one tier at most; correct the file" },
        { """{"require": [["c", "a"]], "tiers": [["a"], ["c"]]}""", "--constraints FILE",
            "--constraints FILE: found the arc c -> a required, and forbidden by an arc or by tiers, expected one of them; correct the file" },
        { """{"forbid": [["b", "b"]]}""", "--constraints FILE",
            "--constraints FILE: found an arc from variable 'b' to itself, expected arcs between two variables; correct the file" },
        { """{"require": [["a", "b"], ["c", "b"]]}""", "--constraints FILE --max-parents 1",
            "--constraints FILE: found 2 required parents of variable 'b', expected at most 1 (--max-parents); correct the file" },
        { """{"require": [["a", "b"]], "groups": [{"children": ["b"], "parents": ["c"]}]}""", "--constraints FILE --structure exact",
            "--constraints FILE: found the arc a -> b required, which no group allows, expected a group with the parent and the child; correct the file" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_file_is_named_with_the_variables_before_a_row_is_read(string content, string options, string message)
    {
        await NetworkData.WriteAsync(folder["t.parquet"]);
        Damage(folder["t.parquet"]);
        await File.WriteAllTextAsync(folder["f.json"], content);
        string[] more = options.Replace("FILE", folder["f.json"], StringComparison.Ordinal).Split(' ');
        foreach (var kind in new[] { "bayesian-network", "bayes-classifier" })
        {
            string[] first = kind == "bayesian-network" ? ["fit", kind] : ["fit", kind, "--class-model", "bayesian-network", "--label", "label", "--features",
                "a,b,c"];
            if (kind != "bayesian-network") await WithLabelsAsync();
            foreach (var dry in (string[][])[[], ["--dry-run"]])
            {
                var result = await Tool.RunAsync([.. first, folder["t.parquet"], "--output", folder["m.json"], .. more, .. dry]);
                Assert.Equal((2, $"pipelines: error: {message}"),
                    (result.Code, result.ErrorText.Replace(folder["f.json"], "FILE", StringComparison.Ordinal).Split('\n')[0]));
                Assert.InRange(message.Length, 1, 300);
            }
        }
        Assert.Equal(["f.json", "t.parquet"], folder.Names);
    }

    [Theory]
    [InlineData("bayesian-network --structure chow-liu")]
    [InlineData("markov-network")]
    [InlineData("bayes-classifier --class-model bayesian-network --label v0 --structure chow-liu")]
    public async Task Counts_of_all_pairs_that_cannot_fit_are_refused_before_a_row_is_read(string options)
    {
        // However few values they have, each of 2,000 * 1,999 / 2 pairs takes 8 bytes at least in each copy of the counts, of which there are several.
        await TestData.WriteAsync(folder["t.parquet"], [.. Enumerable.Range(0, 2_001).Select(i => ($"v{i}", (Array)new[] { "a", "b" }))]);
        Damage(folder["t.parquet"]);
        var result = await Tool.RunAsync(["fit", .. options.Split(' '), folder["t.parquet"], "--memory", "16MiB", "--output", folder["m.json"]]);
        Assert.Equal(1, result.Code);
        Assert.Contains("Chow-Liu tree: found counts of all pairs of 200", result.ErrorText, StringComparison.Ordinal);
        Assert.Contains("use fewer variables or fewer values of them, or give it more memory", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal(["t.parquet"], folder.Names);
    }

    [Theory]
    [InlineData("bayesian-network")]
    [InlineData("markov-network")]
    public async Task Numbers_that_are_not_integers_are_no_categories(string kind)
    {
        await TestData.WriteAsync(folder["t.parquet"], ("a", new[] { "x", "y" }), ("d", new[] { 0.5, 1 }), ("f", new[] { 0.5f, 1 }),
            ("t", new[] { new DateTime(2020, 1, 1), new DateTime(2021, 1, 1) }));
        Damage(folder["t.parquet"]);
        foreach (var (column, type) in new[] { ("d", "double"), ("f", "float"), ("t", "timestamp") })
        {
            var result = await Tool.RunAsync("fit", kind, folder["t.parquet"], "--features", $"a,{column}", "--output", folder["m.json"]);
            Assert.Equal(3, result.Code);
            var remedy = column == "t" ? "take a part of it, such as weekday(t), or leave the column out"
                : "convert it to categories first, such as the numbers of ranges, or leave the column out";
            Assert.EndsWith($"column '{column}': found values of type {type}, expected a feature of texts, booleans or integers; {remedy}", result.ErrorText,
                StringComparison.Ordinal);
        }
        Assert.Equal(["t.parquet"], folder.Names);
    }

    private async Task WithLabelsAsync()
    {
        await TestData.WriteAsync(folder["t.parquet"], ("a", new[] { "x", "y" }), ("b", new[] { 1, 2 }), ("c", new[] { true, false }),
            ("label", new[] { "u", "v" }));
        Damage(folder["t.parquet"]);
    }

    // The footer stays as it is.
    private static void Damage(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write);
        file.Position = 4;
        file.Write([.. Enumerable.Repeat((byte)0xff, 12)]);
    }
}
