using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipelines.Models.Kernels;

namespace Pipelines.Kernels;

/// <summary>Baum-Welch and prediction on one core, alternating between ours and hmmlearn's, from the same initial model and on the same rows.</summary>
internal static class HmmComparison
{
    // Iterations of a timed fit of a small model, and before results are compared.
    private const int Updates = 3;

    // Sequences whose posteriors and paths are compared.
    private const int Compared = 10;

    /// <summary>Prints a Markdown table of all cases whose name contains a text.</summary>
    public static void Run(int pairs, string filter)
    {
        var isFirst = true;
        foreach (var (name, sequences, start) in Cases())
        {
            if (!name.Contains(filter, StringComparison.Ordinal)) continue;
            var (set, values, offsets) = Sequences.Draw(start, 1000 * sequences, ragged: false);
            using var peer = new HmmPeer(start, values, offsets);
            if (isFirst)
            {
                Console.WriteLine($"Peer: {peer.Versions}; implementation=\"scaling\", no priors, OPENBLAS_NUM_THREADS=1. Kernels: "
                    + $"{KernelSelection.Current.Name()}. Sequences of 1,000 rows; one timed fit takes {Updates} iterations, one with 64 states; medians of "
                    + $"{pairs} pairs (least-most), wall time.\n");
                Console.WriteLine("| case | what | ours, ns a row | hmmlearn, ns a row | ratio | ratio of processor times | largest difference "
                    + "|\n|---|---|---|---|---|---|---|");
                isFirst = false;
            }
            Case(name, pairs, set, start, peer);
        }
    }

    private static IEnumerable<(string Name, int Sequences, HiddenMarkovModel Model)> Cases()
    {
        yield return ("Gaussian, 4 states 2 deviations apart", 1000, Sequences.Gaussian(4, 2));
        yield return ("Gaussian, 4 states, 3 features (diagonal)", 1000,
            Sequences.Model(4,
                k => new IndependentComponentsDistribution([.. Enumerable.Range(0, 3).Select(j => new NormalDistribution(k * (j + 1) % 5, 1))])));
        yield return ("Gaussian, 64 states 0.3 deviations apart", 256, Sequences.Gaussian(64, 0.3));
        // Distant states have denormal likelihoods, which slow hmmlearn down.
        yield return ("Gaussian, 64 states 2 deviations apart", 256, Sequences.Gaussian(64, 2));
        yield return ("categorical, 4 states and 16 symbols", 1000, Sequences.Categorical(4));
        yield return ("categorical, 8 states and 16 symbols", 1000, Sequences.Categorical(8));
    }

