using System.Globalization;

namespace Pipelines.Campaigns.Parquet;

/// <summary>The peak of the process's memory between two points, native code included; 0 where the system does not tell.</summary>
internal static class PeakMemory
{
    /// <summary>Forgets the peak so far.</summary>
    /// <returns>Bytes in memory now; 0 if nothing can be measured.</returns>
    public static long Begin()
    {
        try
        {
            File.WriteAllText("/proc/self/clear_refs", "5");
            return Now();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>Most bytes in memory since <see cref="Begin"/>.</summary>
    public static long Now() => File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal)) is { } line
        ? long.Parse(line.AsSpan(6, line.Length - 8), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture) << 10
        : 0;
}
