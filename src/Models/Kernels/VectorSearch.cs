using System.Numerics;
using System.Runtime.InteropServices;

namespace Pipelines.Models.Kernels;

/// <summary>Looks through columns for values that need another path.</summary>
internal static class VectorSearch
{
    /// <summary>True if any value is NaN.</summary>
    public static bool HasNaN(ReadOnlySpan<double> values)
    {
        var vectors = MemoryMarshal.Cast<double, Vector<double>>(values);
        var same = Vector<long>.AllBitsSet;
        foreach (var v in vectors) same &= Vector.Equals(v, v);
        if (same != Vector<long>.AllBitsSet) return true;
        for (var i = vectors.Length * Vector<double>.Count; i < values.Length; i++)
            if (double.IsNaN(values[i])) return true;
        return false;
    }
}
