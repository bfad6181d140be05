using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Settings;

/// <summary>The options for rows that the model cannot use.</summary>
internal sealed class BadRowSettings
{
    private const string Name = "--on-bad-row";
    private const string Quarantine = "quarantine";

    private readonly Setting<BadRowPolicy?> mode = new(
        Name,
        "What to do with a row that has an infinite feature, or an invalid weight, label or prior: 'fail' ends the run with an error; 'skip' leaves the "
            + "row out and counts it; 'quarantine DIR' also writes the row to DIR, a new or empty folder, with all its columns, its position and the "
            + "reason. A damaged file always ends the run. [default: fail]",
        "fail|skip|quarantine DIR", "fail, skip, or quarantine and a new or empty folder", "quarantine bad-rows", Parse, null);

    private readonly Setting<long?> most = new(
        "--max-bad-rows", "With skip or quarantine: maximum number of bad rows, at least 0. If there are more, the run fails and writes nothing. [default: "
            + "no limit]", "N",
        $"a whole number from 0 to {long.MaxValue}", "1000",
        static (string text, out long? value) =>
        {
            value = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
            return value is not null;
        },
        null);

    /// <summary>
    /// Joins <c>quarantine</c> and <c>DIR</c> of <c>--on-bad-row quarantine DIR</c> into one value: if the option took two, the parser would also take the
    /// input after <c>skip</c>.
    /// </summary>
    public static IReadOnlyList<string> Join(IReadOnlyList<string> args)
    {
        var joined = new List<string>(args.Count);
        for (var i = 0; i < args.Count; i++)
        {
            if (args[i] == "--") return [.. joined, .. args.Skip(i)];
            var isOption = i > 0 && args[i - 1] == Name && args[i] == Quarantine;
            var isWhole = args[i] == $"{Name}={Quarantine}" || args[i] == $"{Name}:{Quarantine}";
            if ((isOption || isWhole) && i + 1 < args.Count && !args[i + 1].StartsWith('-')) joined.Add($"{args[i]} {args[++i]}");
            else joined.Add(args[i]);
        }
        return joined;
    }

    /// <summary>The options, whose effect depends on rows.</summary>
    public IReadOnlyList<Option> All => [mode, most];

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(mode);
        command.Add(most);
        mode.CompletionSources.Add(_ => new[] { "fail", "skip", Quarantine }.Select(m => new System.CommandLine.Completions.CompletionItem(m)));
    }

    /// <summary>Errors that involve both options.</summary>
    public IEnumerable<UsageError> Check(CommandResult result)
    {
        var isFail = !result.IsGiven(mode) || result.Given(mode) is { Mode: BadRowMode.Fail };
        if (result.IsGiven(most) && isFail)
            yield return UsageError.For(most.Name, $"no {Name} skip or quarantine", "one of them, as otherwise the first bad row ends the run",
                $"{Name} skip {most.Name} {most.Example}");
    }

    /// <summary>How bad rows are handled. Checks that their folder does not overlap with the output or an input.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="output">Path of the output; null = none.</param>
    /// <param name="inputs">Files, folders and globs that are read.</param>
    /// <exception cref="FlowException">The quarantine folder overlaps with the output or an input.</exception>
    public BadRowPolicy Policy(ParseResult parsed, string? output, IReadOnlyList<string> inputs)
    {
        var policy = (parsed.GetValue(mode) ?? BadRowPolicy.Fail) with { MaxRows = parsed.GetValue(most) };
        if (policy.QuarantineFolder is { } folder) OutputCheck.QuarantineApart(folder, output, inputs);
        return policy;
    }

    private static bool Parse(string text, out BadRowPolicy? value)
    {
        value = text switch
        {
            "fail" => BadRowPolicy.Fail,
            "skip" => new BadRowPolicy { Mode = BadRowMode.Skip },
            _ when text.StartsWith(Quarantine + " ", StringComparison.Ordinal) && !string.IsNullOrWhiteSpace(text[Quarantine.Length..]) =>
                new BadRowPolicy { Mode = BadRowMode.Quarantine, QuarantineFolder = text[(Quarantine.Length + 1)..] },
            _ => null,
        };
        return value is not null;
    }
}
