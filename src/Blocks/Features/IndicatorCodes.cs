using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>Writes a feature that is 1 in rows of a category and 0 in others (<see cref="Feature.Category"/>).</summary>
/// <param name="Codes">The categories of all indicators of the column.</param>
/// <param name="Code">Code of the feature's category.</param>
internal sealed record IndicatorCodes(CategoryCodes Codes, int Code)
{
    /// <summary>True for the first indicator of its column.</summary>
    public bool IsFirst => Code == 0;

    /// <summary>Shape [features]: null for those that are no indicators.</summary>
    public static IndicatorCodes?[] Of(IReadOnlyList<Feature> features)
    {
        var made = new IndicatorCodes?[features.Count];
        var indicators = Enumerable.Range(0, made.Length).Where(j => features[j].Category is not null);
        foreach (var column in indicators.GroupBy(j => features[j].Source, StringComparer.Ordinal))
        {
            int[] own = [.. column];
            var codes = new CategoryCodes(new CategoryMap([.. own.Select(j => features[j].Category!)]));
            for (var code = 0; code < own.Length; code++) made[own[code]] = new(codes, code);
        }
        return made;
    }

    /// <inheritdoc cref="CategoryCodes.Write"/>
    /// <returns>True if a value is none of the categories.</returns>
    public bool Write(BatchColumn column, Span<double> target, DatePart? part)
    {
        Codes.Write(column, target, part);
        return target.Contains(CategoryMap.Unknown);
    }

    /// <summary>Replaces codes by 1 for the feature's category and 0 for others; what is missing or infinite stays.</summary>
    /// <param name="codes">Shape [rows].</param>
    public void Indicate(Span<double> codes)
    {
        for (var i = 0; i < codes.Length; i++)
            if (double.IsFinite(codes[i])) codes[i] = codes[i] == Code ? 1 : 0;
    }
}
