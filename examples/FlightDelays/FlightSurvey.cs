using Pipelines.Io;

namespace Pipelines.Examples.FlightDelays;

/// <summary>A flight with its scores.</summary>
internal sealed record Flight(DateTime Date, string Origin, string Destination, double Delay, double Distance, double LogProbability, int Component);

/// <summary>A custom sink that keeps only counts, an evenly spaced sample and the most unusual flights.</summary>
/// <param name="threshold">Log-probability below which a flight is unusual.</param>
internal sealed class FlightSurvey(double threshold) : IBatchSink
{
    /// <summary>Bar width of the delay histogram in minutes; the first bar begins at <see cref="FirstDelay"/>.</summary>
    public const int DelayStep = 5;

    /// <summary>Smallest delay shown in the histogram, in minutes.</summary>
    public const int FirstDelay = -60;

    /// <summary>Bar width of the distance histogram in miles; the first bar begins at 0.</summary>
    public const int DistanceStep = 50;

    private const int Kept = 12;
    private const int MostUnusualDrawn = 5_000;
    private const int SampleStep = 60;

    private readonly PriorityQueue<Flight, double> mostUnusual = new();

    /// <inheritdoc/>
    public string Name => "survey";

    /// <summary>The threshold.</summary>
    public double Threshold => threshold;

    /// <summary>Number of flights seen.</summary>
    public long Flights { get; private set; }

    /// <summary>Number of flights below the threshold.</summary>
    public long Unusual { get; private set; }

    /// <summary>Flights by delay; the last bar includes all larger delays.</summary>
    public long[] Delays { get; } = new long[96];

    /// <summary>Flights by distance; the last bar includes all larger distances.</summary>
    public long[] Distances { get; } = new long[60];

    /// <summary>Every sixtieth flight.</summary>
    public List<Flight> Sample { get; } = [];

    /// <summary>Unusual flights, at most 5,000.</summary>
    public List<Flight> UnusualSample { get; } = [];

    /// <summary>The most unusual flights, the least likely first.</summary>
    public IReadOnlyList<Flight> MostUnusual => [.. mostUnusual.UnorderedItems.Select(i => i.Element).OrderBy(f => f.LogProbability).ThenBy(f => f.Date)];

    /// <inheritdoc/>
    public ValueTask OpenAsync(BatchSchema schema, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask WriteAsync(DataBatch batch, CancellationToken cancellationToken)
    {
        var delays = Doubles(batch, "delay");
        var distances = Doubles(batch, "distance");
        var logs = Doubles(batch, "log_probability");
        var components = Doubles(batch, "label");
        for (var i = 0; i < batch.Rows; i++)
        {
            Flights++;
            Delays[Math.Clamp((int)Math.Floor((delays[i] - FirstDelay) / DelayStep), 0, Delays.Length - 1)]++;
            Distances[Math.Clamp((int)(distances[i] / DistanceStep), 0, Distances.Length - 1)]++;
            if (logs[i] < threshold && Unusual++ < MostUnusualDrawn) UnusualSample.Add(FlightAt(i));
            if (Flights % SampleStep == 1) Sample.Add(FlightAt(i));
            if (mostUnusual.Count < Kept) mostUnusual.Enqueue(FlightAt(i), -logs[i]);
            else if (logs[i] < mostUnusual.Peek().LogProbability) mostUnusual.EnqueueDequeue(FlightAt(i), -logs[i]);
        }
        return ValueTask.CompletedTask;

        Flight FlightAt(int i) => new(
            (DateTime)batch["date"].GetValue(i)!, (string)batch["origin"].GetValue(i)!, (string)batch["destination"].GetValue(i)!, delays[i], distances[i],
            logs[i], (int)components[i]);
    }

    /// <inheritdoc/>
    public ValueTask CompleteAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static double[] Doubles(DataBatch batch, string name)
    {
        var values = new double[batch.Rows];
        batch[name].CopyTo(values);
        return values;
    }
}
