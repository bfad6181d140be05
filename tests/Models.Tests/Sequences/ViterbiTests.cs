using Pipelines.Models.Kernels;

namespace Pipelines.Models.Tests.Sequences;

/// <summary>Most probable paths against a plain recursion, with every kernel and numbers of states around the widths of vectors.</summary>
public class ViterbiTests
{
    [Theory]
    [MemberData(nameof(KernelData.Variants), MemberType = typeof(KernelData))]
    public void PathsAreTheMostProbable(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        foreach (var states in new[] { 1, 2, 3, 4, 7, 8, 9, 16, 17, 33, 64 })
        {
            var random = new SeededRandom(states);
            var matrix = new double[states, states];
            for (var i = 0; i < states; i++)
            {
                // One way in three is missing.
                for (var j = 0; j < states; j++) matrix[i, j] = i == j || random.NextInt64(3) > 0 ? 0.05 + random.NextDouble() : 0;
                var sum = Enumerable.Range(0, states).Sum(j => matrix[i, j]);
                for (var j = 0; j < states; j++) matrix[i, j] /= sum;
            }
            var model = HiddenMarkovModel.FromMatrix(matrix, [.. Enumerable.Range(0, states).Select(k => new NormalDistribution(0.4 * k, 1))],
                [.. Enumerable.Range(0, states).Select(k => 2.0 * (k + 1) / (states * (states + 1)))]);
            double[][] sequences = [.. Enumerable.Range(0, 5)
                .Select(s => Enumerable.Range(0, 1 + (20 * s)).Select(_ => 0.4 * states * random.NextDouble()).ToArray())];
            var paths = model.Viterbi(SequenceSet.From(sequences), 1);
            for (var s = 0; s < sequences.Length; s++)
            {
                var (best, score) = Best(matrix, sequences[s]);
                // Sums of some hundred logarithms, each right to some 1e-15 of its size.
                Assert.Equal(best, paths[s].LogProbability, 1e-10 * Math.Abs(best));
                Assert.Equal(best, score(paths[s].States), 1e-10 * Math.Abs(best));
            }
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Variants), MemberType = typeof(KernelData))]
    public void OfEqualPathsTheLowestStatesAreTaken(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        foreach (var states in new[] { 2, 4, 8, 16, 64 })
        {
            var matrix = new double[states, states];
            for (var i = 0; i < states; i++)
                for (var j = 0; j < states; j++) matrix[i, j] = 1.0 / states;
            var model = HiddenMarkovModel.FromMatrix(matrix, [.. Enumerable.Range(0, states).Select(_ => new NormalDistribution(0, 1))],
                [.. Enumerable.Repeat(1.0 / states, states)]);
            Assert.All(model.Viterbi(SequenceSet.From([new double[40]]), 1)[0].States, state => Assert.Equal(0, state));
        }
    }

    // Natural logs; starts as in the test.
    private static (double Best, Func<int[], double> Score) Best(double[,] matrix, double[] rows)
    {
        var states = matrix.GetLength(0);
        double Start(int k) => Math.Log(2.0 * (k + 1) / (states * (states + 1)));
        double Emit(int k, int t) => (-0.5 * Math.Pow(rows[t] - (0.4 * k), 2)) - (0.5 * Math.Log(2 * Math.PI));
        var best = Enumerable.Range(0, states).Select(k => Start(k) + Emit(k, 0)).ToArray();
        for (var t = 1; t < rows.Length; t++)
            best = [.. Enumerable.Range(0, states).Select(j => Enumerable.Range(0, states).Max(i => best[i] + Math.Log(matrix[i, j])) + Emit(j, t))];
        return (best.Max(),
            path => Start(path[0]) + Enumerable.Range(0, rows.Length).Sum(t => Emit(path[t], t) + (t > 0 ? Math.Log(matrix[path[t - 1], path[t]]) : 0)));
    }
}
