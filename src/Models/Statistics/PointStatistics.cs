using System.Runtime.InteropServices;

namespace Pipelines.Models.Fitting;

/// <summary>The values themselves, in row order, with their weights, for distributions without sufficient sums.</summary>
/// <param name="owner">The owner's name, for messages.</param>
internal sealed class PointStatistics(string owner) : Statistics
{
    /// <summary>Maximum number of values kept.</summary>
    public const int MostPoints = 1 << 20;

    private List<double> values = [];
    private List<double> weights = [];

    public override string Kind => $"{owner}[points]";

    /// <summary>The values that are not missing and have a weight above 0.</summary>
    public IReadOnlyList<double> Values => values;

    /// <summary>The values' weights, shape [Values].</summary>
    public IReadOnlyList<double> Weights => weights;

    /// <summary>Sum of the weights.</summary>
    public double Total => Kernels.Sums.Of(CollectionsMarshal.AsSpan(weights));

    /// <summary>Adds values; NaN and those of weight 0 are skipped.</summary>
    public void Add(ReadOnlySpan<double> x, ReadOnlySpan<double> w)
    {
        for (var i = 0; i < x.Length; i++)
        {
            if (double.IsNaN(x[i]) || !(w[i] > 0)) continue;
            values.Add(x[i]);
            weights.Add(w[i]);
        }
        CheckRoom();
    }

    public override long? MaxBytes(long rows, ReadOnlySpan<int> codes) =>
        CommonBytes + sizeof(int) + (2 * sizeof(double) * Math.Min(rows, MostPoints));

    protected override void MergeCore(Statistics other)
    {
        var from = (PointStatistics)other;
        values.AddRange(from.values);
        weights.AddRange(from.weights);
        CheckRoom();
    }

    protected override void ClearCore()
    {
        values.Clear();
        weights.Clear();
    }

    protected override void Unshare() => (values, weights) = ([.. values], [.. weights]);

    protected override void SaveCore(BinaryWriter writer)
    {
        writer.Write(values.Count);
        WriteDoubles(writer, CollectionsMarshal.AsSpan(values));
        WriteDoubles(writer, CollectionsMarshal.AsSpan(weights));
    }

    protected override void LoadCore(BinaryReader reader)
    {
        var count = ReadCount(reader, 2 * sizeof(double));
        CollectionsMarshal.SetCount(values, count);
        ReadDoubles(reader, CollectionsMarshal.AsSpan(values));
        CollectionsMarshal.SetCount(weights, count);
        ReadDoubles(reader, CollectionsMarshal.AsSpan(weights));
    }

    private void CheckRoom()
    {
        if (values.Count > MostPoints)
            throw new ModelException(ErrorKind.Data, owner, $"more than {MostPoints} rows", $"at most {MostPoints}: a kernel density keeps every row",
                "fit it to a sample of the rows, or choose a distribution with parameters");
    }
}
