namespace Pipelines.Io.Format;

/// <summary>
/// Finds the list columns in a schema. A list has three levels (a group marked as a list, a repeated group, the element), two levels with older writers (the
/// group, the repeated element), or is one repeated column.
/// </summary>
internal static class ListSchema
{
    /// <summary>The columns whose rows are lists of plain values. Lists of lists, maps and structures are excluded.</summary>
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
            var path = nodes.GetRange(first, index - first);
            if (IsList(path)) lists.Add(Column(path, leaf));
            leaf += leaves;
        }
        return [.. lists];
    }

    /// <summary>True if the schema elements of a column form a list of plain values: each node except the last has the next one as its only child.</summary>
    internal static bool IsList(List<SchemaNode> path)
    {
        if (path[^1].Storage is null || path.Take(path.Count - 1).Any(n => n.Children != 1)) return false;
        return path switch
        {
            [{ Repetition: Repetition.Repeated }] => true,
            [{ IsList: true, Repetition: not Repetition.Repeated }, { Repetition: Repetition.Repeated }] => true,
            // Older writers use these names if the repeated group is itself the element, a structure.
            [{ IsList: true, Repetition: not Repetition.Repeated } list, { Repetition: Repetition.Repeated, IsList: false } group,
            { Repetition: not Repetition.Repeated }] =>
                group.Name != "array" && group.Name != list.Name + "_tuple",
            _ => false,
        };
    }

    private static FileColumn Column(List<SchemaNode> path, int leaf)
    {
        var storage = path[^1].Storage!;
        var (type, obstacle) = ValueTypes.Of(storage);
        var optional = path[^1].Repetition == Repetition.Optional;
        var field = type is null ? null : new ColumnField(path[0].Name, type, optional, storage);
        var repetition = optional ? Repetition.Optional : Repetition.Required;
        return new FileColumn(path[0].Name, leaf, storage, repetition, field, obstacle) { Levels = LevelShape.Of(path) };
    }
}
