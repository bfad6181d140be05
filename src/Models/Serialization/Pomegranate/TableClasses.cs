using System.Globalization;
using System.Runtime.CompilerServices;

namespace Pipelines.Models.Serialization.Pomegranate;

/// <summary>Rows of keys and a probability; <c>dtypes</c> gives the type of each column's keys.</summary>
internal abstract class TableClass(string name) : PomegranateClass
{
    public override string Name => name;

    /// <summary>The rows of a table without a missing key.</summary>
    /// <param name="json">The table's object.</param>
    /// <param name="reading">The state of the reading.</param>
    public KeyedTable Keyed(PomegranateNode json, PomegranateReading reading)
    {
        var table = json["table"];
        var rows = table.Items().ToList();
        if (rows.Count == 0) throw table.Bad("no row", "at least one");
        var columns = rows[0].Count - 1;
        if (columns < 1) throw rows[0].Bad(rows[0].Shown(), "a list of keys and a probability");
        var types = Types(json, rows, columns, reading);

        var cells = new List<(TableKey[], double, PomegranateNode)>(rows.Count);
        foreach (var row in rows)
        {
            if (row.Count != columns + 1) throw row.Bad($"{row.Count} entries", $"{columns + 1}, as in the first row");
            var keys = new TableKey[columns];
            var isMissing = false;
            for (var c = 0; c < columns; c++)
            {
                var key = Key(row.At(c), types[c], reading, out var isText);
                isMissing |= key is null;
                if (key is not null) keys[c] = new(key, isText, row.At(c));
            }
            if (!isMissing) cells.Add((keys, Probability(row.At(columns)), row));
        }
        return new(table, columns, cells);
    }

    /// <summary>The properties of a table's object.</summary>
    /// <param name="sizes">Number of keys of each column.</param>
    /// <param name="values">Shape [product of sizes].</param>
    /// <param name="first">Index of the feature of the first column.</param>
    /// <param name="writing">The state of the writing.</param>
    /// <param name="parents">The value of <c>parents</c>; null = that of a table of its own.</param>
    public IEnumerable<(string Key, object? Value)> Write(int[] sizes, ReadOnlySpan<double> values, int first, PomegranateWriting writing,
        object?[]? parents = null)
    {
        var columns = sizes.Select((s, c) => writing.Keys(first + c, s)).ToArray();
        var rows = new object[values.Length];
        for (var at = 0; at < rows.Length; at++)
        {
            var row = new object?[sizes.Length + 1];
            var rest = at;
            for (var c = sizes.Length - 1; c >= 0; c--, rest /= sizes[c + 1]) row[c] = Entry(columns[c].Keys[rest % sizes[c]], columns[c].Type);
            row[^1] = Entry(values[at]);
            rows[at] = row;
        }
        return [("table", rows), ("dtypes", columns.Select(c => (object?)c.Type).Append("float").ToArray()), ("parents", parents ?? Parents(columns))];
    }

    /// <summary>A key in canonical form.</summary>
    protected abstract string? Key(PomegranateNode entry, PythonType type, PomegranateReading reading, out bool isText);

    /// <summary>A key as written in a row.</summary>
    protected abstract object Entry(string key, string type);

    /// <summary>A probability as written in a row.</summary>
    protected abstract object Entry(double probability);

    /// <summary>The value of <c>parents</c>.</summary>
    protected abstract object?[] Parents(IReadOnlyList<(string Type, string[] Keys)> columns);

    private static PythonType[] Types(PomegranateNode json, List<PomegranateNode> rows, int columns, PomegranateReading reading)
    {
        if (json.Optional("dtypes") is not { } tags)
            return [
                .. Enumerable.Range(0, columns)
                    .Select(
                        c => PythonKey.Guess(rows.Where(r => c < r.Count).Select(r => r.At(c))
                            .Select(k => k.Element.ValueKind == System.Text.Json.JsonValueKind.String ? k.Text() : "0")))];
        if (tags.Count != columns + 1) throw tags.Bad($"{tags.Count} tags", $"{columns + 1}, one for each column");
        // The last tag is the type of the first row's probability, which says nothing about the other rows.
        if (!tags.At(columns).IsNull && tags.At(columns).Text() is not ("float" or "numpy.float64"))
            reading.Warn(tags.At(columns), "the type tag of the probabilities is ignored: they are real numbers (pomegranate cannot read such a file back)");
        return [.. Enumerable.Range(0, columns).Select(c => PythonKey.Type(tags.At(c), reading))];
    }

