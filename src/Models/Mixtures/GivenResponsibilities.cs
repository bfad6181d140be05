using Pipelines.Models;
using Pipelines.Models.Fitting;

namespace Pipelines.Models.Mixtures;

/// <summary>One M step with responsibilities that are given: each component is fitted to all rows, weighted by its responsibility for them.</summary>
internal static class GivenResponsibilities
{
    /// <summary>Fits the components.</summary>
    /// <param name="family">The family of component k.</param>
    /// <param name="components">Number of components, K.</param>
    /// <param name="data">The rows with their weights.</param>
    /// <param name="responsibilities">Shape [rows, K]: from 0 to 1, and each row sums to 1.</param>
    /// <param name="options">Minimum variance and pseudocount are used.</param>
    /// <returns>The distributions, and their total responsibilities with the pseudocount.</returns>
    /// <exception cref="ModelException">The responsibilities do not fit the rows, or give no valid parameters.</exception>
    public static (Distribution[] Components, double[] Shares) Fit(Func<int, DistributionFamily> family, int components, FeatureMatrix data,
        double[,] responsibilities, FitOptions options)
    {
        options.Validate();
        ModelException.CheckOptions("start",
            (components >= 1, nameof(components), components, "at least 1"),
            (data.Rows >= 1, "number of rows", data.Rows, "at least 1"),
            (responsibilities.GetLength(1) == components, "responsibilities", $"columns for {responsibilities.GetLength(1)} components", $"{components}"));
        PriorTable.From(responsibilities, data.Rows, "responsibilities");
        var sample = Everything(data);
        Distribution blank = null!;
        var (fitted, shares) = (new Distribution[components], new double[components]);
        for (var k = 0; k < components; k++)
        {
            for (var i = 0; i < data.Rows; i++) shares[k] += sample.Weights[i] * responsibilities[i, k];
            if (!(shares[k] > 0))
                throw new ModelException(ErrorKind.Data, $"responsibilities of component {k}", "a total weight of 0", "more than 0", "use fewer components");
            var own = k;
            try
            {
                if (k == 0 || !ReferenceEquals(family(k), family(k - 1))) blank = DistributionEstimator.Start(family(k), sample, options);
                fitted[k] = blank.FitTo(sample, i => responsibilities[i, own], options);
            }
            catch (ModelException e)
            {
                throw e.Within($"component {k}");
            }
        }
        return (fitted, [.. shares.Select(s => s + options.Pseudocount)]);
    }

    private static FeatureSample Everything(FeatureMatrix data)
    {
        var block = data.Block(0, data.Rows);
        var values = new double[data.Rows, data.Columns];
        for (var i = 0; i < data.Rows; i++)
            for (var j = 0; j < data.Columns; j++) values[i, j] = block[i, j];
        return new(values, block.Weights.IsEmpty ? [.. Enumerable.Repeat(1.0, data.Rows)] : block.Weights.ToArray(), data.Rows);
    }
}
