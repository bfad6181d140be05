namespace Pipelines.Io.Format;

/// <summary>What the levels of a leaf mean: of a column of lists, or of any leaf of a nested column.</summary>
/// <param name="Largest">The definition level of a value that is there.</param>
/// <param name="Repeated">Shape [repeated groups around the leaf, itself included]: the least definition level at which each has an element; below it the list
/// is empty or null.</param>
internal sealed record LevelShape(int Largest, int[] Repeated)
{
    /// <summary>The largest repetition level.</summary>
    public int Repetitions => Repeated.Length;

    /// <summary>The least definition level at which the innermost list has an element, if only a null.</summary>
    public int Element => Repeated.Length == 0 ? 0 : Repeated[^1];

    /// <summary>The shape of the leaf at the end of a path.</summary>
    /// <param name="path">From the top of the schema down to the leaf.</param>
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
