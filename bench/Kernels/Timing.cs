namespace Pipelines.Kernels;

/// <summary>Measures processor time of work on the calling thread.</summary>
internal static class Timing
{
    /// <summary>Average seconds per run over three runs.</summary>
    public static double Of(Action action)
    {
        const int repeats = 3;
        var start = ThreadClock.Now;
        for (var i = 0; i < repeats; i++) action();
        return (ThreadClock.Now - start) / repeats;
    }
}
