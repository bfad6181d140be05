using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Pipelines;

/// <summary>An amount of memory: <c>256MB</c> (millions of bytes), <c>512KiB</c> (1024 bytes), or plain bytes.</summary>
/// <param name="Bytes">Bytes, at least 0.</param>
[TypeConverter(typeof(MemorySizeConverter))]
public readonly record struct MemorySize(long Bytes) : IParsable<MemorySize>
{
    private static readonly (string Name, long Bytes)[] Units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
        ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
        ("K", 1_000), ("M", 1_000_000), ("G", 1_000_000_000), ("T", 1_000_000_000_000), ("B", 1),
    ];

    /// <summary>Parses a size.</summary>
    /// <exception cref="FlowException">The text is not a size.</exception>
    public static MemorySize Parse(string s, IFormatProvider? provider = null) => TryParse(s, provider, out var size)
        ? size
        : throw new FlowException(ErrorKind.Usage, "memory size", $"'{s}'", "a number with KB, MB, GB, TB, KiB, MiB, GiB or TiB, such as 256MB",
            "correct the size");

    /// <summary>Parses a size; returns false if the text is not a size.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out MemorySize result)
    {
        result = default;
        var text = s.AsSpan().Trim();
        var unit = 1L;
        foreach (var (name, bytes) in Units)
        {
            if (!text.EndsWith(name, StringComparison.OrdinalIgnoreCase)) continue;
            unit = bytes;
            text = text[..^name.Length].TrimEnd();
            break;
        }
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number > long.MaxValue / unit)
            return false;
        result = new MemorySize((long)(number * unit));
        return true;
    }

    /// <summary>Converts text to a size, so that options can be written <c>MemoryBudget = "2GB"</c>.</summary>
    public static implicit operator MemorySize(string text) => Parse(text);

    /// <summary>The size in readable form, rounded to two decimal places: <c>1.5GB</c>.</summary>
    public override string ToString()
    {
        foreach (var (unit, name) in ((long, string)[])[(1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "KB")])
            if (Bytes >= unit) return string.Create(CultureInfo.InvariantCulture, $"{(double)Bytes / unit:0.##}{name}");
        return string.Create(CultureInfo.InvariantCulture, $"{Bytes}B");
    }
}

/// <summary>The memory limit of a run that sets none.</summary>
public static class MemoryLimit
{
    /// <summary>A quarter of the memory available to the process; in a container, of the container's limit.</summary>
    public static MemorySize Default() => new(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4);
}
