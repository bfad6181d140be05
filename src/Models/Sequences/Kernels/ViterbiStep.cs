using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Pipelines.Models.Kernels;

namespace Pipelines.Models.Sequences;

/// <summary>One step of the Viterbi recursion: only additions and comparisons, so the vectorized code gives the same bits as the scalar loop.</summary>
internal sealed class ViterbiStep
{
    private readonly int states;

    /// <summary>Base-2 logs of the best paths from i to j at [i * Padded + j]; -infinity for padding states.</summary>
    private readonly double[] paths;

    public ViterbiStep(EffectiveChain chain)
    {
        states = chain.States;
        var together = 2 * Vector<double>.Count;
        Padded = (states + together - 1) / together * together;
        paths = new double[states * Padded];
        Array.Fill(paths, double.NegativeInfinity);
        for (var i = 0; i < states; i++)
            for (var j = 0; j < states; j++) paths[(i * Padded) + j] = chain.Best2[i, j];
    }

    /// <summary>Number of states, rounded up to a multiple of two vectors.</summary>
    public int Padded { get; }

    /// <summary>For each j, the maximum over i of current(i) + path(i, j), and the lowest i that attains it; -infinity and 0 if there is no path.</summary>
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
                var path = current[i] + paths[(i * Padded) + j];
                if (path > most) (most, best) = (path, i);
            }
            (next[j], from[j]) = (most, best);
        }
    }

    // Two vectors of targets at a time; the index of the best origin is kept as a double.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void InVectors(ReadOnlySpan<double> current, Span<double> next, Span<int> from)
    {
        var width = Vector<double>.Count;
        ref var path = ref MemoryMarshal.GetArrayDataReference(paths);
        for (var j = 0; j < next.Length; j += 2 * width)
        {
            Vector<double> most0 = new(double.NegativeInfinity), most1 = most0, best0 = Vector<double>.Zero, best1 = best0, number = best0;
            for (var i = 0; i < current.Length; i++)
            {
                var before = new Vector<double>(current[i]);
                Vector<double> x = before + Vector.LoadUnsafe(ref path, (nuint)((i * Padded) + j)),
                    y = before + Vector.LoadUnsafe(ref path, (nuint)((i * Padded) + j + width));
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
