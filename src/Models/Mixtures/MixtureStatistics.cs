using Pipelines.Models.Fitting;

namespace Pipelines.Models.Mixtures;

/// <summary>Statistics of a mixture: total responsibility of each component, and the components' own statistics.</summary>
/// <param name="components">The components' statistics, in order.</param>
internal sealed class MixtureStatistics(IReadOnlyList<Statistics> components) : CompositeStatistics("mixture", components)
{
    /// <summary>Shape [K]: sum over the rows of weight * posterior.</summary>
    public double[] Responsibilities { get; private set; } = new double[components.Count];

    public override long? MaxBytes(long rows, ReadOnlySpan<int> codes) => base.MaxBytes(rows, codes) + (sizeof(double) * Responsibilities.Length);

    internal override bool Visit(SumsVisitor visit)
    {
        visit(Responsibilities);
        return base.Visit(visit);
    }

    protected override void MergeCore(Statistics other)
    {
        base.MergeCore(other);
        var from = ((MixtureStatistics)other).Responsibilities;
        for (var k = 0; k < Responsibilities.Length; k++) Responsibilities[k] += from[k];
    }

    protected override void ClearCore()
    {
        base.ClearCore();
        Array.Clear(Responsibilities);
    }

    protected override void Unshare()
    {
        base.Unshare();
        Responsibilities = [.. Responsibilities];
    }

    protected override void SaveCore(BinaryWriter writer)
    {
        WriteDoubles(writer, Responsibilities);
        base.SaveCore(writer);
    }

    protected override void LoadCore(BinaryReader reader)
    {
        ReadDoubles(reader, Responsibilities);
        base.LoadCore(reader);
    }
}
