using Pipelines.Models.Fitting;

namespace Pipelines;

/// <summary>
/// The rows that are farthest from their centroids, as far as room allows: by distance, then by row number, so that neither the order nor the cut of the data
/// matters.
/// </summary>
/// <param name="capacity">Maximum number of rows.</param>
/// <param name="columns">Number of features.</param>
internal sealed class FarthestRows(int capacity, int columns)
{
    private static readonly Comparer<(double Distance, long Number)> nearestFirst = Comparer<(double Distance, long Number)>.Create((a, b) =>
        a.Distance != b.Distance ? a.Distance.CompareTo(b.Distance) : b.Number.CompareTo(a.Number));

    private readonly PriorityQueue<FarRow, (double Distance, long Number)> rows = new(nearestFirst);

    /// <summary>The rows, the farthest first.</summary>
    public IEnumerable<FarRow> InOrder => rows.UnorderedItems.OrderByDescending(r => r.Priority, nearestFirst).Select(r => r.Element);

    /// <summary>Bytes that a row takes in the saved form.</summary>
    public int RowBytes => sizeof(long) + sizeof(int) + ((2 + columns) * sizeof(double));

    /// <summary>Upper bound of the bytes in the saved form.</summary>
    public long MostBytes => sizeof(int) + ((long)capacity * RowBytes);

    /// <summary>Adds those rows of a tile that are far enough.</summary>
    /// <param name="tile">The rows.</param>
    /// <param name="firstRow">Global number of the first.</param>
    /// <param name="weights">Shape [tile.Rows]; empty = all 1.</param>
    /// <param name="nearest">Shape [tile.Rows]: cluster of each row, as doubles.</param>
    /// <param name="distances">Shape [tile.Rows]: squared distances to their centroids.</param>
    public void Add(in FeatureTile tile, long firstRow, ReadOnlySpan<double> weights, ReadOnlySpan<double> nearest, ReadOnlySpan<double> distances)
    {
        for (var i = 0; i < tile.Rows; i++)
        {
            var weight = weights.IsEmpty ? 1 : weights[i];
            if (!(distances[i] > 0) || !(weight > 0) || !HasRoom(distances[i], firstRow + i)) continue;
            var values = new double[columns];
            for (var j = 0; j < columns; j++) values[j] = tile.Values[(j * FeatureTile.Capacity) + i];
            Add(new(distances[i], firstRow + i, weight, (int)nearest[i], values));
        }
    }

    /// <summary>Adds the rows of another part of the data.</summary>
    public void Merge(FarthestRows other)
    {
        foreach (var (row, _) in other.rows.UnorderedItems) Add(row);
    }

    /// <summary>Removes all rows.</summary>
    public void Clear() => rows.Clear();

    /// <summary>An independent copy.</summary>
    public FarthestRows Clone()
    {
        var copy = new FarthestRows(capacity, columns);
        copy.Merge(this);
        return copy;
    }

    /// <summary>Writes the rows in their order.</summary>
    public void Save(BinaryWriter writer)
    {
        writer.Write(rows.Count);
        foreach (var row in InOrder)
        {
            writer.Write(row.Number);
            writer.Write(row.Cluster);
            writer.Write(row.Distance);
            writer.Write(row.Weight);
            foreach (var value in row.Values) writer.Write(value);
        }
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="count">Number of rows, which has been read.</param>
    /// <param name="clusters">Number of clusters.</param>
    public void Load(BinaryReader reader, int count, int clusters)
    {
        Clear();
        if (count > capacity) throw new FormatException($"{count} farthest rows of at most {capacity}");
        for (var i = 0; i < count; i++)
        {
            var (number, cluster, distance, weight) = (reader.ReadInt64(), reader.ReadInt32(), reader.ReadDouble(), reader.ReadDouble());
            if (cluster < 0 || cluster >= clusters || !(distance > 0)) throw new FormatException($"a row of cluster {cluster} at distance {distance.Text()}");
            var values = new double[columns];
            foreach (ref var value in values.AsSpan()) value = reader.ReadDouble();
            Add(new(distance, number, weight, cluster, values));
        }
    }

    private bool HasRoom(double distance, long number) =>
        rows.Count < capacity || (rows.TryPeek(out _, out var least) && nearestFirst.Compare((distance, number), least) > 0);

    private void Add(FarRow row)
    {
        if (rows.Count < capacity) rows.Enqueue(row, (row.Distance, row.Number));
        else if (capacity > 0) rows.EnqueueDequeue(row, (row.Distance, row.Number));
    }
}

/// <summary>A row and where it belongs.</summary>
/// <param name="Distance">Squared distance to its centroid, above 0.</param>
/// <param name="Number">Global row number.</param>
/// <param name="Weight">Its weight, above 0.</param>
/// <param name="Cluster">The nearest cluster.</param>
/// <param name="Values">Shape [columns]; NaN = missing. Not modified.</param>
internal sealed record FarRow(double Distance, long Number, double Weight, int Cluster, double[] Values);
