using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Pipelines.Kernels;

/// <summary>Processor seconds of the calling thread, which other programs on a busy machine take less from than from the time on the wall.</summary>
internal static partial class ThreadClock
{
    private const int ThreadCpuTime = 3;

    /// <summary>Seconds; the time on the wall where the system is not Linux.</summary>
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
