using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Settings;

/// <summary>What differs between the kinds of <c>fit</c> in the options that all of them have.</summary>
/// <param name="Objective">What an update does to the objective, as a phrase such as <c>raises the log-likelihood</c>.</param>
/// <param name="Columns">Which columns the kind takes, as a sentence.</param>
/// <param name="Parts">What --components counts; null if the model has no components.</param>
/// <param name="HasChoice">True (default) if the best of several numbers of components can be chosen.</param>
/// <param name="OneUpdate">Why one update is enough, without the full stop; null (default) = it is not.</param>
/// <param name="Unit">What a relative tolerance is relative to.</param>
/// <param name="Kept">What inertia keeps a part of.</param>
/// <param name="All">The columns that are features if none are named.</param>
internal sealed record FitWords(string Objective, string Columns, string? Parts, bool HasChoice = true, string? OneUpdate = null,
    string Unit = "per unit of weight", string Kept = "parameters, except component weights,", string All = "numeric columns")
{
    /// <summary>The objective of all kinds but k-means.</summary>
    public const string LogLikelihood = "raises the total weighted log-likelihood";

    /// <summary>The columns of kinds with a choice of distributions.</summary>
    public const string Families = "Only discrete and table distributions take text.";
}

/// <summary>The options that all kinds of fit share.</summary>
internal sealed class FitSettings
{
    private readonly Setting<int?> iterations = Setting.From(0,
        "--iterations", "Maximum number of parameter updates, at least 0. [default: 100000000]", "N", "100");

    private readonly Setting<double?> decay = Setting.Real(
        "--learning-rate-decay", "Make later updates smaller: update k (from 1) keeps 1 - (1 - inertia) (2 + k)^-D of the old parameters. At least 0; "
            + "usually 0.5 to 1 with --batches-per-iteration. [default: 0, no decay]",
        "D", "a finite number of at least 0", "0.6", x => x >= 0 && double.IsFinite(x));

    private static readonly (string Name, FitAcceleration Value)[] accelerations = [("none", FitAcceleration.None), ("anderson", FitAcceleration.Anderson)];

    private readonly Setting<string?> acceleration = Setting.Choice(
        "--acceleration", "How to need fewer passes over the data: none, or anderson, which extrapolates from the last updates by EM and takes a plain update "
            + "where the log-likelihood would fall. Not with mini-batches or inertia. [default: none]", "NAME", accelerations.Select(a => a.Name), "anderson");

    private readonly Setting<double?> inertia;
    private readonly Setting<double?> tolerance;
    private readonly Setting<double?> relative;

    private readonly Setting<double?> maxSeconds = Setting.Real(
        "--max-seconds", "Begin no update after this many seconds, nor another try for a start; the model is that of the last one. The result then "
            + "depends on the machine. [default: "
            + "no limit]", "S", "a number above 0", "3600", x => x > 0);

    private readonly FitWords words;

    /// <summary>Creates the options.</summary>
    /// <param name="words">What differs between the kinds.</param>
    public FitSettings(FitWords words)
    {
        this.words = words;
        inertia = Setting.Real("--inertia", $"Fraction of the old {words.Kept} that each update keeps, 0 to 1. [default: 0]", "FRACTION",
            "a number from 0 to 1", "0.1", x => x is >= 0 and <= 1);
        tolerance = Setting.Real(
            "--tolerance", $"Stop when an update {words.Objective} by no more than T. If T is negative, this rule never stops the fit. [default: see "
                + "--relative-tolerance]", "T", "a number", "0.1", x => !double.IsNaN(x));
        relative = Setting.Real(
            "--relative-tolerance", $"Stop when an update {words.Objective} by no more than R {words.Unit}. If R is negative, this rule never stops the fit. "
                + "With --tolerance, either rule stops it. [default: 1e-6 without --tolerance]", "R", "a number", "1e-5", x => !double.IsNaN(x));
        Features = Setting.Names(
            "--features", $"Columns to fit, in this order. {words.Columns}{Parts(words)} Quote a name as in CSV if it contains "
                + "a comma or quotation mark, or begins or ends with a space ('\"a,b\",c'). Repeat the option to add columns. [default: the features of "
                + $"--initial, or else all {words.All} without another role]", "a,b,c",
            "column names separated by commas, each once", "delay,distance");
        Selection = new(words.Parts ?? "components", words.HasChoice);
        if (words.OneUpdate is not { } why) return;
        Add(iterations, $"{why}: a higher limit is not reached.");
        Add(tolerance, $"{why}, whatever the tolerance.");
        Add(relative, $"{why}, whatever the tolerance.");

        static void Add(Option option, string sentence) =>
            option.Description = option.Description!.Replace(" [default", $" {sentence} [default", StringComparison.Ordinal);
    }

    /// <summary>What a relative tolerance is relative to.</summary>
    public string Unit => words.Unit;

    private static string Parts(FitWords words) => words.All != "numeric columns" ? "" : " 'hour(departure)' is a part of a date or time: "
        + $"{string.Join(", ", DatePart.All)}.";

    /// <summary>The paths to read.</summary>
    public Argument<string[]> Inputs { get; } = InputArgument.Create();

    /// <summary>The feature columns.</summary>
    public Setting<IReadOnlyList<string>?> Features { get; }

