namespace Pipelines.Cli.Tests.Networks;

/// <summary>Rows over a text, an integer and a boolean column, and what the chain a, b, c fitted to them says, by enumeration.</summary>
internal static class NetworkData
{
    /// <summary>The chain as a structure file.</summary>
    public const string Chain = """{"a": [], "b": ["a"], "c": ["b"]}""";

    /// <summary>Rows of the fit and how often each occurs. a = no never has b = 7.</summary>
    private static readonly (string A, int B, bool C, int Count)[] counts =
        [("no", 3, true, 5), ("no", 3, false, 2), ("no", -1, true, 1), ("no", -1, false, 3), ("yes", 3, false, 1), ("yes", 7, true, 6), ("yes", -1, false, 4)];

    /// <summary>The distinct values of each column, in ordinal order.</summary>
    public static readonly object[][] Values = [["no", "yes"], [-1, 3, 7], [false, true]];

    /// <summary>Writes the rows of the fit.</summary>
    public static Task WriteAsync(string path)
    {
        var rows = counts.SelectMany(r => Enumerable.Repeat(r, r.Count)).ToArray();
        return TestData.WriteAsync(path, ("a", rows.Select(r => r.A).ToArray()), ("b", rows.Select(r => r.B).ToArray()),
            ("c", rows.Select(r => r.C).ToArray()));
    }

    /// <summary>Writes rows; null where a value is missing.</summary>
    public static Task WriteAsync(string path, params (string? A, int? B, bool? C)[] rows) => TestData.WriteAsync(path,
        ("id", Enumerable.Range(100, rows.Length).ToArray()), ("a", rows.Select(r => r.A).ToArray()), ("b", rows.Select(r => r.B).ToArray()),
        ("c", rows.Select(r => r.C).ToArray()));

    /// <summary>The complete rows that agree with one, with their probabilities P(a) P(b | a) P(c | b) from the counts.</summary>
    public static IEnumerable<(object[] Row, double Probability)> Complete(params object?[] row)
    {
        foreach (var a in Values[0])
        {
            foreach (var b in Values[1])
            {
                foreach (var c in Values[2])
                {
                    object[] whole = [a, b, c];
                    if (row.Zip(whole).Any(p => p.First is not null && !p.First.Equals(p.Second))) continue;
                    double ofA = Count(r => r.A.Equals(a)), ofB = Count(r => r.B.Equals(b));
                    yield return (whole, ofA / Count(_ => true) * (Count(r => r.A.Equals(a) && r.B.Equals(b)) / ofA)
                        * (Count(r => r.B.Equals(b) && r.C.Equals(c)) / ofB));
                }
            }
        }
    }

    /// <summary>The network of Lauritzen and Spiegelhalter (1988), values yes and no.</summary>
    public static BayesianNetwork Asia()
    {
        string[] names = ["asia", "tub", "smoke", "lung", "bronc", "either", "xray", "dysp"];
        return new([.. names.Select(n => new NetworkVariable(n, ["no", "yes"]))], [[], [0], [], [2], [2], [1, 3], [5], [4, 5]],
        [
            Yes(0.01), Yes(0.01, 0.05), Yes(0.5), Yes(0.01, 0.1), Yes(0.3, 0.6), Yes(0, 1, 1, 1), Yes(0.05, 0.98), Yes(0.1, 0.7, 0.8, 0.9),
        ]);

        static double[] Yes(params double[] shares) => [.. shares.SelectMany(p => (double[])[1 - p, p])];
    }

    /// <summary>Writes 5,000 rows of <see cref="Asia"/>.</summary>
    public static Task WriteAsiaAsync(string path)
    {
        var asia = Asia();
        var rows = asia.Sample(5_000, seed: 3);
        return TestData.WriteAsync(path, [.. asia.Variables.Select((v, j) =>
            (v.Name, (Array)Enumerable.Range(0, rows.GetLength(0)).Select(i => v.Values[(int)rows[i, j]]).ToArray()))]);
    }

    private static double Count(Func<(string A, int B, bool C, int Count), bool> holds) => counts.Where(holds).Sum(r => r.Count);
}
