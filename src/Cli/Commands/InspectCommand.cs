using System.CommandLine;
using Pipelines.Cli.Reporting;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;
using Pipelines.Models.Serialization;

namespace Pipelines.Cli.Commands;

/// <summary><c>pipelines inspect FILE</c></summary>
internal sealed class InspectCommand : Verb
{
    protected override int Order => 3;

    public override Command Create(ToolConsole console, CommonSettings common)
    {
        var command = new CheckedCommand("inspect", "Describes a saved model or Parquet data without reading rows.") { IsDescribing = true };
        var file = new Argument<string>("FILE")
        {
            Description = "A model saved by 'fit' or by pomegranate 0.14, a network in BIF, or a Parquet file, folder or glob.",
        };
        command.Add(file);
        var reading = new ReadingSettings();
        reading.AddTo(command);
        command.Rules.Add(common.Check);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var path = parsed.GetRequiredValue(file);
            var isModel = IsModel(path);
            if (isModel && reading.All.FirstOrDefault(parsed.CommandResult.IsGiven) is { } unused)
                throw new FlowException(ErrorKind.Usage, unused.Name, $"the model file {path}",
                    "Parquet data, as the option affects nothing else", "leave it out");
            IInspection report = isModel
                ? new ModelInspection(path, ModelInput.Load(path, console))
                : await DataAsync(path, reading.Options(parsed, console), console, cancellationToken).ConfigureAwait(false);
            if (parsed.GetValue(common.Json)) JsonObject.Write(console, report.WriteJson);
            else report.WriteText(console.Out);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<DataInspection> DataAsync(string path, ParquetSourceOptions how, ToolConsole console, CancellationToken cancellationToken)
    {
        InputCheck.Warn(console, [path]);
        var source = new ParquetSource([path], how);
        return new(await source.InspectAsync(cancellationToken).ConfigureAwait(false), await source.ColumnsAsync(cancellationToken).ConfigureAwait(false));
    }

    // Decided by content: a file that begins with a brace, after optional white space, or as a foreign format does, is taken for a model, whatever its name.
    private static bool IsModel(string path)
    {
        if (!File.Exists(path) || new FileInfo(path).Length == 0 || ParquetInspection.IsParquet(path)) return false;
        if (ForeignFormat.All.Values.Any(f => path.EndsWith(f.Ending, StringComparison.OrdinalIgnoreCase) || f.IsFile(path))) return true;
        try
        {
            using var stream = File.OpenRead(path);
            int next;
            do next = stream.ReadByte();
            while (next is ' ' or '\t' or '\r' or '\n');
            return next == '{';
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
