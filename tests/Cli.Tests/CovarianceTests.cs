using Pipelines.Models;
using Pipelines.Models.Serialization;

namespace Pipelines.Cli.Tests;

/// <summary>Shapes of covariances, shrinkage, families of single components and frozen components through the command line.</summary>
public sealed class CovarianceTests : IDisposable
{
    private const int Rows = 300;
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>A shape is another way to name a distribution: the same bytes.</summary>
    [Theory]
    [InlineData("mixture --components 2", "full", "multivariate-gaussian")]
    [InlineData("mixture --components 2", "tied", "multivariate-gaussian --tied")]
    [InlineData("mixture --components 2", "diagonal", "diagonal-gaussian")]
    [InlineData("mixture --components 2", "diagonal --tied", "diagonal-gaussian --tied")]
    [InlineData("mixture --components 2", "spherical", "spherical-gaussian")]
    [InlineData("mixture --components 2", "diagonal --distribution multivariate-gaussian", "diagonal-gaussian")]
    [InlineData("mixture --components 2", "tied --distribution multivariate-gaussian --tied", "multivariate-gaussian --tied")]
    [InlineData("hmm --components 2 --sequence s", "tied", "multivariate-gaussian --tied")]
    [InlineData("hmm --components 2 --sequence s", "spherical", "spherical-gaussian")]
    [InlineData("bayes-classifier --label c", "full", "multivariate-gaussian")]
    [InlineData("bayes-classifier --label c", "tied", "multivariate-gaussian --tied")]
    [InlineData("bayes-classifier --label c --class-model mixture --components 1", "tied", "multivariate-gaussian --tied")]
    [InlineData("distribution", "diagonal", "diagonal-gaussian")]
    public async Task A_shape_names_a_distribution(string kind, string shape, string distribution)
    {
        await WriteAsync();
        await FitAsync("m.json", $"{kind} --features x,y --covariance {shape}");
        await FitAsync("n.json", $"{kind} --features x,y --distribution {distribution}");
        Assert.Equal(await File.ReadAllBytesAsync(folder["n.json"]), await File.ReadAllBytesAsync(folder["m.json"]));
    }

