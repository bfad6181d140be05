namespace Pipelines.Cli.Tests.Networks;

/// <summary>Networks in pomegranate's files, whatever their values are called.</summary>
public sealed class ConvertNetworkTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>Values of a variable in BIF, and as they are read back: in ordinal order, numbers by value.</summary>
    [Theory]
    [InlineData("1, 01", "01, 1")]
    [InlineData("2.5, 2.50, 1", "1, 2.5, 2.50")]
    [InlineData("2.5, Infinity, -1", "-1, 2.5, Infinity")]
    [InlineData("Infinity, inf", "Infinity, inf")]
    [InlineData("10, 9, -1", "-1, 9, 10")]
    [InlineData("yes, no", "no, yes")]
    [InlineData("NaN, 1", "1, NaN")]
    [InlineData("true, 1, -0", "-0, 1, true")]
    public async Task Values_survive_whatever_they_are(string values, string sorted)
    {
        string[] written = values.Split(", "), read = sorted.Split(", ");
        await File.WriteAllTextAsync(folder["n.bif"], Bif(written));
        Assert.Equal(new ToolResult(0, "", ""),
            await Tool.RunAsync("convert", folder["n.bif"], folder["p.json"], "--to", "pomegranate", "--strict", "--quiet"));
        var (given, back) = ((BayesianNetwork)SavedModel.Load(folder["n.bif"]).Model, (BayesianNetwork)SavedModel.Load(folder["p.json"]).Model);
        Assert.Equal(read, back.Variables[0].Values);
        Assert.Equal(read, back.Variables[1].Values);
        foreach (var x in written)
        {
            Assert.Equal(given.Tables[0].Probabilities[Array.IndexOf(written, x)], back.Tables[0].Probabilities[Array.IndexOf(read, x)]);
            foreach (var y in written) Assert.Equal(Of(given, written, x, y), Of(back, read, x, y));
        }
        // What is read back is written the same again.
        Assert.Equal(0, (await Tool.RunAsync("convert", folder["p.json"], folder["n.json"], "--quiet")).Code);
        Assert.Equal(0, (await Tool.RunAsync("convert", folder["n.json"], folder["q.json"], "--to", "pomegranate", "--quiet")).Code);
        Assert.Equal(back, SavedModel.Load(folder["q.json"]).Model);

        static double Of(BayesianNetwork network, string[] order, string x, string y) =>
            network.Tables[1].Probabilities[(Array.IndexOf(order, x) * order.Length) + Array.IndexOf(order, y)];
    }

    [Fact]
    public async Task A_value_that_is_read_back_as_missing_is_refused()
    {
        await File.WriteAllTextAsync(folder["n.bif"], Bif(["nan", "1"]));
        var result = await Tool.RunAsync("convert", folder["n.bif"], folder["p.json"], "--to", "pomegranate");
        Assert.Equal((2, $"pipelines: error: {folder["n.bif"]}, variable 'x': found the value 'nan' (of nan, 1), which pomegranate takes for a missing one, "
            + "expected other texts; rename the value, or keep the file as it is"), (result.Code, result.ErrorText));
        Assert.Equal(["n.bif"], folder.Names);
    }

    // x, and y given x: each of the values; every probability is another one.
    private static string Bif(string[] values)
    {
        var n = values.Length;
        var list = string.Join(", ", values);
        var rows = Enumerable.Range(0, n + 1).Select(r => string.Join(", ", Enumerable.Range(0, n).Select(k => FormattableString.Invariant(
            $"{(k < n - 1 ? (r + k + 1) / 32.0 : 1 - Enumerable.Range(0, n - 1).Sum(i => (r + i + 1) / 32.0))}")))).ToArray();
        return $$"""
            network unknown {
            }
            variable x {
              type discrete [ {{n}} ] { {{list}} };
            }
            variable y {
              type discrete [ {{n}} ] { {{list}} };
            }
            probability ( x ) {
              table {{rows[n]}};
            }
            probability ( y | x ) {
            {{string.Join("\n", values.Select((v, r) => $"  ({v}) {rows[r]};"))}}
            }

            """;
    }
}
