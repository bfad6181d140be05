using Pipelines.Models.Fitting;
using Pipelines.Models.Numerics;

namespace Pipelines;

/// <summary>The variables of a data set.</summary>
internal static class NetworkData
{
    /// <summary>The features as far as they are known, for checks before the first row is read: a single value stands for those that are not.</summary>
    public static NetworkVariable[] Named(IDataPass pass) => [.. Enumerable.Range(0, pass.Columns).Select(j =>
        new NetworkVariable(pass.Features?[j].Name ?? $"x{j}", Math.Max(1, pass.Features?[j].Categories?.Count ?? 0)))];

    /// <summary>The features and their categories, or the codes found in one pass.</summary>
    /// <exception cref="ModelException">A feature has other values than codes.</exception>
    public static async ValueTask<NetworkVariable[]> VariablesAsync(IDataPass pass, CancellationToken cancellationToken)
    {
        await pass.FindCategoriesAsync(cancellationToken).ConfigureAwait(false);
        if (pass.Features is { } known && known.All(f => f.Categories is { Count: > 0 }))
            return [.. known.Select(Of)];
        var survey = await DataSurvey.RunAsync(pass, 1, null, cancellationToken).ConfigureAwait(false);
        var features = pass.Features;
        return
        [
            .. Enumerable.Range(0, pass.Columns).Select(j => SizeOf(pass, survey, j) is var size && features?[j].Categories is not null
                ? Of(features[j])
                : new NetworkVariable(features?[j].Name ?? $"x{j}", size)),
        ];
    }

    // Booleans are the categories 0 and 1 of their column.
    private static NetworkVariable Of(Feature feature) => new(feature.Name, feature.Type == ClassLabels.Boolean
        ? [.. feature.Categories!.Select(c => c == "0" ? "false" : "true")]
        : feature.Categories!);

    private static int SizeOf(IDataPass pass, SurveyStatistics survey, int column)
    {
        if (pass.Features?[column].Categories is { Count: > 0 } known) return known.Count;
        double least = survey.Minimum(column), most = survey.Maximum(column);
        return least >= 0 && most == Math.Floor(most) && most < TableStatistics.MostCells
            ? (int)most + 1
            : throw new ModelException(ErrorKind.Data, pass.Features is { } features ? $"feature '{features[column].Name}'" : $"feature {column}",
                double.IsFinite(most) ? $"values from {least.Text()} to {most.Text()}" : "no value", "categories coded 0, 1, 2 …",
                "give it categories, or leave the feature out")
            { FeatureIndex = column };
    }
}
