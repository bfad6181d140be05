using System.Text.Json;

namespace Pipelines.Cli.Tests;

/// <summary>Names from files cannot change what a terminal shows.</summary>
public sealed class ControlCharacterTests : IDisposable
{
    private const string Name = "a\u001b[31m\nb\u0007\u009b";
    private const string Shown = @"a\u001b[31m\u000ab\u0007\u009b";
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Tables_messages_and_warnings_show_them_as_escapes_and_JSON_has_them()
    {
        Directory.CreateDirectory(folder["in"]);
        await TestData.WriteAsync(folder["in/a.parquet"], (Name, new[] { 1.0, 2, 9 }), ("v", new[] { 1, 2, 3 }));
        await TestData.WriteAsync(folder["in/b.parquet"], (Name, new[] { "p", "q", "r" }), ("v", new[] { 1, 2, 3 }));
        TestData.SaveModel(folder["m.json"], "v");
        foreach (var (arguments, code) in new (string[], int)[]
        {
            (["inspect", folder["in/a.parquet"]], 0), (["inspect", folder["in"]], 0),
            (["fit", "kmeans", folder["in/a.parquet"], "--features", Name, "--components", "1", "--output", folder["k.json"]], 0),
            (["inspect", folder["k.json"]], 0), (["score", folder["k.json"], folder["in"], "--output", folder["o.parquet"]], 3),
            (["score", folder["m.json"], folder["in"], "--output", folder["o.parquet"]], 0),
            (["score", folder["m.json"], folder["in"], "--output", folder["o.parquet"], "--dry-run"], 0),
        })
        {
            var result = await Tool.RunAsync(arguments);
            Assert.Equal(code, result.Code);
            Assert.Contains(Shown, result.Out + result.Error, StringComparison.Ordinal);
            Assert.DoesNotContain(result.Out + result.Error, c => char.IsControl(c) && c != '\n');
        }
        using var described = JsonDocument.Parse((await Tool.RunAsync("inspect", folder["in/a.parquet"], "--json")).Out);
        Assert.Equal(Name, described.RootElement.GetProperty("columns")[0].GetProperty("name").GetString());
        using var warned = JsonDocument.Parse((await Tool.RunAsync("score", folder["m.json"], folder["in"], "--output", folder["o.parquet"], "--json")).Out);
        Assert.StartsWith($"column '{Name}' is written as text", warned.RootElement.GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
    }
}
