namespace Pipelines;

/// <summary>
/// A part of a date, a time or a timestamp as a number. Of a timestamp that is stored in UTC it is the part in UTC, of any other that of the time as it is
/// written. To add a part, add a line to the list.
/// </summary>
public sealed class DatePart
{
    private static readonly DatePart[] all =
    [
        new("year", "1 to 9999", true, false, t => new DateTime(t).Year),
        new("month", "1 to 12", true, false, t => new DateTime(t).Month),
        new("day", "1 to 31", true, false, t => new DateTime(t).Day),
        // ISO 8601.
        new("weekday", "1 (Monday) to 7 (Sunday)", true, false, t => (t / TimeSpan.TicksPerDay % 7) + 1),
        new("day-of-year", "1 to 366", true, false, t => new DateTime(t).DayOfYear),
        new("hour", "0 to 23", false, true, t => t / TimeSpan.TicksPerHour % 24),
        new("minute", "0 to 59", false, true, t => t / TimeSpan.TicksPerMinute % 60),
        new("second", "0 to less than 60, with its fraction", false, true, t => t % TimeSpan.TicksPerMinute / (double)TimeSpan.TicksPerSecond, true),
        new("time-of-day", "seconds since midnight, 0 to less than 86,400", false, true, t => t % TimeSpan.TicksPerDay / (double)TimeSpan.TicksPerSecond, true),
        new("epoch", "seconds since 1970-01-01 00:00", true, false, t => (t - DateTime.UnixEpoch.Ticks) / (double)TimeSpan.TicksPerSecond, true),
    ];

    private readonly Func<long, double> of;

    private DatePart(string name, string range, bool needsDate, bool needsTime, Func<long, double> of, bool hasFraction = false) =>
        (Name, Range, NeedsDate, NeedsTime, this.of, HasFraction) = (name, range, needsDate, needsTime, of, hasFraction);

    /// <summary>All parts.</summary>
    public static IReadOnlyList<DatePart> All => all;

    /// <summary>The name: <c>hour</c>, <c>weekday</c> …</summary>
    public string Name { get; }

    /// <summary>The values it may have, as text.</summary>
    public string Range { get; }

    /// <summary>True: a time of day has no such part.</summary>
    public bool NeedsDate { get; }

    /// <summary>True: a date has no such part.</summary>
    public bool NeedsTime { get; }

    /// <summary>True: its values need not be whole numbers.</summary>
    public bool HasFraction { get; }

    /// <summary>The part of that name; null if there is none.</summary>
    public static DatePart? Find(string name) => Array.Find(all, p => p.Name == name);

    /// <summary>The part of a time.</summary>
    /// <param name="ticks">Units of 100 ns since 0001-01-01 00:00, as in <see cref="DateTime.Ticks"/>; of a time of day since midnight.</param>
    public double Of(long ticks) => of(ticks);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
