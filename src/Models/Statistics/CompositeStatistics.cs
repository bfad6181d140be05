namespace Pipelines.Models.Fitting;

/// <summary>Statistics composed of the parts' statistics, merged part by part.</summary>
/// <param name="parts">The parts, in the model's order.</param>
public class CompositeStatistics(IReadOnlyList<Statistics> parts) : Statistics
{
    /// <summary>The parts, in the model's order.</summary>
    public IReadOnlyList<Statistics> Parts { get; } = parts;

    /// <inheritdoc/>
    protected override void MergeCore(Statistics other)
    {
        var from = ((CompositeStatistics)other).Parts;
        if (from.Count != Parts.Count)
            throw new ArgumentException($"statistics of another shape: found {from.Count} parts, expected {Parts.Count}", nameof(other));
        for (var i = 0; i < Parts.Count; i++) Parts[i].Merge(from[i]);
    }

    /// <inheritdoc/>
    protected override void ClearCore()
    {
        foreach (var part in Parts) part.Clear();
    }

    /// <inheritdoc/>
    protected override void SaveCore(BinaryWriter writer)
    {
        foreach (var part in Parts) part.Save(writer);
    }

    /// <inheritdoc/>
    protected override void LoadCore(BinaryReader reader)
    {
        foreach (var part in Parts) part.Load(reader);
    }
}
