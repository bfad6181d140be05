using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using Pipelines.Cli.Reporting;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Commands;

/// <summary><c>pipelines score MODEL INPUT… --output …</c></summary>
internal sealed class ScoreCommand : Verb
{
    private const int DefaultRowsPerFile = 1 << 20;

    private readonly Argument<string> model = new("MODEL") { Description = "A model saved by 'fit' or by pomegranate 0.14." };
    private readonly Argument<string[]> inputs = InputArgument.Create();

    private readonly Setting<string?> output = Setting.Text(
        "--output", "Where to write the scored rows: a file with a name that ends in .parquet, or a new or empty folder (required). An existing Parquet file "
            + "written by Pipelines is replaced.",
        "FILE-or-DIR",
        "a file to write that ends with .parquet, or a new or empty folder", "scored.parquet");

    private readonly Setting<IReadOnlyList<string>?> columns = Setting.Names(
        "--columns", "Scores to write: log-probability, label, probability, posterior-log-probability (mixtures), distance (k-means), viterbi (hidden "
            + "Markov models), fill and explanation (networks: missing values replaced by the most probable ones, each by itself or all together). "
            + "[default: log-probability and label, if the model has them]",
        "NAME[,NAME…]", "names of scores separated by commas, each once", "label,probability");

    private readonly Setting<IReadOnlyList<string>?> features = Setting.Names(
        "--features", "Columns with the model's features, in the model's order. [default: the columns that the model was fitted to; if the model has no "
            + "feature names, all columns or all numeric columns, if there are as many as features]", "a,b,c",
        "column names separated by commas, each once", "delay,distance");

    private readonly Setting<IReadOnlyList<string>?> keep = Setting.Names(
        "--keep", "Input columns to write next to the scores. [default: all]", "a,b,c", "column names separated by commas, each once", "delay,distance");

    private readonly Option<bool> resume = Setting.Flag(
        "--resume", "Resume an interrupted run of the same job from its finished files, writing the same bytes as an uninterrupted run. "
            + "If there is nothing to resume, the run starts from the beginning.");

    private readonly Setting<int?> rowsPerFile = Setting.From(1,
        "--rows-per-file", "Input rows in each file of an output folder, at least 1; a file ends with the batch that reaches this number. An interrupted "
            + "run resumes after the last complete file. [default: 1048576]", "N",
        "1000000", ", and a folder as the output");

    private readonly Setting<string?> impossible = Setting.Choice(
        "--impossible", "What to do with sequences, or rows of a network, that have probability 0 under the model: 'keep' warns and writes -infinity as the "
            + "log-probability, -1 or null as the label and the Viterbi state, NaN as the posteriors, and null as fills and explanations; 'fail' ends the "
            + "run. [default: keep]", "NAME", ["keep", "fail"], "fail");

    private readonly InferenceSettings inference = new();
    private readonly PriorSettings priors = new("component, class or state", "the model's components, classes or states");
    private readonly SequenceSettings sequences = new();
    private readonly BadRowSettings badRows = new();
    private readonly IncrementalSettings incremental = new(isOfScores: true);
    private readonly ReadingSettings reading = new();
    private readonly Option<bool> dryRun = DryRunOption.Create();
    private readonly Option<bool> force = ForceOption.Create(FileKind.Parquet.Name, canBeFolder: true);

    private ReportFile? page;

    protected override int Order => 2;

    public override Command Create(ToolConsole console, CommonSettings common)
    {
        var command = new CheckedCommand("score", "Scores Parquet data with a model and writes Parquet, one row for each input row, in input order.") { model,
            inputs, output, force, columns, features, priors.Option, keep, resume, rowsPerFile, dryRun };
        page = new("how many rows got which label, and the warnings", force);
        command.Add(page.Option);
        sequences.AddTo(command);
        command.Add(impossible);
        inference.AddTo(command);
        badRows.AddTo(command);
        incremental.AddTo(command);
        reading.AddTo(command);
        command.Rules.Add(common.Check);
        command.Rules.Add(badRows.Check);
        command.Rules.Add(result => sequences.Check(result, isNeeded: false));
        command.Rules.Add(result => priors.Check(result, features, sequences.Key, sequences.Order));
        command.Rules.Add(result => inference.Check(result, columns));
        command.Rules.Add(Check);
        command.SetAction((parsed, cancellationToken) => RunAsync(console, common, parsed, cancellationToken));
        return command;
    }

