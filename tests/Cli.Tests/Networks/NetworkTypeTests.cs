using System.Text.Json;

namespace Pipelines.Cli.Tests.Networks;

/// <summary>Values of a network in the types of the columns that it was fitted to.</summary>
public sealed class NetworkTypeTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>Columns of every type that a network takes.</summary>
    public static (string Name, Array Values)[] Columns =>
    [
        ("text", new[] { "b", "a" }), ("truth", new[] { true, false }), ("i8", new sbyte[] { -1, 2 }), ("u8", new byte[] { 1, 255 }),
        ("i16", new short[] { -300, 2 }), ("u16", new ushort[] { 1, 65_535 }), ("i32", new[] { -70_000, 2 }), ("u32", new uint[] { 1, uint.MaxValue }),
        ("i64", new[] { long.MinValue, 2 }), ("u64", new ulong[] { 1, ulong.MaxValue }),
    ];

    [Fact]
    public async Task Drawn_columns_have_the_types_of_the_fit()
    {
        await TestData.WriteAsync(folder["t.parquet"], Columns);
        Assert.Equal(0, (await Tool.RunAsync("fit", "bayesian-network", folder["t.parquet"], "--output", folder["m.json"], "--quiet")).Code);
        Assert.Equal(0, (await Tool.RunAsync("sample", folder["m.json"], "--rows", "50", "--output", folder["s.parquet"], "--quiet")).Code);
        var drawn = await TestData.ColumnsAsync(folder["s.parquet"]);
        Assert.Equal(Columns.Select(c => c.Name), drawn.Keys);
        // 50 draws of two equally likely values miss one of them with probability 2^-49. Equal as objects: of the same type.
        foreach (var (name, values) in Columns) Assert.Equal(values.Cast<object>().Order(), drawn[name].Distinct().Order());
    }

    [Fact]
    public async Task Booleans_are_called_false_and_true()
    {
        await TestData.WriteAsync(folder["t.parquet"], ("x", new bool?[] { true, false, null, true }), ("y", new[] { 1, 2, 1, 1 }));
        Assert.Equal(0, (await Tool.RunAsync("fit", "bayesian-network", folder["t.parquet"], "--output", folder["m.json"], "--quiet")).Code);
        using var inspected = JsonDocument.Parse((await Tool.RunAsync("inspect", folder["m.json"], "--json")).Out);
        Assert.Equal("""["false","true"]""", inspected.RootElement.GetProperty("variables")[0].GetProperty("values").GetRawText());
        await AnswersAsync("false", "true");

        // A model of an earlier version, whose booleans are 0 and 1, answers as it did.
        var old = await File.ReadAllTextAsync(folder["m.json"]);
        await File.WriteAllTextAsync(folder["m.json"], old.Replace("\"false\"", "\"0\"", StringComparison.Ordinal).Replace("\"true\"", "\"1\"",
            StringComparison.Ordinal));
        Assert.Equal(["0", "1"], ((BayesianNetwork)SavedModel.Load(folder["m.json"]).Model).Variables[0].Values);
        await AnswersAsync("0", "1");
    }

    private async Task AnswersAsync(string no, string yes)
    {
        // Numbers are taken for booleans, too.
        await TestData.WriteAsync(folder["n.parquet"], ("x", new int?[] { 1, 0, null, 1 }), ("y", new[] { 1, 2, 1, 1 }));
        foreach (var (data, filled) in new[] { ("t.parquet", new object[] { true, false, true, true }), ("n.parquet", [1, 0, 1, 1]) })
        {
            var result = await Tool.RunAsync("score", folder["m.json"], folder[data], "--columns", "fill,probability,explanation", "--output",
                folder["s.parquet"], "--quiet", "--force");
            Assert.Equal((0, ""), (result.Code, result.ErrorText));
            var columns = await TestData.ColumnsAsync(folder["s.parquet"]);
            Assert.Equal(["x", "y", $"probability_x_{no}", $"probability_x_{yes}", "probability_y_1", "probability_y_2", "explanation_x", "explanation_y",
                "explanation_log_probability"], columns.Keys);
            Assert.Equal(filled, columns["x"]);
            Assert.Equal((object?[])[null, null, filled[2], null], columns["explanation_x"]);
        }
        foreach (var given in new[] { "true", "1", "True" })
        {
            var drawn = await Tool.RunAsync("sample", folder["m.json"], "--rows", "5", "--evidence", $"x={given}", "--output", folder["d.parquet"], "--quiet");
            Assert.Equal(new ToolResult(0, "", ""), drawn);
            Assert.All((await TestData.ColumnsAsync(folder["d.parquet"]))["x"], value => Assert.Equal(true, value));
        }
    }
}
