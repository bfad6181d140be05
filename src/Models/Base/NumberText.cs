using System.Globalization;

namespace Pipelines;

/// <summary>Formats numbers for people.</summary>
internal static class NumberText
{
    /// <summary>Six significant digits, invariant culture.</summary>
    public static string Text(this double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