    private static double Probability(PomegranateNode entry)
    {
        if (entry.Element.ValueKind != System.Text.Json.JsonValueKind.String) return entry.Number();
        return double.TryParse(entry.Text(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? value
            : throw entry.Bad(entry.Shown(), "a finite number, as a text");
    }
}

/// <summary>A table that is a distribution of its own.</summary>
/// <typeparam name="T">Our table.</typeparam>
internal abstract class TableClass<T>(string name) : TableClass(name)
    where T : TableDistribution
{
    public override IReadOnlyList<Type> Models => [typeof(T)];

    public override Model Read(PomegranateNode json, int first, int depth, PomegranateReading reading)
    {
        var table = Keyed(json, reading);
        var (sizes, probabilities) = table.Filled([.. Enumerable.Range(first, table.Columns).Select(reading.Keys)]);
        return Make(sizes, probabilities, table.Place, reading);
    }

    public override IEnumerable<(string Key, object? Value)> Write(Model model, int first, string path, PomegranateWriting writing)
    {
        var table = (T)model;
        writing.WarnOfUnknown(table, path);
        return Write(table.Sizes.ToArray(), table.Probabilities, first, writing);
    }

    /// <summary>The table; sums are checked, but not normalised.</summary>
    protected abstract T Make(int[] sizes, double[] probabilities, PomegranateNode table, PomegranateReading reading);
}

/// <summary>P(child | parents): every entry is a string.</summary>
internal sealed class ConditionalTableClass() : TableClass<ConditionalProbabilityTable>("ConditionalProbabilityTable")
{
    [ModuleInitializer]
    internal static void Register() => Add(new ConditionalTableClass());

    protected override ConditionalProbabilityTable Make(int[] sizes, double[] probabilities, PomegranateNode table, PomegranateReading reading)
    {
        for (var at = 0; at < probabilities.Length; at += sizes[^1])
        {
            var sum = probabilities.AsSpan(at, sizes[^1]).ToArray().Sum();
            if (!reading.ScalesRows && Math.Abs(sum - 1) > TableDistribution.SumTolerance)
                reading.Warn(table, "probabilities given some values of the parents do not sum to 1, or rows are missing; they are used unchanged, "
                    + "missing ones as 0");
        }
        return ConditionalProbabilityTable.AsGiven(sizes, probabilities, 0);
    }

    protected override string? Key(PomegranateNode entry, PythonType type, PomegranateReading reading, out bool isText) =>
        entry.Element.ValueKind == System.Text.Json.JsonValueKind.String
            ? PythonKey.Canonical(entry.Text(), type, entry, reading, out isText)
            : PythonKey.Canonical(entry, reading, out isText);

    protected override object Entry(string key, string type) => key;

    protected override object Entry(double probability) => PythonJson.Number(probability);

    // pomegranate reads a table only with its parents' distributions; only their keys matter.
    protected override object?[] Parents(IReadOnlyList<(string Type, string[] Keys)> columns) => [.. columns.SkipLast(1).Select(c => new PythonObject(
    [
        ("class", "Distribution"), ("dtype", c.Type), ("name", "DiscreteDistribution"),
        ("parameters", new object[] { new PythonObject([.. c.Keys.Select(k => (k, (object?)(1.0 / c.Keys.Length)))]) }), ("frozen", false),
    ]))];
}

/// <summary>P(all columns): entries keep their JSON type.</summary>
internal sealed class JointTableClass() : TableClass<JointProbabilityTable>("JointProbabilityTable")
{
    [ModuleInitializer]
    internal static void Register() => Add(new JointTableClass());

    protected override JointProbabilityTable Make(int[] sizes, double[] probabilities, PomegranateNode table, PomegranateReading reading)
    {
        if (Math.Abs(probabilities.Sum() - 1) > TableDistribution.SumTolerance)
            reading.Warn(table, "probabilities do not sum to 1; they are used unchanged");
        return JointProbabilityTable.AsGiven(sizes, probabilities, 0);
    }

    protected override string? Key(PomegranateNode entry, PythonType type, PomegranateReading reading, out bool isText)
    {
        if (entry.Element.ValueKind is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False)
            reading.Warn(entry, "pomegranate itself reads every true in a joint table back as false; the values in the file are taken");
        // A string in a column of numbers: some versions wrote all entries as strings.
        return entry.Element.ValueKind == System.Text.Json.JsonValueKind.String && type != PythonType.Text
            ? PythonKey.Canonical(entry.Text(), type, entry, reading, out isText)
            : PythonKey.Canonical(entry, reading, out isText);
    }

    protected override object Entry(string key, string type) => type == "str" ? key
        : new PythonNumber(key.Replace("inf", "Infinity", StringComparison.Ordinal));

    protected override object Entry(double probability) => probability;

    protected override object?[] Parents(IReadOnlyList<(string Type, string[] Keys)> columns) => [.. Enumerable.Range(0, columns.Count).Cast<object>()];
}
