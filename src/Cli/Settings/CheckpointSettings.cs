using System.CommandLine;
using System.CommandLine.Parsing;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Settings;

/// <summary>The options of a fit that can be interrupted.</summary>
internal sealed class CheckpointSettings
{
    /// <summary>The folder; without it, nothing is saved.</summary>
    public Setting<string?> Folder { get; } = Setting.Text(
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
        command.Add(Folder);
        command.Add(batches);
        command.Add(resume);
        command.Rules.Add(Check);
    }

    /// <summary>The checkpoint options; null = no checkpoints.</summary>
    public CheckpointOptions? Options(ParseResult parsed) => parsed.GetValue(Folder) is { } path
        ? new CheckpointOptions
        {
            Folder = path,
            Resume = parsed.GetValue(resume),
            EveryBatches = parsed.GetValue(batches) ?? new CheckpointOptions { Folder = path }.EveryBatches
        }
        : null;

    private IEnumerable<UsageError> Check(CommandResult result)
    {
        if (result.IsGiven(Folder)) yield break;
        foreach (var option in new Option[] { resume, batches })
            if (result.IsGiven(option))
                yield return UsageError.For(option.Name, $"no {Folder.Name}", "the folder with the checkpoints", $"{Folder.Name} {Folder.Example}");
    }
}
