using Pipelines.Io;

namespace Pipelines.Examples.Congestion;

/// <summary>A sink that counts the flights of each airport, day and state.</summary>
internal sealed class AirportDays : IBatchSink
{
    private readonly Dictionary<(string Airport, DateOnly Day), int[]> counts = [];

    /// <inheritdoc/>
    public string Name => "airports and days";

    /// <summary>Number of flights seen.</summary>
    public long Flights { get; private set; }

    /// <summary>Number of flights per airport.</summary>
    public SortedDictionary<string, int> Airports { get; } = new(StringComparer.Ordinal);

    /// <summary>The days on which an airport had flights, in order, with the number of flights in each state.</summary>
    public IEnumerable<(DateOnly Day, int[] States)> Of(string airport) =>
        counts.Where(c => c.Key.Airport == airport).OrderBy(c => c.Key.Day).Select(c => (c.Key.Day, c.Value));

    /// <summary>Share of an airport's flights in a state.</summary>
    public double Share(string airport, int state) => Of(airport).Sum(d => d.States[state]) / (double)Airports[airport];

    /// <inheritdoc/>
    public ValueTask OpenAsync(BatchSchema schema, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask WriteAsync(DataBatch batch, CancellationToken cancellationToken)
    {
        var (dates, origins, states) = ((BatchColumn<DateTime>)batch["date"], (BatchColumn<string>)batch["origin"], (BatchColumn<int>)batch["viterbi"]);
        for (var i = 0; i < batch.Rows; i++)
        {
            var key = (origins[i], DateOnly.FromDateTime(dates[i]));
            if (!counts.TryGetValue(key, out var count)) counts[key] = count = new int[3];
            count[states[i]]++;
            Airports[key.Item1] = Airports.GetValueOrDefault(key.Item1) + 1;
        }
        Flights += batch.Rows;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask CompleteAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
