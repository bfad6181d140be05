namespace Pipelines.Cli.Tests;

/// <summary>Which name a mistyped one stands for.</summary>
public sealed class NearestNameTests
{
    private static readonly string[] options =
    [
        "--batch-size", "--batches-per-iteration", "--checkpoint", "--components", "--criterion", "--distribution", "--dry-run", "--features", "--grace",
        "--help", "--inertia", "--init",
        "--initial", "--iterations", "--json", "--label", "--max-bad-rows", "--max-parallelism", "--memory", "--min-variance", "--on-bad-row", "--output",
        "--quiet", "--restarts", "--resume", "--seed", "--weights",
    ];

    [Theory]
    [InlineData("--component", "--components")]
    [InlineData("--lable", "--label")]
    [InlineData("--Features", "--features")]
    [InlineData("--parallelism", "--max-parallelism")]
    [InlineData("--n-components", "--components")]
    [InlineData("--dist", "--distribution")]
    [InlineData("--ouput", "--output")]
    [InlineData("--quite", "--quiet")]
    [InlineData("--intertia", "--inertia")]
    [InlineData("--scale", null)]
    [InlineData("--where", null)]
    [InlineData("--bootstrap", null)]
    [InlineData("-x", null)]
    public void Options(string typed, string? name) => Assert.Equal(name, NearestName.Of(typed, options));

    [Theory]
    [InlineData("norml", "normal")]
    [InlineData("Normal", "normal")]
    [InlineData("NORMAL", "normal")]
    [InlineData("nromal", "normal")]
    [InlineData("lognormal", "log-normal")]
    [InlineData("multivariate", "multivariate-gaussian")]
    [InlineData("cauchy", null)]
    public void Names(string typed, string? name) =>
        Assert.Equal(name, NearestName.Of(typed, ["bernoulli", "gamma", "half-normal", "log-normal", "multivariate-gaussian", "normal", "poisson"]));

    [Theory]
    [InlineData("fitt", "fit")]
    [InlineData("evaluate", null)]
    [InlineData("smaple", "sample")]
    [InlineData("scor", "score")]
    public void Verbs(string typed, string? name) =>
        Assert.Equal(name, NearestName.Of(typed, ["fit", "score", "inspect", "verify", "plot", "sample", "convert"]));

    [Fact]
    public void Long_names_cost_little() => Assert.Null(NearestName.Of(new string('a', 1_000_000), [new string('b', 1_000_000), "c"]));
}
