using System.CommandLine;
using Pipelines.Blocks;
using Pipelines.Cli.Reporting;
using Pipelines.Cli.Settings;
using Pipelines.Io;
using Pipelines.Models.Serialization;

namespace Pipelines.Cli.Commands;

/// <summary><c>pipelines score MODEL INPUT… --output …</c></summary>
internal sealed class ScoreCommand : Verb
{
    private const int DefaultRowsPerFile = 1 << 20;

    protected override int Order => 2;

    public override Command Create(ToolConsole console, CommonSettings common)
    {
        var command = new CheckedCommand("score", "Scores every row of Parquet data under a model and writes Parquet: one row for each input row, in input order.");
        var model = new Argument<string>("MODEL") { Description = "A model that 'fit' saved." };
        var inputs = InputArgument.Create();
        var output = Setting.Text("--output", "A file whose name ends with .parquet, replaced if it exists; else a folder, new or empty (required).", "DIR-or-FILE", "a file to write that ends with .parquet, or a new or empty folder", "scored.parquet");
        var columns = Setting.Names(
            "--columns", "Scores to write: log-probability, label, probability, posterior-log-probability (mixtures), distance (k-means). [default: log-probability and label, as the model has them]",
            "NAME[,NAME…]", "names of scores with commas between them, each once", "label,probability");
        var keep = Setting.Names("--keep", "Input columns to write beside the scores. [default: all]", "a,b,c", "column names with commas between them, each once", "delay,distance");
        var resume = new Option<bool>("--resume") { Description = "Go on from what an interrupted run of the same job left in the folder, to the same bytes; begin if it left nothing." };
        var rowsPerFile = Setting.Whole(
            "--rows-per-file", "Input rows of a part when a folder is written; a part ends with the batch that reaches it. A run that is interrupted goes on from its last whole part. [default: 1048576]", "N",
            "a whole number of at least 1, and a folder as the output", "1000000", n => n >= 1);
        command.Add(model);
        command.Add(inputs);
        command.Add(output);
        command.Add(columns);
        command.Add(keep);
        command.Add(resume);
        command.Add(rowsPerFile);
        var badRows = new BadRowSettings();
        badRows.AddTo(command);
        var dryRun = DryRunOption.Create();
        command.Add(dryRun);
        command.Rules.Add(common.Check);
        command.Rules.Add(badRows.Check);
        command.Rules.Add(result => result.IsGiven(output) ? [] : [Mistake.Text(output.Name, "none", output.Expected, $"{output.Name} {output.Example}")]);
        command.Rules.Add(result => result.IsGiven(rowsPerFile) && result.Given(output) is { } file && IsFile(file)
            ? [Mistake.Text($"{rowsPerFile.Name} and {output.Name}", $"a single file, '{file}'", "a folder, which takes several files", $"{output.Name} scored")]
            : []);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var saved = SavedModel.Load(parsed.GetRequiredValue(model));
            OutputCheck.NotADevice(parsed.GetRequiredValue(output)!, "a Parquet file or a folder", "scored.parquet");
            await OutputCheck.NotAnInputAsync(parsed.GetRequiredValue(output)!, parsed.GetRequiredValue(inputs), [parsed.GetRequiredValue(model)], cancellationToken).ConfigureAwait(false);
            var display = ProgressDisplay.Create(console, parsed.GetValue(common.Quiet), parsed.GetValue(common.Verbose));
            var path = parsed.GetRequiredValue(output)!;
            if (!IsFile(path)) common.CanResume(parsed, "--resume goes on from what was finished");
            var flow = common.Pipeline(parsed) with { BadRows = badRows.Policy(parsed, path, parsed.GetRequiredValue(inputs)) };
            var data = Pipeline.FromParquet(parsed.GetRequiredValue(inputs)).With(flow);
            var run = data.Score(saved, new ScoreOptions { Columns = parsed.GetValue(columns), Keep = parsed.GetValue(keep) })
                .ToParquet(path, new ParquetSinkOptions
                {
                    MaxDegreeOfParallelism = flow.MaxDegreeOfParallelism,
                    RowsPerFile = IsFile(path) ? null : parsed.GetValue(rowsPerFile) ?? DefaultRowsPerFile,
                    Resume = parsed.GetValue(resume),
                });
            if (parsed.GetValue(dryRun))
            {
                var report = new DryRunReport($"score under {parsed.GetRequiredValue(model)}: {saved.Model.FormatName} over {string.Join(", ", saved.Features?.Select(f => f.Name) ?? [])}") { Passes = ["1. every row is read, scored and written"] };
                return await DryRun.ShowAsync(console, parsed.GetValue(common.Json), report, () => data.CompareAsync(saved, cancellationToken), () => run.PlanAsync(cancellationToken)).ConfigureAwait(false);
            }
            DryRun.Warn(console, await data.CompareAsync(saved, cancellationToken).ConfigureAwait(false));
            var result = await display.ShowAsync(() => run.RunAsync(display, cancellationToken)).ConfigureAwait(false);
            foreach (var warning in result.Warnings) console.Error.WriteLine($"pipelines: warning: {warning}");
            var done = new ScoreReport(result);
            if (parsed.GetValue(common.Json)) done.WriteJson(console.Out);
            else if (!parsed.GetValue(common.Quiet)) done.WriteWords(console.Out);
            return ExitCode.Done;
        });
        return command;
    }

    private static bool IsFile(string path) => path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase);
}
