namespace Pipelines.Models;

/// <summary>The priors of all rows in memory, and what priors must be.</summary>
internal sealed class PriorTable
{
    /// <summary>No component: that of a row of which nothing is certain.</summary>
    public const int None = -1;

    /// <summary>By how much the priors of a row may miss a sum of 1, as in pomegranate.</summary>
    public const double Tolerance = 1e-6;

    /// <summary>What is expected of the priors of a row, for messages.</summary>
    public const string ExpectedSum = "probabilities that sum to 1 (within 1e-6)";

    /// <summary>What is expected of one prior, for messages.</summary>
    public const string ExpectedValue = "a probability from 0 to 1";

    // Shape [K, rows]: base-2 logarithms.
    private readonly double[] log2;
    private readonly int rows;

    private PriorTable(double[] log2, int rows, int components) => (this.log2, this.rows, Components) = (log2, rows, components);

    /// <summary>Number of components.</summary>
    public int Components { get; }

    /// <summary>Copies and checks priors.</summary>
    /// <param name="priors">Shape [rows, K].</param>
    /// <param name="rows">Number of rows that need priors.</param>
    /// <param name="what">What they are called in messages.</param>
    /// <exception cref="ModelException">There are not as many as rows, or those of a row are no probabilities that sum to 1.</exception>
    public static PriorTable From(double[,] priors, int rows, string what = "priors")
    {
        var components = priors.GetLength(1);
        ModelException.CheckOptions(what,
            (priors.GetLength(0) == rows, "number of rows", priors.GetLength(0), $"one for each of {rows} rows"),
            (components >= 1, "number of columns", components, "one for each component, class or state"),
            ((long)rows * components <= Array.MaxLength, "size", (long)rows * components, $"at most {Array.MaxLength}"));
        var log2 = new double[rows * components];
        for (var row = 0; row < rows; row++)
        {
            for (var k = 0; k < components; k++) log2[(k * rows) + row] = priors[row, k];
            if (Wrong(log2, row, components, rows) is not var (component, found)) continue;
            throw new ModelException(ErrorKind.Data, component == None ? $"{what} of row {row}" : $"{what} of row {row}, column {component}",
                component == None ? $"a sum of {found.Text()}" : found.Text(), component == None ? ExpectedSum : ExpectedValue,
                "correct the row; where nothing is known, make them equal");
        }
        ToLogarithms(log2);
        return new(log2, rows, components);
    }

    /// <summary>What is wrong with the priors of a row: the first component whose prior is no probability and that prior, or their sum.</summary>
    /// <param name="priors">The prior of component k in row r is at k * stride + r.</param>
    /// <param name="row">The row.</param>
    /// <param name="components">K.</param>
    /// <param name="stride">Distance between two components.</param>
    /// <returns>Component <see cref="None"/> = the sum; null = nothing is wrong.</returns>
    public static (int Component, double Found)? Wrong(ReadOnlySpan<double> priors, int row, int components, int stride)
    {
        double sum = 0;
        for (var k = 0; k < components; k++)
        {
            var prior = priors[(k * stride) + row];
            if (!(prior >= 0 && double.IsFinite(prior))) return (k, prior);
            sum += prior;
        }
        return Math.Abs(sum - 1) <= Tolerance ? null : (None, sum);
    }

    /// <summary>Replaces priors by their base-2 logarithms, in which they are kept.</summary>
    public static void ToLogarithms(Span<double> priors)
    {
        foreach (ref var prior in priors) prior = Math.Log2(prior);
    }

    /// <summary>The priors of some rows.</summary>
    public RowPriors View(int start, int count) => new(log2.AsSpan(start), count, Components, rows);
}
