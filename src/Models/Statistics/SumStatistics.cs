namespace Pipelines.Models.Fitting;

/// <summary>Statistics that are a fixed number of sums: merging is element-wise addition.</summary>
/// <param name="name">Name of the family that the sums belong to, such as <c>normal</c>.</param>
/// <param name="length">Number of sums.</param>
public class SumStatistics(string name, int length) : Statistics
{
    /// <inheritdoc/>
    public override string Kind => $"{name}[{Sums.Length}]";

    /// <summary>The sums; their layout is defined by the model. Shape [length].</summary>
    public double[] Sums { get; private set; } = new double[length];

    /// <inheritdoc/>
    public override long? MaxBytes(long rows, ReadOnlySpan<int> codes) => CommonBytes + (sizeof(double) * (long)Sums.Length);

    internal override bool Visit(SumsVisitor visit)
    {
        visit(Sums);
        return true;
    }

    /// <inheritdoc/>
    protected override void MergeCore(Statistics other)
    {
        var from = ((SumStatistics)other).Sums;
        if (from.Length != Sums.Length)
            throw new ArgumentException($"statistics of another shape: found {from.Length} sums, expected {Sums.Length}", nameof(other));
        for (var i = 0; i < Sums.Length; i++) Sums[i] += from[i];
    }

    /// <inheritdoc/>
    protected override void ClearCore() => Array.Clear(Sums);

    /// <inheritdoc/>
    protected override void Unshare() => Sums = [.. Sums];

    /// <inheritdoc/>
    protected override void SaveCore(BinaryWriter writer) => WriteDoubles(writer, Sums);

    /// <inheritdoc/>
    protected override void LoadCore(BinaryReader reader) => ReadDoubles(reader, Sums);
}
