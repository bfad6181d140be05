using System.Diagnostics;
using System.Globalization;

namespace Pipelines.Cli.Reporting;

/// <summary>The peak memory use of the process.</summary>
internal static class PeakMemory
{
    /// <summary>Peak resident memory, in bytes.</summary>
    public static long Bytes()
    {
        // Linux records the true peak; elsewhere, the framework's figure is the best available.
        if (OperatingSystem.IsLinux())
        {
            foreach (var line in File.ReadLines("/proc/self/status"))
            {
                if (!line.StartsWith("VmHWM:", StringComparison.Ordinal)) continue;
                var digits = line.AsSpan("VmHWM:".Length).Trim();
                if (digits.EndsWith("kB") && long.TryParse(digits[..^2].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var kilobytes))
                    return kilobytes * 1024;
            }
        }
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
