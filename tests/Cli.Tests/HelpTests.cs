using Pipelines.Cli.Commands;

namespace Pipelines.Cli.Tests;

/// <summary>Every verb explains itself.</summary>
public sealed class HelpTests
{
    private static readonly string[] everywhere = ["--max-parallelism", "--memory", "--batch-size", "--seed", "--json", "--quiet", "--verbose"];

    /// <summary>Every verb and kind there is, found as the tool finds them.</summary>
    public static TheoryData<string> Verbs => [.. new[] { "" }.Concat(Names)];

    private static IEnumerable<string> Names => Verb.All.Select(v => v.GetType().Name.Replace("Command", "", StringComparison.Ordinal).ToLowerInvariant())
        .Concat(FitKind.All.Select(k => $"fit {k.Name}"));

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Help_names_every_common_option(string verb)
    {
        var result = await Tool.RunAsync([.. verb.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        Assert.Equal(0, result.Code);
        Assert.Equal("", result.Error);
        Assert.Contains(verb, result.Out, StringComparison.Ordinal);
        foreach (var option in everywhere) Assert.Contains(option, result.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fit mixture", "--force --distribution --components --init --initial --iterations --tolerance --inertia --learning-rate-decay "
        + "--batches-per-iteration --restarts --criterion --pseudocount --min-variance --weights --features --output --on-bad-row --max-bad-rows "
        + "--dry-run --checkpoint --resume --tied --update --weight-inertia --priors --covariance --shrinkage --component --freeze")]
    [InlineData("fit kmeans", "--force --components --init --initial --iterations --tolerance --inertia --learning-rate-decay --batches-per-iteration "
        + "--restarts --weights --features --output --on-bad-row --max-bad-rows --dry-run --checkpoint --resume --empty-clusters")]
    [InlineData("fit hmm", "--force --distribution --components --finite --label --training --impossible --sequence --lists --order --regroup --init "
        + "--initial --iterations --tolerance --inertia --restarts --criterion --pseudocount --min-variance --weights --features --output --checkpoint "
        + "--resume --tied --update --priors --covariance --shrinkage --freeze")]
    [InlineData("fit markov-chain", "--force --markov-order --sequence --lists --order --regroup --pseudocount --weights --features --output "
        + "--checkpoint --resume")]
    [InlineData("fit bayesian-network", "--force --structure --root --score --penalty --equivalent-sample-size --max-parents --constraints --tabu-length "
        + "--tabu-steps --restarts --missing --pseudocount --initial --iterations --tolerance --inertia --weights --features --output --folds --checkpoint "
        + "chow-liu greedy hill-climbing tabu exact exact-dp")]
    [InlineData("convert", "--force --to --features --strict")]
    [InlineData("score", "--force --output --columns --features --keep --sequence --lists --order --regroup --impossible --on-bad-row --max-bad-rows "
        + "--dry-run --resume --priors --variables --inference fill explanation")]
    [InlineData("inspect", "<FILE>")]
    [InlineData("plot", "--force --output --kind --features --size --weights --label --priors --on-bad-row density confusion roc calibration contour history "
        + "criterion graph .dot .mmd")]
    [InlineData("evaluate", "--force --output --label --weights --features --bins --sequence --lists --on-bad-row --max-bad-rows --priors")]
    [InlineData("fit naive-bayes", "--label --class-pseudocount --distribution --pseudocount --min-variance --weights --features --output --resume "
        + "--tied --update --weight-inertia --priors --folds --fold-key --stratify --test-share")]
    [InlineData("fit bayes-classifier", "--label --class-model --components --markov-order --sequence --lists --distribution --output --resume --tied "
        + "--update --weight-inertia --priors")]
    [InlineData("sample", "--force --rows --output --label --rows-per-file")]
    public async Task Help_names_the_verbs_own_options(string verb, string options)
    {
        var result = await Tool.RunAsync([.. verb.Split(' '), "--help"]);
        foreach (var option in options.Split(' ')) Assert.Contains(option, result.Out, StringComparison.Ordinal);
        // What has no likelihood cannot be judged by rows that it has not seen; only classes can be stratified.
        Assert.Equal(verb.StartsWith("fit ", StringComparison.Ordinal) && verb != "fit kmeans", result.Out.Contains("--folds", StringComparison.Ordinal));
        Assert.Equal(verb is "fit naive-bayes" or "fit bayes-classifier", result.Out.Contains("--stratify", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("mixture", "Only discrete and table distributions take text. ", "Number of components, at least 1 (required without --initial). Also a range ",
        "Maximum number of parameter updates, at least 0. [default: 100000000]")]
    [InlineData("hmm", "Only discrete and table distributions take text. ", "Number of states, at least 1 (required without --initial). Also a range ",
        "All rows of a sequence must have the same weight. [default: every row has weight 1]")]
    [InlineData("kmeans", "k-means takes numbers only. ", "Number of clusters, at least 1 (required without --initial).\n", "Number of starts, 1 to 1000: ")]
    [InlineData("distribution", "Maximum number of parameter updates, at least 0. Most distributions are estimated in one update: a higher limit is "
        + "not reached. [default: 100000000]")]
    [InlineData("markov-chain", "A Markov chain takes one column of text, numbers or booleans. ", "this rule never stops the fit. A chain is counted in one "
        + "update, whatever the tolerance. [default: see --relative-tolerance]")]
    [InlineData("bayesian-network", "or else all columns of text, integers or booleans without another role]", "Without --missing em, the tables are counted "
        + "in one update: a higher limit is not reached.")]
    public async Task Help_speaks_of_its_own_kind(string kind, params string[] sentences)
    {
        var help = (await Tool.RunAsync("fit", kind, "--help")).Out;
        foreach (var sentence in sentences) Assert.Contains(sentence, help, StringComparison.Ordinal);
        Assert.Equal(kind is "hmm" or "markov-chain", help.Contains("All rows of a sequence", StringComparison.Ordinal));
        if (kind == "kmeans") Assert.DoesNotContain("of components", help, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_process_helps_too()
    {
        var result = await Tool.RunProcessAsync("--help");
        Assert.Equal(0, result.Code);
        Assert.Contains("fit", result.Out, StringComparison.Ordinal);
        Assert.Equal(2, (await Tool.RunProcessAsync("fit")).Code);
    }

    [Fact]
    public async Task Starts_are_offered_for_completion()
    {
        var result = await Tool.RunAsync("[suggest:18]", "fit kmeans --init ");
        Assert.True(result.Code == 0, result.Error);
        Assert.Contains("kmeans++", result.Out, StringComparison.Ordinal);
    }
}
