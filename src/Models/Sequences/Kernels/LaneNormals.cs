using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Pipelines.Models.Kernels;
using Pipelines.Models.Mixtures;
using Pipelines.Models.Numerics;

namespace Pipelines.Models.Sequences;

/// <summary>
/// Emissions of one normal per state, relative to the density of the widest normal instead of the largest density of each row. The widest then needs no
/// exponential, and no pass searches for the largest. Rows in which another density is too far above it are computed individually, as in any other model: a
/// row's values do not depend on its neighbours.
/// </summary>
internal sealed unsafe class LaneNormals : LaneEmissions
{
    // Emissions range from 2^-480 to 2^240 times the reference's, so that the products of a step stay within the range of doubles.
    private const double MostLog2 = 240;

    // Bound used to check a whole tile, with a margin so that rounding differences do not decide about a row.
    private const double SurelyNear = MostLog2 - 1;

    // Nearly all rows are expected within this many standard deviations of the means.
    private const double Reach = 8;

    // Beyond this, squared deviations lose the digits that their differences need.
    private const double MostDeviations = 1e5;

    private const int Parameters = LaneNormalKernel<Vector128Ops, System.Runtime.Intrinsics.Vector128<double>>.Parameters;

    private readonly int states, reference;

    /// <summary>Shape [E, Parameters], pinned.</summary>
    private readonly double[] parameters;

    // Where each density is furthest above the reference; infinite if the difference is linear, so that an end point is the maximum; NaN if it is unknown.
    private readonly double[] tops;

    // States whose density may be too far above the reference.
    private readonly int[] high;

    public LaneNormals(IReadOnlyList<NormalDistribution> distributions, TileEvaluator evaluator, double[] log2Weights)
        : base(evaluator, log2Weights)
    {
        states = distributions.Count;
        parameters = GC.AllocateArray<double>(Parameters * states, pinned: true);
        for (var k = 0; k < states; k++)
        {
            var own = distributions[k];
            if (own.StandardDeviation > distributions[reference].StandardDeviation) reference = k;
            parameters[Parameters * k] = own.Mean;
            parameters[(Parameters * k) + 1] = Math.Sqrt(0.5 / Math.Log(2)) / own.StandardDeviation;
            parameters[(Parameters * k) + 2] = log2Weights[k] - ((Math.Log(own.StandardDeviation) + Constants.HalfLog2Pi) / Math.Log(2));
            parameters[(Parameters * k) + 3] = log2Weights[k];
        }
        tops = new double[states];
        List<int> found = [];
        for (var k = 0; k < states; k++)
        {
            double mean = parameters[Parameters * reference], scale = parameters[(Parameters * reference) + 1], ownMean = parameters[Parameters * k];
            var ratio = scale / parameters[(Parameters * k) + 1];
            ratio *= ratio;
            tops[k] = ratio == 1 ? double.PositiveInfinity : (ownMean - (ratio * mean)) / (1 - ratio);
            var distance = (ownMean - mean) * scale;
            var top = parameters[(Parameters * k) + 2] - parameters[(Parameters * reference) + 2] + (distance * distance / (1 - ratio));
            if (k != reference && !(top <= SurelyNear)) found.Add(k);
        }
        high = [.. found];
        IsWorthwhile = IsNear(distributions.Min(d => d.Mean - (Reach * d.StandardDeviation)), distributions.Max(d => d.Mean + (Reach * d.StandardDeviation)));
    }

    /// <summary>True if rows that are too far from the reference are rare.</summary>
    public bool IsWorthwhile { get; }

    public override void Fill(LaneSteps steps, in FeatureTile tile, ReadOnlySpan<int> holes, int padded, int lanes, int row, double* b, double* maxima)
    {
        fixed (double* x = tile.Values, p = parameters)
        {
            steps.Normals(x, tile.HasMissing, p, states, reference, padded, lanes, row, b, maxima);
            var center = parameters[Parameters * reference];
            // The buffer holds stale values after the last row.
            var (least, most) = steps.Range(x, center, FeatureTile.Padded(tile.Rows));
            if (!IsNear(center + least, center + most)) FillFar(steps, tile, padded, lanes, row, b, maxima);
        }
        FillHoles(holes, states, lanes, row, b, maxima);
    }

    // Recomputes rows that are too far from the reference by the method without a reference.
    private void FillFar(LaneSteps steps, in FeatureTile tile, int padded, int lanes, int row, double* b, double* maxima)
    {
        using var scratch = Scratch.Enter();
        double* own = null, ownMaxima = null;
        for (var i = 0; i < tile.Rows; i++)
        {
            if (!IsFar(tile.Values[i])) continue;
            if (own is null)
            {
                own = (double*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(scratch.Take(FeatureTile.Capacity / lanes * row)));
                ownMaxima = (double*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(scratch.Take(FeatureTile.Capacity)));
                base.Fill(steps, tile, default, padded, lanes, row, own, ownMaxima);
            }
            maxima[i] = ownMaxima[i];
            for (var k = 0; k < states; k++)
            {
                var at = (i / lanes * row) + (k * lanes) + (i % lanes);
                b[at] = own[at];
            }
        }
    }

    private bool IsFar(double x)
    {
        if (double.IsNaN(x)) return false;
        if (!IsExact(x)) return true;
        foreach (var k in high)
            if (!(Above(k, x) <= MostLog2)) return true;
        return false;
    }

    // True if no row between least and most is too far.
    private bool IsNear(double least, double most)
    {
        if (!IsExact(least) || !IsExact(most)) return false;
        foreach (var k in high)
            if (!(Above(k, least) <= SurelyNear && Above(k, most) <= SurelyNear) || !(tops[k] <= least || tops[k] >= most)) return false;
        return true;
    }

    // At this distance from the reference, differences of squares are accurate to 1e-5.
    private bool IsExact(double x) => Math.Abs(x - parameters[Parameters * reference]) * parameters[(Parameters * reference) + 1] <= MostDeviations;

    // Base-2 log of the ratio of a density to the reference's.
    private double Above(int k, double x)
    {
        double own = (x - parameters[Parameters * k]) * parameters[(Parameters * k) + 1],
            other = (x - parameters[Parameters * reference]) * parameters[(Parameters * reference) + 1];
        return parameters[(Parameters * k) + 2] - parameters[(Parameters * reference) + 2] - (own * own) + (other * other);
    }
}
