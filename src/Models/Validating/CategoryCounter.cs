using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Fitting;

/// <summary>Counts the rows of each category, those of weight 0 too: which categories a fit of some rows alone would know.</summary>
/// <param name="features">The features that hold categories.</param>
internal sealed class CategoryCounter(IReadOnlyList<int> features) : ISummarizer
{
    private const string Kind = "category-counts";

    [ModuleInitializer]
    internal static void Register() => SummarizerFormat.Register(Kind, json => new CategoryCounter([.. json.Numbers("features").Select(f => (int)f)]));

    public string SummarizerKind => Kind;

    /// <summary>True if there is nothing to count.</summary>
    public bool IsEmpty => features.Count == 0;

    /// <summary>A counter of the categories that a model has probabilities for.</summary>
    public static CategoryCounter Of(Model model) => new([.. Enumerable.Range(0, model.Dimensions).Where(j => model.CategoryCount(j) is not null)]);

    public void WriteSettings(Utf8JsonWriter writer) => writer.WriteNumbers("features", features.Select(f => (double)f));

    public Statistics CreateStatistics() => new CompositeStatistics(Kind, [.. features.Select(_ => new TableStatistics(Kind, [1]))]);

    public void Summarize(in FeatureBlock block, Statistics statistics)
    {
        statistics.Rows += block.Rows;
        for (var f = 0; f < features.Count; f++)
        {
            var table = (TableStatistics)((CompositeStatistics)statistics).Parts[f];
            for (var i = 0; i < block.Rows; i++)
            {
                var code = block[i, features[f]];
                // Neither a missing value nor what is no code; what is beyond the largest table is an error of the fit.
                if (!(code >= 0 && code < TableStatistics.MostCells && code == Math.Floor(code))) continue;
                if (code >= table.Cells.Length) table.Grow([(int)code + 1]);
                table.Cells[(int)code]++;
            }
        }
    }

    /// <summary>Shape [dimensions], then [codes]: true for each category that some row has; null for a feature without categories.</summary>
    /// <param name="dimensions">Number of features.</param>
    /// <param name="counts">The counts, of one or several groups of rows.</param>
    public bool[]?[] KnownIn(int dimensions, IEnumerable<Statistics> counts)
    {
        var total = CreateStatistics();
        foreach (var one in counts) total.Merge(one);
        var known = new bool[]?[dimensions];
        for (var f = 0; f < features.Count; f++)
            known[features[f]] = [.. ((TableStatistics)((CompositeStatistics)total).Parts[f]).Cells.Select(c => c > 0)];
        return known;
    }
}
