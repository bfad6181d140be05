namespace Pipelines.Models.Tests.Networks;

public sealed class SamplingTests
{
    private const int Rows = 40_000;

    // Four standard errors of a share among 40,000 rows are 0.01; weights and dependent rows take more.
    private const double Tolerance = 0.02;

    [Theory]
    [InlineData(SamplingMethod.Forward, 0)]
    [InlineData(SamplingMethod.Likelihood, 2)]
    [InlineData(SamplingMethod.Gibbs, 0)]
    [InlineData(SamplingMethod.Gibbs, 2)]
    public void Shares_of_drawn_rows_are_the_exact_posteriors(SamplingMethod method, int given)
    {
        for (var seed = 0; seed < 3; seed++)
        {
            var network = RandomNetworks.Network(seed + 500, 6, zeros: 0);
            var evidence = new double[6];
            for (var j = 0; j < 6; j++) evidence[j] = j >= 6 - given ? 1 : double.NaN;
            var (rows, weights) = (new double[Rows * 6], new double[Rows]);
            network.Sample(new(seed), evidence, method, rows, weights);
            var exact = new double[1, 6];
            for (var j = 0; j < 6; j++) exact[0, j] = evidence[j];
            var posteriors = network.PredictProbability(FeatureMatrix.FromRows(exact));
            for (int j = 0, column = 0; j < 6; j++)
            {
                for (var k = 0; k < network.Variables[j].Values.Count; k++, column++)
                {
                    double share = 0;
                    for (var i = 0; i < Rows; i++)
                        if (rows[(i * 6) + j] == k) share += weights[i];
                    share /= weights.Sum();
                    Assert.Equal(j >= 6 - given ? (k == 1 ? 1 : 0) : posteriors[0, column], share, Tolerance);
                }
            }
        }
    }

    [Fact]
    public void Impossible_evidence_and_evidence_for_forward_sampling_are_refused()
    {
        var network = new BayesianNetwork([new("a", 2), new("b", 2)], [[], [0]], [[0.5, 0.5], [1, 0, 0, 1]]);
        Assert.Equal("sampling: found evidence of probability 0, expected values that can occur together; correct the evidence", Message([0, 1],
            SamplingMethod.Likelihood));
        Assert.Equal("Gibbs sampling: found probabilities of 0, which may keep the chain from most rows, expected tables without zeros; "
            + "use likelihood weighting", Message([0, 0], SamplingMethod.Gibbs));
        Assert.Equal("sampling: found evidence with forward sampling, expected a method that takes evidence; choose likelihood or gibbs", Message([0, 0],
            SamplingMethod.Forward));

        string Message(double[] evidence, SamplingMethod method) =>
            Assert.Throws<ModelException>(() => network.Sample(new(1), evidence, method, new double[2], new double[1])).Message;
    }
}
