using System.Runtime.InteropServices;
using Pipelines.Models.Kernels;

namespace Pipelines.Models.Inference;

/// <summary>Merges rows with equal observed values, where there can only be a few of them.</summary>
internal static class EqualEvidence
{
    /// <summary>Numbers the different cases among some rows and sorts the rows by case.</summary>
    /// <param name="block">Holds the rows.</param>
    /// <param name="observed">The variables that make a case.</param>
    /// <param name="sizes">Number of values of each variable.</param>
    /// <param name="rows">Numbers of rows; reordered.</param>
    /// <param name="cases">Shape [rows]: the case of each, ascending.</param>
    /// <param name="firsts">Shape [rows]: a row of each case.</param>
    /// <param name="scratch">Gives memory.</param>
    /// <returns>Number of cases.</returns>
    public static int Merge(in FeatureBlock block, int[] observed, int[] sizes, Span<int> rows, Span<int> cases, Span<int> firsts, in Scratch scratch)
    {
        double possible = 1;
        foreach (var v in observed) possible *= sizes[v];
        // With more cases than that, most rows would be on their own.
        if (possible * 2 > rows.Length)
        {
            for (var i = 0; i < rows.Length; i++) cases[i] = i;
            rows.CopyTo(firsts);
            return rows.Length;
        }
        var numbers = MemoryMarshal.Cast<double, int>(scratch.Take((rows.Length + (int)possible) / 2 + 2));
        var own = numbers[..rows.Length];
        var counts = numbers.Slice(rows.Length, (int)possible + 1);
        own.Clear();
        counts.Clear();
        foreach (var v in observed)
            for (var i = 0; i < rows.Length; i++) own[i] = (own[i] * sizes[v]) + (int)block[rows[i], v];
        foreach (var number in own) counts[number + 1]++;
        for (var k = 0; k < (int)possible; k++) counts[k + 1] += counts[k];
        var sorted = MemoryMarshal.Cast<double, int>(scratch.Take((rows.Length / 2) + 1))[..rows.Length];
        var byCase = firsts;
        for (var i = 0; i < rows.Length; i++)
        {
            var to = counts[own[i]]++;
            sorted[to] = rows[i];
            byCase[to] = own[i];
        }
        sorted.CopyTo(rows);
        var count = 0;
        for (int i = 0, before = -1; i < rows.Length; i++)
        {
            var number = byCase[i];
            // The place of an earlier row, so nothing that is still needed is overwritten.
            if (number != before) firsts[count++] = rows[i];
            cases[i] = count - 1;
            before = number;
        }
        return count;
    }
}
