namespace Pipelines.Cli.Tests;

/// <summary>Options that would have no effect are refused before anything is read: the inputs named here do not exist.</summary>
public sealed class UnusedOptionTests : IDisposable
{
    private const string Counts = "found 1, expected 0, as this model counts nothing; leave it out";
    private const string Variance = "found 1, expected 0, as this model has no variance that could be raised; leave it out";
    private const string Keeps = "expected 0, as the fit is one pass over the rows and keeps nothing of its start; leave it out, or start from a model "
        + "(--initial)";

    private const string All = "expected all batches, as the fit is one pass over the rows; leave it out, or start from a model (--initial)";

    private const string Gaussian = "expected distributions of one Gaussian family, such as multivariate-gaussian or normal, that are frozen as a whole or "
        + "not at all; choose another distribution, or leave it out";

    private readonly Folder folder = new();

    public static TheoryData<string, string[]> Refused => new()
    {
        { "distribution --distribution normal --pseudocount 1", [$"--pseudocount: {Counts}"] },
        { "distribution --distribution normal,poisson --features a,b --pseudocount 1", [$"--pseudocount: {Counts}"] },
        { "mixture --distribution normal --components 1 --pseudocount 1", [$"--pseudocount: {Counts}"] },
        { "distribution --distribution discrete --min-variance 1", [$"--min-variance: {Variance}"] },
        { "distribution --distribution poisson --min-variance 1", [$"--min-variance: {Variance}"] },
        { "mixture --distribution bernoulli --components 2 --min-variance 1", [$"--min-variance: {Variance}"] },
        { "hmm --sequence k --distribution discrete --components 2 --min-variance 1", [$"--min-variance: {Variance}"] },
        { "distribution --distribution normal --inertia 0.5 --learning-rate-decay 0.6 --batches-per-iteration 5 --iterations 0",
            [$"--inertia: found 0.5, {Keeps}", $"--learning-rate-decay: found 0.6, {Keeps}",
                $"--batches-per-iteration: found 5, {All}",
                "--iterations: found 0, expected at least 1, as the fit is one update; leave it out, or start from a model (--initial)"] },
        { "mixture --distribution normal --components 2 --restarts 3 --init first-k",
            ["--restarts: found 3, expected 1, as the start is the same with every seed; leave it out"] },
        { "kmeans --components 2 --restarts 3 --init first-k",
            ["--restarts: found 3, expected 1, as the start is the same with every seed; leave it out"] },
        { "mixture --distribution discrete --components 2 --init first-k --restarts 3",
            ["--init: found 'first-k', expected no such option, as components of categories start at random; leave it out"] },
        { "hmm --sequence k --distribution discrete,discrete --features a,b --components 2 --init kmeans-parallel",
            ["--init: found 'kmeans-parallel', expected no such option, as components of categories start at random; leave it out"] },
        { "hmm --lists a,b,c --label c --features a --distribution normal --components 2",
            ["--lists: found 'b', which is no feature, expected only lists that are used; leave it out, or add it to --features"] },
        { "mixture --distribution poisson --components 2 --tied", [$"--tied: found 'poisson', which has no covariance, {Gaussian}"] },
        { "hmm --sequence k --distribution normal,discrete,student-t --features a,b,c --components 2 --tied --update weights",
            ["--update: found weights, expected starts, transitions, means, covariances or distributions, as this model has no other parameters; leave it "
                + "out"] },
        { "hmm --sequence k --distribution discrete --components 2 --tied", [$"--tied: found 'discrete', which has no covariance, {Gaussian}"] },
        { "naive-bayes --label s --distribution poisson,discrete --features a,b --tied",
            [$"--tied: found independent-components of which none has a covariance, {Gaussian}"] },
        { "bayes-classifier --label s --distribution student-t --class-model mixture --components 2 --tied",
            [$"--tied: found 'student-t', which has no covariance, {Gaussian}"] },
        { "bayes-classifier --label s --class-model markov-chain --sequence k --tied",
            ["--tied and --class-model: found 'markov-chain', which has no covariance, expected a model of Gaussian distributions; for example --class-model "
                + "mixture"] },
        { "mixture --initial gone.json --tied",
            ["--tied and --initial: found both, expected one of them, as an initial model has its own; for example --initial model.json"] },
        { "mixture --distribution discrete --components 2 --update means,starts",
            ["--update: found starts and means, expected weights or distributions, as this model has no other parameters; leave it out"] },
        { "mixture --distribution normal --components 1 --update weights",
            ["--update: found weights, expected means, covariances or distributions, as this model has no other parameters; leave it out"] },
        { "mixture --distribution normal --components 2 --update mean",
            ["--update: found 'mean', expected kinds of parameters: covariances, distributions, means or weights; did you mean 'means'?"] },
        // What it suggests is not refused afterwards.
        { "mixture --distribution normal --components 2 --update transition",
            ["--update: found 'transition', expected kinds of parameters: covariances, distributions, means or weights; for example --update means"] },
        { "mixture --distribution normal --components 2 --weight-inertia 2",
            ["--weight-inertia: found '2', expected a number from 0 to 1; for example --weight-inertia 0.1"] },
        { "mixture --distribution normal --components 2 --update means --weight-inertia 0.5",
            ["--weight-inertia: found 0.5, expected 0, as the fit updates no weights; leave it out"] },
        { "mixture --distribution normal --components 2 --update weights --inertia 0.5",
            ["--inertia: found 0.5, expected 0, as the fit updates only weights; leave it out, or give the weights an inertia (--weight-inertia)"] },
        { "distribution --distribution normal --update means",
            ["--update: found means, expected all parameters, as the fit is one pass over the rows; leave it out, or start from a model (--initial)"] },
        { "hmm --sequence k --label s --distribution normal --components 2 --training labeled --restarts 3",
            ["--restarts: found 3, expected 1, as the start is the same with every seed; leave it out"] },
        { "hmm --sequence k --label s --distribution normal --components 2 --training labeled --init random",
            ["--training and --init: found 'labeled' and a way to choose a start, expected one of them, as the labels determine the fit; for example "
                + "--training labeled"] },
    };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Is_refused(string options, string[] mistakes)
    {
        var words = options.Split(' ');
        var result = await Tool.RunAsync(["fit", .. words, "gone.parquet", "--output", folder["m.json"]]);
        var expected = mistakes.Length == 1
            ? $"pipelines: error: {mistakes[0]}"
            : $"pipelines: error: {mistakes.Length} mistakes, nothing was read{string.Concat(mistakes.Select(m => $"\n  {m}"))}";
        Assert.Equal((2, $"{expected}\nSee pipelines fit {words[0]} --help."), (result.Code, result.ErrorText));
    }

