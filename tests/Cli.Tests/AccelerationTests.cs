using System.Text.Json;

namespace Pipelines.Cli.Tests;

/// <summary>Accelerated fits, as a user of the tool sees them.</summary>
public sealed class AccelerationTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task An_accelerated_fit_takes_fewer_iterations_to_no_less_likelihood()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"]);
        string[] slow = ["--components", "4", "--relative-tolerance", "1e-9", "--json"];
        using var plain = JsonDocument.Parse((await FitAsync("mixture", slow)).Out);
        using var accelerated = JsonDocument.Parse((await FitAsync("mixture", [.. slow, "--acceleration", "anderson"])).Out);
        Assert.True(Iterations(accelerated) < Iterations(plain), $"{Iterations(accelerated)} of {Iterations(plain)}");
        // Of 3,000 rows, whose plain updates still gain up to 1e-9 each when they stop; another optimum would differ by more than 0.1.
        Assert.True(Likelihood(accelerated) > Likelihood(plain) - 0.1);
        using var none = JsonDocument.Parse((await FitAsync("mixture", [.. slow, "--acceleration", "none"])).Out);
        Assert.Equal(Likelihood(plain), Likelihood(none));

        static int Iterations(JsonDocument json) => json.RootElement.GetProperty("iterations").GetInt32();
        static double Likelihood(JsonDocument json) => json.RootElement.GetProperty("logLikelihood").GetDouble();
    }

    [Theory]
    [InlineData("kmeans", "found 'anderson', expected 'none', as this fit is not of repeated updates by EM; leave it out", "--components", "2")]
    [InlineData("mixture", "found 'anderson' with mini-batches, expected 'none', or updates by EM over all rows; correct the options and run again",
        "--components", "2", "--batches-per-iteration", "3")]
    [InlineData("mixture", "found 'anderson' with inertia, expected 'none', or updates by EM over all rows; correct the options and run again",
        "--components", "2", "--inertia", "0.1")]
    [InlineData("distribution", "found 'anderson', expected 'none', as this fit is not of repeated updates by EM; leave it out")]
    public async Task Where_it_has_no_effect_it_is_refused(string kind, string message, params string[] options)
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"], rows: 50);
        var result = await FitAsync(kind, [.. options, "--acceleration", "anderson"]);
        Assert.Equal(2, result.Code);
        Assert.StartsWith($"pipelines: error: --acceleration: {message}", result.ErrorText, StringComparison.Ordinal);
    }

    private Task<ToolResult> FitAsync(string kind, params string[] options) => Tool.RunAsync(["fit", kind, folder["d.parquet"], "--features", "x,y", "--output",
        folder["m.json"], .. kind == "kmeans" ? Array.Empty<string>() : ["--distribution", "multivariate-gaussian"], .. options]);
}
