using Pipelines.Blocks;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Reporting;

/// <summary>The missing values of a fit's features, to follow the number of rows: <c>; 2 missing in Beak Length</c>.</summary>
internal static class MissingText
{
    private const int Most = 5;

    /// <summary>The text; empty if nothing is missing.</summary>
    /// <param name="profile">The features' values.</param>
    /// <param name="hasOthers">True if rows were read that the model was not fitted to.</param>
    public static string Of(IReadOnlyList<FeatureProfile> profile, bool hasOthers)
    {
        FeatureProfile[] incomplete = [.. profile.Where(f => f.Missing > 0).OrderByDescending(f => f.Missing)];
        if (incomplete.Length == 0) return "";
        var words = incomplete.Take(Most).Select((f, i) => $"{Figures.Count(f.Missing)} {(i == 0 ? "missing " : "")}in {NameList.Text(f.Name)}");
        var where = hasOthers ? "in all rows read, those held out included, " : "";
        var rest = incomplete.Length > Most ? $" and some in {Figures.Number(incomplete.Length - Most, "other feature")}" : "";
        return $"; {where}{string.Join(", ", words)}{rest}";
    }
}
