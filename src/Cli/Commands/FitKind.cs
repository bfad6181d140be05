using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Text.Json;
using Pipelines.Cli.Reporting;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;
using Pipelines.Models.Fitting;

namespace Pipelines.Cli.Commands;

/// <summary>A kind of model that <c>fit</c> can fit. To add one, write one class: it is found by reflection.</summary>
internal abstract class FitKind
{
    /// <summary>All kinds, sorted by name; new instances on each call, as an option belongs to one command line.</summary>
    public static IReadOnlyList<FitKind> All => Implementations.Of<FitKind>(k => k.Name);

    /// <summary>What the user types.</summary>
    public abstract string Name { get; }

    /// <summary>Makes the command.</summary>
    public abstract Command Create(ToolConsole console, CommonSettings common);
}

/// <summary>A kind of model that <c>fit</c> can fit.</summary>
/// <typeparam name="TModel">The fitted model.</typeparam>
/// <param name="description">What it fits, for the help.</param>
/// <param name="words">The kind's words for the options that all kinds share.</param>
internal abstract partial class FitKind<TModel>(string description, FitWords words) : FitKind
    where TModel : Model
{
    /// <summary>The options that all kinds share.</summary>
    protected FitSettings Fit { get; } = new(words);

    private readonly TransformSettings transforms = new();
    private readonly CheckpointSettings checkpoints = new();
    private readonly IncrementalSettings incremental = new(isOfScores: false);
    private readonly ReadingSettings reading = new();
    private ReportFile? page;
    private readonly HoldOutSettings heldOut = new(typeof(TModel).IsAssignableTo(typeof(Classifier)));

    private static bool HasLikelihood => typeof(TModel).IsAssignableTo(typeof(ProbabilityModel));

    /// <summary>True (default) if features may be numbers, which can be transformed.</summary>
    protected virtual bool TakesNumbers => true;

    /// <summary>Which rows form a sequence; null if the model scores single rows.</summary>
    protected virtual SequenceSettings? Sequences => null;

    /// <summary>True (default) if the command needs sequences, where there are options for them.</summary>
    protected virtual bool NeedsSequences(CommandResult result) => true;

    /// <summary>Why later runs cannot continue the fit with new files only; null = they can.</summary>
    protected virtual (string Found, string Expected)? NotIncremental =>
        Sequences is null ? null : ("a fit to sequences", "a fit to rows, as a sequence may continue in the next file");

    /// <summary>The options that only this kind has.</summary>
    protected virtual IReadOnlyList<Option> Own => [];

    /// <summary>Rules about several options.</summary>
    protected abstract IEnumerable<UsageError> Check(CommandResult result);

    /// <summary>What to fit if no initial model is given.</summary>
    protected abstract IEstimator<TModel> Estimator(ParseResult parsed);

    /// <summary>The same, with what the run has for it.</summary>
    protected virtual IEstimator<TModel> Estimator(ParseResult parsed, FitContext? run) => Estimator(parsed);

    /// <summary>What to fit if an initial model is given.</summary>
    protected virtual IEstimator<TModel> Continue(TModel initial, ParseResult parsed, FitContext run) => new ModelEstimator<TModel>(Begin(initial, parsed));

    /// <summary>Passes that only this kind makes, for the plan. None by default.</summary>
    protected virtual IEnumerable<string> MorePasses(ParseResult parsed) => [];

    /// <summary>What the plan says of this kind's own options. Nothing by default.</summary>
    protected virtual IEnumerable<string> Details(ParseResult parsed) => [];

    /// <summary>What the report for scripts says of this kind only. Nothing by default.</summary>
    protected virtual void WriteMore(Utf8JsonWriter json, TModel model)
    {
    }

    /// <summary>The fitted model for people; by default its own outline.</summary>
    protected virtual IEnumerable<OutlineEntry> Outline(TModel model, IReadOnlyList<Feature>? features) => model.Outline(features);

    /// <summary>True if the fit can start from this model.</summary>
    protected virtual bool IsOfKind(Model model) => model is TModel;

    /// <summary>The initial model with this kind's own options applied.</summary>
    protected virtual TModel Begin(TModel initial, ParseResult parsed) => initial;

    /// <summary>The pipeline with the columns of this kind's own options.</summary>
    protected virtual Pipeline Of(Pipeline pipeline, TModel? initial, ParseResult parsed) => Sequences?.Of(pipeline, parsed) ?? pipeline;

    /// <summary>Columns that are not features.</summary>
    protected virtual IEnumerable<string?> Taken(ParseResult parsed) => [parsed.GetValue(Fit.Weights), FoldKey(parsed), .. Sequences?.Taken(parsed) ?? []];

    /// <summary>How to fit, with this kind's own options.</summary>
    protected virtual FitOptions With(FitOptions options, ParseResult parsed) => options;

    public override Command Create(ToolConsole console, CommonSettings common)
    {
        var command = new CheckedCommand(Name, description);
        Fit.AddTo(command);
        if (TakesNumbers)
        {
            foreach (var option in transforms.All) command.Add(option);
            command.Rules.Add(result => transforms.Check(result, Fit));
        }
        if (Sequences is not null)
        {
            Sequences.AddTo(command);
            Fit.Weights.Description = Fit.Weights.Description!.Replace(" [", " All rows of a sequence must have the same weight. [", StringComparison.Ordinal);
        }
        foreach (var option in Own) command.Add(option);
        // A model without probabilities cannot be judged by rows that it has not seen.
        if (HasLikelihood) heldOut.AddTo(command);
        page = new("the model, its pictures, the warnings and the data", Fit.Force);
        command.Add(page.Option);
        checkpoints.AddTo(command);
        incremental.AddTo(command);
        reading.AddTo(command);
        command.Rules.Add(common.Check);
        command.Rules.Add(Check);
        if (Sequences is { } sequences) command.Rules.Add(result => sequences.Check(result, NeedsSequences(result), Fit.Features));
        command.Rules.Add(CheckIncremental);
        command.Rules.Add(result => heldOut.CheckAgainst(result, (checkpoints.Folder, "evaluations are not saved in checkpoints"),
            (incremental.State, "later runs would see new rows only")));
        command.LastRules.Add(parsed => [.. CheckLists(parsed), .. CheckUse(parsed, common)]);
        command.SetAction((parsed, cancellationToken) => RunAsync(console, common, parsed, cancellationToken));
        return command;
    }

    private async Task<int> RunAsync(ToolConsole console, CommonSettings common, ParseResult parsed, CancellationToken cancellationToken)
    {
        // All checks that need no data come first.
        var output = new ModelFile(parsed.GetRequiredValue(Fit.Output)!, FileKind.Model, parsed.GetValue(Fit.Force));
        output.CheckPlace();
        OutputCheck.Apart(output.Path, parsed.GetValue(incremental.State), incremental.State.Name);
        OutputCheck.NotNamed(output.Path, parsed.GetRequiredValue(Fit.Inputs));
        var isDry = parsed.GetValue(Fit.DryRun);
        var place = isDry ? output.Preview() : null;
        if (!isDry) output.Check();
        page!.Check(parsed, output.Path, [.. parsed.GetRequiredValue(Fit.Inputs), .. new[] { parsed.GetValue(Fit.Initial) }.OfType<string>()], isDry);
        var how = reading.Options(parsed, console);
        how = Sequences?.Reading(how, parsed) ?? how;
        await OutputCheck.NotAnInputAsync(output.Path, parsed.GetRequiredValue(Fit.Inputs), how, cancellationToken).ConfigureAwait(false);
        var initial = parsed.GetValue(Fit.Initial) is { } path ? Load(path, console) : null;
        var display = ProgressDisplay.Create(console, parsed.GetValue(common.Quiet), parsed.GetValue(common.Verbose));
        var context = new FitContext(common.Seed(parsed), common.Pipeline(parsed).Budget, display);
        var estimator = initial is null ? Estimator(parsed, context) : Continue((TModel)initial.Model, parsed, context);
        if (Elements(parsed) is { Count: 0 } && parsed.GetValue(Fit.Features) is null)
            throw new ModelException(ErrorKind.Usage, Sequences!.Lists.Name, "only lists that are labels or weights", "at least one list of features",
                $"add it to {Sequences.Lists.Name}, or name the features ({Fit.Features.Name})");

        var options = Options(parsed, common) with { Progress = display };
        options.Validate(Uses(estimator, parsed), estimator.ParameterKinds);
        var (folds, test) = HasLikelihood ? (heldOut.Folds(parsed), heldOut.Test(parsed)) : default;
        var validation = folds is null && test is null ? null : Validation<TModel>.Of(estimator, options, folds, test);
        display.Limits(options.MaxIterations, options.MaxSeconds);
        var badRows = Fit.BadRows.Policy(parsed, output.Path, parsed.GetRequiredValue(Fit.Inputs));
        var flow = common.Pipeline(parsed) with { Progress = display, BadRows = badRows, Checkpoints = checkpoints.Options(parsed) };
        if (flow.Checkpoints is not null) common.CanResume(parsed, "--resume continues from the last checkpoint");

        if (initial is { FeaturesByPosition: true } or { Features: null })
            initial = await ModelInput.BindAsync(initial, parsed.GetValue(Fit.Initial)!, parsed.GetValue(Fit.Features) ?? Elements(parsed),
                new ParquetSource(parsed.GetRequiredValue(Fit.Inputs), how), [.. Taken(parsed)], cancellationToken).ConfigureAwait(false);
        InputCheck.Warn(console, parsed.GetRequiredValue(Fit.Inputs));
        var pipeline = From(parsed.GetRequiredValue(Fit.Inputs)).ForRun();

        Func<ValueTask<SchemaContract>>? compare = Expected(initial, parsed) is { } expected ? () => pipeline.CompareAsync(expected, cancellationToken) : null;
        if (isDry)
        {
            var job = string.Join("; ", [$"fit {Name}", .. TakesNumbers ? transforms.Describe(parsed) : [], .. Details(parsed),
                .. initial is null ? Array.Empty<string>() : [$"starts from {parsed.GetValue(Fit.Initial)}"]]);
            if (incremental.Options(parsed) is { } known)
            {
                var state = await IncrementalFiles.CompareAsync(parsed.GetRequiredValue(Fit.Inputs), known, cancellationToken).ConfigureAwait(false);
                if (state.New.Count == 0) return DryRunCommand.ShowNothing(console, parsed.GetValue(common.Json), job, state);
                pipeline = From([.. state.Paths]);
            }
            var hasCategories = Enumerable.Range(0, parsed.GetValue(Fit.Features)?.Count ?? 1).Any(estimator.IsCategorical);
            var isTransformed = (TakesNumbers && transforms.IsGiven(parsed)) || initial?.Features?.Any(f => f.Transforms.Count > 0) == true;
            string[] passes = [.. FitPasses.Of(options, initial is not null, estimator, hasCategories, isTransformed, Sequences?.Sorting(parsed), Fit.Unit),
                .. MorePasses(parsed), .. HasLikelihood ? heldOut.Passes(parsed) : []];
            return await DryRunCommand.ShowAsync(console, parsed.GetValue(common.Json), new DryRunReport(job) { Model = place, Passes = passes }, compare,
                () => pipeline.With(flow).PlanFitAsync(estimator, options, validation, cancellationToken)).ConfigureAwait(false);
        }
        if (compare is not null) DryRunCommand.Warn(console, await compare().ConfigureAwait(false));

        var clock = Stopwatch.StartNew();
        if (incremental.Options(parsed) is { } since)
        {
            var update =
                await display.ShowAsync(() => IncrementalFitting.RunAsync(parsed.GetRequiredValue(Fit.Inputs), files => From(files).With(flow), estimator,
                    options, since, cancellationToken)).ConfigureAwait(false);
            // Written even if no file is new: the previous run may have been killed after it wrote the state and before it wrote the model.
            output.Save(update.Saved);
            var all = new IncrementalReport(update.Files, "fitted to", clock.Elapsed.TotalSeconds, output.Path)
            {
                Fit = new(update.Saved, update.Fitted?.Result.History ?? [], clock.Elapsed.TotalSeconds, output.Path, null),
            };
            console.Warn([.. all.Result.Warnings, .. update.Fitted?.Result.Warnings ?? []]);
            if (parsed.GetValue(common.Json)) all.WriteJson(console);
            else if (!parsed.GetValue(common.Quiet)) all.WriteText(console.Out, console.Width);
            return ExitCode.Done;
        }
        var fitted = await display.ShowAsync(() => validation is null
            ? pipeline.With(flow).FitAsync(estimator, options, cancellationToken)
            : pipeline.With(flow).FitAndEvaluateAsync(estimator, folds, test, options, cancellationToken)).ConfigureAwait(false);
        output.Save(fitted.Saved);
        var rejected = badRows.Mode == BadRowMode.Fail ? (long?)null : fitted.RowsRejected;
        var report = new FitReport(fitted.Saved, fitted.Result.History, clock.Elapsed.TotalSeconds, output.Path, rejected)
        {
            Criterion = (estimator as ModelSelection<TModel>)?.Criterion,
            BatchesPerIteration = options.BatchesPerIteration,
            EarlierEvaluations = display.EarlierEvaluations,
            Folds = fitted.CrossValidation?.Folds,
            Pooled = fitted.CrossValidation?.Pooled,
            Test = fitted.Test,
            Stop = fitted.Result.StopReason,
            Page = parsed.GetValue(page!.Option),
            Outline = Outline(fitted.Model, ModelOutline.Shown(fitted.Saved.Features)),
            Profile = fitted.Profile,
            WriteMore = json => WriteMore(json, fitted.Model),
        };
        console.Warn([.. fitted.Result.Warnings, .. fitted.CrossValidation?.Warnings ?? []]);
        if (initial is null && parsed.GetValue(Fit.Features) is null
            && IdentifierCheck.Warning(fitted.Saved.Features!, fitted.Profile, fitted.Result.Rows) is { } doubt) console.Warn(doubt);
        await page.WriteAsync(parsed, words => FitPage.OfAsync(report, words, console.Warnings, TimeProvider.System, cancellationToken)).ConfigureAwait(false);
        if (parsed.GetValue(common.Json)) report.WriteJson(console);
        else if (!parsed.GetValue(common.Quiet)) report.WriteText(console.Out, console.Width);
        return ExitCode.Done;

        Pipeline From(IReadOnlyList<string> files)
        {
            var source = Pipeline.From(new ParquetSource(files, how));
            source = Of(source, (TModel?)initial?.Model, parsed);
            if (Elements(parsed) is { } elements) source = source.Features([.. elements]);
            // The model's own features, so that its categories keep their codes.
            if (Expected(initial, parsed)?.Features is { } known) source = source.Features(known);
            if (parsed.GetValue(Fit.Features) is { } names && names.Count != initial?.Features?.Count) source = source.Features([.. names]);
            if (TakesNumbers) source = transforms.Of(source, parsed);
            return parsed.GetValue(Fit.Weights) is { } weights ? source.WeightedBy(weights) : source;
        }
    }

    private FitOptions Options(ParseResult parsed, CommonSettings common)
    {
        var options = With(Fit.Options(parsed, common), parsed);
        return TakesNumbers ? transforms.With(options, parsed) : options;
    }

    // The list columns that are features, which is all of them except those named by another option; null without --lists.
    private IReadOnlyList<string>? Elements(ParseResult parsed) =>
        Sequences is { } sequences && parsed.GetValue(sequences.Lists) is { } lists ? [.. lists.Where(l => !Taken(parsed).Contains(l))] : null;

    // The initial model, with its features renamed to the columns that --features names; null if there is nothing to compare the data with.
    private SavedModel? Expected(SavedModel? initial, ParseResult parsed)
    {
        if (initial?.Features is not { } features || parsed.GetValue(Fit.Features) is not { } names) return initial;
        return names.Count == features.Count ? initial with { Features = [.. features.Select((f, i) => f.Over(names[i]))] } : null;
    }

    private string? FoldKey(ParseResult parsed) => HasLikelihood ? parsed.GetValue(heldOut.Key) : null;

    // Later incremental runs start from the model of the run before.
    private FitUses Uses(IEstimator<TModel> estimator, ParseResult parsed) =>
        estimator.Uses | (incremental.Options(parsed) is null ? FitUses.None : FitUses.Start);

    private SavedModel Load(string path, ToolConsole console)
    {
        var saved = ModelInput.Load(path, console);
        return IsOfKind(saved.Model) ? saved : throw new ModelException(ErrorKind.Usage, $"{Fit.Initial.Name} {path}", $"a {saved.Model.FormatName} model",
            $"a {Name} model", "give a model of the kind to fit");
    }
}
