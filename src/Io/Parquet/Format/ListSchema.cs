namespace Pipelines.Io.Format;

/// <summary>Finds the columns of lists in a schema: three levels (a group, a repeated group, the element), two, as older writers have them, or one repeated column.</summary>
internal static class ListSchema
{
    /// <summary>The columns whose rows are lists of plain values. Lists of lists, maps and structures are none.</summary>
    public static FileColumn[] Of(List<SchemaNode> nodes)
    {
        var lists = new List<FileColumn>();
        var leaf = 0;
        for (var index = 1; index < nodes.Count;)
        {
            var first = index;
            var leaves = 0;
            for (var open = 1L; open > 0 && index < nodes.Count; index++)
            {
                open += nodes[index].Children - 1;
                if (nodes[index].Storage is not null) leaves++;
            }
            if (leaves == 1 && Column(nodes.GetRange(first, index - first), leaf) is { } column) lists.Add(column);
            leaf += leaves;
        }
        return [.. lists];
    }

    // The nodes of one column lead to its only leaf.
    private static FileColumn? Column(List<SchemaNode> path, int leaf)
    {
        if (path.Count > 3 || path[^1].Storage is not { } storage || path.Count(n => n.Repetition == Repetition.Repeated) != 1) return null;
        var repeated = path.FindIndex(n => n.Repetition == Repetition.Repeated);
        // A structure around the list would be a level more.
        if (repeated != Math.Max(0, path.Count - 2) && repeated != path.Count - 1) return null;
        if (path.Count == 3 && repeated != 1) return null;
        var level = 0;
        var element = 0;
        foreach (var node in path)
        {
            if (node.Repetition != Repetition.Required) level++;
            if (node.Repetition == Repetition.Repeated) element = level;
        }
        var (type, obstacle) = ValueTypes.Of(storage);
        var optional = path[^1].Repetition == Repetition.Optional;
        var field = type is null ? null : new ColumnField(path[0].Name, type, optional, storage);
        return new FileColumn(path[0].Name, leaf, storage, optional ? Repetition.Optional : Repetition.Required, field, obstacle) { List = new ListShape(level, element) };
    }
}
