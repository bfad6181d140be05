using System.Globalization;
using Pipelines.Blocks;
using Pipelines.Io;

namespace Pipelines;

/// <summary>
/// Compares the columns of every input with the features of a model, before any row is read. What the file's metadata do not reveal, such as a category that
/// the model has not seen, is detected only when the file is read.
/// </summary>
/// <param name="Findings">All differences, file by file.</param>
public sealed record SchemaContract(IReadOnlyList<SchemaFinding> Findings)
{
    private const int MostNamed = 10;

    private static readonly Type[] Times = [typeof(DateTime), typeof(DateOnly), typeof(TimeOnly)];

    private const int MostWarned = 3;

    /// <summary>True if the model remembers what its features were when it was fitted, so that more than the columns' presence is compared.</summary>
    public bool IsOfFit { get; init; }

    /// <summary>The findings that reject the input.</summary>
    public IReadOnlyList<SchemaFinding> Errors => Of(SchemaOutcome.Error);

    /// <summary>The findings that the user should know about.</summary>
    public IReadOnlyList<SchemaFinding> Warnings => Of(SchemaOutcome.Warning);

    /// <summary>
    /// The warnings as sentences, at most three, the most serious first: values outside the fitted range (the farthest first), then nulls, then types. One
    /// sentence covers a feature's change in all files and quotes the most serious case; if there are more than three, the third gives the number of the rest.
    /// </summary>
    public IReadOnlyList<string> WarningTexts
    {
        get
        {
            // The sort is stable: among equal findings the first file and feature come first.
            var groups = Warnings.OrderByDescending(f => f.Severity).GroupBy(f => (f.Change, f.Column)).Select(g => g.ToList()).ToList();
            var shown = groups.Count > MostWarned ? MostWarned - 1 : groups.Count;
            var texts = groups.Take(shown).Select(g => $"{g[0]}{(g.Count == 1 ? "" : $" ({Number(g.Count - 1, "more file")} likewise)")}").ToList();
            if (shown == groups.Count) return texts;
            var rest = groups.Skip(shown).SelectMany(g => g).ToList();
            texts.Add($"and {Number(rest.Count, "more difference")} from what the model was fitted to, in "
                + $"{Number(rest.Select(f => f.Column).Distinct().Count(), "feature")} of {Number(rest.Select(f => f.File).Distinct().Count(), "file")} (see "
                + "all: SchemaContract.Findings)");
            return texts;
        }
    }

