using System.CommandLine;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Settings;

/// <summary>The options of runs that process only the files added since the last run.</summary>
/// <param name="isOfScores">True if files are scored: they may then be processed again, and by another model.</param>
internal sealed class IncrementalSettings(bool isOfScores)
{
    private const string Fail = "fail";
    private const string Continue = "continue";

    private readonly Setting<string?> backfill = new(
        "--backfill", "With --incremental: process only files with names from FROM to TO, including names that begin with TO, even if processed before, and "
            + "replace their rows in the output.", "FROM..TO",
        "two file names with two dots between them", "data/2026-01..data/2026-03",
        static (string text, out string? value) =>
        {
            value = text;
            return Range(text) is not null;
        },
        null);

    private readonly Setting<string?> onNewModel = Setting.Choice(
        "--on-new-model", "With --incremental: what to do if MODEL is not that of the runs before: fail, or continue, which lets it score the new files if the "
            + "scores have the same names. The state says which model scored each file. [default: fail]", "fail|continue",
        [Fail, Continue], Continue);

    /// <summary>The state file; without it, the run is not incremental.</summary>
    public Setting<string?> State { get; } = Setting.Text(
        "--incremental", "Process only the files added since the last run with this state file, each exactly once. The first run creates the file.",
        "STATE.json", "a file to keep the state in", "state.json");

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(CheckedCommand command)
    {
        command.Add(State);
        if (!isOfScores) return;
        foreach (var option in new Option[] { backfill, onNewModel })
        {
            command.Add(option);
            command.Rules.Add(result => result.IsGiven(option) && !result.IsGiven(State)
                ? [UsageError.For(option.Name, $"no {State.Name}", "the state file, which records the files that are done", $"{State.Name} {State.Example}")]
                : []);
        }
    }

    /// <summary>The options of an incremental run; null if the run is not incremental.</summary>
    public IncrementalOptions? Options(ParseResult parsed) => parsed.GetValue(State) is { } path
        ? new IncrementalOptions
        {
            StateFile = path,
            Backfill = isOfScores && parsed.GetValue(backfill) is { } range ? Range(range) : null,
            OnNewModel = isOfScores && parsed.GetValue(onNewModel) == Continue ? NewModelPolicy.Continue : NewModelPolicy.Fail,
        }
        : null;

    private static FileRange? Range(string text) =>
        text.IndexOf("..", StringComparison.Ordinal) is > 0 and var at && at + 2 < text.Length && string.CompareOrdinal(text[..at], text[(at + 2)..]) <= 0
        ? new FileRange(text[..at], text[(at + 2)..])
        : null;
}
