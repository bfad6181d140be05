namespace Pipelines.Io.Format;

/// <summary>The meaning of the levels of a leaf: a list column, or any leaf of a nested column.</summary>
/// <param name="Largest">The definition level of a present value.</param>
/// <param name="Repeated">Shape [repeated groups around and including the leaf]: the smallest definition level at which each has an element; below it, the list
/// is empty or null.</param>
internal sealed record LevelShape(int Largest, int[] Repeated)
{
    /// <summary>The largest repetition level.</summary>
    public int Repetitions => Repeated.Length;

    /// <summary>The smallest definition level at which the innermost list has an element (possibly null).</summary>
    public int Element => Repeated.Length == 0 ? 0 : Repeated[^1];

    /// <summary>The shape of the leaf at the end of a path.</summary>
    /// <param name="path">Path from the schema root to the leaf.</param>
    public static LevelShape Of(IEnumerable<SchemaNode> path)
    {
        var (level, repeated) = (0, new List<int>());
        foreach (var node in path)
        {
            if (node.Repetition != Repetition.Required) level++;
            if (node.Repetition == Repetition.Repeated) repeated.Add(level);
        }
        return new LevelShape(level, [.. repeated]);
    }
}
