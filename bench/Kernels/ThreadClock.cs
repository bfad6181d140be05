using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Pipelines.Kernels;

/// <summary>Processor time of the calling thread, which other programs on a busy machine affect less than wall time.</summary>
internal static partial class ThreadClock
{
    private const int ThreadCpuTime = 3;

    /// <summary>Seconds; wall time on systems other than Linux.</summary>
    public static double Now
    {
        get
        {
            if (!OperatingSystem.IsLinux()) return Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
            if (GetTime(ThreadCpuTime, out var time) != 0) throw new InvalidOperationException("clock_gettime failed");
            return time.Seconds + (1e-9 * time.Nanoseconds);
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out Time time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
