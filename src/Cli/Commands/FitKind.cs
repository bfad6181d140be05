using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using Pipelines.Blocks;
using Pipelines.Cli.Reporting;
using Pipelines.Cli.Settings;
using Pipelines.Io;
using Pipelines.Models;
using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines.Cli.Commands;

/// <summary>A kind of model that <c>fit</c> knows. A new one is one class: it is found by reflection.</summary>
internal abstract class FitKind
{
    /// <summary>All kinds, by name. New ones each time, as an option belongs to one command line.</summary>
    public static IReadOnlyList<FitKind> All => Implementations.Of<FitKind>(k => k.Name);

    /// <summary>What the user types.</summary>
    public abstract string Name { get; }

    /// <summary>Makes the command.</summary>
    public abstract Command Create(ToolConsole console, CommonSettings common);
}

/// <summary>A kind of model that <c>fit</c> knows.</summary>
/// <typeparam name="TModel">What comes of it.</typeparam>
/// <param name="description">What it is, for the help.</param>
/// <param name="objective">What the fit raises or lowers, in words.</param>
/// <param name="isSelective">True (default): there are components, and several starts to choose from.</param>
/// <param name="tolerance">The default of --tolerance.</param>
internal abstract class FitKind<TModel>(string description, string objective, bool isSelective = true, double tolerance = 0.1) : FitKind
    where TModel : Model
{
    /// <summary>The options that every kind has.</summary>
    protected FitSettings Fit { get; } = new(objective, isSelective, tolerance);

    private readonly CheckpointSettings checkpoints = new();
    private readonly IncrementalSettings incremental = new(canBackfill: false);
    private readonly ReadingSettings reading = new();

    /// <summary>Which rows make a sequence; null where the model is one of rows.</summary>
    protected virtual SequenceSettings? Sequences => null;

    /// <summary>The options that only this kind has.</summary>
    protected virtual IReadOnlyList<Option> Own => [];

    /// <summary>Rules about several options.</summary>
    protected abstract IEnumerable<UsageError> Check(CommandResult result);

    /// <summary>What to fit, where no model to begin with is given.</summary>
    protected abstract IEstimator<TModel> Estimator(ParseResult parsed);

    /// <summary>True if the fit can begin with this model.</summary>
    protected virtual bool IsOfKind(Model model) => model is TModel;

    /// <summary>The model to begin with, with this kind's own options.</summary>
    protected virtual TModel Begin(TModel initial, ParseResult parsed) => initial;

    /// <summary>The pipeline with the columns of this kind's own options.</summary>
    protected virtual Pipeline Of(Pipeline pipeline, TModel? initial, ParseResult parsed) => Sequences?.Of(pipeline, parsed) ?? pipeline;

    /// <summary>Columns that are no features.</summary>
    protected virtual IEnumerable<string?> Taken(ParseResult parsed) => [parsed.GetValue(Fit.Weights), .. Sequences?.Taken(parsed) ?? []];

    /// <summary>How to fit, with this kind's own options.</summary>
    protected virtual FitOptions With(FitOptions options, ParseResult parsed) => options;

    /// <inheritdoc/>
    public override Command Create(ToolConsole console, CommonSettings common)
    {
        var command = new CheckedCommand(Name, description);
        Fit.AddTo(command);
        Sequences?.AddTo(command);
        foreach (var option in Own) command.Add(option);
        checkpoints.AddTo(command);
        incremental.AddTo(command);
        reading.AddTo(command);
        command.Rules.Add(common.Check);
        command.Rules.Add(Check);
        if (Sequences is { } sequences) command.Rules.Add(result => sequences.Check(result, isNeeded: true, Fit.Features));
        command.Rules.Add(CheckIncremental);
        command.SetAction((parsed, cancellationToken) => RunAsync(console, common, parsed, cancellationToken));
        return command;
    }

    private async Task<int> RunAsync(ToolConsole console, CommonSettings common, ParseResult parsed, CancellationToken cancellationToken)
    {
        // Everything that can be wrong without reading data comes first.
        var output = new ModelFile(parsed.GetRequiredValue(Fit.Output)!, FileKind.Model, parsed.GetValue(Fit.Force));
        output.CheckPlace();
        OutputCheck.Apart(output.Path, parsed.GetValue(incremental.State), incremental.State.Name);
        OutputCheck.NotNamed(output.Path, parsed.GetRequiredValue(Fit.Inputs));
        var isDry = parsed.GetValue(Fit.DryRun);
        var place = isDry ? output.Preview() : null;
        if (!isDry) output.Check();
        var how = reading.Options(parsed, console);
        how = Sequences?.Reading(how, parsed) ?? how;
        await OutputCheck.NotAnInputAsync(output.Path, parsed.GetRequiredValue(Fit.Inputs), how, cancellationToken).ConfigureAwait(false);
        var initial = parsed.GetValue(Fit.Initial) is { } path ? Load(path, console) : null;
        var estimator = initial is null ? Estimator(parsed) : new ModelEstimator<TModel>(Begin((TModel)initial.Model, parsed));
        if (Elements(parsed) is { Count: 0 } && parsed.GetValue(Fit.Features) is null)
            throw new ModelException(ErrorKind.Usage, Sequences!.Lists.Name, "lists that are labels or weights, and no other", "a list of features as well",
                $"add it to {Sequences.Lists.Name}, or name the features ({Fit.Features.Name})");

        var display = ProgressDisplay.Create(console, parsed.GetValue(common.Quiet), parsed.GetValue(common.Verbose));
        var options = With(Fit.Options(parsed, common), parsed) with { Progress = display };
        display.Limits(options.MaxIterations, options.StopThreshold);
        var badRows = Fit.BadRows.Policy(parsed, output.Path, parsed.GetRequiredValue(Fit.Inputs));
        var flow = common.Pipeline(parsed) with { Progress = display, BadRows = badRows, Checkpoints = checkpoints.Options(parsed) };
        if (flow.Checkpoints is not null) common.CanResume(parsed, "--resume goes on from the last checkpoint");

        if (initial is { FeaturesByPosition: true } or { Features: null })
            initial = await ModelInput.BindAsync(initial, parsed.GetValue(Fit.Initial)!, parsed.GetValue(Fit.Features) ?? Elements(parsed),
                new ParquetSource(parsed.GetRequiredValue(Fit.Inputs), how), [.. Taken(parsed)], cancellationToken).ConfigureAwait(false);
        var pipeline = From(parsed.GetRequiredValue(Fit.Inputs)).ForRun();

        Func<ValueTask<SchemaContract>>? compare = Expected(initial, parsed) is { } expected ? () => pipeline.CompareAsync(expected, cancellationToken) : null;
        if (isDry)
        {
            var job = $"fit {Name}{(initial is null ? "" : $", beginning with {parsed.GetValue(Fit.Initial)}")}";
            if (incremental.Options(parsed) is { } known)
            {
                var state = await IncrementalFiles.CompareAsync(parsed.GetRequiredValue(Fit.Inputs), known, cancellationToken).ConfigureAwait(false);
                if (state.New.Count == 0) return DryRun.ShowNothing(console, parsed.GetValue(common.Json), job, state);
                pipeline = From([.. state.Paths]);
            }
            var hasCategories = Enumerable.Range(0, parsed.GetValue(Fit.Features)?.Count ?? 1).Any(estimator.IsCategorical);
            var passes = Passes(options, initial is not null, estimator, hasCategories, Sequences?.Sorting(parsed));
            return await DryRun.ShowAsync(console, parsed.GetValue(common.Json), new DryRunReport(job) { Model = place, Passes = passes }, compare,
                () => pipeline.With(flow).PlanFitAsync(estimator, options, cancellationToken)).ConfigureAwait(false);
        }
        if (compare is not null) DryRun.Warn(console, await compare().ConfigureAwait(false));

        var clock = Stopwatch.StartNew();
        if (incremental.Options(parsed) is { } since)
        {
            var update =
                await display.ShowAsync(() => IncrementalFitting.RunAsync(parsed.GetRequiredValue(Fit.Inputs), files => From(files).With(flow), estimator,
                    options, since, cancellationToken)).ConfigureAwait(false);
            // Written also where nothing is new: the run before may have been killed between state and model.
            output.Save(update.Saved);
            var all = new IncrementalReport(update.Files, "fitted to", clock.Elapsed.TotalSeconds, output.Path);
            console.Warn([.. all.Result.Warnings, .. update.Fitted?.Result.Warnings ?? []]);
            if (parsed.GetValue(common.Json)) all.WriteJson(console);
            else if (!parsed.GetValue(common.Quiet)) all.WriteText(console.Out);
            return ExitCode.Done;
        }
        var fitted = await display.ShowAsync(() => pipeline.With(flow).FitAsync(estimator, options, cancellationToken)).ConfigureAwait(false);
        output.Save(fitted.Saved);
        var rejected = badRows.Mode == BadRowMode.Fail ? (long?)null : fitted.RowsRejected;
        var report = new FitReport(fitted.Saved, fitted.Result.History, clock.Elapsed.TotalSeconds, output.Path, rejected)
        {
            Criterion = (estimator as ModelSelection<TModel>)?.Criterion,
            BatchesPerIteration = options.BatchesPerIteration,
            EarlierEvaluations = display.EarlierEvaluations,
        };
        console.Warn(fitted.Result.Warnings);
        if (parsed.GetValue(common.Json)) report.WriteJson(console);
        else if (!parsed.GetValue(common.Quiet)) report.WriteText(console.Out);
        return ExitCode.Done;

        Pipeline From(IReadOnlyList<string> files)
        {
            var source = Pipeline.From(new ParquetSource(files, how));
            source = Of(source, (TModel?)initial?.Model, parsed);
            if (Elements(parsed) is { } elements) source = source.Features([.. elements]);
            // With what the model knows of them: its categories keep their codes.
            if (Expected(initial, parsed)?.Features is { } known) source = source.Features(known);
            if (parsed.GetValue(Fit.Features) is { } names && names.Count != initial?.Features?.Count) source = source.Features([.. names]);
            return parsed.GetValue(Fit.Weights) is { } weights ? source.WeightedBy(weights) : source;
        }
    }

    // Lists are features, unless they are named for something else; null where rows are rows.
    private IReadOnlyList<string>? Elements(ParseResult parsed) =>
        Sequences is { } sequences && parsed.GetValue(sequences.Lists) is { } lists ? [.. lists.Where(l => !Taken(parsed).Contains(l))] : null;

    // The model to begin with, with the names of the columns that stand for its features; null if there is nothing to compare with.
    private SavedModel? Expected(SavedModel? initial, ParseResult parsed)
    {
        if (initial?.Features is not { } features || parsed.GetValue(Fit.Features) is not { } names) return initial;
        return names.Count == features.Count ? initial with { Features = [.. features.Select((f, i) => f with { Name = names[i] })] } : null;
    }

    private static string[] Passes(FitOptions options, bool hasStart, IEstimator<TModel> estimator, bool hasCategories, string? sorting)
    {
        string[] start = hasStart
            ? ["1. the model to begin with is evaluated: reads the files and keeps the decoded features"]
            : ["1. survey of all rows: reads the files and keeps the decoded features",
                $"2. the start, chosen on at most {Figures.Count(options.InitializationRows)} of the rows, is evaluated"];
        var most = $"at most {Figures.Count(options.MaxIterations)}";
        var gain = Figures.Real(options.StopThreshold);
        string[] rest = options.BatchesPerIteration is { } batches
            ? [$"then {Figures.Number(batches, "batch", "batches")} an iteration, {most}, until a walk through all of them gains no more than {gain}",
                "last, the fitted model is evaluated on all rows"]
            : estimator.IsEstimatedInOnePass ? options.MaxIterations == 0
                ? []
                : [$"then one after the only update{(hasStart ? ", and another one if that moved far" : "")}"]
            : [$"then one an iteration, {most}, until an iteration gains no more than {gain}"];
        string[] before = hasCategories ? ["before them, the categories of the features are collected: reads their columns"] : [];
        return [.. before, .. start, .. rest, .. sorting is null ? Array.Empty<string>() : [sorting],
            .. estimator.Fits > 1 ? [$"{Figures.Count(estimator.Fits)} fits share each pass; one that ended drops out"] : Array.Empty<string>()];
    }

    private IEnumerable<UsageError> CheckIncremental(CommandResult result)
    {
        if (!result.IsGiven(incremental.State)) yield break;
        if (Sequences is { } sequences)
            yield return UsageError.For(incremental.State.Name, "a fit to sequences", "a fit to rows, as a sequence may go on in the next file",
                $"{sequences.Key.Name} {sequences.Key.Example}");
        if (Fit.Selection.Fits(result) is > 1 and var fits)
            yield return UsageError.For(incremental.State.Name, $"{Figures.Count(fits)} fits to choose from", "one fit, which later runs go on with",
                $"{Fit.Components.Name} {Fit.Components.Example} without {Fit.Selection.Restarts.Name}");
        if (result.IsGiven(Fit.BatchesPerIteration))
            yield return UsageError.For($"{incremental.State.Name} and {Fit.BatchesPerIteration.Name}", "both",
                "one of them, as new rows are taken all together on top of the earlier ones", $"{incremental.State.Name} {incremental.State.Example}");
    }

    private SavedModel Load(string path, ToolConsole console)
    {
        var saved = ModelInput.Load(path, console);
        return IsOfKind(saved.Model) ? saved : throw new ModelException(ErrorKind.Usage, $"{Fit.Initial.Name} {path}", $"a {saved.Model.FormatName} model",
            $"a {Name} model", "give a model of the kind to fit");
    }
}
