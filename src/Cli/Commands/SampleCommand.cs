using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Pipelines.Cli.Reporting;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Commands;

/// <summary><c>pipelines sample MODEL --rows N --output …</c></summary>
internal sealed class SampleCommand : Verb
{
    private const int DefaultRowsPerFile = 1 << 20;

    private readonly Argument<string> model = new("MODEL") { Description = "A model saved by 'fit' or by pomegranate 0.14." };

    private readonly Setting<long?> rows = new(
        "--rows", "Number of rows to draw, 1 to 9007199254740992 (required).", "N", "a whole number from 1 to 9007199254740992 (2^53)", "100000",
        static (string text, out long? value) =>
        {
            value = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 1L << 53 ? number : null;
            return value is not null;
        },
        null);

    private readonly Setting<string?> output = Setting.Text(
        "--output", "Where to write the rows: a file with a name that ends in .parquet, or a new or empty folder (required). An existing Parquet file "
            + "written by Pipelines is replaced.",
        "FILE-or-DIR",
        "a file to write that ends with .parquet, or a new or empty folder", "sample.parquet");

    private readonly Option<bool> force = ForceOption.Create(FileKind.Parquet.Name, canBeFolder: true);

    private readonly Setting<string?> label = Setting.Name(
        "--label", "For a mixture or a hidden Markov model: name of a new column with the component or state that each row was drawn from. [default: no "
            + "such column]", "the name of a new column", "component");

    private readonly Setting<int?> rowsPerFile = Setting.From(1,
        "--rows-per-file", "Rows in each file of an output folder, at least 1; a file ends with the batch that reaches this number. [default: 1048576]", "N",
        "1000000", ", and a folder as the output");

    private readonly Setting<IReadOnlyList<string>?> evidence = Setting.Names(
        "--evidence", "For a network: values that all rows have. [default: none]", "NAME=VALUE[,…]", "NAME=VALUE separated by commas, each name once",
        "smoke=yes");

    private readonly Setting<string?> method = Setting.Choice(
        "--method", "For a network: how to draw. 'forward' draws each variable after its parents and takes no evidence; 'likelihood' fixes the evidence and "
            + "writes a column 'weight' with its likelihood in each row; 'gibbs' draws each variable given all others, and consecutive rows depend on each "
            + "other. [default: likelihood with evidence, otherwise forward]", "NAME", ["forward", "likelihood", "gibbs"], "gibbs");

    private readonly Setting<int?> length = Setting.Whole(
        "--length", "Number of rows in each sequence, 1 to 16777216; required for sequence models. --rows must be a multiple of it. "
            + "Sequences longer than a batch take longer to draw.", "N", "a whole number from 1 to 16777216 (2^24)", "1000", n => n is >= 1 and <= 1 << 24);

    private readonly Setting<string?> key = Setting.Name(
        "--sequence", "For a model of sequences: name of a new column that numbers the sequences. [default: sequence]", "the name of a new column", "id");

    protected override int Order => 6;

    public override Command Create(ToolConsole console, CommonSettings common)
    {
        var command = new CheckedCommand("sample", "Draws rows or sequences from a model and writes them as Parquet, with a column for each feature. The "
            + "seed and the batch size determine the output to the last byte.") { model, rows, length, key, output, force, label, evidence, method,
            rowsPerFile };
        command.Rules.Add(common.Check);
        command.Rules.Add(Check);
        command.SetAction((parsed, cancellationToken) => RunAsync(console, common, parsed, cancellationToken));
        return command;
    }

    // Names and values may hold equals signs themselves: the first place is taken at which a variable's name ends.
    private Dictionary<string, string>? Evidence(Model model, ParseResult parsed)
    {
        if (parsed.GetValue(evidence) is not { } all) return null;
        var names = model is IEvidenceSampler network ? network.Variables.Select(v => v.Name).ToArray() : [];
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in all)
        {
            var name = names.Where(n => text.StartsWith(n + "=", StringComparison.Ordinal)).MinBy(n => n.Length) ?? text.Split('=')[0];
            if (name.Length == text.Length || !found.TryAdd(name, text[(name.Length + 1)..]))
                throw new ModelException(ErrorKind.Usage, evidence.Name, $"'{text}'", evidence.Expected, $"for example {evidence.Name} {evidence.Example}");
        }
        return found;
    }

    private static bool IsFile(string path) => path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase);

    private IEnumerable<UsageError> Check(CommandResult result)
    {
        if (!result.IsGiven(rows)) yield return UsageError.For(rows.Name, "none", rows.Expected, $"{rows.Name} {rows.Example}");
        if (!result.IsGiven(output)) yield return UsageError.For(output.Name, "none", output.Expected, $"{output.Name} {output.Example}");
        if (result.Given(output) is { } file && IsFile(file) && result.IsGiven(rowsPerFile))
            yield return UsageError.For($"{rowsPerFile.Name} and {output.Name}", $"a single file, '{file}'", "a folder, which takes several files",
                $"{output.Name} sample");
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
        var options = new SampleOptions
        {
            Rows = parsed.GetValue(rows)!.Value,
            Seed = common.Seed(parsed),
            Label = parsed.GetValue(label),
            Length = parsed.GetValue(length),
            Evidence = Evidence(saved.Model, parsed),
            Method = parsed.GetValue(method) is { } how ? Enum.Parse<SamplingMethod>(how, ignoreCase: true) : null,
        };
        if (parsed.GetValue(key) is not null && !saved.Model.IsOfSequences)
            throw new ModelException(ErrorKind.Usage, key.Name, $"a {saved.Model.FormatName} model, whose rows are independent", "a model of sequences",
                "leave it out");
        if (parsed.GetValue(key) is { } name) options = options with { Key = name };
        var display = ProgressDisplay.Create(console, parsed.GetValue(common.Quiet), parsed.GetValue(common.Verbose));
        display.Describe("drawing");
        var run = Pipeline.FromModel(saved, options).With(flow).ToParquet(path, sink);
        var result = await display.ShowAsync(() => run.RunAsync(display, cancellationToken)).ConfigureAwait(false);
        console.Warn(result.Warnings);
        if (parsed.GetValue(common.Json)) new ScoreReport(result, RefusesRows: false).WriteJson(console);
        else if (!parsed.GetValue(common.Quiet))
        {
            console.Out.WriteLine($"drew {Figures.Count(result.RowsOut)} rows: {Figures.Time(result.Seconds)}, {Figures.Rate(result.RowsPerSecond)}, peak "
                + $"memory {Figures.Bytes(PeakMemory.Bytes())}");
            console.Out.WriteLine($"wrote {result.Output}");
        }
        return ExitCode.Done;
    }
}
