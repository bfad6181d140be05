using System.Globalization;

namespace Pipelines.Cli.Reporting;

/// <summary>
/// Progress as lines of a log, each with its time in UTC: one at the start, then one every few seconds; with --verbose, one for each iteration.
/// </summary>
internal sealed class PlainProgress(TextWriter target, bool verbose, TimeProvider clock) : ProgressDisplay
{
    private static readonly TimeSpan pause = TimeSpan.FromSeconds(5);

    private long last;
    private bool hasWritten;

    protected override void Changed(ProgressState now, bool iterated)
    {
        if (iterated && verbose)
        {
            Write(now.IterationText);
            return;
        }
        if (hasWritten && clock.GetElapsedTime(last) < pause) return;
        (hasWritten, last) = (true, clock.GetTimestamp());
        Write(now.ToString());
    }

    private void Write(string text) => target.WriteLine($"{clock.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)} {text}");
}
