using System.Diagnostics;
using System.Globalization;
using Pipelines.Models;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Sequences;

namespace Pipelines.Kernels;

/// <summary>Baum-Welch over sequences in memory: nanoseconds a row of one iteration, equal and ragged lengths, one and two threads.</summary>
internal static class Sequences
{
    /// <summary>Measures all cases whose name holds a text.</summary>
    public static void Run(string filter, int repeats)
    {
        Console.WriteLine("| one Baum-Welch iteration | ns a row, processor time (least) | of FMA peak | ragged lengths against equal ones | two threads against one, fit | prediction |\n|---|---|---|---|---|---|");
        foreach (var (name, rows, model) in Cases())
        {
            if (!name.Contains(filter, StringComparison.Ordinal)) continue;
            var (equal, ragged) = (Draw(model, rows, ragged: false), Draw(model, rows, ragged: true));
            Iterate(model, equal, 1);
            for (var warm = 0; warm < 5; warm++) Iterate(model, ragged, 1);
            List<double> own = [], ratio = [], cores = [], predictions = [];
            for (var r = 0; r < repeats; r++)
            {
                var one = Processor(() => Iterate(model, equal, 1)) / equal.Rows;
                own.Add(one * 1e9);
                ratio.Add(Processor(() => Iterate(model, ragged, 1)) / ragged.Rows / one);
                cores.Add(Wall(() => Iterate(model, equal, 1)) / Wall(() => Iterate(model, equal, 2)));
                predictions.Add(Wall(() => model.Predict(equal, 1)) / Wall(() => model.Predict(equal, 2)));
            }
            // What pomegranate 0.14.8 published for 50 states and 10 dimensions.
            var peer = name.StartsWith("10 independent", StringComparison.Ordinal) ? $"; pomegranate's published 281,000 ns: {281_000 / Iteration.Median(own):N0} times" : "";
            var flops = 6.0 * model.EmittingStates * model.EmittingStates;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name}, {rows:N0} rows in sequences of 1,000 | {Iteration.Median(own):F1} ({own.Min():F1}{peer}) | {flops / Iteration.Median(own) / FmaPeak.Measure(KernelSelection.Current):P0} | {Iteration.Median(ratio):F2} | {Iteration.Median(cores):F2} | {Iteration.Median(predictions):F2} |"));
        }
    }

    private static IEnumerable<(string Name, int Rows, HiddenMarkovModel Model)> Cases()
    {
        yield return ("Gaussian, 4 states", 1_000_000, Model(4, k => new NormalDistribution(2 * k, 1)));
        yield return ("Gaussian, 8 states", 1_000_000, Model(8, k => new NormalDistribution(2 * k, 1)));
        yield return ("Gaussian, 16 states", 500_000, Model(16, k => new NormalDistribution(k, 1)));
        yield return ("Gaussian, 64 states", 200_000, Model(64, k => new NormalDistribution(0.3 * k, 1)));
        yield return ("categorical, 4 states and 16 symbols", 1_000_000, Model(4, Categories));
        yield return ("categorical, 8 states and 16 symbols", 1_000_000, Model(8, Categories));
        yield return ("10 independent normals, 50 states", 100_000, Model(50, k => new IndependentComponentsDistribution([.. Enumerable.Range(0, 10).Select(j => new NormalDistribution((k * (j + 1)) % 7, 1))])));
    }

    private static DiscreteDistribution Categories(int state)
    {
        var weights = Enumerable.Range(0, 16).Select(c => 1.0 + (((c + (5 * state)) % 16) / 4.0)).ToArray();
        return new([.. weights.Select(w => w / weights.Sum())]);
    }

    private static HiddenMarkovModel Model(int states, Func<int, Distribution> emission)
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

    private static SequenceSet Draw(HiddenMarkovModel model, int rows, bool ragged)
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
        return new(values, offsets);
    }

    private static void Iterate(HiddenMarkovModel model, SequenceSet data, int threads) =>
        model.Maximize(new SequencePass(data, maxDegreeOfParallelism: threads).RunAsync(model, CancellationToken.None).AsTask().GetAwaiter().GetResult(), default);

    private static double Processor(Action run)
    {
        var start = ThreadClock.Now;
        run();
        return ThreadClock.Now - start;
    }

    private static double Wall(Action run)
    {
        var start = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
