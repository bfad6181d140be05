using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Pipelines.Models.Kernels;

namespace Pipelines.Models.Sequences;

/// <summary>One step of Viterbi's recursion: additions and comparisons only, so vectors give the bits of the plain loop.</summary>
internal sealed class ViterbiStep
{
    private readonly int states;

    /// <summary>Base-2 logs of the best ways from i to j at [i * Padded + j]; -infinity to states behind the last.</summary>
    private readonly double[] ways;

    public ViterbiStep(EffectiveChain chain)
    {
        states = chain.States;
        var together = 2 * Vector<double>.Count;
        Padded = (states + together - 1) / together * together;
        ways = new double[states * Padded];
        Array.Fill(ways, double.NegativeInfinity);
        for (var i = 0; i < states; i++)
            for (var j = 0; j < states; j++) ways[(i * Padded) + j] = chain.Best2[i, j];
    }

    /// <summary>States, rounded up to two vectors.</summary>
    public int Padded { get; }

    /// <summary>The largest of current(i) + way(i, j) for each j, and the lowest i that gives it; -infinity and 0 where there is no way.</summary>
    /// <param name="current">Shape [Padded].</param>
    /// <param name="next">Shape [Padded].</param>
    /// <param name="from">Shape [Padded].</param>
    public void Best(ReadOnlySpan<double> current, Span<double> next, Span<int> from)
    {
        if (KernelSelection.Current == KernelVariant.Scalar) Plain(current, next, from);
        else InVectors(current[..states], next[..Padded], from[..Padded]);
    }

    private void Plain(ReadOnlySpan<double> current, Span<double> next, Span<int> from)
    {
        for (var j = 0; j < states; j++)
        {
            var (most, best) = (double.NegativeInfinity, 0);
            for (var i = 0; i < states; i++)
            {
                var way = current[i] + ways[(i * Padded) + j];
                if (way > most) (most, best) = (way, i);
            }
            (next[j], from[j]) = (most, best);
        }
    }

    // Two vectors of targets at a time; the number of the best origin is carried along as a double.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void InVectors(ReadOnlySpan<double> current, Span<double> next, Span<int> from)
    {
        var width = Vector<double>.Count;
        ref var way = ref MemoryMarshal.GetArrayDataReference(ways);
        for (var j = 0; j < next.Length; j += 2 * width)
        {
            Vector<double> most0 = new(double.NegativeInfinity), most1 = most0, best0 = Vector<double>.Zero, best1 = best0, number = best0;
            for (var i = 0; i < current.Length; i++)
            {
                var before = new Vector<double>(current[i]);
                Vector<double> x = before + Vector.LoadUnsafe(ref way, (nuint)((i * Padded) + j)),
                    y = before + Vector.LoadUnsafe(ref way, (nuint)((i * Padded) + j + width));
                Vector<long> isMore0 = Vector.GreaterThan(x, most0), isMore1 = Vector.GreaterThan(y, most1);
                most0 = Vector.ConditionalSelect(isMore0, x, most0);
                most1 = Vector.ConditionalSelect(isMore1, y, most1);
                best0 = Vector.ConditionalSelect(isMore0, number, best0);
                best1 = Vector.ConditionalSelect(isMore1, number, best1);
                number += Vector<double>.One;
            }
            most0.CopyTo(next[j..]);
            most1.CopyTo(next[(j + width)..]);
            Vector.Narrow(Vector.ConvertToInt64(best0), Vector.ConvertToInt64(best1)).CopyTo(from[j..]);
        }
    }
}
