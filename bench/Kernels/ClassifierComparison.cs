using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipelines.Models.Serialization;

namespace Pipelines.Kernels;

/// <summary>Gaussian naive Bayes in memory: fit, posteriors and evaluation, alternating with scikit-learn.</summary>
internal static class ClassifierComparison
{
    private const int Rows = 1_000_000;
    private const int Dimensions = 10;

    /// <summary>Prints a Markdown table.</summary>
    public static void Run(int pairs)
    {
        Console.WriteLine("| 1 million rows of 10 doubles | ours, one thread (processor time) | scikit-learn, one thread (processor time) | ratio | ratio of "
            + "processor times | ours, two threads | two threads against one |\n|---|---|---|---|---|---|---|");
        foreach (var classes in new[] { 2, 10 }) Compare(classes, pairs);
    }

    /// <summary>Prints how long ours takes: posteriors, evaluation, fit and cross-validation. Processor times are of one thread.</summary>
    public static void Own(int repeats, string name)
    {
        Console.WriteLine("| 1 million rows of 10 doubles | one thread (processor time) | two threads |\n|---|---|---|");
        foreach (var classes in new[] { 2, 10 })
        {
            var (values, labels) = Draw(classes);
            var rows = FeatureMatrix.FromRows(values).WithLabels(labels);
            var naive = new NaiveBayesEstimator(ModelFormat.Family("normal"));
            var full = new BayesClassifierEstimator(ModelFormat.Family(MultivariateGaussianDistribution.FamilyName));
            var model = naive.Fit(rows).Model;
            Row("posteriors", threads => model.PredictProbability(rows, threads));
            Row("posteriors and evaluation", threads => model.Evaluate(rows, maxDegreeOfParallelism: threads));
            Row("fit of naive Bayes", threads => naive.Fit(rows, new() { MaxDegreeOfParallelism = threads }));
            Row("... and 10-fold cross-validation", threads => naive.CrossValidate(rows, options: new() { MaxDegreeOfParallelism = threads }));
            Row("fit of full covariances", threads => full.Fit(rows, new() { MaxDegreeOfParallelism = threads }));
            Row("... and 10-fold cross-validation", threads => full.CrossValidate(rows, options: new() { MaxDegreeOfParallelism = threads }));

            void Row(string what, Action<int> work)
            {
                if (!$"{what}, {classes} classes".Contains(name, StringComparison.Ordinal)) return;
                var one = Enumerable.Range(-2, repeats + 2).Select(_ => Seconds(() => work(1))).Skip(2).ToArray();
                var two = Enumerable.Range(0, repeats).Select(_ => Seconds(() => work(2)).Wall).ToArray();
                Console.WriteLine($"| {what}, {classes} classes | {Ms(one.Select(t => t.Wall))} ({Ms(one.Select(t => t.Processor))}) | {Ms(two)} |");
            }
        }

        static string Ms(IEnumerable<double> seconds) => $"{Iteration.Median(seconds) * 1e3:F1} ms";
    }