    [Theory]
    [InlineData("mixture --components 2 --covariance diagonal --distribution gamma", "--covariance and --distribution: found 'diagonal' and 'gamma', expected "
        + "one of them, or the same distribution in both ('diagonal-gaussian'); for example --covariance diagonal")]
    [InlineData("hmm --sequence s --components 2 --covariance full --tied", "--covariance and --tied: found 'full' and one covariance for all states, "
        + "expected 'full', a covariance for each, or 'tied'; for example --covariance tied")]
    [InlineData("mixture --components 2 --covariance diag",
        "--covariance: found 'diag', expected diagonal, full, spherical or tied; did you mean 'diagonal'?")]
    [InlineData("distribution --covariance tied", "--covariance: found 'tied', expected diagonal, full or spherical; for example --covariance diagonal")]
    [InlineData("mixture --initial m.json --covariance full", "--covariance and --initial: found both, expected one of them, as an initial model has its "
        + "own; for example --initial model.json")]
    [InlineData("bayes-classifier --label c --class-model markov-chain --sequence s --covariance full", "--covariance and --class-model: found "
        + "'markov-chain', which has no covariance, expected a model of Gaussian distributions; for example --class-model mixture")]
    [InlineData("mixture --components 2 --covariance diagonal --shrinkage auto",
        "--shrinkage: found auto, expected 0, as this model has no full covariance; leave it out")]
    [InlineData("mixture --components 2 --covariance full --shrinkage 2",
        "--shrinkage: found '2', expected 'auto', or a number from 0 to 1; for example --shrinkage auto")]
    [InlineData("mixture --component normal --component gamma --components 2", "--component and --components: found both, expected one of them, as "
        + "--component names each component's own distribution; for example --component normal --component gamma")]
    [InlineData("mixture --component normal --covariance full", "--component and --covariance: found both, expected one of them, as --component "
        + "names each component's own distribution; for example --component normal --component gamma")]
    [InlineData("mixture --component normal --component gama", "--component: found 'gama', expected the name of a distribution for all features, or one for "
        + "each feature; did you mean 'gamma'?")]
    [InlineData("mixture --component normal,gamma --features x", "--component: found 2 names for 1 feature, expected one name for all features, or one for "
        + "each; for example --component normal")]
    [InlineData("mixture --component normal --component discrete --features x", "mixture, feature 'x': found 'normal' and 'discrete', of which one is of "
        + "categories, expected families of categories in all components, or in none; choose other families")]
    [InlineData("mixture --components 2 --distribution normal --freeze 0", "--freeze without --initial: found nothing to keep, expected the model whose "
        + "components are kept; for example --initial model.json")]
    [InlineData("mixture --initial m.json --freeze 0,0",
        "--freeze: found '0,0', expected numbers of components from 0, each once, or 'none'; for example --freeze 0,2")]
    public async Task Conflicts_are_one_error(string options, string message)
    {
        await WriteAsync();
        var words = options.Split(' ');
        var result = await Tool.RunAsync(["fit", words[0], folder["d.parquet"], .. words[1..], "--output", folder["o.json"]]);
        Assert.Equal((2, $"pipelines: error: {message}"), (result.Code, result.ErrorText.Replace($"\nSee pipelines fit {words[0]} --help.", "",
            StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Fewer_rows_than_features_need_a_remedy()
    {
        var random = new SeededRandom(3);
        var columns = Enumerable.Range(0, 20).Select(j => ($"x{j}", Enumerable.Range(0, 15).Select(_ => random.NextNormal()).ToArray())).ToArray();
        await TestData.WriteAsync(folder["d.parquet"], [.. columns.Select(c => (c.Item1, (Array)c.Item2))]);
        var refused = await Tool.RunAsync("fit", "mixture", folder["d.parquet"], "--covariance", "full", "--components", "2", "--output", folder["m.json"]);
        Assert.Equal(3, refused.Code);
        Assert.EndsWith("covariance of a Gaussian of 20 features: found 15 rows, expected at least 21 rows, as fewer do not vary in every direction; set "
            + "--shrinkage or --min-variance, fit diagonal covariances (--covariance diagonal), or use more rows", refused.ErrorText, StringComparison.Ordinal);
        foreach (var remedy in new[] { "full --shrinkage auto", "full --shrinkage 0.2", "full --min-variance 0.1", "diagonal" })
            await FitAsync("m.json", $"mixture --components 2 --covariance {remedy}");
    }

    [Fact]
    public async Task Components_have_families_and_can_be_frozen()
    {
        await WriteAsync();
        await FitAsync("m.json", "mixture --features y --component normal --component student-t(3) --iterations 3");
        var first = (GeneralMixtureModel)SavedModel.Load(folder["m.json"]).Model;
        Assert.IsType<NormalDistribution>(first.Components[0]);
        Assert.IsType<StudentTDistribution>(first.Components[1]);
        await FitAsync("n.json", $"mixture --initial {folder["m.json"]} --freeze 1 --iterations 3 --tolerance=-1");
        var frozen = (GeneralMixtureModel)SavedModel.Load(folder["n.json"]).Model;
        Assert.Equal([false, true], frozen.Components.Select(c => c.IsFrozen));
        Assert.Equal(first.Components[1], frozen.Components[1].Thaw());
        Assert.NotEqual(first.Components[0], frozen.Components[0]);
        // Kept in the file, until it is thawed.
        await FitAsync("o.json", $"mixture --initial {folder["n.json"]} --iterations 1 --tolerance=-1");
        Assert.Equal(frozen.Components[1], ((GeneralMixtureModel)SavedModel.Load(folder["o.json"]).Model).Components[1]);
        await FitAsync("o.json", $"mixture --initial {folder["n.json"]} --freeze none --iterations 1 --tolerance=-1");
        Assert.DoesNotContain(((GeneralMixtureModel)SavedModel.Load(folder["o.json"]).Model).Components, c => c.IsFrozen);
        var wrong = await Tool.RunAsync("fit", "mixture", folder["d.parquet"], "--initial", folder["m.json"], "--freeze", "2", "--output", folder["p.json"]);
        Assert.Equal((2, "pipelines: error: mixture, component 2: found 2 components, expected an index from 0 to 1; correct the index"),
            (wrong.Code, wrong.ErrorText));
    }

    [Fact]
    public async Task States_can_be_frozen()
    {
        await WriteAsync();
        await FitAsync("m.json", "hmm --features y --sequence s --distribution normal --components 2 --iterations 2");
        await FitAsync("n.json", $"hmm --initial {folder["m.json"]} --sequence s --freeze 0 --iterations 2 --tolerance=-1");
        var (first, frozen) = ((HiddenMarkovModel)SavedModel.Load(folder["m.json"]).Model, (HiddenMarkovModel)SavedModel.Load(folder["n.json"]).Model);
        Assert.Equal(first.Emission(0), frozen.Emission(0).Thaw());
        Assert.NotEqual(first.Emission(1), frozen.Emission(1));
    }

    private async Task FitAsync(string output, string options)
    {
        var words = options.Split(' ');
        var result = await Tool.RunAsync(["fit", words[0], folder["d.parquet"], .. words[1..], "--output", folder[output], "--force"]);
        Assert.Equal((0, ""), (result.Code, result.ErrorText));
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
