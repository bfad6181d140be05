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
        "--iterations", "Most parameter updates to make, at least 0. [default: 100000000]", "N", "a whole number of at least 0", "100", n => n >= 0);

    private readonly Setting<double?> inertia = Setting.Real(
        "--inertia", "Share of the old parameters that each update keeps, 0 to 1. [default: 0]", "SHARE", "a number from 0 to 1", "0.1",
        x => x is >= 0 and <= 1);

    private readonly Setting<double?> decay = Setting.Real(
        "--learning-rate-decay", "Makes later updates smaller: update k keeps 1 - (1 - inertia) (2 + k)^-D of the old parameters. At least 0; with "
            + "--batches-per-iteration usually 0.5 to 1. [default: 0, which turns it off]",
        "D", "a finite number of at least 0", "0.6", x => x >= 0 && double.IsFinite(x));

    private readonly Setting<double?> tolerance;
    private readonly bool isSelective;
    private readonly double threshold;

    /// <summary>Makes the options.</summary>
    /// <param name="objective">What the fit raises or lowers, in words, for the help.</param>
    /// <param name="isSelective">True: there are components, and several starts to choose from.</param>
    /// <param name="threshold">The default of --tolerance.</param>
    public FitSettings(string objective, bool isSelective, double threshold) =>
        (this.isSelective, this.threshold, tolerance) = (isSelective, threshold, Setting.Real(
        "--tolerance", $"Stop when {objective} by no more than T in an update. With a negative number only --iterations stops the fit. [default: "
            + $"{Plain(threshold)}]", "T", "a number", "0.1", x => !double.IsNaN(x)));

    // "1e-9", as people write it.
    private static string Plain(double value) =>
        value >= 1e-3 ? value.ToString(CultureInfo.InvariantCulture) : value.ToString("0e-0", CultureInfo.InvariantCulture);

    /// <summary>The paths to read.</summary>
    public Argument<string[]> Inputs { get; } = InputArgument.Create();

    /// <summary>Columns to fit to.</summary>
    public Setting<IReadOnlyList<string>?> Features { get; } = Setting.Names(
        "--features", "Columns to fit to, in this order; text columns need a discrete distribution. Put a name with a comma, a quote or a blank at its ends in "
            + "CSV quotes ('\"a,b\",c'). A repeated option adds to the list. [default: the features of --initial; without it all numeric columns except "
            + "the weights]", "a,b,c",
        "column names separated by commas, each once", "delay,distance");

    /// <summary>Column of the rows' weights.</summary>
    public Setting<string?> Weights { get; } = Setting.Name(
        "--weights", "Column with the weight of each row, a finite number of at least 0; the rows of one sequence need equal weights. [default: every "
            + "row weighs 1]", "the name of a numeric column", "weight");

    /// <summary>How many components or clusters, and how often.</summary>
    public SelectionSettings Selection { get; } = new();

    /// <summary>How many components or clusters.</summary>
    public Setting<IReadOnlyList<int>?> Components => Selection.Components;

    /// <summary>Batches that each iteration takes.</summary>
    public Setting<int?> BatchesPerIteration { get; } = Setting.Whole(
        "--batches-per-iteration", "Batches used for each update, at least 1: each update takes the next ones, and starts over at the end of the data. The fit "
            + "stops when a round through the data gains no more than --tolerance over the round before. [default: all]",
        "N", "a whole number of at least 1", "100", n => n >= 1);

    /// <summary>How the start is chosen.</summary>
    public Setting<string?> Init { get; } = Setting.Choice(
        "--init", "How to choose the start from the data: kmeans++, kmeans-parallel, random or first-k. [default: kmeans++]", "METHOD",
        CentroidInitialization.All.Select(i => i.Name), "kmeans-parallel");

    /// <summary>A model to begin with.</summary>
    public Setting<string?> Initial { get; } =
        Setting.Text("--initial", "Start from this saved model (of 'fit' or of pomegranate 0.14) instead of choosing a start from the data; its categories "
            + "stay as they are.", "model.json", "a model file", "model.json");

    /// <summary>What becomes of bad rows.</summary>
    public BadRowSettings BadRows { get; } = new();

    /// <summary>Only checks and shows.</summary>
    public Option<bool> DryRun { get; } = DryRunOption.Create();

    /// <summary>Where the model goes.</summary>
    public Setting<string?> Output { get; } = Setting.Text("--output", "File for the fitted model (required). An earlier model there is replaced.",
        "model.json", "a file to write the model to", "model.json");

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
    public IEnumerable<UsageError> Check(CommandResult result, params IReadOnlyList<(Option Option, bool IsNeeded)> replaced)
    {
        if (!result.IsGiven(Output)) yield return UsageError.For(Output.Name, "none", Output.Expected, $"{Output.Name} {Output.Example}");
        foreach (var (option, isNeeded) in replaced)
        {
            var setting = option as ISetting;
            if (result.IsGiven(Initial) && result.IsGiven(option))
                yield return UsageError.For($"{option.Name} and {Initial.Name}", "both", "one of them, as a model to begin with has its own",
                    $"{Initial.Name} {Initial.Example}");
            else if (isNeeded && !result.IsGiven(Initial) && !result.IsGiven(option))
                yield return UsageError.For(option.Name, "none", $"{setting!.Expected}, or a model to begin with ({Initial.Name})",
                    $"{option.Name} {setting.Example}");
        }
        foreach (var mistake in Selection.Check(result, Initial)) yield return mistake;
        foreach (var mistake in BadRows.Check(result)) yield return mistake;
        if (result.Given(Weights) is { } weights && result.Given(Features)?.Contains(weights) == true)
            yield return UsageError.For($"{Weights.Name} and {Features.Name}", $"'{weights}' in both", "a column that is no feature as weights",
                $"{Weights.Name} {Weights.Example}");
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
