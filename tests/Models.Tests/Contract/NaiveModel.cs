namespace Pipelines.Models.Tests.Contract;

/// <summary>
/// Mixtures, products and nesting as one writes them down: row by row, in logarithms, without tiles, kernels or threads. Only what a leaf says of one row is
/// its own (other tests compare that with 40-digit arithmetic).
/// </summary>
internal static class NaiveModel
{
    /// <summary>log p(row), with priors for the components of a mixture if there are any.</summary>
    public static double LogProbability(Distribution distribution, double[] row, double[]? priors = null) => distribution switch
    {
        GeneralMixtureModel mixture => LogSum(Joint(mixture, row, priors)),
        IndependentComponentsDistribution product =>
            Columns(product, row).Select((part, j) => product.ColumnWeights[j] == 0 ? 0 : product.ColumnWeights[j] * LogProbability(part.Part, part.Row)).Sum(),
        _ => Leaf(distribution, row),
    };

    /// <summary>One EM step.</summary>
    public static Distribution Step(Distribution distribution, double[][] rows, double[] weights, double[][]? priors = null)
    {
        if (distribution.IsFrozen) return distribution;
        switch (distribution)
        {
            case GeneralMixtureModel mixture:
                var shares = Shares(mixture, rows, weights, priors);
                var total = Enumerable.Range(0, mixture.Components.Count).Select(k => shares.Sum(s => s[k])).ToArray();
                if (!(total.Sum() > 0)) return mixture;
                if (mixture.HasTiedCovariances) return new GeneralMixtureModel(NaiveTie.Step(mixture, rows, shares), total, tied: true);
                return new GeneralMixtureModel([.. mixture.Components.Select((c, k) => Step((Distribution)c, rows, [.. shares.Select(s => s[k])]))], total);
            case IndependentComponentsDistribution product:
                return new IndependentComponentsDistribution(
                    [.. product.Parts.Select((_, j) => Step(product.Parts[j], [.. rows.Select(row => Columns(product, row).ElementAt(j).Row)], weights))],
                    product.ColumnWeights);
            default:
                var statistics = distribution.CreateStatistics();
                for (var i = 0; i < rows.Length; i++) distribution.Accumulate(Tile(rows[i]), weights.AsSpan(i, 1), statistics);
                return distribution.Maximize(statistics, default);
        }
    }

    /// <summary>Shape [rows][K]: the components' posteriors, times the rows' weights.</summary>
    public static double[][] Shares(GeneralMixtureModel mixture, double[][] rows, double[] weights, double[][]? priors = null) =>
        [.. rows.Select((row, i) => Posterior(mixture, row, weights[i], priors?[i]))];

    private static double[] Joint(GeneralMixtureModel mixture, double[] row, double[]? priors) =>
        [.. mixture.Components.Cast<Distribution>().Select((c, k) => mixture.Weights[k] == 0 || priors?[k] == 0
            ? double.NegativeInfinity
            : Math.Log(mixture.Weights[k]) + Math.Log(priors?[k] ?? 1) + LogProbability(c, row))];

    private static double[] Posterior(GeneralMixtureModel mixture, double[] row, double weight, double[]? priors)
    {
        var joint = Joint(mixture, row, priors);
        var evidence = LogSum(joint);
        return [.. joint.Select(j => double.IsNegativeInfinity(evidence) ? 0 : weight * Math.Exp(j - evidence))];
    }

    private static double LogSum(double[] logs)
    {
        var most = logs.Max();
        return double.IsInfinity(most) ? most : most + Math.Log(logs.Sum(l => Math.Exp(l - most)));
    }

    private static IEnumerable<(Distribution Part, double[] Row)> Columns(IndependentComponentsDistribution product, double[] row)
    {
        var first = 0;
        foreach (var part in product.Parts)
        {
            yield return (part, row[first..(first + part.Dimensions)]);
            first += part.Dimensions;
        }
    }

    private static double Leaf(Distribution distribution, double[] row)
    {
        Span<double> result = stackalloc double[1];
        distribution.LogProbability(Tile(row), result);
        return result[0];
    }

    private static FeatureTile Tile(double[] row)
    {
        var values = new double[row.Length * FeatureTile.Capacity];
        for (var j = 0; j < row.Length; j++) values[j * FeatureTile.Capacity] = row[j];
        return new(values, 1, row.Length, row.Any(double.IsNaN));
    }
}
