using Pipelines.Models.Fitting;

namespace Pipelines.Models.Tests.Fitting;

public class SamplingTests
{
    [Fact]
    public async Task TheSurveySampleDependsOnNeitherBatchesNorThreads()
    {
        var data = ModelRows(20_000);
        var expected = await Sample(data, 20_000, 1);
        Assert.Equal(500, expected.Rows);
        foreach (var (batch, threads) in new[] { (100, 1), (100, 8), (333, 3),
            (16_384, 2) }) Assert.Equal(expected.Values, (await Sample(data, batch, threads)).Values);
    }

    [Fact]
    public async Task TheSurveySampleIsEvenAndInRowOrder()
    {
        var rows = (await Sample(ModelRows(20_000), 1_000, 2)).Values.Cast<double>().ToArray();
        Assert.Equal(rows.Order(), rows);
        // 500 even draws of 0 … 19,999: the mean's standard deviation is 258; six of them.
        Assert.InRange(rows.Average(), 10_000 - (6 * 258), 10_000 + (6 * 258));
    }

    [Fact]
    public async Task FirstRowsAreTheFirstRows()
    {
        var survey = (SurveyStatistics)await new InMemoryPass(ModelRows(20_000), 1_000, 4).RunAsync(new DataSurvey(1, 500, null), CancellationToken.None);
        Assert.Equal(Enumerable.Range(0, 500).Select(i => (double)i), survey.Sample().Values.Cast<double>());
    }

    [Fact]
    public void TheGeneratorIsXoshiro256StarStar()
    {
        // Reference: the published algorithm written a second time, from the same seeded state.
        var random = new SeededRandom(0);
        var a = Enumerable.Range(0, 5).Select(_ => random.NextUInt64()).ToArray();
        Assert.Equal(a, Oracle().Take(5));

        static IEnumerable<ulong> Oracle()
        {
            var z = 0UL;
            ulong Mix(ulong x)
            {
                x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
                x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
                return x ^ (x >> 31);
            }

            z = Mix(0) ^ (Mix(0x9E3779B97F4A7C15UL) * 3);
            var s = new ulong[4];
            for (var i = 0; i < 4; i++) s[i] = Mix(z += 0x9E3779B97F4A7C15UL);
            while (true)
            {
                var x = s[1] * 5;
                yield return ((x << 7) | (x >> 57)) * 9;
                var t = s[1] << 17;
                s[2] ^= s[0];
                s[3] ^= s[1];
                s[1] ^= s[2];
                s[0] ^= s[3];
                s[2] ^= t;
                s[3] = (s[3] << 45) | (s[3] >> 19);
            }
        }
    }

    [Theory]
    [InlineData("first-k")]
    [InlineData("random")]
    [InlineData("kmeans++")]
    [InlineData("kmeans-parallel")]
    public void EveryInitializationChoosesDifferentRowsOfTheSample(string name)
    {
        var values = new double[1_000, 2];
        var random = new SeededRandom(3);
        for (var i = 0; i < 1_000; i++) (values[i, 0], values[i, 1]) = (100 * (i % 5) + random.NextNormal(), random.NextNormal());
        var sample = new FeatureSample(values, [.. Enumerable.Repeat(1.0, 1_000)], 1_000);
        var centroids = CentroidInitialization.Named(name).Centroids(sample, 5, seed: 11);
        Assert.Equal(centroids, CentroidInitialization.Named(name).Centroids(sample, 5, seed: 11));
        Assert.Equal(5, Enumerable.Range(0, 5).Select(k => (centroids[k, 0], centroids[k, 1])).Distinct().Count());
        // The clusters are 100 apart with a spread of 1: the methods that look at distances find all five.
        if (name.StartsWith("kmeans", StringComparison.Ordinal))
            Assert.Equal([0, 1, 2, 3, 4], Enumerable.Range(0, 5).Select(k => (int)Math.Round(centroids[k, 0] / 100)).Order());
    }

    [Fact]
    public void InitializationsAreFoundByReflection() =>
        Assert.Equal(["first-k", "kmeans++", "kmeans-parallel", "random"], CentroidInitialization.All.Select(i => i.Name));

    [Fact]
    public void SampledRowsHaveTheMixturesMoments()
    {
        var mixture = new GeneralMixtureModel([new NormalDistribution(-2, 1), new NormalDistribution(6, 3)], [0.25, 0.75]);
        var rows = mixture.Sample(200_000, seed: 5).Cast<double>().ToArray();
        Assert.Equal(rows.Take(100), mixture.Sample(100, seed: 5).Cast<double>());
        // Mean 4, variance 0.25 (1 + 36) + 0.75 (9 + 4) = 19; six standard errors.
        Assert.Equal(4, rows.Average(), 6 * Math.Sqrt(19.0 / rows.Length));
        Assert.Equal(19, rows.Average(x => (x - 4) * (x - 4)), 0.5);
    }

    private static async Task<FeatureSample> Sample(FeatureMatrix data, int batch, int threads) =>
        ((SurveyStatistics)await new InMemoryPass(data, batch, threads).RunAsync(new DataSurvey(1, 500, 42), CancellationToken.None)).Sample();

    private static FeatureMatrix ModelRows(int rows) => FeatureMatrix.FromColumn([.. Enumerable.Range(0, rows).Select(i => (double)i)]);
}
