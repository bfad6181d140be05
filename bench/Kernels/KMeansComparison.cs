using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipelines.Models.Kernels;

namespace Pipelines.Kernels;

/// <summary>Whole k-means fits of a fixed number of updates in memory, alternating with scikit-learn's, from the same start on the same rows.</summary>
internal static class KMeansComparison
{
    private const int Updates = 20;

    private static readonly (int Rows, int Dimensions, int Clusters)[] cases =
        [(1_000_000, 10, 10), (1_000_000, 10, 100), (1_000_000, 2, 10), (200_000, 32, 100)];

    /// <summary>Prints a Markdown table of all cases whose name contains a text.</summary>
    public static void Run(int pairs, string filter)
    {
        var isFirst = true;
        foreach (var (rows, dimensions, clusters) in cases)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{rows:N0} x {dimensions}, K={clusters}");
            if (!name.Contains(filter, StringComparison.Ordinal)) continue;
            var (values, start) = Draw(rows, dimensions, clusters);
            using var one = new KMeansPeer(values, start, 1);
            using var two = new KMeansPeer(values, start, 2);
            if (isFirst)
            {
                Console.WriteLine($"Peer: {one.Versions}; algorithm=\"lloyd\", tol=0. {Updates} updates from the same centroids; medians of {pairs} pairs "
                    + $"(least-most). Kernels: {KernelSelection.Current.Name()}.\n");
                Console.WriteLine("| case | ours, ns a row and pass (processor time) | scikit-learn | ratio, one thread each | ratio of processor times | "
                    + "ratio, two threads each | multiply-adds, of the peak | largest difference |\n|---|---|---|---|---|---|---|---|");
                isFirst = false;
            }
            Console.WriteLine(Row(name, values, start, pairs, one, two));
        }
    }

    /// <summary>Times the fits without a peer, one thread, by kernel variant.</summary>
    public static void Variants(string filter)
    {
        foreach (var (rows, dimensions, clusters) in cases)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{rows:N0} x {dimensions}, K={clusters}");
            if (!name.Contains(filter, StringComparison.Ordinal)) continue;
            var (values, start) = Draw(rows, dimensions, clusters);
            foreach (var variant in KernelSelection.Supported)
            {
                using var forced = KernelSelection.Force(variant);
                Fit(values, start, 1);
                var runs = Enumerable.Range(0, 5).Select(_ => Processor(() => Fit(values, start, 1))).ToArray();
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{name}, {variant.Name()}: {Iteration.Median(runs) * 1e9 / rows / (Updates + 1):F1} ns a row and pass (least "
                        + $"{runs.Min() * 1e9 / rows / (Updates + 1):F1})"));
            }
        }
    }

    private static string Row(string name, double[,] values, KMeans start, int pairs, KMeansPeer one, KMeansPeer two)
    {
        var (rows, passes) = (values.GetLength(0), Updates + 1);
        List<double> own = [], processor = [], theirs = [], ratios = [], processorRatios = [], ratiosTwo = [], peak = [];
        double difference = 0;
        for (var warm = 0; warm < 2; warm++) Fit(values, start, 2);
        one.Run();
        two.Run();
        for (var pair = 0; pair < pairs; pair++)
        {
            FitResult<KMeans> fitted = null!;
            var clock = ThreadClock.Now;
            var wall = Wall(() => fitted = Fit(values, start, 1));
            clock = ThreadClock.Now - clock;
            peak.Add(FmaPeak.Measure(KernelSelection.Current));
            var other = one.Run();
            var wallTwo = Wall(() => Fit(values, start, 2));
            var otherTwo = two.Run();
            own.Add(wall);
            processor.Add(clock);
            theirs.Add(other.Wall);
            ratios.Add(other.Wall / wall);
            processorRatios.Add(other.Processor / clock);
            ratiosTwo.Add(otherTwo.Wall / wallTwo);
            difference = Math.Max(difference, other.Difference(fitted));
        }
        if (!(difference < 1e-6)) throw new InvalidOperationException($"{name}: distances or centroids differ from scikit-learn's by {difference:0e0}");
        // A multiply-add for each feature and centroid; the vectors of the filter hold twice as many numbers as those of the peak.
        var flops = 2.0 * start.Clusters * start.Dimensions * rows * passes;
        string Nanoseconds(List<double> seconds) => (Iteration.Median(seconds) * 1e9 / rows / passes).ToString("0.0", CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {Nanoseconds(own)} ({Nanoseconds(processor)}) | {Nanoseconds(theirs)} | {Range(ratios)} | {Range(processorRatios)} | "
                + $"{Range(ratiosTwo)} | {flops / Iteration.Median(processor) * 1e-9 / (2 * peak.Max()):P0} | {difference:0e0} |");
    }

    private static (double[,] Values, KMeans Start) Draw(int rows, int dimensions, int clusters)
    {
        var random = new SeededRandom(dimensions + (100 * clusters));
        var centers = new double[clusters, dimensions];
        for (var k = 0; k < clusters; k++)
            for (var j = 0; j < dimensions; j++) centers[k, j] = 2 * random.NextNormal();
        var values = new double[rows, dimensions];
        for (var i = 0; i < rows; i++)
        {
            var k = random.NextInt64(clusters);
            for (var j = 0; j < dimensions; j++) values[i, j] = centers[k, j] + random.NextNormal();
        }
        var start = new double[clusters, dimensions];
        for (var k = 0; k < clusters; k++)
            for (var j = 0; j < dimensions; j++) start[k, j] = values[k, j];
        return (values, new(start));
    }

    private static FitResult<KMeans> Fit(double[,] values, KMeans start, int threads) => start.Fit(values,
        new FitOptions { MaxIterations = Updates, StopThreshold = double.NegativeInfinity, MaxDegreeOfParallelism = threads });

    private static double Wall(Action work)
    {
        var start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Processor(Action work)
    {
        var start = ThreadClock.Now;
        work();
        return ThreadClock.Now - start;
    }

    private static string Range(List<double> ratios) =>
        string.Create(CultureInfo.InvariantCulture, $"{Iteration.Median(ratios):F1} ({ratios.Min():F1}-{ratios.Max():F1})");

    /// <summary>The outcome of a fit of scikit-learn's.</summary>
    private sealed record PeerFit(double Wall, double Processor, double Distance, double[][] Centroids)
    {
        // Coordinates near 0 are compared absolutely.
        public double Difference(FitResult<KMeans> ours)
        {
            var difference = Math.Abs(Distance + ours.LogLikelihood) / Distance;
            for (var k = 0; k < Centroids.Length; k++)
                for (var j = 0; j < Centroids[k].Length; j++)
                    difference = Math.Max(difference, Math.Abs(Centroids[k][j] - ours.Model.Centroid(k)[j]) / Math.Max(1, Math.Abs(Centroids[k][j])));
            return difference;
        }
    }

    /// <summary>scikit-learn in a separate process, which holds the same rows.</summary>
    private sealed class KMeansPeer : IDisposable
    {
        private readonly Process process;
        private readonly string file = Path.Combine(Path.GetTempPath(), $"pipelines-bench-{Environment.ProcessId}-{Guid.NewGuid():N}.bin");

        public KMeansPeer(double[,] values, KMeans start, int threads)
        {
            using (var stream = File.Create(file)) stream.Write(MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref values[0, 0], values.Length)));
            var info = new ProcessStartInfo(Environment.GetEnvironmentVariable("PEER_PYTHON") ?? "/usr/bin/python3")
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                Environment = { ["OPENBLAS_NUM_THREADS"] = $"{threads}", ["OMP_NUM_THREADS"] = $"{threads}" },
            };
            info.ArgumentList.Add(Path.Combine("bench", "peers", "sklearn_kmeans.py"));
            process = Process.Start(info) ?? throw new InvalidOperationException("the peer did not start");
            process.StandardInput.WriteLine(JsonSerializer.Serialize(new
            {
                values = file,
                dimensions = values.GetLength(1),
                start = Enumerable.Range(0, start.Clusters).Select(k => start.Centroid(k).ToArray()),
                updates = Updates,
            }));
            process.StandardInput.Flush();
            Versions = Read()["versions"]!.GetValue<string>();
        }

        public string Versions { get; }

        public PeerFit Run()
        {
            process.StandardInput.WriteLine("run");
            process.StandardInput.Flush();
            var answer = Read();
            return new(answer["seconds"]!.GetValue<double>(), answer["processorSeconds"]!.GetValue<double>(), answer["distance"]!.GetValue<double>(),
                [.. answer["centroids"]!.AsArray().Select(row => row!.AsArray().Select(c => c!.GetValue<double>()).ToArray())]);
        }

        public void Dispose()
        {
            process.StandardInput.Close();
            process.WaitForExit();
            process.Dispose();
            File.Delete(file);
        }

        private JsonNode Read() =>
            JsonNode.Parse(process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("the peer ended early; see its message above"))!;
    }
}