    private static void Case(string name, int pairs, SequenceSet set, HiddenMarkovModel start, HmmPeer peer)
    {
        var updates = start.EmittingStates > 16 ? 1 : Updates;
        HiddenMarkovModel Fit()
        {
            var model = start;
            for (var k = 0; k < updates; k++) model = Sequences.Iterate(model, set, 1);
            return model;
        }
        var fitted = start;
        for (var k = 0; k < Updates; k++) fitted = Sequences.Iterate(fitted, set, 1);
        var likelihood = fitted.LogProbability(set, 1).Sum();
        if (!(likelihood > start.LogProbability(set, 1).Sum() + 1)) throw new InvalidOperationException($"{name}: the fit did not move");
        var (fitDifference, posteriorDifference, pathDifference) =
            peer.Compare(Updates, fitted, likelihood, start.PredictProbability(set, 1), start.Viterbi(set, 1), Compared);
        if (!(fitDifference < 1e-6))
            throw new InvalidOperationException($"{name}: log-likelihood or parameters after {Updates} iterations differ from hmmlearn's by "
                + $"{fitDifference:0e0}");

        Row("fit, one iteration", $"fit {updates}", updates, () => Fit(),
            $"{fitDifference:0e0} (log-likelihood and parameters after {Updates} iterations, relative)");
        if (start.Emission(0) is DiscreteDistribution)
            Row("fit, one iteration, hmmlearn's without numpy's add.at", $"fit {updates}", updates, () => Fit(), "", "add.at");
        Row("posteriors", "posteriors", 1, () => start.PredictProbability(set, 1), $"{posteriorDifference:0e0} (absolute)");
        Row("Viterbi paths", "viterbi", 1, () => start.Viterbi(set, 1), $"{pathDifference} of {Compared * 1000:N0} states");

        // Part of the peer's work can be left out if a library it uses takes the time.
        void Row(string what, string command, int count, Action ours, string difference, string? without = null)
        {
            for (var begin = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begin).TotalSeconds < 0.3;) ours();
            peer.Run(command);
            List<double> own = [], theirs = [], ratios = [], processor = [];
            for (var pair = 0; pair < pairs; pair++)
            {
                GC.Collect();
                var clock = ThreadClock.Now;
                var wall = Sequences.Wall(ours) / count;
                clock = (ThreadClock.Now - clock) / count;
                var other = peer.Run(command);
                if (without is not null)
                {
                    var part = peer.Run(without);
                    other = (other.Wall - (count * part.Wall), other.Processor - (count * part.Processor));
                }
                own.Add(wall * 1e9 / set.Rows);
                theirs.Add(other.Wall / count * 1e9 / set.Rows);
                ratios.Add(other.Wall / count / wall);
                processor.Add(other.Processor / count / clock);
            }
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name}, {set.Count:N0} sequences | {what} | {Sequences.Range(own, 1)} | "
                + $"{Sequences.Range(theirs, 1)} | {Sequences.Range(ratios, 1)} | {Sequences.Range(processor, 1)} | {difference} |"));
        }
    }

    /// <summary>hmmlearn in a separate process, which holds the same rows and runs commands on request.</summary>
    private sealed class HmmPeer : IDisposable
    {
        private readonly Process process;
        private readonly string file = Path.Combine(Path.GetTempPath(), $"pipelines-bench-{Environment.ProcessId}-{Guid.NewGuid():N}.bin");
        private readonly HiddenMarkovModel start;

        public HmmPeer(HiddenMarkovModel start, double[,] values, List<int> offsets)
        {
            this.start = start;
            using (var stream = File.Create(file)) stream.Write(MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref values[0, 0], values.Length)));
            var info = new ProcessStartInfo(Environment.GetEnvironmentVariable("PEER_PYTHON") ?? "/usr/bin/python3")
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                Environment = { ["OPENBLAS_NUM_THREADS"] = "1", ["OMP_NUM_THREADS"] = "1" },
            };
            info.ArgumentList.Add(Path.Combine("bench", "peers", "hmmlearn_hmm.py"));
            process = Process.Start(info) ?? throw new InvalidOperationException("the peer did not start");
            process.StandardInput.WriteLine(JsonSerializer.Serialize(new
            {
                values = file,
                dimensions = start.Dimensions,
                lengths = Enumerable.Range(1, offsets.Count - 1).Select(s => offsets[s] - offsets[s - 1]),
                categorical = start.Emission(0) is DiscreteDistribution,
                parameters = Parameters(start),
            }));
            Versions = Read()["versions"]!.GetValue<string>();
        }

        public string Versions { get; }

        /// <summary>Wall time and processor time of a command, in seconds.</summary>
        public (double Wall, double Processor) Run(string command)
        {
            var answer = Ask(command);
            return (answer["seconds"]!.GetValue<double>(), answer["processorSeconds"]!.GetValue<double>());
        }

        /// <summary>
        /// Largest differences from ours: log-likelihood and parameters after some iterations, posteriors, and the number of differing path states.
        /// </summary>
        public (double Fit, double Posterior, int Path) Compare(int updates, HiddenMarkovModel fitted, double likelihood, double[][,] posteriors,
            HiddenPath[] paths, int sequences)
        {
            var answer = Ask($"check {updates} {sequences}");
            var fit = Relative(answer["logLikelihood"]!.GetValue<double>(), likelihood);
            foreach (var (key, own) in Parameters(fitted))
                fit = Math.Max(fit, Flat(answer["parameters"]![key]!).Zip(own.SelectMany(row => row), Relative).Max());
            var posterior = Flat(answer["posteriors"]!).Zip(posteriors.Take(sequences).SelectMany(p => p.Cast<double>()), (a, b) => Math.Abs(a - b)).Max();
            var path = Flat(answer["path"]!).Zip(paths.Take(sequences).SelectMany(p => p.States), (a, b) => a.Equals(b) ? 0 : 1).Sum();
            return (fit, posterior, path);
        }

        public void Dispose()
        {
            process.StandardInput.Close();
            process.WaitForExit();
            process.Dispose();
            File.Delete(file);
        }

        private static Dictionary<string, double[][]> Parameters(HiddenMarkovModel model)
        {
            var n = model.EmittingStates;
            var starts = new double[n];
            var matrix = Enumerable.Range(0, n).Select(_ => new double[n]).ToArray();
            foreach (var t in model.Transitions)
                (t.From == HiddenMarkovModel.Start ? starts : matrix[model.IndexOf(t.From)])[model.IndexOf(t.To)] = t.Probability;
            Dictionary<string, double[][]> result = new() { ["startprob"] = [starts], ["transmat"] = matrix };
            var emissions = Enumerable.Range(0, n).Select(model.Emission).ToArray();
            if (emissions[0] is DiscreteDistribution)
            {
                result["emissionprob"] = [.. emissions.Select(e => ((DiscreteDistribution)e).Probabilities.ToArray())];
                return result;
            }
            result["means"] = [.. emissions.Select(e => Normals(e).Select(p => p.Mean).ToArray())];
            result["covars"] = [.. emissions.Select(e => Normals(e).Select(p => p.StandardDeviation * p.StandardDeviation).ToArray())];
            return result;
        }

        private static IEnumerable<NormalDistribution> Normals(Distribution emission) =>
            emission is NormalDistribution one ? [one] : ((IndependentComponentsDistribution)emission).Parts.Cast<NormalDistribution>();

        // Means near 0 are compared absolutely.
        private static double Relative(double a, double b) => Math.Abs(a - b) / Math.Max(1, Math.Abs(b));

        private static IEnumerable<double> Flat(JsonNode node) => node is JsonArray many ? many.SelectMany(n => Flat(n!)) : [node.GetValue<double>()];

        private JsonNode Ask(string command)
        {
            process.StandardInput.WriteLine(command);
            process.StandardInput.Flush();
            return Read();
        }

        private JsonNode Read() =>
            JsonNode.Parse(process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("the peer ended early; see its message above"))!;
    }
}
