using Pipelines.Io;
using Pipelines.Io.Format;

namespace Pipelines.Blocks;

/// <content>The columns, and what they may hold.</content>
internal sealed partial class FeatureExtractor
{
    /// <summary>Checks that the columns exist and are numeric, before any row is read.</summary>
    /// <param name="schema">The data's columns.</param>
    /// <param name="place">Name of the source or block, for messages.</param>
    /// <exception cref="FlowException">A column is not numeric, or is absent from at least one file.</exception>
    public void Check(BatchSchema schema, string place)
    {
        var columns = Resolve(schema, place).Indexes;
        for (var i = 0; i < columns.Length; i++)
        {
            if (schema.Fields[columns[i]].Union is not { } union) continue;
            union.CheckEverywhere(Role(i));
            // Features are doubles, whatever numeric type the files use; categories and dates are identified by their exact values.
            if (IsCategorical(i) || PartOf(i) is not null) union.CheckType(Property(i));
        }
        if (FoldKeys?.Name is not { } key || schema.Fields[schema.IndexOf(key)].Union is not { } keys) return;
        keys.CheckEverywhere("fold key");
        keys.CheckType("FoldOptions.Key");
    }

    /// <summary>True if a column's distinct values are categories: text, integers or booleans.</summary>
    public static bool HasCategories(ColumnField field) => field.IsInteger || field.ValueType == typeof(string) || field.ValueType == typeof(bool);

    private Plan Resolve(BatchSchema schema, string place)
    {
        string[] names = [.. All];
        var indexes = new int[names.Length];
        for (var i = 0; i < indexes.Length; i++)
        {
            indexes[i] = schema.IndexOf(names[i]);
            var role = Role(i);
            if (indexes[i] < 0)
                throw MissingColumn.Of(place, names[i], schema, role);
            var field = schema.Fields[indexes[i]];
            if (PartOf(i) is { } part)
            {
                if (TakesCategories && part.HasFraction)
                    throw new FlowException(ErrorKind.Data, $"{place}, column '{field.Name}'", $"{features[i].Name}, a part with a fraction",
                        "a feature of texts, booleans or integers", "take a part of whole numbers, such as hour, or leave it out");
                if (DateParts.Obstacle(part, StoredTimes.TypeOf(field)) is not var (found, expected)) continue;
                throw new FlowException(ErrorKind.Data, $"{place}, column '{field.Name}'", found, $"{expected}, of which {features[i].Name} is a part",
                    field.IsNumeric && !StoredTimes.Has(field) ? "take the number itself, or another column" : "take another column or part");
            }
            var isCategorical = IsCategorical(i);
            if (field.Union is { IsInConflict: true, AreNumbers: false } union) union.CheckType(Property(i));
            var isTime = i < features.Count && DatePart.All.Any(p => DateParts.Obstacle(p, field.ValueType) is null);
            var takePart = $"take a part of it, such as {(field.ValueType == typeof(TimeOnly) ? "hour" : "weekday")}({field.Name}), or leave the column out";
            if (TakesCategories && i < features.Count && field.Obstacle is null && !HasCategories(field))
                throw new FlowException(ErrorKind.Data, $"{place}, column '{field.Name}'", $"values of type {TypeNames.Of(field.ValueType)}",
                    "a feature of texts, booleans or integers",
                    isTime ? takePart : "convert it to categories first, such as the numbers of ranges, or leave the column out");
            var isRight = field.IsNumeric || (!IsNumber(i) && field.ValueType == typeof(bool)) || (isCategorical && field.ValueType == typeof(string));
            if (isRight) continue;
            if (field.Obstacle is { } obstacle)
                throw new FlowException(ErrorKind.Data, $"{place}, column '{field.Name}'", $"a column that is only passed on: {obstacle}",
                    $"a {role} of numbers, booleans or texts", "leave the column out, or convert it first");
            var isText = !isCategorical && !IsNumber(i) && field.ValueType == typeof(string);
            throw new FlowException(ErrorKind.Data, $"{place}, column '{field.Name}'", $"values of type {TypeNames.Of(field.ValueType)}",
                isCategorical ? $"a {role} of texts, numbers or booleans" : $"a numeric {role}",
                isTime ? takePart
                : isText
                    ? "leave the column out, fit a distribution of categories to it (discrete), or for k-means one-hot encode it (Pipeline.OneHot)"
                    : "leave the column out, or convert it first");
        }
        if (FoldKeys?.Name is not { } key) return new Plan(schema, indexes, -1);
        if (schema.IndexOf(key) is not (>= 0 and var at)) throw MissingColumn.Of(place, key, schema, "column of fold keys");
        FoldKeyColumn.Check(schema.Fields[at], place);
        return new Plan(schema, indexes, at);
    }

    private string Role(int column) => column < features.Count ? "feature" : IsLabel(column) ? "label" : IsPrior(column) ? "prior" : "weight";

    private string Property(int column) => IsLabel(column) ? "Pipeline.Labels" : "Pipeline.Features";

    private DatePart? PartOf(int column) => column < features.Count ? features[column].Part : null;

    // Weights and priors.
    private bool IsNumber(int column) => column >= codes.Length;

    private bool IsPrior(int column) => column >= codes.Length + (weights is null ? 0 : 1);

    private bool IsCategorical(int column) => IsLabel(column) || (column < features.Count
        && (codes[column] is not null || indicators[column] is not null || Unknown.Contains(column)));

    private bool IsLabel(int column) => label is not null && column == features.Count;

    private sealed record Plan(BatchSchema Schema, int[] Indexes, int Key);
}
