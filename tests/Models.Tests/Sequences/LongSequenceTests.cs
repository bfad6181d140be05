using Pipelines.Models.Kernels;

namespace Pipelines.Models.Tests.Sequences;

/// <summary>
/// Posteriors of sequences whose log-probability has few digits behind the point, against a naive forward-backward that scales each row to sum to 1 and never
/// sees the probability of the whole.
/// </summary>
public class LongSequenceTests
{
    private const int Length = 20_000;

    // Emissions of -400 bits are known to 6e-14, and a row's posteriors rest on those of a few rows around it; the -8e6 bits of the sequence to 1e-9.
    private const double Tolerance = 2e-12;

    private static readonly double[] means = [0, 0.05, -0.04];
    private static readonly double[] start = [0.5, 0.3, 0.2];
    private static readonly double[,] steps = { { 0.90, 0.06, 0.04 }, { 0.10, 0.85, 0.05 }, { 0.02, 0.08, 0.90 } };
    private static readonly double[] x = Far();

    public static TheoryData<KernelVariant> Variants => Kernels.Variants.All;

    [Theory]
    [MemberData(nameof(Variants))]
    public void PosteriorsAndExpectedTransitionsKeepTheirDigits(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var model = HiddenMarkovModel.FromMatrix(steps, [.. means.Select(m => new NormalDistribution(m, 1))], start);
        var sequences = SequenceSet.From([x]);
        var (posterior, uses) = Oracle();
        var inference = model.Infer(sequences)[0];
        Assert.InRange(inference.LogProbability, -5.7e6, -5.5e6);
        Assert.Equal(model.LogProbability(sequences)[0], inference.LogProbability, 1e-12 * 5.6e6);
        var predicted = model.PredictProbability(sequences)[0];
        var labels = model.Predict(sequences)[0];
        for (var t = 0; t < Length; t++)
        {
            var best = 0;
            for (var k = 0; k < means.Length; k++)
            {
                Assert.Equal(posterior[t, k], inference.Posterior[t, k], Tolerance);
                Assert.Equal(posterior[t, k], predicted[t, k], Tolerance);
                if (posterior[t, k] > posterior[t, best]) best = k;
            }
            Assert.Equal(best, labels[t]);
        }
        // Baum-Welch divides the same uses by their sums.
        var fitted = model.Fit(sequences, new() { MaxIterations = 1 }).Model.DenseTransitions();
        for (var e = 0; e < model.Transitions.Count; e++)
        {
            var (i, j) = (model.IndexOf(model.Transitions[e].From), model.IndexOf(model.Transitions[e].To));
            if (i >= means.Length) continue;
            Assert.Equal(uses[i, j], inference.ExpectedTransitions[e], Tolerance * Length);
            Assert.Equal(uses[i, j] / Enumerable.Range(0, means.Length).Sum(k => uses[i, k]), fitted[i, j], Tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void ComponentsOfMixturesOfSequencesKeepTheirDigits(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        // Components that differ in their start only: their shares are those of the first row.
        HiddenMarkovModel Component(double[] from) => HiddenMarkovModel.FromMatrix(
            new double[,] { { 0.5, 0.5 }, { 0.5, 0.5 } }, [new NormalDistribution(0, 1), new NormalDistribution(0, 1)], from);
        var model = new GeneralMixtureModel([Component([1, 0]), Component([0, 1])], [0.3, 0.7]);
        var shares = model.PredictProbability(SequenceSet.From([x]));
        Assert.Equal(1, shares[0, 0] + shares[0, 1], 1e-15);
    }

    // 23.66 standard deviations off: -280 nats a row, between which the states are a matter of some tenths.
    private static double[] Far()
    {
        var random = new SeededRandom(5);
        return [.. Enumerable.Range(0, Length).Select(t => (random.NextDouble() < 0.5 ? 1 : -1) * (23.6 + (0.1 * random.NextNormal())))];
    }

    private static (double[,] Posterior, double[,] Uses) Oracle()
    {
        var n = means.Length;
        var emission = new double[Length, n];
        for (var t = 0; t < Length; t++)
        {
            // Relative to the first state: log N(x; m) - log N(x; 0) = m x - m^2/2.
            for (var k = 0; k < n; k++) emission[t, k] = Math.Exp((means[k] * x[t]) - (means[k] * means[k] / 2));
        }
        var (forward, backward, uses) = (new double[Length, n], new double[Length, n], new double[n, n]);
        for (var t = 0; t < Length; t++)
        {
            for (var j = 0; j < n; j++)
            {
                forward[t, j] = t == 0 ? start[j] : 0;
                for (var i = 0; i < n && t > 0; i++) forward[t, j] += forward[t - 1, i] * steps[i, j];
                forward[t, j] *= emission[t, j];
            }
            Scale(forward, t);
        }
        for (var t = Length - 1; t >= 0; t--)
        {
            for (var i = 0; i < n; i++)
            {
                backward[t, i] = t == Length - 1 ? 1 : 0;
                for (var j = 0; j < n && t < Length - 1; j++) backward[t, i] += steps[i, j] * emission[t + 1, j] * backward[t + 1, j];
            }
            Scale(backward, t);
        }
        for (var t = 1; t < Length; t++)
        {
            double sum = 0;
            for (var i = 0; i < n; i++)
                for (var j = 0; j < n; j++) sum += forward[t - 1, i] * steps[i, j] * emission[t, j] * backward[t, j];
            for (var i = 0; i < n; i++)
                for (var j = 0; j < n; j++) uses[i, j] += forward[t - 1, i] * steps[i, j] * emission[t, j] * backward[t, j] / sum;
        }
        for (var t = 0; t < Length; t++)
        {
            for (var k = 0; k < n; k++) forward[t, k] *= backward[t, k];
            Scale(forward, t);
        }
        return (forward, uses);
    }

    private static void Scale(double[,] rows, int t)
    {
        double sum = 0;
        for (var k = 0; k < rows.GetLength(1); k++) sum += rows[t, k];
        for (var k = 0; k < rows.GetLength(1); k++) rows[t, k] /= sum;
    }
}