    /// <summary>The weight column.</summary>
    public Setting<string?> Weights { get; } = Setting.Name(
        "--weights", "Column with the weight of each row, a finite number of at least 0. [default: every row has weight 1]",
        "the name of a numeric column", "weight");

    /// <summary>The numbers of components or clusters, the restarts and the criterion.</summary>
    public SelectionSettings Selection { get; }

    /// <summary>The numbers of components or clusters.</summary>
    public Setting<IReadOnlyList<int>?> Components => Selection.Components;

    /// <summary>The number of batches in each iteration.</summary>
    public Setting<int?> BatchesPerIteration { get; } = Setting.From(1,
        "--batches-per-iteration", "Number of batches in each update, at least 1. Each update takes the next batches, starting over at the end of the data. "
            + "The fit stops when a full pass over the data gains no more than --tolerance over the previous pass. [default: all]",
        "N", "100");

    /// <summary>How the starting parameters are chosen.</summary>
    public Setting<string?> Init { get; } = Setting.Choice(
        "--init", "How to choose the starting parameters from the data: kmeans++, kmeans-parallel, random or first-k. [default: kmeans++]", "METHOD",
        CentroidInitialization.All.Select(i => i.Name), "kmeans-parallel");

    /// <summary>The initial model.</summary>
    public Setting<string?> Initial { get; } =
        Setting.Text("--initial", "Start from this model, saved by 'fit' or by pomegranate 0.14, instead of choosing starting parameters from the data. The "
            + "model keeps its categories.", "model.json", "a model file", "model.json");

    /// <summary>How bad rows are handled.</summary>
    public BadRowSettings BadRows { get; } = new();

    /// <summary>Checks the run and shows the plan only.</summary>
    public Option<bool> DryRun { get; } = DryRunOption.Create();

    /// <summary>The file for the model.</summary>
    public Setting<string?> Output { get; } = Setting.Text("--output", "Where to write the fitted model (required). An existing Pipelines model is replaced.",
        "model.json", "a file to write the model to", "model.json");

    /// <summary>Allows replacing files of other kinds.</summary>
    public Option<bool> Force { get; } = ForceOption.Create("a Pipelines model");

    /// <summary>Adds the inputs and the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(Inputs);
        Option[] start = words.Parts is not null ? [Components, Selection.Restarts, Init] : [];
        Option[] all = [Output, Force, Features, Weights, .. start, Initial, iterations, tolerance, relative, maxSeconds,
            acceleration, inertia, decay, BatchesPerIteration, DryRun];
        foreach (var option in all) command.Add(option);
        BadRows.AddTo(command);
        Init.CompletionSources.Add(_ => CentroidInitialization.All.Select(i => new System.CommandLine.Completions.CompletionItem(i.Name)));
    }

    /// <summary>Errors that involve several options.</summary>
    /// <param name="result">The parsed command.</param>
    /// <param name="replaced">Options that --initial replaces; those with IsNeeded are required without it.</param>
    public IEnumerable<UsageError> Check(CommandResult result, params IReadOnlyList<(Option Option, bool IsNeeded)> replaced)
    {
        if (!result.IsGiven(Output)) yield return UsageError.For(Output.Name, "none", Output.Expected, $"{Output.Name} {Output.Example}");
        foreach (var (option, isNeeded) in replaced)
        {
            var setting = option as ISetting;
            if (result.IsGiven(Initial) && result.IsGiven(option))
                yield return UsageError.For($"{option.Name} and {Initial.Name}", "both", "one of them, as an initial model has its own",
                    $"{Initial.Name} {Initial.Example}");
            else if (isNeeded && !result.IsGiven(Initial) && !result.IsGiven(option))
                yield return UsageError.For(option.Name, "none", $"{setting!.Expected}, or an initial model ({Initial.Name})",
                    $"{option.Name} {setting.Example}");
        }
        foreach (var mistake in Selection.Check(result, Initial)) yield return mistake;
        foreach (var mistake in BadRows.Check(result)) yield return mistake;
        if (result.Given(Weights) is { } weights && result.Given(Features)?.Contains(weights) == true)
            yield return UsageError.For($"{Weights.Name} and {Features.Name}", $"'{weights}' in both", "a weight column that is not a feature",
                $"{Weights.Name} {Weights.Example}");
    }

    /// <summary>The options of the fit. Batch size and parallelism belong to the pipeline.</summary>
    public FitOptions Options(ParseResult parsed, CommonSettings common)
    {
        var fallback = new FitOptions();
        return fallback with
        {
            Seed = common.Seed(parsed),
            MaxIterations = parsed.GetValue(iterations) ?? fallback.MaxIterations,
            StopThreshold = parsed.GetValue(tolerance),
            RelativeTolerance = parsed.GetValue(relative),
            MaxSeconds = parsed.GetValue(maxSeconds),
            Acceleration = accelerations.FirstOrDefault(a => a.Name == parsed.GetValue(acceleration)).Value,
            Inertia = parsed.GetValue(inertia) ?? fallback.Inertia,
            LearningRateDecay = parsed.GetValue(decay) ?? fallback.LearningRateDecay,
            BatchesPerIteration = parsed.GetValue(BatchesPerIteration),
        };
    }

    /// <summary>The method that chooses the starting parameters.</summary>
    public CentroidInitialization Initialization(ParseResult parsed) =>
        parsed.GetValue(Init) is { } name ? CentroidInitialization.Named(name) : CentroidInitialization.Default;
}
