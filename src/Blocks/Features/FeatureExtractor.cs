using System.Globalization;
using Pipelines.Io;
using Pipelines.Models;

namespace Pipelines.Blocks;

/// <summary>Extracts features and weights from batches and validates them. Thread-safe.</summary>
internal sealed class FeatureExtractor
{
    private readonly IReadOnlyList<string> features;
    private readonly string? weights;
    private volatile CategoryCodes?[] codes;
    private volatile Plan? plan;

    /// <summary>Creates the extractor.</summary>
    /// <param name="features">Names of the feature columns, in the model's order.</param>
    /// <param name="weights">Name of the weight column; null = none.</param>
    /// <param name="maps">Shape [features]: the categories of categorical features; null = there are none.</param>
    public FeatureExtractor(IReadOnlyList<string> features, string? weights, IReadOnlyList<CategoryMap?>? maps = null)
    {
        ArgumentNullException.ThrowIfNull(features);
        ModelException.CheckOptions(
            "features",
            (features.Count > 0, "number of features", features.Count, "at least 1"),
            (features.Distinct(StringComparer.Ordinal).Count() == features.Count, "feature names", string.Join(",", features), "each name once"));
        (this.features, this.weights) = (features, weights);
        codes = [.. features.Select((_, i) => maps?[i] is { } map ? new CategoryCodes(map) : null)];
    }

    /// <summary>Indexes of categorical features whose categories are not yet known: for these, any column of text, numbers or booleans is accepted.</summary>
    public IReadOnlyCollection<int> Unknown { get; set; } = [];

    /// <summary>Index of the label column, whose values must be known names; null = none.</summary>
    public int? Label { get; init; }

    /// <summary>Warnings about rows with values that are not categories, one sentence per column; empty if there are none.</summary>
    public IEnumerable<string> UnknownCategoryWarnings => codes.Select((c, i) => (Name: features[i], Rows: c?.UnknownRows ?? 0)).Where(u => u.Rows > 0)
        .Select(u => string.Create(CultureInfo.InvariantCulture, $"column '{u.Name}': found {u.Rows:N0} "
            + $"{(u.Rows == 1 ? "value that is not a category" : "values that are not categories")} of the model, scored with the probability "
            + $"that it gives to unknown ones"));

    /// <summary>Resets the count of such rows.</summary>
    public void ForgetUnknown()
    {
        foreach (var column in codes) column?.UnknownRows = 0;
    }

    /// <summary>Sets the categories, before the first batch arrives.</summary>
    public void Know(IReadOnlyList<CategoryMap?> maps)
    {
        codes = [.. maps.Select(m => m is null ? null : new CategoryCodes(m))];
        // The labels of a resumed fit are determined again, because the model file does not contain them.
        Unknown = Label is { } label && codes[label] is null ? [label] : [];
    }

    public int Columns => features.Count;

    /// <summary>Names of the feature columns, in the model's order.</summary>
    public IReadOnlyList<string> Names => features;

    public bool IsWeighted => weights is not null;

    /// <summary>The columns that must be read.</summary>
    public IEnumerable<string> Needed => weights is null || features.Contains(weights) ? features : features.Append(weights);

    /// <summary>Checks that the columns exist and are numeric, before any row is read.</summary>
    /// <param name="schema">The data's columns.</param>
    /// <param name="place">Name of the source or block, for messages.</param>
    /// <exception cref="DataException">A column is not numeric, or is absent from at least one file.</exception>
    public void Check(BatchSchema schema, string place)
    {
        var columns = Resolve(schema, place).Indexes;
        for (var i = 0; i < columns.Length; i++)
        {
            if (schema.Fields[columns[i]].Union is not { } union) continue;
            union.CheckEverywhere(Role(i));
            // Features are doubles, whatever numeric type the files use; categories are identified by their exact values.
            if (IsCategorical(i)) union.CheckType("Pipeline.Features");
        }
    }

