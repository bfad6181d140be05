using System.Globalization;

namespace Pipelines.Io;

/// <summary>Values as text, from which they can be read again.</summary>
internal static class ValueText
{
    /// <summary>The same on every machine: numbers in shortest exact form, dates and times as in ISO 8601, <c>true</c> and <c>false</c>.</summary>
    public static string Of<T>(T value) => value switch
    {
        bool flag => flag ? "true" : "false",
        DateTime time => time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        TimeOnly time => time.ToString("HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value?.ToString() ?? "",
    };
}
