using Pipelines.Models.Kernels;
using Pipelines.Models.Mixtures;
using Pipelines.Models.Sequences;

namespace Pipelines.Models.Tests.Sequences;

/// <summary>Emissions of normals relative to the widest one, against the formula of the density.</summary>
public class LaneNormalsTests
{
    // A handful of roundings in logarithms of up to 2e6 in magnitude: 1e-15 of that.
    private const double Tolerance = 3e-9;

    // Logarithms below this are raised to it; a hundred below the others' largest at any rate.
    private const double Floor = LaneRange.LeastEmissionLog2;

    private const int Lanes = LaneSchedule.Width;

    public static TheoryData<KernelVariant> Kernels => [.. KernelSelection.Supported.Where(v => v != KernelVariant.Scalar)];

    [Theory]
    [MemberData(nameof(Kernels))]
    public unsafe void DensitiesAreThoseOfTheFormulaInRowsNearAndFar(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        NormalDistribution[] states = [new(0, 1), new(2, 1), new(3, 0.5), new(4, 1.5), new(6, 1)];
        double[] weights = [0, -1, 0, 0.5, 0];
        var evaluator = new TileEvaluator(states);
        var emissions = Assert.IsType<LaneNormals>(LaneEmissions.For(states, evaluator, weights, isCareful: false));
        const int padded = 8, row = (padded * Lanes) + 8;
        var random = new SeededRandom(1);
        double* x = stackalloc double[FeatureTile.Capacity], maxima = stackalloc double[FeatureTile.Capacity],
            b = stackalloc double[FeatureTile.Capacity / Lanes * row];
        foreach (var kind in new[] { "near", "missing", "far", "both", "holes" })
        {
            for (var i = 0; i < FeatureTile.Capacity; i++)
            {
                x[i] = (4 * random.NextDouble()) + (2 * random.NextNormal());
                if (kind is "missing" or "both" && i % 7 == 0) x[i] = double.NaN;
                // From just too far to beyond what any exponential holds.
                if (kind is "far" or "both" && i % 11 == 5) x[i] = (i % 2 == 0 ? 1 : -1) * Math.Pow(10, 1.2 + (0.2 * (i % 8)));
                if (kind is "both" && i == 100) x[i] = double.PositiveInfinity;
            }
            int[] holes = kind == "holes" ? [3, 77] : [];
            var tile = new FeatureTile(new Span<double>(x, FeatureTile.Capacity), FeatureTile.Capacity, 1, kind is "missing" or "both");
            emissions.Fill(LaneSteps.For(variant), tile, holes, padded, Lanes, row, b, maxima);
            for (var i = 0; i < FeatureTile.Capacity; i++)
            {
                var own = Enumerable.Range(0, padded).Select(k => b[(i / Lanes * row) + (k * Lanes) + (i % Lanes)]).ToArray();
                Assert.All(own[states.Length..], v => Assert.Equal(0, v));
                if (double.IsInfinity(x[i]))
                {
                    // No state produces it.
                    Assert.All(own, v => Assert.Equal(0, v));
                    continue;
                }
                var logs = states.Select((s, k) => holes.Contains(i) ? 0 : weights[k] + (double.IsNaN(x[i]) ? 0 : Log2(s, x[i]))).ToArray();
                for (var k = 0; k < states.Length; k++)
                {
                    Assert.InRange(own[k], 1e-145, 1e73);
                    var found = Math.Log2(own[k]) + maxima[i];
                    if (logs[k] - maxima[i] > Floor + 1)
                        Assert.True(Math.Abs(logs[k] - found) <= Tolerance, $"{kind}, x = {x[i]:R}, state {k}: found {found:R}, expected {logs[k]:R}");
                    else Assert.Equal(Floor, Math.Log2(own[k]), 1.0);
                }
                Assert.True(own.Max() >= 1);
            }
        }
    }

    [Fact]
    public void StatesThatAreFarApartAreDoneAsOthers()
    {
        NormalDistribution[] states = [new(0, 1), new(100, 1)];
        Assert.IsType<LaneEmissions>(LaneEmissions.For(states, new TileEvaluator(states), [0, 0], isCareful: false));
    }

    [Fact]
    public void NumbersNearTheEndsOfTheirRangeAreDoneAsOthers()
    {
        // Weights over norms of 1e-290 times emissions of 2^240 are beyond any double.
        NormalDistribution[] states = [new(0, 1), new(1, 1)];
        Assert.IsType<LaneEmissions>(LaneEmissions.For(states, new TileEvaluator(states), [0, 0], isCareful: true));
        Assert.IsType<LaneNormals>(LaneEmissions.For(states, new TileEvaluator(states), [0, 0], isCareful: false));
    }

    private static double Log2(NormalDistribution state, double x)
    {
        var z = (x - state.Mean) / state.StandardDeviation;
        return (-(0.5 * z * z) - Math.Log(state.StandardDeviation) - (0.5 * Math.Log(2 * Math.PI))) / Math.Log(2);
    }
}
