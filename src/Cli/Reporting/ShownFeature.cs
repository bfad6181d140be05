using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Reporting;

/// <summary>A column as reports show it: a feature, or the indicators of its categories together.</summary>
/// <param name="Name">The feature, or the column.</param>
/// <param name="First">Index of the first feature.</param>
/// <param name="Features">The feature, or all indicators.</param>
internal sealed record ShownFeature(string Name, int First, IReadOnlyList<Feature> Features)
{
    /// <summary>The feature; the first of several indicators.</summary>
    public Feature Feature => Features[0];

    /// <summary>The categories of a column that a model takes as indicators, in order; else those of the feature; null = it is a number.</summary>
    public IReadOnlyList<string>? Categories => Feature.Category is null ? Feature.Categories : [.. Features.Select(f => f.Category!)];

    /// <summary>The names of the columns: of many the first, and how many there are.</summary>
    public static string Names(IReadOnlyList<Feature>? features)
    {
        var columns = Of(features);
        return NameList.Text(columns.Take(ModelInspection.Most).Select(c => c.Name))
            + (columns.Count > ModelInspection.Most ? $" and {Figures.Count(columns.Count - ModelInspection.Most)} more" : "");
    }

    /// <summary>The columns, in the order of their first features.</summary>
    public static IReadOnlyList<ShownFeature> Of(IReadOnlyList<Feature>? features) =>
    [
        .. (features ?? []).Index().GroupBy(f => (IsIndicator: f.Item.Category is not null, Name: f.Item.GroupName))
            .Select(g => new ShownFeature(g.Key.Name, g.First().Index, [.. g.Select(f => f.Item)])),
    ];
}
