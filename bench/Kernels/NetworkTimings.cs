using System.Diagnostics;
using System.Globalization;
using Pipelines.Models.Kernels;

namespace Pipelines.Kernels;

/// <summary>Posteriors, explanations and fits of public Bayesian networks in memory, ours alone.</summary>
internal static class NetworkTimings
{
    /// <summary>Prints a Markdown table.</summary>
    /// <param name="folder">Holds the networks' BIF files.</param>
    /// <param name="filter">Only cases whose name contains it.</param>
    public static void Run(string folder, string filter)
    {
        Console.WriteLine($"Kernels: {KernelSelection.Current.Name()}; medians of 5 runs.\n");
        Console.WriteLine("| case | one thread, µs a row (processor time) | two threads against one |\n|---|---|---|");
        var asia = Load(folder, "asia");
        Row("asia, log-probability of complete rows", filter, 500_000, () => Draw(asia, 500_000, 0, 1), (rows, threads) => asia.LogProbability(rows, threads));
        Row("asia, fit to a structure", filter, 3_000_000, () => Draw(asia, 3_000_000, 0, 1), (rows, threads) =>
            new BayesianNetworkEstimator([.. asia.Parents]).Fit(rows, new() { MaxDegreeOfParallelism = threads }));
        Row("asia, posteriors of 2 missing values", filter, 500_000, () => Draw(asia, 500_000, 2, int.MaxValue), (rows, threads) =>
            asia.PredictProbability(rows, threads));
        var alarm = Load(folder, "alarm");
        Row("alarm, posteriors of 27 of 37 variables, one pattern", filter, 100_000, () => Draw(alarm, 100_000, 27, 1), (rows, threads) =>
            alarm.PredictProbability(rows, threads));
        Row("alarm, posteriors of 27 of 37 variables, 1,000 patterns", filter, 100_000, () => Draw(alarm, 100_000, 27, 1_000), (rows, threads) =>
            Load(folder, "alarm").PredictProbability(rows, threads));
        Row("alarm, 1,000 patterns that were compiled before", filter, 100_000, () => Draw(alarm, 100_000, 27, 1_000), (rows, threads) =>
            alarm.PredictProbability(rows, threads));
        Row("alarm, log-probability, 27 values missing, one pattern", filter, 100_000, () => Draw(alarm, 100_000, 27, 1), (rows, threads) =>
            alarm.LogProbability(rows, threads));
        var hailfinder = Load(folder, "hailfinder");
        Row("hailfinder, posteriors of 40 of 56 variables, one pattern", filter, 20_000, () => Draw(hailfinder, 20_000, 40, 1), (rows, threads) =>
            hailfinder.PredictProbability(rows, threads));
    }

    private static BayesianNetwork Load(string folder, string name) => BifFile.Parse(File.ReadAllText(Path.Combine(folder, name + ".bif")));

    private static void Row(string name, string filter, int count, Func<FeatureMatrix> data, Action<FeatureMatrix, int> work)
    {
        if (!name.Contains(filter, StringComparison.Ordinal)) return;
        var rows = data();
        work(rows, 1);
        work(rows, 2);
        List<double> walls = [], processors = [], ratios = [];
        for (var run = 0; run < 5; run++)
        {
            var clock = ThreadClock.Now;
            var wall = Wall(() => work(rows, 1));
            processors.Add((ThreadClock.Now - clock) * 1e6 / count);
            walls.Add(wall * 1e6 / count);
            ratios.Add(wall / Wall(() => work(rows, 2)));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {Iteration.Median(walls):0.000} ({Iteration.Median(processors):0.000}) | {Iteration.Median(ratios):0.0} |"));
    }

    private static double Wall(Action work)
    {
        var start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    // Rows drawn from the network, in which values are missing by one of some patterns.
    private static FeatureMatrix Draw(BayesianNetwork network, int rows, int missing, int patterns)
    {
        var values = network.Sample(rows, 5);
        var random = new SeededRandom(6);
        var masks = new bool[Math.Min(patterns, rows)][];
        for (var p = 0; p < masks.Length; p++)
        {
            masks[p] = new bool[network.Dimensions];
            for (var left = missing; left > 0;)
            {
                var j = (int)random.NextInt64(network.Dimensions);
                if (masks[p][j]) continue;
                masks[p][j] = true;
                left--;
            }
        }
        for (var i = 0; i < rows; i++)
            for (var j = 0; j < network.Dimensions; j++)
                if (masks[i % masks.Length][j]) values[i, j] = double.NaN;
        return FeatureMatrix.FromRows(values);
    }
}
