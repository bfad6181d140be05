using System.Diagnostics;
using System.Globalization;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;

namespace Pipelines.Kernels;

/// <summary>Structure searches over rows in memory, one and two threads in turn.</summary>
internal static class SearchTimings
{
    /// <summary>Prints a Markdown table.</summary>
    /// <param name="folder">Holds the networks' BIF files.</param>
    /// <param name="filter">Only cases whose name contains it.</param>
    public static void Run(string folder, string filter)
    {
        const int runs = 5;
        Console.WriteLine($"\nKernels: {KernelSelection.Current.Name()}; medians of {runs} runs, one and two threads in turn.\n");
        Console.WriteLine("| search | one thread, s (processor time) | two threads, s (processor time) | two threads against one |\n|---|---|---|---|");
        Row("alarm, 1M rows, hill climbing, bic", 1_000_000, new() { Method = StructureMethod.HillClimbing, Score = StructureScore.Bic });
        Row("alarm, 1M rows, tabu, bic", 1_000_000, new() { Method = StructureMethod.Tabu, Score = StructureScore.Bic });
        Row("alarm, 3M rows, Chow-Liu", 3_000_000, new() { Method = StructureMethod.ChowLiu });
        Row("alarm, 1M rows, greedy, 3 parents", 1_000_000, new() { Method = StructureMethod.Greedy, MaxParents = 3 });

        void Row(string name, int rows, StructureOptions options)
        {
            if (!name.Contains(filter, StringComparison.Ordinal)) return;
            var network = BifFile.Parse(File.ReadAllText(Path.Combine(folder, "alarm.bif")));
            var data = Columns(network.Sample(rows, 5));
            int[] sizes = [.. network.Variables.Select(v => v.Values.Count)];
            Search(1);
            Search(2);
            var (one, two, ratios) = (new List<(double Wall, double Processor)>(), new List<(double Wall, double Processor)>(), new List<double>());
            for (var run = 0; run < runs; run++)
            {
                one.Add(Time(() => Search(1)));
                two.Add(Time(() => Search(2)));
                ratios.Add(one[^1].Wall / two[^1].Wall);
            }
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {name} | {Text(one)} | {Text(two)} | {Iteration.Median(ratios):0.00} |"));

            void Search(int threads) => StructureSearch.RunAsync(new InMemoryPass(data, maxDegreeOfParallelism: threads), sizes, options, threads, null, null,
                default).AsTask().GetAwaiter().GetResult();
        }
    }

    private static string Text(List<(double Wall, double Processor)> times) => string.Create(CultureInfo.InvariantCulture,
        $"{Iteration.Median([.. times.Select(t => t.Wall)]):0.000} ({Iteration.Median([.. times.Select(t => t.Processor)]):0.000})");

    private static (double Wall, double Processor) Time(Action work)
    {
        GC.Collect();
        var (start, before) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        work();
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - before).TotalSeconds);
    }

    private static FeatureMatrix Columns(double[,] values)
    {
        var columns = new double[values.GetLength(1)][];
        for (var j = 0; j < columns.Length; j++)
        {
            columns[j] = new double[values.GetLength(0)];
            for (var i = 0; i < columns[j].Length; i++) columns[j][i] = values[i, j];
        }
        return FeatureMatrix.FromColumns(columns);
    }
}
