namespace Pipelines.Kernels;

/// <summary>Processor time of something that runs on the calling thread.</summary>
internal static class Timing
{
    /// <summary>Seconds of one of three runs.</summary>
    public static double Of(Action action)
    {
        const int repeats = 3;
        var start = ThreadClock.Now;
        for (var i = 0; i < repeats; i++) action();
        return (ThreadClock.Now - start) / repeats;
    }
}
