namespace Pipelines.Models.Tests.Networks;

/// <summary>Random networks and rows, and their answers by enumeration of all complete rows.</summary>
internal static class RandomNetworks
{
    /// <summary>A network of random arcs and tables.</summary>
    /// <param name="seed">Equal seeds give equal networks.</param>
    /// <param name="variables">Number of variables.</param>
    /// <param name="zeros">Share of the table entries that are 0.</param>
    public static BayesianNetwork Network(int seed, int variables, double zeros = 0.1)
    {
        var random = new SeededRandom(seed, 77);
        var order = Enumerable.Range(0, variables).OrderBy(_ => random.NextUInt64()).ToArray();
        var own = Enumerable.Range(0, variables).Select(i => new NetworkVariable($"v{i}", 2 + (int)random.NextInt64(3))).ToArray();
        var parents = new int[variables][];
        for (var at = 0; at < variables; at++)
            parents[order[at]] = [.. order[..at].Where(_ => random.NextDouble() < 2.0 / Math.Max(2, at)).Take(3)];
        var tables = new double[variables][];
        for (var i = 0; i < variables; i++)
        {
            var (size, combinations) = (own[i].Values.Count, parents[i].Aggregate(1, (n, p) => n * own[p].Values.Count));
            tables[i] = new double[combinations * size];
            for (var c = 0; c < combinations; c++)
            {
                var row = tables[i].AsSpan(c * size, size);
                for (var k = 0; k < size; k++) row[k] = k > 0 && random.NextDouble() < zeros ? 0 : 0.05 + random.NextDouble();
                double sum = 0;
                foreach (var p in row) sum += p;
                for (var k = 0; k < size; k++) row[k] /= sum;
            }
        }
        return new(own, parents, tables);
    }

    /// <summary>Rows drawn from the network, in which each value is missing with a probability.</summary>
    public static double[,] Rows(BayesianNetwork network, int seed, int count, double missing)
    {
        var rows = network.Sample(count, seed);
        var random = new SeededRandom(seed, 78);
        for (var i = 0; i < count; i++)
            for (var j = 0; j < network.Dimensions; j++)
                if (random.NextDouble() < missing) rows[i, j] = double.NaN;
        return rows;
    }

    /// <summary>All complete rows that agree with an incomplete one, with their probabilities.</summary>
    public static IEnumerable<(int[] Row, double Probability)> Complete(BayesianNetwork network, double[] row)
    {
        var codes = new int[row.Length];
        return Extend(0);

        IEnumerable<(int[], double)> Extend(int at)
        {
            if (at == row.Length)
            {
                double p = 1;
                for (var i = 0; i < row.Length; i++)
                {
                    var place = 0;
                    foreach (var parent in network.Parents[i]) place = (place * network.Variables[parent].Values.Count) + codes[parent];
                    p *= network.Tables[i].Probabilities[(place * network.Variables[i].Values.Count) + codes[i]];
                }
                yield return (codes, p);
                yield break;
            }
            for (var k = 0; k < network.Variables[at].Values.Count; k++)
            {
                if (!double.IsNaN(row[at]) && row[at] != k) continue;
                codes[at] = k;
                foreach (var whole in Extend(at + 1)) yield return whole;
            }
        }
    }
}