    private static void Compare(int classes, int pairs)
    {
        var (values, labels) = Draw(classes);
        var rows = FeatureMatrix.FromRows(values).WithLabels(labels);
        var estimator = new NaiveBayesEstimator(ModelFormat.Family("normal"));
        var model = Fit(1);
        using var peer = new NaiveBayesPeer(values, labels, classes);
        var checkedFit = peer.Run("fit");
        for (var k = 0; k < classes; k++)
        {
            for (var j = 0; j < Dimensions; j++)
            {
                var own = (NormalDistribution)((IndependentComponentsDistribution)model.Classes[k]).Parts[j];
                Check(own.Mean, checkedFit["means"]![k]![j]!.GetValue<double>());
                Check(own.StandardDeviation * own.StandardDeviation, checkedFit["variances"]![k]![j]!.GetValue<double>());
            }
        }
        var (evaluation, theirs) = (model.Evaluate(rows, maxDegreeOfParallelism: 1), peer.Run("evaluate"));
        Check(evaluation.Accuracy, theirs["accuracy"]!.GetValue<double>());
        Check(evaluation.LogLoss, theirs["logLoss"]!.GetValue<double>());
        Check(evaluation.Brier, theirs["brier"]!.GetValue<double>());
        for (var k = 0; k < classes; k++) Check(evaluation.RocAucByClass[k]!.Value, theirs["areas"]![k]!.GetValue<double>());

        Row("fit", "fit", threads => Fit(threads));
        Row("posteriors", "score", threads => model.PredictProbability(rows, threads));
        Row("posteriors and evaluation", "evaluate", threads => model.Evaluate(rows, maxDegreeOfParallelism: threads));

        NaiveBayes Fit(int threads) => estimator.Fit(rows, new FitOptions { MaxDegreeOfParallelism = threads }).Model;

        void Row(string what, string command, Action<int> work)
        {
            List<double> one = [], ownTime = [], two = [], other = [], otherTime = [], ratios = [], timeRatios = [], cores = [];
            for (var pair = -2; pair < pairs; pair++)
            {
                var (a, own) = Seconds(() => work(1));
                var (b, _) = Seconds(() => work(2));
                var answer = peer.Run(command);
                var (c, theirs) = (answer["seconds"]!.GetValue<double>(), answer["processorSeconds"]!.GetValue<double>());
                if (pair < 0) continue;
                one.Add(a);
                ownTime.Add(own);
                two.Add(b);
                other.Add(c);
                otherTime.Add(theirs);
                ratios.Add(c / a);
                timeRatios.Add(theirs / own);
                cores.Add(a / b);
            }
            string Ms(List<double> seconds) => $"{Iteration.Median(seconds) * 1e3:F1} ms";
            string Times(List<double> r) => $"{Iteration.Median(r):F1} ({r.Min():F1}-{r.Max():F1})";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {what}, {classes} classes | {Ms(one)} ({Ms(ownTime)}) | {Ms(other)} ({Ms(otherTime)}) | {Times(ratios)} | {Times(timeRatios)} | {Ms(two)} "
                    + $"| {Times(cores)} |"));
        }
    }

    private static (double Wall, double Processor) Seconds(Action work)
    {
        var (start, processor) = (Stopwatch.GetTimestamp(), ThreadClock.Now);
        work();
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, ThreadClock.Now - processor);
    }

    private static (double[,] Values, int[] Labels) Draw(int classes)
    {
        var random = new SeededRandom(5);
        var (values, labels) = (new double[Rows, Dimensions], new int[Rows]);
        for (var i = 0; i < Rows; i++)
        {
            labels[i] = (int)random.NextInt64(classes);
            for (var j = 0; j < Dimensions; j++) values[i, j] = (labels[i] * (j + 1) % 7 * 0.4) + random.NextNormal();
        }
        return (values, labels);
    }

    private static void Check(double ours, double theirs)
    {
        if (Math.Abs(ours - theirs) > 1e-9 * Math.Max(1, Math.Abs(theirs)))
            throw new InvalidOperationException($"ours {ours}, theirs {theirs}: the two do not compute the same");
    }

    /// <summary>scikit-learn in a separate process, which holds the same data.</summary>
    private sealed class NaiveBayesPeer : IDisposable
    {
        private readonly Process process;
        private readonly string[] files;

        public NaiveBayesPeer(double[,] values, int[] labels, int classes)
        {
            files = [.. new[] { "values", "labels" }.Select(n => Path.Combine(Path.GetTempPath(), $"pipelines-bench-{Guid.NewGuid():N}.{n}"))];
            File.WriteAllBytes(files[0], MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref values[0, 0], values.Length)));
            File.WriteAllBytes(files[1], MemoryMarshal.AsBytes<int>(labels));
            var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("PEER_PYTHON") ?? "/usr/bin/python3")
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                Environment = { ["OPENBLAS_NUM_THREADS"] = "1", ["OMP_NUM_THREADS"] = "1" },
            };
            start.ArgumentList.Add(Path.Combine("bench", "peers", "sklearn_naive_bayes.py"));
            process = Process.Start(start) ?? throw new InvalidOperationException("the peer did not start");
            process.StandardInput.WriteLine(JsonSerializer.Serialize(
                new { values = files[0], labels = files[1], rows = Rows, dimensions = Dimensions, classes }));
            process.StandardInput.Flush();
            _ = Read();
        }

        public JsonNode Run(string command)
        {
            process.StandardInput.WriteLine(command);
            process.StandardInput.Flush();
            return Read();
        }

        public void Dispose()
        {
            process.StandardInput.Close();
            process.WaitForExit();
            process.Dispose();
            foreach (var file in files) File.Delete(file);
        }

        private JsonNode Read() =>
            JsonNode.Parse(process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("the peer ended early; see its message above"))!;
    }
}
