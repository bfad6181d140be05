using System.CommandLine;
using System.CommandLine.Parsing;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Settings;

/// <summary>The options of a fit that can be interrupted.</summary>
internal sealed class CheckpointSettings
{
    private readonly Setting<string?> folder = Setting.Text(
        "--checkpoint", "Folder for checkpoints, saved after each iteration and during long passes; created if missing. The last two "
            + "checkpoints are kept. [default: no checkpoints]", "DIR", "a folder", "checkpoints");

    private readonly Setting<int?> batches = Setting.From(1,
        "--checkpoint-batches", "Also save a checkpoint during a pass, after every N batches; at least 1. [default: 4096]", "N", "1000");

    private readonly Option<bool> resume = Setting.Flag(
        "--resume", "Resume from the newest checkpoint of the same fit, with a bit-identical result. Without a checkpoint, the fit starts from "
            + "the beginning.");

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(CheckedCommand command)
    {
        command.Add(folder);
        command.Add(batches);
        command.Add(resume);
        command.Rules.Add(Check);
    }

    /// <summary>The checkpoint options; null = no checkpoints.</summary>
    public CheckpointOptions? Options(ParseResult parsed) => parsed.GetValue(folder) is { } path
        ? new CheckpointOptions
        {
            Folder = path,
            Resume = parsed.GetValue(resume),
            EveryBatches = parsed.GetValue(batches) ?? new CheckpointOptions { Folder = path }.EveryBatches
        }
        : null;

    private IEnumerable<UsageError> Check(CommandResult result)
    {
        if (result.IsGiven(folder)) yield break;
        foreach (var option in new Option[] { resume, batches })
            if (result.IsGiven(option))
                yield return UsageError.For(option.Name, $"no {folder.Name}", "the folder with the checkpoints", $"{folder.Name} {folder.Example}");
    }
}
