namespace Pipelines.Campaigns.Values;

/// <summary>Rows that numbers can go wrong on.</summary>
/// <param name="Name">What is odd about them.</param>
/// <param name="Rows">Shape [rows, 3]; NaN = missing.</param>
/// <param name="Weights">Shape [rows]; null = all 1.</param>
/// <param name="Blamed">Features one of which an error must name; empty = an error need not name any.</param>
internal sealed record HostileData(string Name, double[,] Rows, double[]? Weights = null, params int[] Blamed)
{
    private const int Count = 60;

    public static IReadOnlyList<HostileData> All { get; } =
    [
        new("ordinary rows", Make((_, _, x) => x)),
        new("one in four missing", Make((i, j, x) => (i + j) % 4 == 0 ? double.NaN : x)),
        new("a row all missing", Make((i, _, x) => i == 7 ? double.NaN : x)),
        new("all rows but one all missing", Make((i, _, x) => i == 7 ? x : double.NaN)),
        new("a column all missing", Make((_, j, x) => j == 1 ? double.NaN : x), null, 1),
        new("all missing", Make((_, _, _) => double.NaN), null, 0, 1, 2),
        new("never two values in a row", Make((i, j, x) => i % 3 == j ? x : double.NaN)),
        new("an infinity", Make((i, j, x) => i == 30 && j == 2 ? double.PositiveInfinity : x), null, 2),
        new("a negative infinity", Make((i, j, x) => i == 0 && j == 0 ? double.NegativeInfinity : x), null, 0),
        new("a 1e308", Make((i, j, x) => i == 30 && j == 1 ? 1e308 : x), null, 1),
        new("1e308 and -1e308", Make((i, j, x) => j == 1 ? (i % 2 == 0 ? 1e308 : -1e308) : x), null, 1),
        new("all around 1e200", Make((_, _, x) => 1e200 * x), null, 0, 1, 2),
        new("all around 1e150", Make((_, _, x) => 1e150 * x), null, 0, 1, 2),
        new("denormals", Make((_, _, x) => 1e-310 * x), null, 0, 1, 2),
        new("the least denormal and 0", Make((i, j, _) => (i * (j + 1)) % 3 == 0 ? double.Epsilon : 0), null, 0, 1, 2),
        new("all around 1e-160", Make((_, _, x) => 1e-160 * x), null, 0, 1, 2),
        new("columns of 1e-150, 1 and 1e150", Make((_, j, x) => x * Math.Pow(10, 150 * (j - 1))), null, 0, 1, 2),
        new("a far offset", Make((_, _, x) => 1e15 + x), null, 0, 1, 2),
        new("differences in the last bit", Make((i, _, _) => i % 2 == 0 ? 1 : Math.BitIncrement(1.0)), null, 0, 1, 2),
        new("negative zeros", Make((i, j, x) => i % 3 == 0 ? -0.0 : x)),
        new("a constant column", Make((_, j, x) => j == 1 ? 7 : x), null, 1),
        new("all constant", Make((_, _, _) => 7), null, 0, 1, 2),
        new("a column twice", Twice(), null, 0, 1, 2),
        new("two distinct rows", Make((i, j, _) => i % 2 == 0 ? j : -5 * j), null, 0, 1, 2),
        new("one row", Make((_, _, x) => x, 1), null, 0, 1, 2),
        new("one row with a value missing", Make((_, j, x) => j == 1 ? double.NaN : x, 1), null, 0, 1, 2),
        new("two rows", Make((_, _, x) => x, 2), null, 0, 1, 2),
        new("four rows", Make((_, _, x) => x, 4), null, 0, 1, 2),
        new("no row", Make((_, _, x) => x, 0)),
        new("half of the weights 0", Make((_, _, x) => x), Weigh(i => i % 2)),
        new("all weights 0", Make((_, _, x) => x), Weigh(_ => 0)),
        new("all weights 0 but one", Make((_, _, x) => x), Weigh(i => i == 9 ? 1 : 0), 0, 1, 2),
        new("denormal weights", Make((_, _, x) => x), Weigh(i => (1 + i) * double.Epsilon), 0, 1, 2),
        new("weights of 1e300", Make((_, _, x) => x), Weigh(_ => 1e300), 0, 1, 2),
        new("weights of 1e308", Make((_, _, x) => x), Weigh(_ => 1e308), 0, 1, 2),
        new("weights from 1e-300 to 1e300", Make((_, _, x) => x), Weigh(i => Math.Pow(10, (10 * i) - 300)), 0, 1, 2),
        new("a negative weight", Make((_, _, x) => x), Weigh(i => i == 5 ? -1 : 1)),
        new("a NaN weight", Make((_, _, x) => x), Weigh(i => i == 5 ? double.NaN : 1)),
        new("an infinite weight", Make((_, _, x) => x), Weigh(i => i == 5 ? double.PositiveInfinity : 1)),
    ];

    /// <summary>Columns in the command line's files.</summary>
    public static readonly string[] Columns = ["alpha", "beta", "gamma"];

    public override string ToString() => Name;

    /// <summary>
    /// True for fits to which only their numbers can be an obstacle, so that an error must name the feature that was spoiled. Others refuse rows for reasons of
    /// their own as well: values outside a support, shares that do not add up, codes that are no categories.
    /// </summary>
    public static bool CanBlame(string fit) => fit.Contains("kmeans", StringComparison.Ordinal) && !fit.Contains(" x ", StringComparison.Ordinal)
        || new[] { " normal", "multivariate-gaussian", "diagonal-gaussian" }.Any(f => fit.Contains(f, StringComparison.Ordinal));

    private static double[,] Make(Func<int, int, double, double> value, int rows = Count)
    {
        var random = new Random(31);
        var made = new double[rows, 3];
        for (var i = 0; i < rows; i++)
            for (var j = 0; j < 3; j++) made[i, j] = value(i, j, (i % 2 == 0 ? 3 : -3) + random.NextDouble() - random.NextDouble());
        return made;
    }

    private static double[,] Twice()
    {
        var rows = Make((_, _, x) => x);
        for (var i = 0; i < Count; i++) rows[i, 2] = rows[i, 0];
        return rows;
    }

    private static double[] Weigh(Func<int, double> weight) => [.. Enumerable.Range(0, Count).Select(weight)];
}
