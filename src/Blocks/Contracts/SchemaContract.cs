using System.Globalization;
using Pipelines.Io;
using Pipelines.Models;
using Pipelines.Models.Serialization;

namespace Pipelines.Blocks;

/// <summary>
/// The columns of every input against the features of a model, before any row is read. What a file does not tell of itself, that a value is a category which the
/// model has not seen, shows only when it is read.
/// </summary>
/// <param name="Findings">All differences, file by file.</param>
public sealed record SchemaContract(IReadOnlyList<SchemaFinding> Findings)
{
    private const int MostNamed = 10;

    /// <summary>Those that refuse the input.</summary>
    public IReadOnlyList<SchemaFinding> Errors => Of(SchemaOutcome.Error);

    /// <summary>Those that a user should know.</summary>
    public IReadOnlyList<SchemaFinding> Warnings => Of(SchemaOutcome.Warning);

    /// <summary>The warnings as sentences: the first ten, then how many more there are.</summary>
    public IReadOnlyList<string> WarningTexts => First(Warnings, f => $"{f}");

    /// <summary>Checks files against a model.</summary>
    /// <param name="model">The model; one without named features asks for nothing.</param>
    /// <param name="files">What the files say of themselves.</param>
    public static SchemaContract Check(SavedModel model, IEnumerable<ParquetInspection> files)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(files);
        return Check(model.Features ?? [], files.Select(f => (f.Name, f.Columns)));
    }

    /// <summary>Checks a source's columns against a model.</summary>
    /// <param name="model">The model; one without named features asks for nothing.</param>
    /// <param name="schema">The columns.</param>
    /// <param name="source">Name of the source, for messages.</param>
    public static SchemaContract Check(SavedModel model, BatchSchema schema, string source)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(schema);
        return Check(model.Features ?? [], [(source, [.. schema.Fields.Select(f => new InspectedColumn(f.Name, "", f.ValueType.Name, f.IsNullable, null))])]);
    }

    /// <summary>Throws if the input is refused; the message names the first ten reasons of all files.</summary>
    /// <exception cref="DataException">It is.</exception>
    public void ThrowIfBroken()
    {
        const string remedy = "give files with the columns that the model was fitted to, or another model";
        if (Errors is [var one]) throw new DataException(DataErrorKind.Data, one.Place, one.Found, one.Expected, remedy);
        if (Errors.Count == 0) return;
        throw new DataException(DataErrorKind.Data, "input", $"{Errors.Count} columns that the model cannot use: {string.Join("; ", First(Errors, f => $"{f.Place}: {f.Found}"))}", "the columns that it was fitted to", remedy);
    }

    private static SchemaContract Check(IReadOnlyList<Feature> features, IEnumerable<(string Name, IReadOnlyList<InspectedColumn> Columns)> files)
    {
        var findings = new List<SchemaFinding>();
        if (features.Count == 0) return new SchemaContract(findings);
        var noted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, columns) in files)
        {
            var byName = columns.DistinctBy(c => c.Name).ToDictionary(c => c.Name, StringComparer.Ordinal);
            foreach (var feature in features) findings.AddRange(Compare(feature, name, byName.GetValueOrDefault(feature.Name), columns));
            // The same in all files, mostly: told once.
            var wanted = features.Select(f => f.Name).ToArray();
            var others = string.Join(", ", columns.Where(c => c.Obstacle is null || c.IsPassedOn).Select(c => c.Name).Except(wanted, StringComparer.Ordinal));
            if (others.Length > 0 && noted.Add(others)) findings.Add(new(SchemaChange.Added, name, null, $"columns that are no features: {others}", "they stay as they are"));
            var order = columns.Select(c => c.Name).Where(c => wanted.Contains(c, StringComparer.Ordinal)).ToArray();
            if (!order.SequenceEqual(wanted.Where(byName.ContainsKey), StringComparer.Ordinal) && noted.Add("order: " + string.Join(", ", order)))
                findings.Add(new(SchemaChange.Reordered, name, null, $"features in the order {string.Join(", ", order)}", "they are taken by name"));
        }
        return new SchemaContract(findings);
    }

    private static IEnumerable<SchemaFinding> Compare(Feature feature, string file, InspectedColumn? column, IReadOnlyList<InspectedColumn> all)
    {
        if (column is null)
        {
            yield return new(SchemaChange.Dropped, file, feature.Name, $"no column '{feature.Name}'", $"the model's feature '{feature.Name}' among {string.Join(", ", all.Select(c => c.Name))}");
            yield break;
        }
        var fitted = feature.Type is null ? "" : $", {feature.Type} when the model was fitted";
        var type = column.ValueType?.ToLowerInvariant();
        if (type is null || (feature.Categories is null && !IsNumeric(type)))
        {
            var found = type is null ? $"a column that {(column.IsPassedOn ? "is only passed on" : "cannot be read")}: {column.Obstacle}"
                : $"values of type {type}";
            yield return new(SchemaChange.NotNumeric, file, feature.Name, found, feature.Categories is null ? $"numbers{fitted}" : "values that can be read");
            yield break;
        }
        if (feature.Type is not null && type != feature.Type)
            yield return new(SchemaChange.Retyped, file, feature.Name, type, $"{feature.Type} as when the model was fitted; the values are taken as numbers");
        if (feature.IsNullable == false && column.IsNullable)
        {
            var nulls = column.Nulls is { } n ? $" (it tells of {n} nulls)" : "";
            yield return new(SchemaChange.NewlyNullable, file, feature.Name, $"a column that may hold nulls{nulls}", "none as when the model was fitted; missing values are left out of their row's probability");
        }
        if (column.Range is var (low, high) && ((feature.Minimum is { } least && low < least) || (feature.Maximum is { } most && high > most)))
            yield return new(SchemaChange.OutOfRange, file, feature.Name, $"values from {Text(low)} to {Text(high)} (as the file tells)", $"{Text(feature.Minimum)} to {Text(feature.Maximum)} as when the model was fitted; of others it knows little");
    }

    private static bool IsNumeric(string type) => type is "double" or "single" or "decimal" or "sbyte" or "byte" or "int16" or "uint16" or "int32" or "uint32" or "int64" or "uint64" or "boolean";

    private static string Text(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "any";

    private static List<string> First(IReadOnlyList<SchemaFinding> findings, Func<SchemaFinding, string> text)
    {
        var texts = findings.Take(MostNamed).Select(text).ToList();
        if (findings.Count > MostNamed) texts.Add($"and {findings.Count - MostNamed} more");
        return texts;
    }

    private List<SchemaFinding> Of(SchemaOutcome outcome) => [.. Findings.Where(f => f.Outcome == outcome)];
}
