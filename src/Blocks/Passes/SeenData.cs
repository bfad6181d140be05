namespace Pipelines.Blocks;

/// <summary>What passes record about the data in addition to their results: the ranges of the features and the number of rejected rows.</summary>
/// <param name="columns">Number of features.</param>
internal sealed class SeenData(int columns)
{
    /// <summary>The range of each feature.</summary>
    public FeatureRanges Ranges { get; } = new(columns);

    /// <summary>Number of rejected rows, counted in batch order.</summary>
    public long RowsRejected { get; set; }

    /// <summary>True once a pass has seen all rows; rows of later passes have already been counted.</summary>
    public bool IsWhole { get; set; }

    /// <summary>Serializes the data for a checkpoint.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(RowsRejected);
        writer.Write(IsWhole);
        for (var c = 0; c < columns; c++)
        {
            var range = Ranges[c] ?? ValueRange.None;
            writer.Write(range.Minimum);
            writer.Write(range.Maximum);
        }
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote for the same number of features.</summary>
    public static SeenData FromBytes(byte[] bytes, int columns)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        var seen = new SeenData(columns) { RowsRejected = reader.ReadInt64(), IsWhole = reader.ReadBoolean() };
        var ranges = new ValueRange[columns];
        for (var c = 0; c < columns; c++) ranges[c] = new ValueRange(reader.ReadDouble(), reader.ReadDouble());
        seen.Ranges.Add(ranges);
        return seen;
    }
}
