namespace Pipelines.Cli.Settings;

/// <summary>The one form that messages about options have.</summary>
internal static class Mistake
{
    /// <summary>Place, found, expected, what to try.</summary>
    public static string Text(string place, string found, string expected, string example) => $"{place}: found {found}, expected {expected}; for example {example}";
}
