namespace Pipelines.Cli.Tests;

/// <summary>Bayesian networks in BIF wherever a model file is taken.</summary>
public sealed class BifTests : IDisposable
{
    private const string Text = """
        network unknown {
        }
        variable rain {
          type discrete [ 2 ] { no, yes };
        }
        variable grass {
          type discrete [ 2 ] { dry, wet };
        }
        probability ( rain ) {
          table 0.75, 0.25;
        }
        probability ( grass | rain ) {
          (no) 0.875, 0.125;
          (yes) 0, 1;
        }

        """;

    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_network_is_converted_both_ways_and_scores_rows()
    {
        // The content decides, not the name.
        await File.WriteAllTextAsync(folder["net.txt"], Text);
        await Succeeds("convert", folder["net.txt"], folder["net.json"]);
        await Succeeds("convert", folder["net.json"], folder["again.bif"], "--to", "bif");
        Assert.Equal(Text, await File.ReadAllTextAsync(folder["again.bif"]));
        await Succeeds("convert", folder["net.txt"], folder["theirs.json"], "--to", "pomegranate", "--strict");
        Assert.Equal(SavedModel.Load(folder["net.txt"]).Model, SavedModel.Load(folder["theirs.json"]).Model);

        await TestData.WriteAsync(folder["d.parquet"], ("grass", new[] { "wet", "dry", "wet" }), ("rain", new[] { "no", "yes", "yes" }));
        var run = await Tool.RunAsync("score", folder["again.bif"], folder["d.parquet"], "--output", folder["s.parquet"], "--quiet");
        Assert.StartsWith("pipelines: warning: 1 row has probability 0 under the model", run.Error, StringComparison.Ordinal);
        var rows = new MemorySink();
        await Pipeline.FromParquet(folder["s.parquet"]).To(rows).RunAsync();
        // Products of powers of two are exact, logarithms to a few units in the last place.
        Assert.Equal([0.75 * 0.125, 0, 0.25], rows.Doubles("log_probability").Select(log => Math.Round(Math.Exp(log), 14)));
        Assert.Equal(0, (await Tool.RunAsync("inspect", folder["again.bif"])).Code);
    }

    [Fact]
    public async Task Only_a_BIF_file_is_replaced_and_only_a_network_is_written()
    {
        await File.WriteAllTextAsync(folder["a.bif"], Text);
        await File.WriteAllTextAsync(folder["b.bif"], "precious");
        await Succeeds("convert", folder["a.bif"], folder["m.json"]);
        await Succeeds("convert", folder["m.json"], folder["a.bif"], "--to", "bif");
        var refused = await Tool.RunAsync("convert", folder["m.json"], folder["b.bif"], "--to", "bif");
        Assert.Equal(2, refused.Code);
        Assert.Contains("a BIF file to replace", refused.ErrorText, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(folder["b.bif"]));
        new SavedModel(new NormalDistribution(0, 1)).Save(folder["n.json"]);
        Assert.Equal((2, $"pipelines: error: {folder["n.json"]}, the model: found a normal model, expected a Bayesian network, the only model that BIF has; "
            + "keep the file as it is, or fit a network"), Of(await Tool.RunAsync("convert", folder["n.json"], folder["c.bif"], "--to", "bif")));
        await File.WriteAllTextAsync(folder["a.bif"], Text.Replace("0.875", "0.8", StringComparison.Ordinal));
        Assert.Equal((2, $"pipelines: error: {folder["a.bif"]}, line 13, column 3, variable 'grass', row (no): found probabilities that sum to 0.925, expected "
            + "1 (to 1e-6, for rounded numbers); correct the row"), Of(await Tool.RunAsync("inspect", folder["a.bif"])));

        static (int Code, string Error) Of(ToolResult result) => (result.Code, result.ErrorText);
    }

    private static async Task Succeeds(params string[] args) => Assert.Equal(new ToolResult(0, "", ""), await Tool.RunAsync([.. args, "--quiet"]));
}