    [Theory]
    [InlineData("plot ~/m.json --output ~/p.svg --on-bad-row skip",
        "--on-bad-row: found no INPUT, expected an INPUT, as only its rows are affected; name the data after the model, or leave the option out\nSee pipelines "
            + "plot --help.")]
    [InlineData("plot ~/m.json --output ~/p.svg --decryption-key-file gone",
        "--decryption-key-file: found no INPUT, expected an INPUT, as only its rows are affected; name the data after the model, or leave the option out\nSee "
            + "pipelines plot --help.")]
    [InlineData("inspect ~/m.json --decryption-key-file gone",
        "--decryption-key-file: found the model file ~/m.json, expected Parquet data, as the option affects nothing else; leave it out")]
    public async Task Options_of_data_without_data_are_refused(string arguments, string message)
    {
        TestData.SaveModel(folder["m.json"], "x");
        var result = await Tool.RunAsync(arguments.Replace("~", folder.Root, StringComparison.Ordinal).Split(' '));
        Assert.Equal((2, $"pipelines: error: {message}"), (result.Code, result.ErrorText.Replace(folder.Root, "~", StringComparison.Ordinal)));
    }

    /// <summary>Each of these options changes the fit, so the first error is the missing file.</summary>
    [Theory]
    [InlineData("distribution --distribution discrete --pseudocount 1")]
    [InlineData("distribution --distribution normal,discrete --features a,b --pseudocount 1 --min-variance 1")]
    [InlineData("distribution --distribution student-t --min-variance 1 --inertia 0.5")]
    [InlineData("distribution --distribution normal --inertia 0.5 --incremental state.json")]
    [InlineData("distribution --distribution normal --pseudocount 0 --min-variance 0 --inertia 0 --learning-rate-decay 0")]
    [InlineData("mixture --distribution normal --components 2 --pseudocount 1 --min-variance 1 --inertia 0.5")]
    [InlineData("mixture --distribution normal --components 1..2 --pseudocount 1")]
    [InlineData("mixture --distribution discrete --components 2 --restarts 3")]
    [InlineData("mixture --distribution discrete,normal --features a,b --components 2 --init random")]
    [InlineData("kmeans --components 2 --inertia 0.5 --restarts 3")]
    [InlineData("distribution --distribution normal --iterations 5 --tolerance 3")]
    [InlineData("markov-chain --sequence k --iterations 7 --tolerance 5 --inertia 0.5")]
    [InlineData("mixture --distribution normal --components 2 --tied --update weights,means --weight-inertia 0.5 --inertia 0.1")]
    [InlineData("mixture --distribution discrete --components 2 --update distributions")]
    [InlineData("hmm --sequence k --distribution normal,discrete --features a,b --components 2 --tied --update starts,transitions,covariances")]
    [InlineData("naive-bayes --label s --distribution normal,discrete --features a,b --tied --update weights,distributions --weight-inertia 0.5")]
    [InlineData("bayes-classifier --label s --distribution normal --class-model hmm --components 2 --sequence k --tied --update starts")]
    [InlineData("distribution --distribution student-t --iterations 5 --tolerance 3")]
    [InlineData("mixture --distribution normal --components 2 --iterations 5 --tolerance 3")]
    [InlineData("kmeans --components 2 --iterations 5 --tolerance 3")]
    [InlineData("hmm --sequence k --distribution normal --components 2 --iterations 5 --tolerance 3")]
    [InlineData("markov-chain --sequence k --pseudocount 1 --iterations 1")]
    public async Task Is_taken(string options)
    {
        // The state of incremental runs would lie in the current folder.
        var result = await Tool.RunAsync(["fit", .. options.Replace("state.json", folder["state.json"], StringComparison.Ordinal).Split(' '), folder["gone"],
            "--output", folder["m.json"]]);
        Assert.Equal((2, $"pipelines: error: {folder["gone"]}: found no such file or folder, expected a file, folder or glob; correct the path"),
            (result.Code, result.ErrorText));
    }

    [Theory]
    [InlineData("--pseudocount 1", $"--pseudocount: {Counts}")]
    [InlineData("--pseudocount 1 --min-variance 1 --inertia 0.5", $"--pseudocount: {Counts}")]
    [InlineData("--iterations 3", "GONE: found no such file or folder, expected a file, folder or glob; correct the path")]
    [InlineData("--min-variance 1 --inertia 0.5 --iterations 0 --batches-per-iteration 1",
        "GONE: found no such file or folder, expected a file, folder or glob; correct the path")]
    [InlineData("--iterations 3 --tolerance 5 --batches-per-iteration 1",
        "GONE: found no such file or folder, expected a file, folder or glob; correct the path")]
    public async Task An_initial_model_answers_for_itself(string options, string message)
    {
        new SavedModel(new NormalDistribution(0, 1), [new Feature("x")]).Save(folder["old.json"]);
        var result = await Tool.RunAsync(["fit", "distribution", "--initial", folder["old.json"], .. options.Split(' '), folder["gone"], "--output",
            folder["m.json"]]);
        Assert.Equal((2, $"pipelines: error: {message.Replace("GONE", folder["gone"], StringComparison.Ordinal)}"), (result.Code, result.ErrorText));
    }
}
