using System.Text.RegularExpressions;
using Pipelines.Blocks;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Reporting;

/// <summary>Finds features that nobody named and that look like identifiers, which say nothing about a row.</summary>
internal static partial class IdentifierCheck
{
    // Fewer rows are numbered by chance, or are years.
    private const int LeastNumbered = 200;
    private const int MostNamed = 5;

    private static readonly string[] types = ["sbyte", "byte", "int16", "uint16", "int32", "uint32", "int64", "uint64", "string", "guid"];

    /// <summary>A warning; null if no feature looks like one.</summary>
    /// <param name="features">The features.</param>
    /// <param name="profile">Their values, in the same order.</param>
    /// <param name="rows">Number of rows.</param>
    public static string? Warning(IReadOnlyList<Feature> features, IReadOnlyList<FeatureProfile> profile, long rows)
    {
        string[] found = [.. features.Where((f, i) => types.Contains(f.Type) && (IsNamedSo(f.Name) || IsNumbered(profile[i], rows)))
            .Select(f => $"'{f.Name}'")];
        return found.Length == 0 ? null
            : $"{string.Join(", ", found.Take(MostNamed))}{(found.Length > MostNamed ? $" and {found.Length - MostNamed} more" : "")} "
                + $"{(found.Length == 1 ? "looks like an identifier and is a feature" : "look like identifiers and are features")}, as none were named; "
                + "name those to use (--features)";
    }

    private static bool IsNamedSo(string name) => Words().IsMatch(name) || CamelCase().IsMatch(name);

    // Consecutive numbers, one a row.
    private static bool IsNumbered(FeatureProfile values, long rows) =>
        rows >= LeastNumbered && values is { Missing: 0, Minimum: { } low, Maximum: { } high } && high - low + 1 == rows;

    [GeneratedRegex(@"(^|[\W_])(id|uuid|guid)$", RegexOptions.IgnoreCase)]
    private static partial Regex Words();

    [GeneratedRegex("[a-z0-9]I[dD]$")]
    private static partial Regex CamelCase();
}
