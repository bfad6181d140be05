namespace Pipelines.Models.Inference;

/// <summary>A table of non-negative numbers over some variables.</summary>
/// <param name="Variables">Indexes of the variables, each once; the last one's codes are contiguous in the table.</param>
/// <param name="Values">Shape [product of the variables' sizes]; pinned.</param>
/// <param name="Child">The variable whose conditional probabilities these are, given the others; -1 = the table is not conditional.</param>
internal sealed record CategoricalFactor(int[] Variables, double[] Values, int Child = -1);

/// <summary>Variables of a few values each, and factors whose product is proportional to their joint probability.</summary>
internal sealed class FactorSet
{
    /// <summary>Checks nothing: the models do.</summary>
    /// <param name="sizes">Shape [variables]: number of values of each.</param>
    /// <param name="factors">The factors. In a directed model each is conditional, and each variable is the child of one.</param>
    public FactorSet(int[] sizes, IReadOnlyList<CategoricalFactor> factors)
    {
        (Sizes, Factors) = (sizes, [.. factors]);
        IsDirected = Array.TrueForAll(Factors, f => f.Child >= 0);
        if (!IsDirected) MostLog = sizes.Sum(s => Math.Log(s));
        foreach (var factor in Factors)
        {
            double least = double.PositiveInfinity, most = 0;
            foreach (var value in factor.Values)
            {
                if (value > 0) least = Math.Min(least, value);
                most = Math.Max(most, value);
            }
            if (most > 0) (LeastLog, MostLog) = (LeastLog + Math.Min(0, Math.Log(least)), MostLog + Math.Max(0, Math.Log(most)));
        }
    }

    /// <summary>Shape [variables]: number of values of each.</summary>
    public int[] Sizes { get; }

    /// <summary>The factors.</summary>
    public CategoricalFactor[] Factors { get; }

    /// <summary>True: the product is the joint probability, and a variable that nothing depends on can be left out with its factor.</summary>
    public bool IsDirected { get; }

    /// <summary>Natural logarithm of a lower bound of any product of positive entries of different factors.</summary>
    public double LeastLog { get; }

    /// <summary>Natural logarithm of an upper bound of such a product and, unless the model is directed, of any sum of them.</summary>
    public double MostLog { get; }

    /// <summary>A pinned copy of a table.</summary>
    public static double[] Pin(ReadOnlySpan<double> values)
    {
        var pinned = GC.AllocateUninitializedArray<double>(values.Length, pinned: true);
        values.CopyTo(pinned);
        return pinned;
    }
}
