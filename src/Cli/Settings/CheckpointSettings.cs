using System.CommandLine;
using System.CommandLine.Parsing;
using Pipelines.Blocks;

namespace Pipelines.Cli.Settings;

/// <summary>The options of a fit that can be interrupted.</summary>
internal sealed class CheckpointSettings
{
    private readonly Setting<string?> folder = Setting.Text(
        "--checkpoint", "Folder to keep the fit in after each iteration, and within long passes; made if it is not there. The last two checkpoints stay.", "DIR", "a folder", "checkpoints");

    private readonly Setting<int?> batches = Setting.Whole(
        "--checkpoint-batches", "Keep a pass over the data too after this many batches. [default: 4096]", "N", "a whole number of at least 1", "1000", n => n >= 1);

    private readonly Option<bool> resume = new("--resume") { Description = "Go on from the newest checkpoint of the same fit, to the same bits; begin if there is none." };

    /// <summary>Gives the options to a command.</summary>
    public void AddTo(CheckedCommand command)
    {
        command.Add(folder);
        command.Add(batches);
        command.Add(resume);
        command.Rules.Add(Check);
    }

    /// <summary>Where and how; null = the fit is not kept.</summary>
    public CheckpointOptions? Options(ParseResult parsed) => parsed.GetValue(folder) is { } path
        ? new CheckpointOptions { Folder = path, Resume = parsed.GetValue(resume), EveryBatches = parsed.GetValue(batches) ?? new CheckpointOptions { Folder = path }.EveryBatches }
        : null;

    private IEnumerable<string> Check(CommandResult result)
    {
        if (result.IsGiven(folder)) yield break;
        foreach (var option in new Option[] { resume, batches })
            if (result.IsGiven(option)) yield return Mistake.Text(option.Name, $"no {folder.Name}", "the folder that the fit is kept in", $"{folder.Name} {folder.Example}");
    }
}
