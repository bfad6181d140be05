namespace Pipelines.Models.Serialization.Pomegranate;

/// <summary>A key of a table's row.</summary>
/// <param name="Text">The key in canonical form.</param>
/// <param name="IsText">True: it was a string in Python too.</param>
/// <param name="Place">Its place in the file.</param>
internal readonly record struct TableKey(string Text, bool IsText, PomegranateNode Place);

/// <summary>The rows of a table, before its columns belong to features.</summary>
/// <param name="Place">Its place in the file.</param>
/// <param name="Columns">Number of columns of keys.</param>
/// <param name="Rows">The keys of each row, its number, and its place.</param>
internal sealed record KeyedTable(PomegranateNode Place, int Columns, IReadOnlyList<(TableKey[] Keys, double Value, PomegranateNode Row)> Rows)
{
    /// <summary>The table as an array; combinations without a row are 0.</summary>
    /// <param name="keys">Shape [Columns]: the keys of each column's feature, to which those of the table are added.</param>
    /// <returns>Number of keys of each column, and shape [product of these numbers], the last column's keys contiguous.</returns>
    /// <exception cref="ModelException">Two rows have the same keys, or the table is too large.</exception>
    public (int[] Sizes, double[] Values) Filled(FeatureKeys[] keys)
    {
        var codes = Rows.Select(row => row.Keys.Select((key, c) => keys[c].Code(key.Text, key.IsText, key.Place)).ToArray()).ToList();
        int[] sizes = [.. keys.Select(k => k.Count)];
        var length = sizes.Aggregate(1.0, (l, s) => l * s);
        if (length > TableDistribution.MostCells)
            throw Place.Bad($"{string.Join(" x ", sizes)} combinations of keys", $"at most {TableDistribution.MostCells}",
                remedy: "the table is too large for this version");
        var values = new double[(int)length];
        var seen = new HashSet<int>();
        for (var i = 0; i < codes.Count; i++)
        {
            var at = 0;
            for (var c = 0; c < sizes.Length; c++) at = (at * sizes[c]) + codes[i][c];
            if (!seen.Add(at)) throw Rows[i].Row.Bad("the same keys as in a row before it", "each combination once");
            values[at] = Rows[i].Value;
        }
        return (sizes, values);
    }
}
