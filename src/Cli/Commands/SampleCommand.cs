using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Pipelines.Blocks;
using Pipelines.Cli.Reporting;
using Pipelines.Cli.Settings;
using Pipelines.Io;
using Pipelines.Models;
using Pipelines.Models.Serialization;

namespace Pipelines.Cli.Commands;

/// <summary><c>pipelines sample MODEL --rows N --output …</c></summary>
internal sealed class SampleCommand : Verb
{
    private const int DefaultRowsPerFile = 1 << 20;

    private readonly Argument<string> model = new("MODEL") { Description = "A model that 'fit' saved." };

    private readonly Setting<long?> rows = new(
        "--rows", "Number of rows to draw (required).", "N", "a whole number from 1 to 9007199254740992 (2^53)", "100000",
        static (string text, out long? value) =>
        {
            value = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 1L << 53 ? number : null;
            return value is not null;
        },
        null);

    private readonly Setting<string?> output = Setting.Text(
        "--output", "A file whose name ends in .parquet, or a folder, new or empty (required). Rows that Pipelines wrote to the file are replaced.", "FILE-or-DIR",
        "a file to write that ends with .parquet, or a new or empty folder", "sample.parquet");

    private readonly Option<bool> force = ForceOption.Create(FileKind.Parquet.Name, canBeFolder: true);

    private readonly Setting<string?> label = Setting.Text(
        "--label", "Of a mixture or a hidden Markov model: also write the component or state that each row came from, to a column of this name. [default: no such column]", "COLUMN", "the name of a new column", "component");

    private readonly Setting<int?> rowsPerFile = Setting.Whole(
        "--rows-per-file", "Rows of a part when a folder is written; a part ends with the batch that reaches it. [default: 1048576]", "N",
        "a whole number of at least 1, and a folder as the output", "1000000", n => n >= 1);

    private readonly Setting<int?> length = Setting.Whole(
        "--length", "Of a model of sequences: rows of each sequence; --rows is a multiple of it (required for such models). Sequences longer than a batch take longer: they are drawn anew for each batch.", "N", "a whole number from 1 to 16777216 (2^24)", "1000", n => n is >= 1 and <= 1 << 24);

    private readonly Setting<string?> key = Setting.Text(
        "--sequence", "Of a model of sequences: name of the column that numbers them. [default: sequence]", "COLUMN", "the name of a new column", "id");

    protected override int Order => 6;

    public override Command Create(ToolConsole console, CommonSettings common)
    {
        var command = new CheckedCommand("sample", "Draws rows or sequences from a model and writes Parquet: columns named as its features, categories as what they stand for. Seed and batch size fix the bytes.") { model, rows, length, key, output, force, label, rowsPerFile };
        command.Rules.Add(common.Check);
        command.Rules.Add(Check);
        command.SetAction((parsed, cancellationToken) => RunAsync(console, common, parsed, cancellationToken));
        return command;
    }

    private static bool IsFile(string path) => path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase);

    private IEnumerable<string> Check(CommandResult result)
    {
        if (!result.IsGiven(rows)) yield return Mistake.Text(rows.Name, "none", rows.Expected, $"{rows.Name} {rows.Example}");
        if (!result.IsGiven(output)) yield return Mistake.Text(output.Name, "none", output.Expected, $"{output.Name} {output.Example}");
        if (result.Given(output) is { } file && IsFile(file) && result.IsGiven(rowsPerFile))
            yield return Mistake.Text($"{rowsPerFile.Name} and {output.Name}", $"a single file, '{file}'", "a folder, which takes several files", $"{output.Name} sample");
    }

    private async Task<int> RunAsync(ToolConsole console, CommonSettings common, ParseResult parsed, CancellationToken cancellationToken)
    {
        var modelPath = parsed.GetRequiredValue(model);
        var path = parsed.GetRequiredValue(output)!;
        OutputCheck.ParquetPlace(path, output.Example);
        OutputCheck.NotNamed(path, [modelPath]);
        OutputCheck.MayWriteParquet(path, parsed.GetValue(force), output.Example);
        var saved = ModelInput.Load(modelPath, console);
        var flow = common.Pipeline(parsed);
        var sink = new ParquetSinkOptions
        {
            MaxDegreeOfParallelism = flow.MaxDegreeOfParallelism,
            RowsPerFile = IsFile(path) ? null : parsed.GetValue(rowsPerFile) ?? DefaultRowsPerFile,
            Overwrite = parsed.GetValue(force),
        };
        var options = new SampleOptions { Rows = parsed.GetValue(rows)!.Value, Seed = common.Seed(parsed), Label = parsed.GetValue(label), Length = parsed.GetValue(length) };
        if (parsed.GetValue(key) is not null && saved.Model is not SequenceModel)
            throw new ModelException(ErrorKind.Usage, key.Name, $"it for a {saved.Model.FormatName} model, whose rows stand by themselves", "a model of sequences", "leave it out");
        if (parsed.GetValue(key) is { } name) options = options with { Key = name };
        var display = ProgressDisplay.Create(console, parsed.GetValue(common.Quiet), parsed.GetValue(common.Verbose));
        display.Does("drawing");
        var run = Pipeline.FromModel(saved, options).With(flow).ToParquet(path, sink);
        var result = await display.ShowAsync(() => run.RunAsync(display, cancellationToken)).ConfigureAwait(false);
        console.Warn(result.Warnings);
        if (parsed.GetValue(common.Json)) new ScoreReport(result, RefusesRows: false).WriteJson(console);
        else if (!parsed.GetValue(common.Quiet))
        {
            console.Out.WriteLine($"drew {Words.Count(result.RowsOut)} rows: {Words.Time(result.Seconds)}, {Words.Rate(result.RowsPerSecond)}, peak memory {Words.Bytes(PeakMemory.Bytes())}");
            console.Out.WriteLine($"wrote {result.Output}");
        }
        return ExitCode.Done;
    }
}
