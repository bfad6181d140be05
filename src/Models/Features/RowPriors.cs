using System.Numerics;
using Pipelines.Models;

namespace Pipelines;

/// <summary>
/// What is known of each row before its features are looked at: a probability for each component, class or state. They multiply the model's own weights:
/// p(row i) = sum over k of prior_ik weight_k p_k(row i), and component k has the responsibility prior_ik weight_k p_k(row i) / p(row i). A prior of 1 is the
/// same as a label. For a hidden Markov model, the prior of a state multiplies the probability with which it emits the row.
/// </summary>
/// <remarks>
/// Source: pomegranate 1.x, the <c>priors</c> of its mixtures, classifiers and hidden Markov models. Nothing is scaled: equal priors leave every responsibility
/// as it is and lower the log-probability of a row by log K. Kept as base-2 logarithms, so that using them costs one addition. A view that owns nothing.
/// </remarks>
public readonly ref struct RowPriors
{
    /// <summary>Creates a view.</summary>
    /// <param name="log2">Base-2 logarithms: that of component k in row r is at k * stride + r.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="components">Number of components K, at least 1.</param>
    /// <param name="stride">Distance between two components, in elements, at least the number of rows.</param>
    internal RowPriors(ReadOnlySpan<double> log2, int rows, int components, int stride)
    {
        Log2 = log2;
        (Rows, Components, Stride) = (rows, components, stride);
    }

    /// <summary>True if the rows have no priors.</summary>
    public bool IsEmpty => Components == 0;

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Number of components, classes or states; 0 if the rows have no priors.</summary>
    public int Components { get; }

    /// <summary>Base-2 logarithms; see <see cref="this[int, int]"/> for their places.</summary>
    internal ReadOnlySpan<double> Log2 { get; }

    /// <summary>Elements from the priors of one component to those of the next.</summary>
    internal int Stride { get; }

    /// <summary>Base-2 logarithm of a row's prior of a component; -infinity for a prior of 0.</summary>
    public double this[int row, int component] => Log2[(component * Stride) + row];

    /// <summary>Some of the rows.</summary>
    public RowPriors Slice(int start, int rows) => IsEmpty ? default : new(Log2[start..], rows, Components, Stride);

    /// <summary>The component whose prior is 1 in a row, so that it is as good as a label; -1 if there is none.</summary>
    internal int CertainComponent(int row)
    {
        for (var k = 0; k < Components; k++)
            if (this[row, k] == 0) return k;
        return PriorTable.None;
    }

    /// <summary>The logarithms as columns of features, for code that packs rows.</summary>
    internal FeatureBlock AsBlock() => FeatureBlock.ColumnMajor(Log2, Rows, Components, Stride);

    /// <summary>Adds the logarithms to joint log densities.</summary>
    /// <param name="start">The first row.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="joint">Shape [K, Capacity], base 2.</param>
    internal void AddTo(int start, int rows, Span<double> joint)
    {
        for (var k = 0; k < Components; k++) Add(Log2.Slice((k * Stride) + start, rows), joint.Slice(k * FeatureTile.Capacity, rows));
    }

    // Element by element, so that the bits are those of the scalar loop. A prior of 0 wins over an infinite density.
    internal static void Add(ReadOnlySpan<double> priors, Span<double> joint)
    {
        var i = 0;
        var never = new Vector<double>(double.NegativeInfinity);
        for (; i <= joint.Length - Vector<double>.Count; i += Vector<double>.Count)
        {
            var prior = new Vector<double>(priors[i..]);
            Vector.ConditionalSelect(Vector.Equals(prior, never), never, prior + new Vector<double>(joint[i..])).CopyTo(joint[i..]);
        }
        for (; i < joint.Length; i++) joint[i] = double.IsNegativeInfinity(priors[i]) ? double.NegativeInfinity : priors[i] + joint[i];
    }
}
