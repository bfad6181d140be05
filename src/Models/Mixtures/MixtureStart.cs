using Pipelines.Models.Fitting;

namespace Pipelines.Models.Mixtures;

/// <summary>Makes the components that a mixture starts from, given which rows of a sample belong together.</summary>
/// <param name="families">Shape [components]: their families.</param>
/// <param name="isCategorical">True for features of categories.</param>
/// <param name="tied">True: they share one covariance.</param>
internal sealed class MixtureStart(IReadOnlyList<DistributionFamily> families, Func<int, bool> isCategorical, bool tied)
{
    private readonly int components = families.Count;
    private readonly bool isMixed = families.Distinct().Count() > 1;

    // Share of the other clusters' rows that a cluster borrows if its own rows give no valid parameters.
    private const double Borrowed = 0.01;

    // The same for categorical features: a category that a component has never seen stays impossible there, however EM proceeds.
    private const double BorrowedCategories = 0.25;

    /// <summary>Fits one component to each cluster; its weight is the cluster's share.</summary>
    /// <param name="sample">The rows.</param>
    /// <param name="assignment">Shape [rows]: the cluster of each row, 0 … components - 1.</param>
    /// <param name="options">Minimum variance and pseudocount are used.</param>
    /// <exception cref="ModelException">The rows give no valid parameters.</exception>
    public GeneralMixtureModel FromClusters(FeatureSample sample, int[] assignment, FitOptions options)
    {
        var hasCategories = Enumerable.Range(0, sample.Columns).Any(isCategorical);
        var borrowed = hasCategories ? BorrowedCategories : 0;
        var fitted = new Distribution[components];
        var shares = new double[components];
        for (var k = 0; k < components; k++)
        {
            for (var i = 0; i < sample.Rows; i++)
                if (assignment[i] == k) shares[k] += sample.Weights[i];
            fitted[k] = FitCluster(sample, assignment, k, borrowed, options);
        }
        if (tied) fitted = Tied(fitted, sample, assignment, borrowed, options);
        return Of(fitted, [.. shares.Select(s => s + options.Pseudocount)], sample);
    }

    /// <summary>
    /// Fits components without regard to distances, which categories do not have: each weights each combination of values by its own random factor, between
    /// 0.5 and 1.5.
    /// </summary>
    /// <param name="sample">The rows.</param>
    /// <param name="seed">Seed of the factors.</param>
    /// <param name="options">Minimum variance and pseudocount are used.</param>
    public GeneralMixtureModel FromFactors(FeatureSample sample, long seed, FitOptions options)
    {
        var fitted = new Distribution[components];
        for (var k = 0; k < components; k++)
        {
            var own = SeededRandom.Mix((ulong)seed + ((ulong)k << 32) + 1);
            fitted[k] = families[k].Prototype(new double[sample.Columns]).FitTo(sample, i => Factor(own, i), options);
        }
        return Of(fitted, [.. Enumerable.Repeat(1.0, components)], sample);

        double Factor(ulong hash, int row)
        {
            for (var j = 0; j < sample.Columns; j++) hash = SeededRandom.Mix(hash ^ (ulong)BitConverter.DoubleToInt64Bits(sample.Values[row, j] + 0.0));
            return 0.5 + ((hash >> 11) * (1.0 / (1UL << 53)));
        }
    }

    /// <summary>
    /// The mixture for rows outside the sample, too: they may contain values that the sample lacks. If the sample is complete, each row is possible in its own
    /// cluster.
    /// </summary>
    public GeneralMixtureModel Possible(GeneralMixtureModel start, FeatureSample sample) => sample.IsComplete ? start
        : new([.. start.Components.Select(c => ((Distribution)c).Smoothed())], start.Weights.ToArray(), tied);

    private GeneralMixtureModel Of(Distribution[] fitted, double[] shares, FeatureSample sample) => Possible(new(fitted, shares, tied), sample);

    // Clusters whose rows are too few for a covariance of their own share that of all rows.
    private static Distribution[] Tied(Distribution[] fitted, FeatureSample sample, int[] assignment, double borrowed, FitOptions options)
    {
        var rows = sample.Matrix.Block(0, sample.Rows);
        var weights = new double[sample.Rows];
        var sums = new Statistics[fitted.Length];
        for (var k = 0; k < sums.Length; k++)
        {
            for (var i = 0; i < weights.Length; i++) weights[i] = sample.Weights[i] * (assignment[i] == k ? 1 : borrowed);
            sums[k] = fitted[k].CreateStatistics();
            fitted[k].Accumulate(rows, weights, sums[k]);
        }
        var maximize = options.Estimation with { Rows = sample.Rows };
        return [.. PartEstimates.Of(fitted, sums, maximize, tied: true, k => $"component {k}").Cast<Distribution>()];
    }

    private Distribution FitCluster(FeatureSample sample, int[] assignment, int cluster, double borrowed, FitOptions options)
    {
        var blank = families[cluster].Prototype(Center(sample, assignment, cluster));
        try
        {
            return blank.FitTo(sample, i => Weight(i, borrowed), options);
        }
        catch (ModelException)
        {
            // Too few or too similar rows in the cluster: include the others with a small weight. If even all rows together fail, report it.
            return blank.FitTo(sample, i => Weight(i, Math.Max(borrowed, Borrowed)), options);
        }

        // Rows that the family cannot produce are left to components of other families.
        double Weight(int i, double others)
        {
            for (var j = 0; j < sample.Columns && isMixed; j++)
                if (blank.Outside(j, sample.Values[i, j]) is not null) return 0;
            return assignment[i] == cluster ? 1 : others;
        }
    }

    // The mean of a cluster; of all rows, where the cluster has no value.
    private double[] Center(FeatureSample sample, int[] assignment, int cluster)
    {
        var center = new double[sample.Columns];
        for (var j = 0; j < center.Length; j++)
        {
            if (isCategorical(j)) continue;
            double sum = 0, weight = 0, all = 0, total = 0;
            for (var i = 0; i < sample.Rows; i++)
            {
                var x = sample.Values[i, j];
                if (double.IsNaN(x)) continue;
                all += sample.Weights[i] * x;
                total += sample.Weights[i];
                if (assignment[i] != cluster) continue;
                sum += sample.Weights[i] * x;
                weight += sample.Weights[i];
            }
            center[j] = weight > 0 ? sum / weight : total > 0 ? all / total : 0;
        }
        return center;
    }
}
