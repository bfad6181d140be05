using System.CommandLine;
using System.Globalization;
using Pipelines.Blocks;
using Pipelines.Io;

namespace Pipelines.Cli.Settings;

/// <summary>The options that every verb has.</summary>
/// <param name="stop">Ends the run.</param>
internal sealed class CommonSettings(StopRequest stop)
{
    private const long LeastMemory = 16L << 20;
    private const double DefaultGrace = 10;

    private readonly Setting<int?> maxParallelism = Setting.Whole(
        "--max-parallelism", "Most batches to work on at the same time, 1 to 1024; -1 means all cores. It does not change the result. [default: -1]", "N",
        "-1 (all cores) or a whole number from 1 to 1024", "4", n => n is -1 or (>= 1 and <= 1024));

    private readonly Setting<MemorySize?> memory = Setting.Memory(
        "--memory", "Memory budget for batches and caches, at least 16MiB, such as 512MB or 2GB. [default: a quarter of the memory that the process may use]",
        "SIZE",
        "a size of at least 16MiB, in bytes or with KB, MB, GB, KiB, MiB or GiB", "512MB", LeastMemory);

    private readonly Setting<int?> batchSize = Setting.Whole(
        "--batch-size", "Rows in a batch, 1 to 16777216. Together with the seed it determines the result to the bit. [default: 16384]", "N",
        "a whole number from 1 to 16777216", "16384", n => n is >= 1 and <= 1 << 24);

    private readonly Setting<long?> seed = new(
        "--seed", "Seed for all random numbers, any whole number of 64 bits. [default: 0]", "N", "a whole number", "1",
        static (string text, out long? value) =>
        {
            value = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
            return value is not null;
        },
        null);

    private readonly Setting<double?> grace = Setting.Real(
        "--grace", "Seconds, 0 to 86400, that a resumable run may take after Ctrl-C or SIGTERM to reach a point that it can be resumed from. A second signal "
            + "ends it at once. [default: 10]", "SECONDS",
        "a number of seconds from 0 to 86400", "30", x => x is >= 0 and <= 86_400);

    /// <summary>One JSON object on standard output.</summary>
    public Option<bool> Json { get; } = new("--json") { Description = "Write one JSON object, and nothing else, to standard output." };

    /// <summary>No progress, no summary.</summary>
    public Option<bool> Quiet { get; } = new("--quiet") { Description = "Show only warnings and errors: no progress and no summary." };

    /// <summary>Everything.</summary>
    public Option<bool> Verbose { get; } = new("--verbose") { Description = "Show each iteration, and the stack trace of an error." };

    /// <summary>Gives the options to a command and all commands in it.</summary>
    public void AddTo(Command root)
    {
        Option[] all = [maxParallelism, memory, batchSize, seed, grace, Json, Quiet, Verbose];
        foreach (var option in all)
        {
            option.Recursive = true;
            root.Add(option);
        }
    }

    /// <summary>Rules about several of these options; each verb checks them with its own.</summary>
    public IEnumerable<UsageError> Check(System.CommandLine.Parsing.CommandResult result)
    {
        if (result.IsGiven(Quiet) && result.IsGiven(Verbose)) yield return UsageError.For("--quiet and --verbose", "both", "at most one of them", "--verbose");
    }

    /// <summary>The seed.</summary>
    public long Seed(ParseResult parsed) => parsed.GetValue(seed) ?? 0;

    /// <summary>Lets the run wind down when it is asked to end, for it can be resumed.</summary>
    /// <param name="parsed">The arguments.</param>
    /// <param name="continuation">How a user goes on, in words.</param>
    public void CanResume(ParseResult parsed, string continuation) =>
        stop.CanResume(TimeSpan.FromSeconds(parsed.GetValue(grace) ?? DefaultGrace), continuation);

    /// <summary>How data flow.</summary>
    public PipelineOptions Pipeline(ParseResult parsed) => new()
    {
        MaxDegreeOfParallelism = parsed.GetValue(maxParallelism) ?? -1,
        MemoryBudget = parsed.GetValue(memory),
        BatchSize = parsed.GetValue(batchSize) ?? new PipelineOptions().BatchSize,
        WindDown = stop.WindDown,
        OwnsProcess = true,
        // The process ends anyway: a read that does not return is left to itself.
        Patience = TimeSpan.FromSeconds(0.5),
    };
}
