using Pipelines.Models.Kernels;
using Pipelines.Models.Sequences;

namespace Pipelines.Models.Tests.Sequences;

/// <summary>Random graphs with silent states, narrow and wide emissions and impossible ways against their definition.</summary>
public class HiddenMarkovRandomTests
{
    [Theory]
    [MemberData(nameof(KernelData.Variants), MemberType = typeof(KernelData))]
    public void RandomModelsAreThoseOfTheDefinition(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        for (var seed = 0; seed < 250; seed++)
        {
            var random = new SeededRandom(seed, stream: 7);
            var model = Model(random);
            var data = Sequences(random);
            var oracle = new HiddenMarkovOracle(model);
            var (logs, posteriors) = (model.LogProbability(data, 1), model.PredictProbability(data, 1));
            var statistics = (HiddenMarkovStatistics)model.CreateStatistics();
            model.Summarize(data.Block(0, data.Count), statistics);
            var uses = new double[model.Transitions.Count];
            double largest = 1;
            long impossible = 0;
            for (var s = 0; s < data.Count; s++)
            {
                var block = data.Block(s, 1);
                var rows = new double[block.Rows, 1];
                for (var t = 0; t < block.Rows; t++) rows[t, 0] = block[t, 0];
                var expected = oracle.Run(rows);
                if (double.IsNegativeInfinity(expected.LogProbability))
                {
                    Assert.Equal(double.NegativeInfinity, logs[s]);
                    impossible++;
                    continue;
                }
                // 1e-9 relative is promised. A posterior is a difference of such logarithms.
                Assert.True(Math.Abs(expected.LogProbability - logs[s]) <= 1e-9 * Math.Max(1, Math.Abs(expected.LogProbability)),
                    $"seed {seed}, sequence {s}: found {logs[s]:R}, expected {expected.LogProbability:R}");
                var tolerance = 1e-9 + (1e-13 * Math.Abs(expected.LogProbability));
                largest = Math.Max(largest, tolerance * 1e9);
                for (var t = 0; t < block.Rows; t++)
                    for (var k = 0; k < model.EmittingStates; k++)
                        Assert.True(Math.Abs(expected.Posterior[t, k] - posteriors[s][t, k]) <= tolerance,
                            $"seed {seed}, sequence {s}, row {t}, state {k}: found {posteriors[s][t, k]:R}, expected {expected.Posterior[t, k]:R}");
                for (var e = 0; e < uses.Length; e++) uses[e] += expected.Uses[e];
            }
            Assert.Equal(impossible, statistics.Impossible);
            for (var e = 0; e < uses.Length; e++)
                Assert.True(Math.Abs(uses[e] - statistics.Edges[e]) <= 1e-9 * largest * data.Rows,
                    $"seed {seed}, {model.Transitions[e]}: found {statistics.Edges[e]:R}, expected {uses[e]:R}");
        }
    }

    private static HiddenMarkovModel Model(SeededRandom random)
    {
        var (emitting, silent, finite) = (1 + (int)random.NextInt64(9), (int)random.NextInt64(4), random.NextInt64(2) == 0);
        var names = Enumerable.Range(0, emitting).Select(k => $"e{k}").Concat(Enumerable.Range(0, silent).Select(k => $"x{k}")).ToArray();
        List<HiddenState> states = [];
        for (var k = 0; k < names.Length; k++)
        {
            var narrow = random.NextInt64(3) == 0 ? 0.02 : 1.5;
            Distribution? own = k >= emitting
                ? null
                : random.NextInt64(6) == 0 ? new UniformDistribution(-1, 6) : new NormalDistribution(10 * random.NextDouble(), narrow);
            states.Add(new(names[k], own, random.NextInt64(4) == 0 ? 0.3 : 1));
        }
        List<HiddenTransition> edges = [];
        var density = random.NextInt64(3) switch { 0 => 0.2, 1 => 0.6, _ => 1 };
        for (var i = -1; i < names.Length; i++)
        {
            var before = edges.Count;
            var from = i < 0 ? HiddenMarkovModel.Start : names[i];
            for (var j = 0; j < names.Length; j++)
            {
                // Silent states lead to later silent ones only.
                if ((i >= emitting && j >= emitting && j <= i) || random.NextDouble() > density) continue;
                edges.Add(new(from, names[j], random.NextInt64(8) == 0 ? 1e-150 : 0.05 + random.NextDouble()));
            }
            if (finite && i >= 0 && random.NextInt64(2) == 0) edges.Add(new(from, HiddenMarkovModel.End, 0.3));
            if (edges.Count == before) edges.Add(new(from, names[0], 1));
        }
        return new(states, edges);
    }

    private static SequenceSet Sequences(SeededRandom random)
    {
        var data = new double[1 + random.NextInt64(24)][];
        for (var s = 0; s < data.Length; s++)
        {
            data[s] = new double[1 + random.NextInt64(20)];
            for (var t = 0; t < data[s].Length; t++) data[s][t] = random.NextInt64(15) == 0 ? double.NaN : 10 * random.NextDouble();
        }
        return SequenceSet.From(data);
    }
}