    /// <summary>Checks files, or other parts of a source, against a model.</summary>
    /// <param name="model">The model; one without named features has no requirements.</param>
    /// <param name="files">What is known of each before its rows are read.</param>
    public static SchemaContract Check(SavedModel model, IEnumerable<SourcePart> files)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(files);
        // A file without rows cannot contain values that the model rejects; if all files are empty, the columns must still exist.
        var all = files.ToList();
        var filled = all.Exists(f => f.Rows > 0) ? all.FindAll(f => f.Rows > 0) : all;
        return Check(FeaturesOf(model), filled.Select(f => (f.Name, f.Columns)));
    }

    /// <summary>Checks a source's columns against a model.</summary>
    /// <param name="model">The model; one without named features has no requirements.</param>
    /// <param name="schema">The columns.</param>
    /// <param name="source">Name of the source, for messages.</param>
    public static SchemaContract Check(SavedModel model, BatchSchema schema, string source)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(schema);
        return Check(FeaturesOf(model), [(source, [.. schema.Fields.Select(f => new InspectedColumn(f.Name, "", f.ValueType.Name, f.IsNullable, null))])]);
    }

    /// <summary>Throws if the input is rejected; the message gives the first reason and the number of further ones.</summary>
    /// <exception cref="FlowException">The input is rejected.</exception>
    public void ThrowIfBroken()
    {
        const string remedy = "give files with the columns that the model was fitted to, or another model";
        if (Errors is [var one]) throw new FlowException(ErrorKind.Data, one.Place, one.Found, one.Expected, remedy);
        if (Errors.Count == 0) return;
        var others = Errors.Count == 2 ? "one more missing or unusable column" : $"{Errors.Count - 1} more missing or unusable columns";
        throw new FlowException(ErrorKind.Data, Errors[0].Place, $"{Errors[0].Found} (and {others})", Errors[0].Expected, remedy);
    }

    // Missing values are what a network is asked about.
    private static IReadOnlyList<Feature> FeaturesOf(SavedModel model) => model is { Model: IInferenceModel, Features: { } own }
        ? [.. own.Select(f => f with { IsNullable = null })]
        : model.Features ?? [];

    private static SchemaContract Check(IReadOnlyList<Feature> features, IEnumerable<(string Name, IReadOnlyList<InspectedColumn> Columns)> files)
    {
        var findings = new List<SchemaFinding>();
        if (features.Count == 0) return new SchemaContract(findings);
        var noted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, columns) in files)
        {
            var byName = columns.DistinctBy(c => c.Name).ToDictionary(c => c.Name, StringComparer.Ordinal);
            foreach (var feature in features.DistinctBy(f => f.GroupName))
                findings.AddRange(Compare(feature, name, byName.GetValueOrDefault(feature.Column), columns));
            // These are usually the same in all files, so they are reported once.
            var wanted = features.Select(f => f.Column).Distinct(StringComparer.Ordinal).ToArray();
            var others = string.Join(", ", columns.Where(c => c.Obstacle is null || c.IsPassedOn).Select(c => c.Name).Except(wanted, StringComparer.Ordinal));
            if (others.Length > 0 && noted.Add(others))
                findings.Add(new(SchemaChange.Added, name, null, $"columns that are not features: {others}", "they stay as they are"));
            var order = columns.Select(c => c.Name).Where(c => wanted.Contains(c, StringComparer.Ordinal)).ToArray();
            if (!order.SequenceEqual(wanted.Where(byName.ContainsKey), StringComparer.Ordinal) && noted.Add("order: " + string.Join(", ", order)))
                findings.Add(new(SchemaChange.Reordered, name, null, $"features in the order {string.Join(", ", order)}", "they are taken by name"));
        }
        return new SchemaContract(findings) { IsOfFit = features.Any(f => f.Type is not null || f.IsNullable is not null || f.Minimum is not null) };
    }

    private static IEnumerable<SchemaFinding> Compare(Feature feature, string file, InspectedColumn? column, IReadOnlyList<InspectedColumn> all)
    {
        if (column is null)
        {
            yield return new(SchemaChange.Dropped, file, feature.Name, $"no column '{feature.Column}'",
                feature.Part is null ? $"the model's feature '{feature.Name}' among its columns" : $"a column for the model's feature '{feature.Name}'");
            yield break;
        }
        var fitted = feature.Type is null ? "" : $", {TypeNames.Of(feature.Type)} when the model was fitted";
        var type = column.ValueType?.ToLowerInvariant();
        if (feature.Part is { } part)
        {
            if (type is not null && Times.FirstOrDefault(t => t.Name.Equals(type, StringComparison.OrdinalIgnoreCase)) is { } time
                && DateParts.Obstacle(part, time) is null) yield break;
            yield return new(SchemaChange.NotNumeric, file, feature.Name, $"values of type {TypeNames.Of(type ?? "unknown")}",
                $"dates or times, of which {feature.Name} is a part{fitted}");
            yield break;
        }
        if (type is null || (feature.Categories is null && feature.Category is null && !IsNumeric(type)))
        {
            var found = type is null ? $"a column that {(column.IsPassedOn ? "is only passed on" : "cannot be read")}: {column.Obstacle}"
                : $"values of type {TypeNames.Of(type)}";
            yield return new(SchemaChange.NotNumeric, file, feature.Name, found, feature.Categories is null ? $"numbers{fitted}" : "values that can be read");
            yield break;
        }
        if (feature.Type is not null && type != feature.Type)
            yield return new(SchemaChange.Retyped, file, feature.Name, TypeNames.Of(type),
                $"{TypeNames.Of(feature.Type)} as when the model was fitted; the values are taken as numbers");
        if (feature.IsNullable == false && column.IsNullable)
        {
            var nulls = column.Nulls is { } n ? $" (it contains {Number(n, "null")})" : "";
            yield return new(SchemaChange.NewlyNullable, file, feature.Name, $"a column that may hold nulls{nulls}",
                "none as when the model was fitted; missing values are left out of their row's probability")
            { Nulls = column.Nulls };
        }
        if (feature.Category is not null || column.Range is not var (low, high) || Excess(feature, low, high) is not (> 0 and var excess)) yield break;
        var range = $"{Text(feature.Minimum)} to {Text(feature.Maximum)} as when the model was fitted";
        yield return new(SchemaChange.OutOfRange, file, feature.Name, $"values from {Text(low)} to {Text(high)} (file statistics)",
            excess > SchemaFinding.MostExcess ? $"{range}; the model is unreliable outside this range" : $"a little outside of {range}")
        { Excess = excess };
    }

    // Halved, so that the width of the widest range does not overflow.
    private static double Excess(Feature feature, double low, double high)
    {
        var (least, most) = (feature.Minimum, feature.Maximum);
        var outside = Math.Max((least / 2) - (low / 2) ?? 0, (high / 2) - (most / 2) ?? 0);
        var width = (most / 2) - (least / 2) ?? 0;
        if (width == 0) width = Math.Max(Math.Abs(least ?? 0), Math.Abs(most ?? 0)) / 2;
        return outside / (width > 0 ? width : 0.5);
    }

    private static bool IsNumeric(string type) =>
        type is "double" or "single" or "decimal" or "sbyte" or "byte" or "int16" or "uint16" or "int32" or "uint32" or "int64" or "uint64" or "boolean";

    // Parquet statistics write a minimum of 0 as -0.
    private static string Text(double? value) => (value + 0.0)?.ToString("R", CultureInfo.InvariantCulture) ?? "any";

    private static string Number(long count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {what}{(count == 1 ? "" : "s")}");

    private static List<string> First(IReadOnlyList<SchemaFinding> findings, Func<SchemaFinding, string> text)
    {
        var texts = findings.Take(MostNamed).Select(text).ToList();
        if (findings.Count > MostNamed) texts.Add($"and {findings.Count - MostNamed} more");
        return texts;
    }

    private List<SchemaFinding> Of(SchemaOutcome outcome) => [.. Findings.Where(f => f.Outcome == outcome)];
}
