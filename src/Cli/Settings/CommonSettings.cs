using System.CommandLine;
using System.Globalization;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Settings;

/// <summary>The options that all verbs share.</summary>
/// <param name="stop">The request to end the run.</param>
internal sealed class CommonSettings(StopRequest stop)
{
    private const long LeastMemory = 16L << 20;
    private const long MostMemory = 1_000_000_000_000_000;
    private const double DefaultGrace = 10;

    private readonly Setting<int?> maxParallelism = Setting.Whole(
        "--max-parallelism", "Maximum number of batches processed at the same time, 1 to 1024; -1 means all cores. Does not change the result. [default: "
            + "-1]", "N",
        "-1 (all cores) or a whole number from 1 to 1024", "4", n => n is -1 or (>= 1 and <= 1024));

    private readonly Setting<MemorySize?> memory = Setting.Memory(
        "--memory", "Memory budget for batches and caches, such as 512MiB or 2GiB; at least 16MiB. [default: a quarter of the memory available to the process]",
        "SIZE",
        "a size from 16MiB to 1000TB, in bytes or with KB, MB, GB, TB, KiB, MiB, GiB or TiB", "512MB", LeastMemory, MostMemory);

    private readonly Setting<int?> batchSize = Setting.Whole(
        "--batch-size", "Rows per batch, 1 to 16777216. Like the seed, it can change the result. [default: 16384]", "N",
        "a whole number from 1 to 16777216", "16384", n => n is >= 1 and <= 1 << 24);

    private readonly Setting<long?> seed = new(
        "--seed", "Seed for all random numbers, any 64-bit integer. [default: 0]", "N", $"a whole number from {long.MinValue} to {long.MaxValue}", "1",
        static (string text, out long? value) =>
        {
            value = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
            return value is not null;
        },
        null);

    private readonly Setting<double?> grace = Setting.Real(
        "--grace", "Seconds, 0 to 86400, that a resumable run may take after Ctrl-C, SIGTERM or SIGHUP to reach a point from which it can resume. A second "
            + "signal ends the run at once. [default: 10]", "SECONDS",
        "a number of seconds from 0 to 86400", "30", x => x is >= 0 and <= 86_400);

    /// <summary>One JSON object on standard output.</summary>
    public Option<bool> Json { get; } = Setting.Flag("--json", "Write one JSON object, and nothing else, to standard output.");

    /// <summary>No progress, no summary.</summary>
    public Option<bool> Quiet { get; } = Setting.Flag("--quiet", "Show only warnings and errors: no progress and no summary.");

    /// <summary>Every iteration, and stack traces.</summary>
    public Option<bool> Verbose { get; } = Setting.Flag("--verbose", "Show each iteration, and the stack trace of an error.");

    /// <summary>Adds the options to a command and all its subcommands.</summary>
    public void AddTo(Command root)
    {
        Option[] all = [maxParallelism, memory, batchSize, seed, grace, Json, Quiet, Verbose];
        foreach (var option in all)
        {
            option.Recursive = true;
            root.Add(option);
        }
    }

    /// <summary>Errors that involve several of these options; each verb checks them along with its own.</summary>
    public IEnumerable<UsageError> Check(System.CommandLine.Parsing.CommandResult result)
    {
        if (result.IsGiven(Quiet) && result.IsGiven(Verbose)) yield return UsageError.For("--quiet and --verbose", "both", "at most one of them", "--verbose");
    }

    /// <summary>The seed.</summary>
    public long Seed(ParseResult parsed) => parsed.GetValue(seed) ?? 0;

    /// <summary>Marks the run as resumable, so that it winds down when it is asked to end.</summary>
    /// <param name="parsed">The arguments.</param>
    /// <param name="continuation">How to resume the run, for messages.</param>
    public void CanResume(ParseResult parsed, string continuation) =>
        stop.CanResume(TimeSpan.FromSeconds(parsed.GetValue(grace) ?? DefaultGrace), continuation);

    /// <summary>The pipeline options.</summary>
    public PipelineOptions Pipeline(ParseResult parsed) => new()
    {
        MaxDegreeOfParallelism = parsed.GetValue(maxParallelism) ?? -1,
        MemoryBudget = parsed.GetValue(memory),
        BatchSize = parsed.GetValue(batchSize) ?? new PipelineOptions().BatchSize,
        WindDown = stop.WindDown,
        OwnsProcess = true,
        // The process ends anyway, so a read that does not return need not be waited for.
        Patience = TimeSpan.FromSeconds(0.5),
    };
}
