namespace Pipelines.Models.Tests.Kernels;

/// <summary>Seeded mixtures and rows for the kernel tests, with the oracle that belongs to them.</summary>
internal sealed class GaussianMixtures
{
    private readonly double[] weights;
    private readonly double[][] means;
    private readonly double[][,] covariances;
    private readonly bool diagonal;

    public GaussianMixtures(int dimensions, int components, bool diagonal, int seed, bool zeroWeight = false, double offset = 0)
    {
        this.diagonal = diagonal;
        var random = new SeededRandom(seed);
        weights = [.. Enumerable.Range(0, components).Select(k => zeroWeight && k == 1 ? 0 : 0.2 + random.NextDouble())];
        var total = weights.Sum();
        weights = [.. weights.Select(w => w / total)];
        means = new double[components][];
        covariances = new double[components][,];
        for (var k = 0; k < components; k++)
        {
            // Whole quarters, so that adding an offset is exact.
            means[k] = [.. Enumerable.Range(0, dimensions).Select(_ => offset + (Math.Round(4 * random.NextNormal()) / 4))];
            var root = new double[dimensions, dimensions];
            for (var i = 0; i < dimensions; i++)
                for (var j = 0; j <= i; j++) root[i, j] = (i == j ? 1 : 0.7 / Math.Sqrt(dimensions)) * random.NextNormal();
            covariances[k] = new double[dimensions, dimensions];
            for (var i = 0; i < dimensions; i++)
            {
                for (var j = 0; j < dimensions; j++)
                {
                    if (diagonal && i != j) continue;
                    covariances[k][i, j] = i == j ? 0.5 : 0;
                    for (var m = 0; m < dimensions; m++) covariances[k][i, j] += root[i, m] * root[j, m];
                }
            }
        }
        Model = new GeneralMixtureModel([.. Enumerable.Range(0, components).Select(Component)], weights);
    }

    public GeneralMixtureModel Model { get; }

    public MixtureOracle Oracle => new(weights, means, covariances);

    /// <summary>Rows near the components, on a grid of 2^-20 so that adding a whole offset is exact.</summary>
    public double[][] Rows(int count, int seed, double offset = 0, double missing = 0)
    {
        var random = new SeededRandom(seed);
        var d = means[0].Length;
        var rows = new double[count][];
        for (var i = 0; i < count; i++)
            rows[i] = [.. Enumerable.Range(0, d)
                .Select(_ => random.NextDouble() < missing ? double.NaN : offset + Math.ScaleB(Math.Round(Math.ScaleB(1.5 * random.NextNormal(), 20)), -20))];
        return rows;
    }

    public static double[] RowWeights(int count, int seed)
    {
        var random = new SeededRandom(seed);
        return [.. Enumerable.Range(0, count).Select(i => i % 5 == 1 ? 0 : 2 * random.NextDouble())];
    }

    /// <summary>Summarises rows as one column-major block.</summary>
    public static Pipelines.Models.Fitting.Statistics Summarize(GeneralMixtureModel model, double[][] rows, double[] weights)
    {
        var d = rows[0].Length;
        var values = new double[rows.Length * d];
        for (var i = 0; i < rows.Length; i++)
            for (var j = 0; j < d; j++) values[(j * rows.Length) + i] = rows[i][j];
        var statistics = model.CreateStatistics();
        model.Summarize(FeatureBlock.ColumnMajor(values, rows.Length, d, rows.Length, weights), statistics);
        return statistics;
    }

    private Distribution Component(int k)
    {
        if (!diagonal) return new MultivariateGaussianDistribution(means[k], covariances[k]);
        var parts = means[k].Select((m, j) => (Distribution)new NormalDistribution(m, Math.Sqrt(covariances[k][j, j]))).ToArray();
        return parts.Length == 1 && k % 2 == 0 ? parts[0] : new IndependentComponentsDistribution(parts);
    }
}
