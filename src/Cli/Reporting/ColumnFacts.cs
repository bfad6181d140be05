using System.Globalization;
using System.Text.Json;

namespace Pipelines.Cli.Reporting;

/// <summary>What the footers of some files say about the values of a column.</summary>
/// <param name="Rows">Number of rows of the files.</param>
/// <param name="Nulls">Number of nulls; null = a footer does not say.</param>
/// <param name="Range">Smallest and largest number; null = a footer does not say, or there is no value.</param>
/// <param name="Times">The same of dates and timestamps.</param>
internal sealed record ColumnFacts(long Rows, long? Nulls, (double Minimum, double Maximum)? Range, (DateTime Minimum, DateTime Maximum)? Times)
{
    private const int MostLetters = 24;

    /// <summary>The same of times of day.</summary>
    public (TimeOnly Minimum, TimeOnly Maximum)? ClockTimes { get; init; }

    /// <summary>The same of texts.</summary>
    public (string Minimum, string Maximum)? Texts { get; init; }

    /// <summary>The facts about a column of one file.</summary>
    public static ColumnFacts Of(InspectedColumn column, long rows) =>
        // Writers store a bound of 0 with a sign, so that it covers both zeros.
        new(rows, column.Nulls, column.Range is var (low, high) ? (low + 0.0, high + 0.0) : null, column.Times)
        {
            ClockTimes = column.ClockTimes,
            Texts = column.Texts,
        };

    /// <summary>The facts about the column of this name in all files together; it is null in those that lack it. Nothing, if all do.</summary>
    public static ColumnFacts Of(string name, IReadOnlyList<ParquetInspection> files)
    {
        var found = files.Select(f => (File: f, Column: f.Columns.FirstOrDefault(c => c.Name == name))).ToArray();
        return found.All(f => f.Column is null)
            ? new(files.Sum(f => f.Rows), null, null, null)
            : found.Select(f => f.Column is null ? new ColumnFacts(f.File.Rows, f.File.Rows, null, null) : Of(f.Column, f.File.Rows))
                .Aggregate((all, next) => all.With(next));
    }

    /// <summary>For a table: the number of nulls or whether there may be any, the smallest and the largest value.</summary>
    public string[] Cells(bool isNullable)
    {
        var nulls = Nulls switch { 0 => "none", { } known => Figures.Count(known), null => isNullable ? "possible" : "none" };
        return Words() is var (first, last) ? [nulls, Cut(first), Cut(last)]
            : Range is var (low, high) ? [nulls, Text(low), Text(high)] : [nulls, "-", "-"];

        static string Cut(string text) => ErrorText.Shortened(text, MostLetters);
    }

    /// <summary>For scripts: <c>nulls</c>, <c>minimum</c> and <c>maximum</c>, null where the files do not say.</summary>
    public void WriteJson(Utf8JsonWriter json)
    {
        if (Nulls is { } nulls) json.WriteNumber("nulls", nulls);
        else json.WriteNull("nulls");
        if (Words() is var (first, last))
        {
            json.WriteString("minimum", first);
            json.WriteString("maximum", last);
            return;
        }
        EvaluationReport.Write(json, "minimum", Range?.Minimum);
        EvaluationReport.Write(json, "maximum", Range?.Maximum);
    }

    // Where one of two has no value, the other says it all; where one does not know, nobody does.
    private ColumnFacts With(ColumnFacts other)
    {
        return new(Rows + other.Rows, Nulls + other.Nulls, Both(f => f.Range), Both(f => f.Times))
        {
            ClockTimes = Both(f => f.ClockTimes),
            Texts = Both(f => f.Texts),
        };

        (T, T)? Both<T>(Func<ColumnFacts, (T, T)?> range)
            where T : IComparable<T> =>
            (HasNoValue, other.HasNoValue, range(this), range(other)) switch
            {
                (true, _, _, var own) => own,
                (_, true, var own, _) => own,
                (_, _, { } one, { } two) => ParquetInspection.Both(one, two),
                _ => null,
            };
    }

    // A range of what is no number.
    private (string, string)? Words()
    {
        if (Texts is { } texts) return texts;
        if (ClockTimes is var (from, to)) return (Text(from), Text(to));
        if (Times is not var (first, last)) return null;
        // Both as dates, or both with times.
        var format = first.TimeOfDay == TimeSpan.Zero && last.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-ddTHH:mm:ss.FFFFFFF";
        return (first.ToString(format, CultureInfo.InvariantCulture), last.ToString(format, CultureInfo.InvariantCulture));
    }

    private static string Text(TimeOnly time) => time.ToString("HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture);

    private bool HasNoValue => Nulls == Rows;

    private static string Text(double value) => value.ToString(value == Math.Floor(value) ? "R" : "G6", CultureInfo.InvariantCulture);
}
