using Pipelines.Io;

namespace Pipelines.Campaigns.Parquet;

/// <summary>Compares batches with the values that a file was made of, to the bit.</summary>
internal sealed class Comparison(IReadOnlyList<(string Name, Array Values)> expected)
{
    private string? difference;
    private int row;
    private HashCode digest;

    /// <summary>A digest of all names and values: two engines that read the same file give the same.</summary>
    public int Digest => digest.ToHashCode();

    public void Add(DataBatch batch)
    {
        foreach (var column in batch.Columns)
        {
            digest.Add(column.Field.Name);
            for (var i = 0; i < batch.Rows; i++)
                digest.Add(column.GetValue(i) switch
                {
                    double d => BitConverter.DoubleToInt64Bits(d),
                    float f => BitConverter.SingleToInt32Bits(f),
                    byte[] b => Convert.ToHexString(b),
                    var v => v
                });
        }
        if (difference is null && !batch.Schema.Fields.Select(f => f.Name).SequenceEqual(expected.Select(e => e.Name)))
            difference = $"the columns {batch.Schema}";
        for (var c = 0; difference is null && c < expected.Count; c++)
        {
            for (var i = 0; i < batch.Rows; i++)
            {
                var value = batch.Columns[c].GetValue(i);
                if (row + i < expected[c].Values.Length && Same(expected[c].Values.GetValue(row + i), value)) continue;
                difference = $"column '{expected[c].Name}', row {row + i}: {value ?? "null"}";
                break;
            }
        }
        row += batch.Rows;
    }

    /// <summary>The first difference; null if there is none.</summary>
    public string? Difference() => difference ?? (row == expected[0].Values.Length ? null : $"{row} rows");

    private static bool Same(object? expected, object? found) => (expected, found) switch
    {
        (double a, double b) => BitConverter.DoubleToInt64Bits(a) == BitConverter.DoubleToInt64Bits(b),
        _ => Equals(expected, found),
    };
}
