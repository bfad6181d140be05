using System.Diagnostics;
using System.Globalization;
using Pipelines.Models.Kernels;
using Pipelines.Models.Sequences;

namespace Pipelines.Kernels;

/// <summary>Baum-Welch over sequences in memory: nanoseconds per row of one iteration, for equal and ragged lengths and one and two threads.</summary>
internal static class Sequences
{
    private const double LeastSeconds = 0.1;

    /// <summary>Measures all cases whose name contains a text.</summary>
    public static void Run(string filter, int repeats)
    {
        Console.WriteLine($"Kernels: {KernelSelection.Current.Name()}; multiply-adds of one core {FmaPeak.Measure(KernelSelection.Current):F1} GFLOP/s; "
            + $"sequences of 1,000 rows, ragged ones of 500 to 1,500; medians of {repeats} runs in turn (least-most).\n");
        Console.WriteLine("| one Baum-Welch iteration | ns a row, processor time | of FMA peak | ragged lengths against equal ones | two threads against one: "
            + "bare multiply-adds | fit | labels | posteriors |\n|---|---|---|---|---|---|---|---|");
        foreach (var (name, rows, model) in Cases())
        {
            if (!name.Contains(filter, StringComparison.Ordinal)) continue;
            var (equal, ragged) = (Draw(model, rows, ragged: false).Set, Draw(model, rows, ragged: true).Set);
            foreach (var threads in new[] { 1, 2 })
            {
                // Long enough for tiered compilation to finish.
                var start = Stopwatch.GetTimestamp();
                do
                {
                    Iterate(model, ragged, threads);
                    model.Predict(equal, threads);
                    model.PredictProbability(equal, threads);
                }
                while (Stopwatch.GetElapsedTime(start).TotalSeconds < 0.5);
            }
            // Alternates equal and ragged lengths often enough that a slow moment of the machine has little effect.
            var turns = Math.Max(1, (int)(LeastSeconds / Processor(() => Iterate(model, equal, 1))));
            List<double> own = [], ratio = [], machine = [], fits = [], labels = [], posteriors = [];
            for (var r = 0; r < repeats; r++)
            {
                List<double> ones = [], others = [];
                for (var turn = 0; turn < turns; turn++)
                {
                    ones.Add(Processor(() => Iterate(model, equal, 1)) / rows);
                    others.Add(Processor(() => Iterate(model, ragged, 1)) / rows);
                }
                own.Add(Iteration.Median(ones) * 1e9);
                ratio.Add(Iteration.Median(others) / Iteration.Median(ones));
                machine.Add(FmaPeak.Scaling(KernelSelection.Current));
                fits.Add(Scaling(threads => Iterate(model, equal, threads)));
                labels.Add(Scaling(threads => model.Predict(equal, threads)));
                posteriors.Add(Scaling(threads => model.PredictProbability(equal, threads)));
            }
            // pomegranate's published result for version 0.14.8 with 50 states and 10 dimensions.
            var peer = name.StartsWith("10 independent", StringComparison.Ordinal)
                ? $"; pomegranate's published 281,000 ns: {281_000 / Iteration.Median(own):N0} times"
                : "";
            var flops = 6.0 * model.EmittingStates * model.EmittingStates;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name}, {rows:N0} rows | {Range(own, 1)}{peer} | "
                + $"{flops / Iteration.Median(own) / FmaPeak.Measure(KernelSelection.Current):P0} | {Range(ratio)} | {Range(machine)} | {Range(fits)} | "
                + $"{Range(labels)} | {Range(posteriors)} |"));
        }
    }

    private static IEnumerable<(string Name, int Rows, HiddenMarkovModel Model)> Cases()
    {
        yield return ("Gaussian, 4 states", 1_000_000, Gaussian(4, 2));
        yield return ("Gaussian, 8 states", 1_000_000, Gaussian(8, 2));
        yield return ("Gaussian, 16 states", 1_000_000, Gaussian(16, 1));
        yield return ("Gaussian, 64 states", 1_000_000, Gaussian(64, 0.3));
        yield return ("categorical, 4 states and 16 symbols", 1_000_000, Categorical(4));
        yield return ("categorical, 8 states and 16 symbols", 1_000_000, Categorical(8));
        yield return ("10 independent normals, 50 states", 1_000_000,
            Model(50, k => new IndependentComponentsDistribution([.. Enumerable.Range(0, 10).Select(j => new NormalDistribution((k * (j + 1)) % 7, 1))])));
    }

    /// <summary>States that emit one number, with the given distance between means.</summary>
    internal static HiddenMarkovModel Gaussian(int states, double apart) => Model(states, k => new NormalDistribution(apart * k, 1));

    /// <summary>States that emit one of 16 symbols.</summary>
    internal static HiddenMarkovModel Categorical(int states) => Model(states, Categories);

    private static DiscreteDistribution Categories(int state)
    {
        var weights = Enumerable.Range(0, 16).Select(c => 1.0 + (((c + (5 * state)) % 16) / 4.0)).ToArray();
        return new([.. weights.Select(w => w / weights.Sum())]);
    }

    /// <summary>States that prefer to stay; equal starts.</summary>
    internal static HiddenMarkovModel Model(int states, Func<int, Distribution> emission)
    {
        var random = new SeededRandom(3);
        var matrix = new double[states, states];
        for (var i = 0; i < states; i++)
        {
            double sum = 0;
            for (var j = 0; j < states; j++) sum += matrix[i, j] = random.NextDouble() + (i == j ? states : 0.1);
            for (var j = 0; j < states; j++) matrix[i, j] /= sum;
        }
        return HiddenMarkovModel.FromMatrix(matrix, [.. Enumerable.Range(0, states).Select(emission)], [.. Enumerable.Repeat(1.0 / states, states)]);
    }

    /// <summary>
    /// Seeded rows from a model's emissions, with state transition rates different from the model's: shape [rows, dimensions], and the sequence offsets.
    /// </summary>
    internal static (SequenceSet Set, double[,] Values, List<int> Offsets) Draw(HiddenMarkovModel model, int rows, bool ragged)
    {
        var random = new SeededRandom(9);
        List<int> offsets = [0];
        while (offsets[^1] < rows) offsets.Add(Math.Min(rows, offsets[^1] + (ragged ? 500 + (int)random.NextInt64(1001) : 1000)));
        var values = new double[rows, model.Dimensions];
        var row = new double[model.Dimensions];
        var state = 0;
        for (var i = 0; i < rows; i++)
        {
            if (random.NextInt64(model.EmittingStates) == 0) state = (int)random.NextInt64(model.EmittingStates);
            model.Emission(state).Sample(random, row);
            for (var j = 0; j < row.Length; j++) values[i, j] = row[j];
        }
        return (new(values, offsets), values, offsets);
    }

    /// <summary>One iteration, as in a fit.</summary>
    internal static HiddenMarkovModel Iterate(HiddenMarkovModel model, SequenceSet data, int threads) =>
        (HiddenMarkovModel)model.Maximize(new SequencePass(data, maxDegreeOfParallelism: threads).RunAsync(model, CancellationToken.None).AsTask().GetAwaiter()
            .GetResult(), default);

    /// <summary>Processor time of the calling thread in seconds.</summary>
    internal static double Processor(Action run)
    {
        var start = ThreadClock.Now;
        run();
        return ThreadClock.Now - start;
    }

    /// <summary>Wall time in seconds.</summary>
    internal static double Wall(Action run)
    {
        var start = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Median (least-most).</summary>
    internal static string Range(List<double> values, int digits = 2) =>
        string.Format(CultureInfo.InvariantCulture, $"{{0:F{digits}}} ({{1:F{digits}}}-{{2:F{digits}}})", Iteration.Median(values), values.Min(), values.Max());

    private static double Scaling(Action<int> run)
    {
        // Garbage of earlier runs must not be collected during a measurement.
        GC.Collect();
        var one = Wall(() => run(1));
        GC.Collect();
        return one / Wall(() => run(2));
    }
}
