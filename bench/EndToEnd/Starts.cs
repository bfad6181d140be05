using System.Diagnostics;
using System.Globalization;
using DuckDB.NET.Data;

namespace Pipelines.EndToEnd;

/// <summary>Fits with default options from many seeds, beside scikit-learn's with its own: how often each finds the best optimum known.</summary>
internal static class Starts
{
    // Mean log-likelihoods this close, in nats a row, are the same optimum.
    private const double Same = 5e-4;

    // A spike has no finite likelihood, so such data are judged on rows that were held out.
    private static readonly (string Name, string File, string Columns, int[] Components, bool HoldsOut)[] cases =
    [
        ("penguins", "penguins.parquet", "\"Beak Length (mm)\", \"Beak Depth (mm)\", \"Flipper Length (mm)\", \"Body Mass (g)\"", [2, 3, 5], false),
        ("seattle-weather", "seattle-weather.parquet", "precipitation, temp_max, temp_min, wind", [2, 4], true),
        ("birdstrikes", "birdstrikes.parquet", "\"Speed IAS in knots\", ln(1 + \"Cost Total $\")", [3], true),
        ("flights", "flights-3m.parquet", "delay, distance", [3, 5], false),
    ];

    /// <summary>Prints a Markdown table.</summary>
    /// <param name="folder">Holds the data sets.</param>
    /// <param name="seeds">Number of seeds, from 0.</param>
    /// <param name="filter">Only cases whose name contains this.</param>
    public static void Run(string folder, int seeds, string filter)
    {
        Console.WriteLine("| case | ours: best, median a row; failed | at the best | held out, median | seconds, median | scikit-learn: best, median "
            + "| at the best | held out, median | seconds, median |\n|---|---|---|---|---|---|---|---|---|");
        using var peers = new StartsPeer();
        foreach (var (name, file, columns, components, holdsOut) in cases)
        {
            if (!name.Contains(filter, StringComparison.Ordinal)) continue;
            var all = Read(Path.Combine(folder, file), columns);
            var (train, test) = holdsOut ? (Half(all, 0), Half(all, 1)) : (all, null);
            foreach (var k in components) Console.WriteLine(Row(peers, $"{name}, K={k}", train, test, k, seeds));
        }
    }

    private static string Row(StartsPeer peers, string name, double[,] train, double[,]? test, int components, int seeds)
    {
        List<double> own = [], held = [], seconds = [];
        var failed = 0;
        for (var seed = -1; seed < seeds; seed++)
        {
            var clock = Stopwatch.GetTimestamp();
            try
            {
                var model = Mixture.Of<MultivariateGaussianDistribution>(components).Fit(train,
                    new FitOptions { Seed = Math.Max(seed, 0), MaxDegreeOfParallelism = 1 }).Model;
                // The first fit is compiled while it runs.
                if (seed < 0) continue;
                seconds.Add(Stopwatch.GetElapsedTime(clock).TotalSeconds);
                own.Add(model.LogProbability(train).Average());
                if (test is not null) held.Add(model.LogProbability(test).Average());
            }
            catch (ModelException e)
            {
                if (seed < 0) continue;
                if (failed++ == 0) Console.Error.WriteLine($"{name}: {e.Message}");
            }
        }
        var peer = peers.Fits(train, test, components, seeds);
        double[] theirs = [.. peer.Select(f => f!["train"]!.GetValue<double>())];
        double[] theirTimes = [.. peer.Select(f => f!["seconds"]!.GetValue<double>())];
        double[] theirHeld = test is null ? [] : [.. peer.Select(f => f!["test"]!.GetValue<double>())];
        var best = test is null ? Math.Max(own.DefaultIfEmpty(double.NegativeInfinity).Max(), theirs.Max()) : double.NaN;
        return string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {Max(own):F4}, {Median(own):F4}; {failed} | {Count(own)} | {Median(held):F4} | {Median(seconds):F3} | "
            + $"{theirs.Max():F4}, {Median([.. theirs]):F4} | {Count([.. theirs])} | {Median([.. theirHeld]):F4} | {Median([.. theirTimes]):F3} |");

        string Count(List<double> values) => double.IsNaN(best) ? "" : $"{values.Count(v => v >= best - Same)} of {seeds}";
    }

    private static double Max(List<double> values) => values.Count == 0 ? double.NaN : values.Max();

    private static double Median(List<double> values) => values.Count == 0 ? double.NaN : values.Order().ElementAt(values.Count / 2);

    private static double[,] Half(double[,] all, int parity)
    {
        var half = new double[(all.GetLength(0) + 1 - parity) / 2, all.GetLength(1)];
        for (var i = 0; i < half.GetLength(0); i++)
            for (var j = 0; j < half.GetLength(1); j++) half[i, j] = all[(2 * i) + parity, j];
        return half;
    }

    // Complete rows; at most 300,000, evenly spaced.
    private static double[,] Read(string path, string columns)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {columns} FROM read_parquet('{path}')";
        using var reader = command.ExecuteReader();
        var rows = new List<double[]>();
        while (reader.Read())
        {
            var row = new double[reader.FieldCount];
            for (var j = 0; j < row.Length; j++)
                row[j] = reader.IsDBNull(j) ? double.NaN : Convert.ToDouble(reader.GetValue(j), CultureInfo.InvariantCulture);
            if (!Array.Exists(row, double.IsNaN)) rows.Add(row);
        }
        var step = Math.Max(1, rows.Count / 300_000);
        var values = new double[(rows.Count + step - 1) / step, rows[0].Length];
        for (var i = 0; i < values.GetLength(0); i++)
            for (var j = 0; j < values.GetLength(1); j++) values[i, j] = rows[i * step][j];
        return values;
    }
}
