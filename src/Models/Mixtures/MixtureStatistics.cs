using Pipelines.Models.Fitting;

namespace Pipelines.Models.Mixtures;

/// <summary>Statistics of a mixture: total responsibility of each component, and the components' own statistics.</summary>
/// <param name="components">The components' statistics, in order.</param>
public sealed class MixtureStatistics(IReadOnlyList<Statistics> components) : CompositeStatistics(components)
{
    /// <summary>Shape [K]: sum over the rows of weight * posterior.</summary>
    public double[] Responsibilities { get; } = new double[components.Count];

    /// <inheritdoc/>
    protected override void MergeCore(Statistics other)
    {
        base.MergeCore(other);
        var from = ((MixtureStatistics)other).Responsibilities;
        for (var k = 0; k < Responsibilities.Length; k++) Responsibilities[k] += from[k];
    }

    /// <inheritdoc/>
    protected override void ClearCore()
    {
        base.ClearCore();
        Array.Clear(Responsibilities);
    }

    /// <inheritdoc/>
    protected override void SaveCore(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        foreach (var r in Responsibilities) writer.Write(r);
        base.SaveCore(writer);
    }

    /// <inheritdoc/>
    protected override void LoadCore(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        for (var k = 0; k < Responsibilities.Length; k++) Responsibilities[k] = reader.ReadDouble();
        base.LoadCore(reader);
    }
}
