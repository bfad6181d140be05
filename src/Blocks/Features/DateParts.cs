using Pipelines.Io;
using Pipelines.Io.Format;

namespace Pipelines.Blocks;

/// <summary>Parts of dates and times as features.</summary>
internal static class DateParts
{
    /// <summary>Why a column has no such part, as what was found and expected; null if it has one.</summary>
    public static (string Found, string Expected)? Obstacle(DatePart part, Type type)
    {
        if (type == typeof(DateTime)) return null;
        if (type == typeof(DateOnly)) return part.NeedsTime ? ("dates, which have no time of day", "times or timestamps") : null;
        if (type == typeof(TimeOnly)) return part.NeedsDate ? ("times, which have no date", "dates or timestamps") : null;
        return ($"values of type {TypeNames.Of(type)}", "dates, times or timestamps");
    }

    /// <summary>Writes the part of each row, null as NaN.</summary>
    /// <param name="part">The part.</param>
    /// <param name="column">Dates, times or timestamps.</param>
    /// <param name="target">Shape [rows].</param>
    public static void Write(DatePart part, BatchColumn column, Span<double> target)
    {
        switch (StoredTimes.Of(column))
        {
            case BatchColumn<DateTime> times: Each(times, target, t => part.Of(t.Ticks)); break;
            case BatchColumn<DateOnly> dates: Each(dates, target, d => part.Of(d.DayNumber * TimeSpan.TicksPerDay)); break;
            case BatchColumn<TimeOnly> times: Each(times, target, t => part.Of(t.Ticks)); break;
            default: throw new InvalidOperationException($"parts of values of type {column.Field.ValueType.Name}");
        }
    }

    /// <summary>The values of a feature before transforms and codes: those of its column, or their part as a column of numbers.</summary>
    public static BatchColumn Of(Feature feature, BatchColumn column)
    {
        if (feature.Part is not { } part) return column;
        var values = new double[column.Length];
        Write(part, column, values);
        bool[]? present = values.Contains(double.NaN) ? [.. values.Select(v => !double.IsNaN(v))] : null;
        return part.HasFraction ? new BatchColumn<double>(Field(typeof(double)), values, present)
            : new BatchColumn<int>(Field(typeof(int)), Array.ConvertAll(values, v => double.IsNaN(v) ? 0 : (int)v), present);

        ColumnField Field(Type type) => new(feature.Source, type, column.Field.IsNullable);
    }

    private static void Each<T>(BatchColumn<T> column, Span<double> target, Func<T, double> part)
    {
        for (var row = 0; row < column.Length; row++) target[row] = column.IsNull(row) ? double.NaN : part(column[row]);
    }
}
