using System.Globalization;

namespace Pipelines.Kernels;

/// <summary>Mixtures of counts and categories on one core: the complete per-row work of an EM pass, and scoring.</summary>
internal static class DiscreteMixtures
{
    /// <summary>pomegranate's published cost of a Gaussian mixture, in nanoseconds per row and component.</summary>
    private const double PublishedCost = 378;

    private const int Rows = 65_536;

    /// <summary>Prints a Markdown table of costs.</summary>
    public static void Run(int repeats, string name)
    {
        Console.WriteLine("\n| K = 3 | EM pass, ns a row and component | published cost over it | log-probability, ns | over it | probabilities, ns | over it "
            + "|\n|---|---|---|---|---|---|---|");
        foreach (var features in new[] { 1, 5 })
        {
            Row("Bernoulli", features, (k, j) => new BernoulliDistribution(0.1 + (0.3 * ((j + k) % 3))));
            Row("discrete of 4 categories", features, (k, j) => new DiscreteDistribution((j + k) % 2 == 0 ? [0.1, 0.2, 0.3, 0.4] : [0.4, 0.3, 0.2, 0.1]));
            Row("discrete of 40 categories", features,
                (k, j) => new DiscreteDistribution([.. Enumerable.Range(1, 40).Select(i => ((k + j) % 2 == 0 ? i : 41 - i) / 820.0)]));
            Row("Poisson", features, (k, j) => new PoissonDistribution(2 + (7 * ((j + k) % 3))));
        }
        Row("columns of Poisson, discrete, Bernoulli, gamma, normal", 5, (k, j) => j switch
        {
            0 => new PoissonDistribution(2 + (7 * k)),
            1 => new DiscreteDistribution(k == 1 ? [0.1, 0.2, 0.3, 0.4] : [0.4, 0.3, 0.2, 0.1]),
            2 => new BernoulliDistribution(0.1 + (0.3 * k)),
            3 => new GammaDistribution(2 + k, 1),
            _ => new NormalDistribution(3 * k, 1),
        });
        Row("columns of gamma, log-normal, Student's t, exponential, beta", 5, (k, j) => j switch
        {
            0 => new GammaDistribution(2 + k, 1),
            1 => new LogNormalDistribution(k, 0.5),
            2 => new StudentTDistribution(4, 3 * k, 1),
            3 => new ExponentialDistribution(1 + k),
            _ => new BetaDistribution(2 + k, 4 - k, ShareEstimator.MaximumLikelihood),
        });

        void Row(string family, int features, Func<int, int, Distribution> part)
        {
            if (family.Contains(name, StringComparison.OrdinalIgnoreCase)) Mixture(family, features, part, repeats);
        }
    }

    private static void Mixture(string family, int features, Func<int, int, Distribution> part, int repeats)
    {
        const int components = 3;
        var model = new GeneralMixtureModel([.. Enumerable.Range(0, components).Select(Component)]);
        var values = Densities.Draw(model, Rows);
        var statistics = model.CreateStatistics();
        var logs = new ScoreBatch(model, [ScoreKind.LogProbability], Rows);
        var shares = new ScoreBatch(model, [ScoreKind.Probability], Rows);
        for (var start = ThreadClock.Now; ThreadClock.Now - start < 0.4;)
        {
            Summarize();
            model.Score(Block(), logs);
            model.Score(Block(), shares);
        }
        double em = Cost(Summarize), score = Cost(() => model.Score(Block(), logs)), probabilities = Cost(() => model.Score(Block(), shares));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {family}, {features} {(features == 1 ? "feature" : "features")} | {em:F2} | "
            + $"{PublishedCost / em:F0} | {score:F2} | {PublishedCost / score:F0} | {probabilities:F2} | {PublishedCost / probabilities:F0} |"));

        Distribution Component(int k) =>
            features == 1 ? part(k, 0) : new IndependentComponentsDistribution([.. Enumerable.Range(0, features).Select(j => part(k, j))]);

        FeatureBlock Block() => FeatureBlock.ColumnMajor(values, Rows, features, Rows);

        void Summarize()
        {
            statistics.Clear();
            model.Summarize(Block(), statistics);
            _ = model.Maximize(statistics, default);
        }

        double Cost(Action action) => Iteration.Median([.. Enumerable.Range(0, repeats).Select(_ => Timing.Of(action) * 1e9 / Rows / components)]);
    }
}
