using System.Text;

namespace Pipelines.Models.Fitting;

/// <summary>Statistics composed of the parts' statistics, merged part by part.</summary>
/// <param name="name">Name of the family that they belong to.</param>
/// <param name="parts">The parts, in the model's order.</param>
/// <param name="columns">Number of features of each part, if each part sees other features; null (default) = every part sees all of them.</param>
public class CompositeStatistics(string name, IReadOnlyList<Statistics> parts, IReadOnlyList<int>? columns = null) : Statistics
{
    private string? kind;

    /// <inheritdoc/>
    public override string Kind => kind ??= $"{name}({Kinds()})";

    /// <summary>The parts, in the model's order.</summary>
    public IReadOnlyList<Statistics> Parts { get; private set; } = parts;

    /// <inheritdoc/>
    public override long? MaxBytes(long rows, ReadOnlySpan<int> codes)
    {
        // Codes of other features than these say nothing.
        if (columns is not null && codes.Length != columns.Sum()) codes = default;
        var bytes = CommonBytes;
        var first = 0;
        for (var i = 0; i < Parts.Count; i++)
        {
            var own = columns is null || codes.IsEmpty ? codes : codes.Slice(first, columns[i]);
            first += own.Length;
            if (Parts[i].MaxBytes(rows, own) is not { } part) return null;
            bytes += part;
        }
        return bytes;
    }

    internal override bool Visit(SumsVisitor visit) => Parts.All(p => p.Visit(visit));

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
    protected override void Unshare() => Parts = [.. Parts.Select(p => p.Clone())];

    /// <inheritdoc/>
    protected override void SaveCore(BinaryWriter writer)
    {
        foreach (var part in Parts) part.SaveBody(writer);
    }

    /// <inheritdoc/>
    protected override void LoadCore(BinaryReader reader)
    {
        foreach (var part in Parts) part.LoadBody(reader);
    }

    // Equal neighbours are counted: there may be thousands.
    private string Kinds()
    {
        var text = new StringBuilder();
        for (var (i, next) = (0, 0); i < Parts.Count; i = next)
        {
            var one = Parts[i].Kind;
            while (next < Parts.Count && Parts[next].Kind == one) next++;
            if (i > 0) text.Append(", ");
            if (next - i > 1) text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{next - i} x ");
            text.Append(one);
        }
        return text.ToString();
    }
}
