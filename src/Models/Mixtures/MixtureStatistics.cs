using Pipelines.Models.Fitting;

namespace Pipelines.Models.Mixtures;

/// <summary>Statistics of a mixture: total responsibility of each component, and the components' own statistics.</summary>
/// <param name="components">The components' statistics, in order.</param>
/// <param name="name">Name of the family that they belong to.</param>
public class MixtureStatistics(IReadOnlyList<Statistics> components, string name = "mixture") : CompositeStatistics(name, components)
{
    /// <summary>Shape [K]: sum over the rows of weight * posterior.</summary>
    public double[] Responsibilities { get; private set; } = new double[components.Count];

    /// <inheritdoc/>
    public override long? MaxBytes(long rows, ReadOnlySpan<int> codes) => base.MaxBytes(rows, codes) + (sizeof(double) * Responsibilities.Length);

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
    protected override void Unshare()
    {
        base.Unshare();
        Responsibilities = [.. Responsibilities];
    }

    /// <inheritdoc/>
    protected override void SaveCore(BinaryWriter writer)
    {
        WriteDoubles(writer, Responsibilities);
        base.SaveCore(writer);
    }

    /// <inheritdoc/>
    protected override void LoadCore(BinaryReader reader)
    {
        ReadDoubles(reader, Responsibilities);
        base.LoadCore(reader);
    }
}