    private static bool IsFile(string path) => path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase);

    private IEnumerable<UsageError> Check(CommandResult result)
    {
        if (!result.IsGiven(output)) yield return UsageError.For(output.Name, "none", output.Expected, $"{output.Name} {output.Example}");
        foreach (var option in new Option[] { sequences.Key, sequences.Lists, page!.Option })
            if (result.IsGiven(option) && result.IsGiven(incremental.State))
                yield return UsageError.For($"{option.Name} and {incremental.State.Name}", "both", option == page.Option
                    ? "one of them, as each run sees new files only"
                    : "one of them, as a sequence may continue in the next file",
                    $"{sequences.Key.Name} {sequences.Key.Example}");
        if (result.Given(output) is not { } file || !IsFile(file)) yield break;
        foreach (var option in new Option[] { rowsPerFile, incremental.State })
            if (result.IsGiven(option))
                yield return UsageError.For($"{option.Name} and {output.Name}", $"a single file, '{file}'", "a folder, which takes several files",
                    $"{output.Name} scored");
    }

    private async Task<int> RunAsync(ToolConsole console, CommonSettings common, ParseResult parsed, CancellationToken cancellationToken)
    {
        var modelPath = parsed.GetRequiredValue(model);
        var paths = parsed.GetRequiredValue(inputs);
        var path = parsed.GetRequiredValue(output)!;
        OutputCheck.ParquetPlace(path, output.Example);
        OutputCheck.NotInAnInput(path, paths);
        OutputCheck.NotNamed(path, [.. paths, modelPath]);
        OutputCheck.MayWriteParquet(path, parsed.GetValue(force), output.Example);
        page!.Check(parsed, path, [.. paths, modelPath], parsed.GetValue(dryRun));
        var how = sequences.Reading(reading.Options(parsed, console), parsed);
        await OutputCheck.NotAnInputAsync(path, paths, how, cancellationToken).ConfigureAwait(false);
        var saved = ModelInput.Load(modelPath, console);
        sequences.CheckModel(saved.Model, parsed);
        if (parsed.GetValue(impossible) is not null && saved.Model is { IsOfSequences: false } and not IInferenceModel)
            throw new ModelException(ErrorKind.Usage, impossible.Name, $"a {saved.Model.FormatName} model", "a model of sequences, or a network",
                "leave it out");
        if (parsed.GetValue(impossible) == "fail" && saved.Model is not IInferenceModel
            && parsed.GetValue(columns)?.Contains(ScoreKind.LogProbability) == false)
            throw new ModelException(ErrorKind.Usage, $"{impossible.Name} and {columns.Name}", $"'fail' without {ScoreKind.LogProbability}",
                $"{ScoreKind.LogProbability} among the scores, which says what is impossible",
                $"for example {columns.Name} {ScoreKind.LogProbability},{ScoreKind.Label}");
        var lists = saved.FeaturesByPosition || saved.Features is null ? parsed.GetValue(sequences.Lists) : null;
        saved = await ModelInput.BindAsync(saved, modelPath, parsed.GetValue(features) ?? lists, new ParquetSource(paths, how),
            [.. priors.Taken(parsed), .. sequences.Taken(parsed)], cancellationToken).ConfigureAwait(false);
        InputCheck.Warn(console, paths);
        // Reports missing list columns before the feature columns that would be missing because of them.
        if (parsed.GetValue(sequences.Lists) is not null) await new ParquetSource(paths, how).OpenAsync(cancellationToken).ConfigureAwait(false);
        var display = ProgressDisplay.Create(console, parsed.GetValue(common.Quiet), parsed.GetValue(common.Verbose));
        var flow = common.Pipeline(parsed) with { BadRows = badRows.Policy(parsed, path, paths) };
        saved = inference.Of(saved, parsed, flow);
        var sink = new ParquetSinkOptions
        {
            MaxDegreeOfParallelism = flow.MaxDegreeOfParallelism,
            RowsPerFile = IsFile(path) ? null : parsed.GetValue(rowsPerFile) ?? DefaultRowsPerFile,
            Resume = parsed.GetValue(resume),
            Overwrite = parsed.GetValue(force),
        };

        var job = $"score under {modelPath}: {saved.Model.FormatName} over {NameList.Text(saved.Features?.Select(f => f.Name) ?? [])}";
        if (incremental.Options(parsed) is { } since)
        {
            var state = await IncrementalFiles.CompareAsync(paths, since, cancellationToken).ConfigureAwait(false);
            if (!parsed.GetValue(dryRun))
            {
                common.CanResume(parsed, "the next run continues after the finished files");
                if (state.New.Count > 0) DryRunCommand.Warn(console, await From(state.Paths).CompareAsync(saved, cancellationToken).ConfigureAwait(false));
                var clock = Stopwatch.StartNew();
                var all =
                    await display.ShowAsync(() => IncrementalScoring.RunAsync(paths, files => Score(From(files)), path, since, sink, display,
                        cancellationToken)).ConfigureAwait(false);
                var report = new IncrementalReport(all, "scored", clock.Elapsed.TotalSeconds, path) { Inference = (saved.Model as IInferenceModel)?.Cost };
                console.Warn(all.Warnings);
                return Report(report.WriteJson, report.WriteText);
            }
            paths = [.. state.Paths];
            // Each run writes a subfolder of the output folder; if the output folder does not exist yet, the check is whether it can be created.
            path = Run(path);
            if (flow.BadRows.QuarantineFolder is { } refused) flow = flow with { BadRows = flow.BadRows with { QuarantineFolder = Run(refused) } };
            if (paths.Length == 0) return DryRunCommand.ShowNothing(console, parsed.GetValue(common.Json), job, state);
        }

        if (!IsFile(path)) common.CanResume(parsed, "--resume continues after the finished files, if any");
        var data = From(paths).ForRun();
        var run = Score(data).ToParquet(path, sink);
        if (parsed.GetValue(dryRun))
        {
            string[] sorting = sequences.Sorting(parsed) is { } sorted ? [sorted] : [];
            var plan = new DryRunReport(job)
            {
                Passes = saved.Model.IsOfSequences
                ? ["1. the features are read, and all sequences scored", "2. every row is read again, and written with its scores", .. sorting]
                : ["1. every row is read, scored and written"]
            };
            return await DryRunCommand.ShowAsync(console, parsed.GetValue(common.Json), plan, () => data.CompareAsync(saved, cancellationToken),
                () => run.PlanAsync(cancellationToken)).ConfigureAwait(false);
        }
        DryRunCommand.Warn(console, await data.CompareAsync(saved, cancellationToken).ConfigureAwait(false));
        var result = await display.ShowAsync(() => run.RunAsync(display, cancellationToken)).ConfigureAwait(false);
        console.Warn(result.Warnings);
        var done = new ScoreReport(result, flow.BadRows.Mode != BadRowMode.Fail)
        {
            Inference = (saved.Model as IInferenceModel)?.Cost,
            Page = parsed.GetValue(page.Option),
        };
        await page.WriteAsync(parsed, words => Task.FromResult(RunPage.Of($"scores of {saved.Model.Title}",
            target => done.AddTo(target, saved), [], words, console.Warnings))).ConfigureAwait(false);
        return Report(done.WriteJson, done.WriteText);

        static string Run(string folder) => Directory.Exists(folder) ? Path.Combine(folder, "run=…") : folder;

        Pipeline From(IReadOnlyList<string> files) => sequences.Of(Pipeline.From(new ParquetSource(files, how)).With(flow), parsed);

        Pipeline Score(Pipeline source) =>
            source.Score(saved, new ScoreOptions
            {
                Columns = parsed.GetValue(columns),
                Keep = parsed.GetValue(keep),
                Priors = parsed.GetValue(priors.Option),
                Impossible = parsed.GetValue(impossible) == "fail" ? ImpossibleRows.Fail : ImpossibleRows.Keep
            });

        int Report(Action<ToolConsole> json, Action<TextWriter, int> text)
        {
            if (parsed.GetValue(common.Json)) json(console);
            else if (!parsed.GetValue(common.Quiet)) text(console.Out, console.Width);
            return ExitCode.Done;
        }
    }
}
