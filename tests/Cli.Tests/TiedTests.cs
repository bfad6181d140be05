using Pipelines.Models;
using Pipelines.Models.Serialization;

namespace Pipelines.Cli.Tests;

/// <summary>Tied covariances and updates of some parameters through the command line.</summary>
public sealed class TiedTests : IDisposable
{
    private const int Rows = 600;
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("mixture --components 2 --distribution multivariate-gaussian", "the components share one covariance")]
    [InlineData("hmm --components 2 --distribution multivariate-gaussian --sequence s", "the states share one covariance")]
    [InlineData("bayes-classifier --distribution multivariate-gaussian --label c", "the classes share one covariance")]
    [InlineData("naive-bayes --distribution normal --label c", "the classes share one covariance")]
    public async Task Tied_models_are_fitted_described_and_fitted_further(string kind, string words)
    {
        await WriteAsync();
        string[] options = [.. kind.Split(' '), "--features", "x,y"];
        var first = await FitAsync("m.json", [.. options, "--tied", "--iterations", "3", "--tolerance=-1"]);
        Assert.Contains(words, first, StringComparison.Ordinal);
        Assert.Single(Covariances("m.json").Distinct());
        Assert.Contains(words, (await Tool.RunAsync("inspect", folder["m.json"])).Out, StringComparison.Ordinal);

        string[] data = [.. options.Where((o, i) => o is "--sequence" or "--label" || (i > 0 && options[i - 1] is "--sequence" or "--label"))];
        await FitAsync("n.json", [options[0], .. data, "--initial", folder["m.json"], "--iterations", "1", "--tolerance=-1"]);
        Assert.Single(Covariances("n.json").Distinct());
        await FitAsync("o.json", [options[0], .. data, "--initial", folder["m.json"], "--iterations", "1", "--tolerance=-1", "--update", "means"]);
        Assert.Equal(Covariances("m.json"), Covariances("o.json"));
        // Without the option, each has its own.
        await FitAsync("p.json", [.. options, "--iterations", "3", "--tolerance=-1"]);
        Assert.Equal(2, Covariances("p.json").Distinct().Count());
    }

    [Fact]
    public async Task Weights_alone_are_updated_at_any_parallelism()
    {
        await WriteAsync();
        await FitAsync("m.json", ["mixture", "--components", "2", "--distribution", "normal", "--features", "x,y", "--iterations", "0"]);
        var start = (GeneralMixtureModel)SavedModel.Load(folder["m.json"]).Model;
        byte[]? expected = null;
        foreach (var threads in new[] { "1", "3", "-1" })
        {
            await FitAsync("n.json", ["mixture", "--initial", folder["m.json"], "--update", "weights", "--weight-inertia", "0.5", "--iterations", "2",
                "--tolerance=-1", "--max-parallelism", threads, "--batch-size", "100"]);
            expected ??= await File.ReadAllBytesAsync(folder["n.json"]);
            Assert.Equal(expected, await File.ReadAllBytesAsync(folder["n.json"]));
        }
        var found = (GeneralMixtureModel)SavedModel.Load(folder["n.json"]).Model;
        Assert.Equal(start.Components, found.Components);
        Assert.NotEqual(start.Weights.ToArray(), found.Weights.ToArray());
    }

    private IEnumerable<string> Covariances(string file) => SavedModel.Load(folder[file]).Model.WeightedParts()
        .Select(p => string.Join(" ", p.Distribution.AsGaussian()!.Covariance.Cast<double>()));

    private async Task<string> FitAsync(string output, string[] options)
    {
        var result = await Tool.RunAsync(["fit", options[0], folder["d.parquet"], .. options[1..], "--output", folder[output], "--force"]);
        Assert.Equal((0, ""), (result.Code, result.ErrorText));
        return result.Out;
    }

    // Two groups of unlike widths; their names are the classes, and 20 rows each form a sequence.
    private Task WriteAsync()
    {
        var random = new SeededRandom(9);
        var (x, y, names, keys) = (new double[Rows], new double[Rows], new string[Rows], new int[Rows]);
        for (var i = 0; i < Rows; i++)
        {
            var group = random.NextInt64(3) == 0 ? 1 : 0;
            (x[i], y[i]) = ((6 * group) + random.NextNormal(), (1 + (2 * group)) * random.NextNormal());
            (names[i], keys[i]) = (group == 0 ? "near" : "far", i / 20);
        }
        return TestData.WriteAsync(folder["d.parquet"], ("x", x), ("y", y), ("c", names), ("s", keys));
    }
}
