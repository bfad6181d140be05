using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Pipelines.Models;
using Pipelines.Models.Fitting;

namespace Pipelines.Cli.Settings;

/// <summary>The options that every kind of fit has.</summary>
internal sealed class FitSettings
{
    private readonly Setting<int?> iterations = Setting.Whole(
        "--iterations", "At most this many parameter updates. [default: 100000000]", "N", "a whole number of at least 0", "100", n => n >= 0);

    private readonly Setting<double?> inertia = Setting.Real(
        "--inertia", "Share of the old parameters that each update keeps. [default: 0]", "SHARE", "a number from 0 to 1", "0.1", x => x is >= 0 and <= 1);

    private readonly Setting<double?> decay = Setting.Real(
        "--learning-rate-decay", "Update k keeps 1 - (1 - inertia) (2 + k)^-D of the old parameters: later updates change less. With --batches-per-iteration usually between 0.5 and 1. [default: 0 = off]",
        "D", "a finite number of at least 0", "0.6", x => x >= 0 && double.IsFinite(x));

    private readonly Setting<double?> tolerance;
    private readonly bool isSelective;
    private readonly double threshold;

    /// <summary>Makes the options.</summary>
    /// <param name="objective">What the fit raises or lowers, in words, for the help.</param>
    /// <param name="isSelective">True: there are components, and several starts to choose from.</param>
    /// <param name="threshold">The default of --tolerance.</param>
    public FitSettings(string objective, bool isSelective, double threshold) => (this.isSelective, this.threshold, tolerance) = (isSelective, threshold, Setting.Real(
        "--tolerance", $"Stop when {objective} by no more than this. Negative: only --iterations stops. [default: {threshold.ToString(CultureInfo.InvariantCulture)}]", "T", "a number", "0.1", x => !double.IsNaN(x)));

    /// <summary>The paths to read.</summary>
    public Argument<string[]> Inputs { get; } = InputArgument.Create();

    /// <summary>Columns to fit to.</summary>
    public Setting<IReadOnlyList<string>?> Features { get; } = Setting.Names(
        "--features", "Columns, in this order. Texts can only be features of discrete distributions. [default: those of --initial, else all numeric columns but the weights]", "a,b,c",
        "column names with commas between them, each once", "delay,distance");

    /// <summary>Column of the rows' weights.</summary>
    public Setting<string?> Weights { get; } = Setting.Text("--weights", "Column of the rows' weights; the rows of a sequence weigh the same. [default: every row weighs 1]", "COLUMN", "the name of a numeric column", "weight");

    /// <summary>How many components or clusters, and how often.</summary>
    public SelectionSettings Selection { get; } = new();

    /// <summary>How many components or clusters.</summary>
    public Setting<IReadOnlyList<int>?> Components => Selection.Components;

    /// <summary>Batches that each iteration takes.</summary>
    public Setting<int?> BatchesPerIteration { get; } = Setting.Whole(
        "--batches-per-iteration", "Batches that each update takes: the next ones after those of the update before, around and around the data. Stops when a walk through all of them gains no more than --tolerance on the walk before. [default: all]",
        "N", "a whole number of at least 1", "100", n => n >= 1);

    /// <summary>How the start is chosen.</summary>
    public Setting<string?> Init { get; } = Setting.Choice(
        "--init", "How the start is chosen on the data. [default: kmeans++]", "METHOD", CentroidInitialization.All.Select(i => i.Name), "kmeans-parallel");

    /// <summary>A model to begin with.</summary>
    public Setting<string?> Initial { get; } = Setting.Text("--initial", "A saved model (ours or pomegranate 0.14's) to begin with, instead of one that is found on the data; it keeps its categories.", "model.json", "a model file", "model.json");

    /// <summary>What becomes of bad rows.</summary>
    public BadRowSettings BadRows { get; } = new();

    /// <summary>Only checks and shows.</summary>
    public Option<bool> DryRun { get; } = DryRunOption.Create();

    /// <summary>Where the model goes.</summary>
    public Setting<string?> Output { get; } = Setting.Text("--output", "File for the fitted model (required). An earlier model there is replaced.", "model.json", "a file to write the model to", "model.json");

    /// <summary>Replaces files of other kinds.</summary>
    public Option<bool> Force { get; } = ForceOption.Create("a Pipelines model");

    /// <summary>Gives inputs and options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(Inputs);
        Option[] start = isSelective ? [Components, Selection.Restarts, Init] : [];
        Option[] all = [Output, Force, Features, Weights, .. start, Initial, iterations, tolerance, inertia, decay, BatchesPerIteration, DryRun];
        foreach (var option in all) command.Add(option);
        BadRows.AddTo(command);
        Init.CompletionSources.Add(_ => CentroidInitialization.All.Select(i => new System.CommandLine.Completions.CompletionItem(i.Name)));
    }

    /// <summary>Rules about several options.</summary>
    /// <param name="result">The parsed command.</param>
    /// <param name="replaced">Options that --initial takes the place of; those marked are needed without it.</param>
    public IEnumerable<string> Check(CommandResult result, params IReadOnlyList<(Option Option, bool IsNeeded)> replaced)
    {
        if (!result.IsGiven(Output)) yield return Mistake.Text(Output.Name, "none", Output.Expected, $"{Output.Name} {Output.Example}");
        foreach (var (option, isNeeded) in replaced)
        {
            var setting = option as ISetting;
            if (result.IsGiven(Initial) && result.IsGiven(option))
                yield return Mistake.Text($"{option.Name} and {Initial.Name}", "both", "one of them, as a model to begin with has its own", $"{Initial.Name} {Initial.Example}");
            else if (isNeeded && !result.IsGiven(Initial) && !result.IsGiven(option))
                yield return Mistake.Text(option.Name, "none", $"{setting!.Expected}, or a model to begin with ({Initial.Name})", $"{option.Name} {setting.Example}");
        }
        foreach (var mistake in Selection.Check(result, Initial)) yield return mistake;
        foreach (var mistake in BadRows.Check(result)) yield return mistake;
        if (result.Given(Weights) is { } weights && result.Given(Features)?.Contains(weights) == true)
            yield return Mistake.Text($"{Weights.Name} and {Features.Name}", $"'{weights}' in both", "a column that is no feature as weights", $"{Weights.Name} {Weights.Example}");
    }

    /// <summary>How to fit. Batch size and parallelism are the pipeline's.</summary>
    public FitOptions Options(ParseResult parsed, CommonSettings common)
    {
        var fallback = new FitOptions();
        return fallback with
        {
            Seed = common.Seed(parsed),
            MaxIterations = parsed.GetValue(iterations) ?? fallback.MaxIterations,
            StopThreshold = parsed.GetValue(tolerance) ?? threshold,
            Inertia = parsed.GetValue(inertia) ?? fallback.Inertia,
            LearningRateDecay = parsed.GetValue(decay) ?? fallback.LearningRateDecay,
            BatchesPerIteration = parsed.GetValue(BatchesPerIteration),
        };
    }

    /// <summary>The method that chooses the start.</summary>
    public CentroidInitialization Initialization(ParseResult parsed) =>
        parsed.GetValue(Init) is { } name ? CentroidInitialization.Named(name) : CentroidInitialization.Default;
}