    /// <summary>Writes a batch's features, followed by its weights.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="target">Shape [layout.Length].</param>
    /// <param name="layout">The positions of features and weights in <paramref name="target"/>.</param>
    /// <param name="block">Name of the block, for messages.</param>
    /// <param name="ranges">Receives the features' ranges if no row is bad; null = they are not computed.</param>
    /// <returns>The rows that no model can use, each once, in row order; null if all rows are usable.</returns>
    /// <exception cref="DataException">A column is absent or not numeric.</exception>
    public List<BadRow>? Extract(DataBatch batch, Span<double> target, in FeatureLayout layout, string block, FeatureRanges? ranges = null)
    {
        var known = plan;
        if (known is null || !ReferenceEquals(known.Schema, batch.Schema)) plan = known = Resolve(batch.Schema, $"block '{block}', batch {batch.Index}");
        List<BadRow>? bad = null;
        Span<ValueRange> seen = known.Indexes.Length <= 64 ? stackalloc ValueRange[known.Indexes.Length] : new ValueRange[known.Indexes.Length];
        for (var c = 0; c < known.Indexes.Length; c++)
        {
            var column = batch.Columns[known.Indexes[c]];
            var values = target.Slice(c * layout.Stride, batch.Rows);
            var isWeight = c == features.Count;
            if (!isWeight && codes[c] is { } categories) categories.Write(column, values);
            else CategoryCodes.Numbers(column, values);
            if (!isWeight) seen[c] = ValueRange.Of(values);
            if (c == Label && values.Contains(-1))
            {
                bad ??= [];
                for (var row = 0; row < values.Length; row++)
                    if (values[row] == -1) bad.Add(NoState(column, row, codes[c]!.Categories));
            }
            if (isWeight ? AllWeights(values) : !seen[c].IsInfinite) continue;
            bad ??= [];
            for (var row = 0; row < values.Length; row++)
                if (isWeight ? !IsWeight(values[row]) : double.IsInfinity(values[row])) bad.Add(Bad(column, row, values[row], isWeight));
        }
        if (bad is null)
        {
            ranges?.Add(seen);
            return null;
        }
        // The sort is stable: if several columns have a reason, the first one is kept.
        return [.. bad.DistinctBy(b => b.Row).OrderBy(b => b.Row)];
    }

    private static BadRow Bad(BatchColumn column, int row, double value, bool isWeight) => new(
        row,
        column.Field.Name,
        column.IsNull(row) ? "null" : FormattableString.Invariant($"{value}"),
        isWeight ? "a finite weight of at least 0" : "a finite number, null or NaN",
        isWeight ? "correct the weight, or choose another weight column" : "replace infinite values, or leave the column out of the features");

    private static BadRow NoState(BatchColumn column, int row, IReadOnlyList<string> states) => new(
        row,
        column.Field.Name,
        FormattableString.Invariant($"label '{column.GetValue(row)}', which names no state"),
        "the name of a state, or null where the state is not known",
        "correct the label, or begin with a model that has this state");

    private static bool IsWeight(double value) => value >= 0 && double.IsFinite(value);

    private static bool AllWeights(ReadOnlySpan<double> values)
    {
        foreach (var value in values)
            if (!IsWeight(value)) return false;
        return true;
    }

    private Plan Resolve(BatchSchema schema, string place)
    {
        var names = weights is null ? features : [.. features, weights];
        var indexes = new int[names.Count];
        for (var i = 0; i < indexes.Length; i++)
        {
            indexes[i] = schema.IndexOf(names[i]);
            var role = Role(i);
            if (indexes[i] < 0)
                throw MissingColumn.Of(place, names[i], schema, role);
            var field = schema.Fields[indexes[i]];
            var isCategorical = IsCategorical(i);
            if (field.Union is { IsInConflict: true, AreNumbers: false } union) union.CheckType("Pipeline.Features");
            var isRight = field.IsNumeric || (i < features.Count && field.ValueType == typeof(bool)) || (isCategorical && field.ValueType == typeof(string));
            if (isRight) continue;
            if (field.Obstacle is { } obstacle)
                throw new DataException(DataErrorKind.Data, $"{place}, column '{field.Name}'", $"a column that is only passed on: {obstacle}",
                    $"a {role} of numbers, booleans or texts", "leave the column out, or convert it first");
            var isText = !isCategorical && i < features.Count && field.ValueType == typeof(string);
            throw new DataException(DataErrorKind.Data, $"{place}, column '{field.Name}'", $"values of type {TypeNames.Of(field.ValueType)}",
                isCategorical ? $"a {role} of texts, numbers or booleans" : $"a numeric {role}",
                isText
                    ? "leave the column out, convert it, or fit a distribution of categories to it (discrete)"
                    : "leave the column out, or convert it first");
        }
        return new Plan(schema, indexes);
    }

    private string Role(int column) => column == features.Count ? "weight" : column == Label ? "label" : "feature";

    private bool IsCategorical(int column) => column < features.Count && (codes[column] is not null || Unknown.Contains(column));

    private sealed record Plan(BatchSchema Schema, int[] Indexes);
}
