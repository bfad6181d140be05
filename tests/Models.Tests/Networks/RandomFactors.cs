namespace Pipelines.Models.Tests.Networks;

/// <summary>Random tables over random sets of variables, random rows, and their answers by enumeration.</summary>
internal static class RandomFactors
{
    /// <summary>Variables of 2 to 4 values.</summary>
    public static NetworkVariable[] Variables(int seed, int count)
    {
        var random = new SeededRandom(seed, 80);
        return [.. Enumerable.Range(0, count).Select(i => new NetworkVariable($"v{i}", 2 + (int)random.NextInt64(3)))];
    }

    /// <summary>Factors of 1 to 3 variables in any order, each variable in at least one.</summary>
    /// <param name="seed">Equal seeds give equal factors.</param>
    /// <param name="variables">The variables.</param>
    /// <param name="zeros">Share of entries that are 0; where all values of the variables are 0, they are not.</param>
    /// <param name="scale">Factor of all numbers.</param>
    public static NetworkFactor[] Factors(int seed, NetworkVariable[] variables, double zeros = 0.1, double scale = 1)
    {
        var random = new SeededRandom(seed, 81);
        var factors = new List<NetworkFactor>();
        for (var v = 0; v < variables.Length; v++)
        {
            var others = Enumerable.Range(0, variables.Length).Where(o => o != v).OrderBy(_ => random.NextUInt64()).Take((int)random.NextInt64(3));
            int[] scope = [.. others.Append(v).OrderBy(_ => random.NextUInt64())];
            var values = new double[scope.Aggregate(1, (n, s) => n * variables[s].Values.Count)];
            for (var k = 0; k < values.Length; k++) values[k] = k > 0 && random.NextDouble() < zeros ? 0 : scale * (0.05 + (3 * random.NextDouble()));
            factors.Add(new(scope, values));
        }
        return [.. factors];
    }

    /// <summary>Rows of random values, of which some are missing.</summary>
    public static double[,] Rows(int seed, NetworkVariable[] variables, int count, double missing)
    {
        var random = new SeededRandom(seed, 82);
        var rows = new double[count, variables.Length];
        for (var i = 0; i < count; i++)
            for (var j = 0; j < variables.Length; j++)
                rows[i, j] = random.NextDouble() < missing ? double.NaN : random.NextInt64(variables[j].Values.Count);
        return rows;
    }

    /// <summary>All complete rows that agree with an incomplete one, with the product of the factors.</summary>
    public static IEnumerable<(int[] Row, double Product)> Complete(IReadOnlyList<NetworkVariable> variables, IReadOnlyList<NetworkFactor> factors,
        double[] row)
    {
        var codes = new int[row.Length];
        return Extend(0);

        IEnumerable<(int[], double)> Extend(int at)
        {
            if (at == row.Length)
            {
                double product = 1;
                foreach (var factor in factors)
                    product *= factor.Values[factor.Variables.Aggregate(0, (place, v) => (place * variables[v].Values.Count) + codes[v])];
                yield return (codes, product);
                yield break;
            }
            for (var k = 0; k < variables[at].Values.Count; k++)
            {
                if (!double.IsNaN(row[at]) && row[at] != k) continue;
                codes[at] = k;
                foreach (var whole in Extend(at + 1)) yield return whole;
            }
        }
    }
}
