using System.Text.Json;

namespace Pipelines.Models.Tests.Golden;

/// <summary>Reads the tables of golden files: rows of names and a probability. A feature's codes are its names in alphabetical order.</summary>
internal sealed class CodedTable
{
    private readonly string[][] names;

    public CodedTable(JsonElement table)
    {
        var rows = table.EnumerateArray().Select(r => r.EnumerateArray().ToArray()).ToArray();
        names = [.. Enumerable.Range(0, rows[0].Length - 1).Select(j => rows.Select(r => r[j].ToString()).Distinct().Order(StringComparer.Ordinal).ToArray())];
        Probabilities = Order(table);
    }

    public int[] Sizes => [.. names.Select(n => n.Length)];

    public double[] Probabilities { get; }

    /// <summary>The probabilities of a table in the order of codes.</summary>
    public double[] Order(JsonElement table)
    {
        var result = new double[Sizes.Aggregate(1, (a, b) => a * b)];
        foreach (var row in table.EnumerateArray().Select(r => r.EnumerateArray().ToArray()))
        {
            var at = 0;
            for (var j = 0; j < names.Length; j++) at = (at * names[j].Length) + Array.IndexOf(names[j], row[j].ToString());
            result[at] = GoldenFile.Number(row[^1]);
        }
        return result;
    }

    public FeatureMatrix Rows(JsonElement data, double[]? weights = null)
    {
        var rows = data.EnumerateArray().Select(r => r.EnumerateArray().Select(v => v.ToString()).ToArray()).ToArray();
        var values = new double[rows.Length, names.Length];
        for (var i = 0; i < rows.Length; i++)
            for (var j = 0; j < names.Length; j++) values[i, j] = rows[i][j] == "nan" ? double.NaN : Array.IndexOf(names[j], rows[i][j]);
        return FeatureMatrix.FromRows(values, weights);
    }
}
