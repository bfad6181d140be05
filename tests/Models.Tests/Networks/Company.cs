namespace Pipelines.Models.Tests.Networks;

/// <summary>What a row's answer does not depend on.</summary>
internal static class Company
{
    /// <summary>Checks that rows have the same posteriors, to the bit, alone and among others.</summary>
    /// <param name="network">The network.</param>
    /// <param name="rows">Shape [rows, variables].</param>
    /// <param name="step">Every which row is asked about alone.</param>
    public static void DoesNotMatter(BayesianNetwork network, double[,] rows, int step)
    {
        var together = network.PredictProbability(FeatureMatrix.FromRows(rows), maxDegreeOfParallelism: 2);
        for (var i = 0; i < rows.GetLength(0); i += step)
        {
            var own = new double[1, network.Dimensions];
            for (var j = 0; j < network.Dimensions; j++) own[0, j] = rows[i, j];
            var alone = network.PredictProbability(FeatureMatrix.FromRows(own));
            for (var c = 0; c < alone.GetLength(1); c++)
                Assert.Equal(BitConverter.DoubleToInt64Bits(together[i, c]), BitConverter.DoubleToInt64Bits(alone[0, c]));
        }
    }
}
