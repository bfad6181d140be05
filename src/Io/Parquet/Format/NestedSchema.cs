using System.Text;

namespace Pipelines.Io.Format;

/// <summary>A leaf of a nested column.</summary>
/// <param name="Path">Path from the column to the leaf.</param>
internal sealed record NestedLeaf(SchemaNode[] Path)
{
    /// <summary>The physical storage of its values, regardless of their meaning.</summary>
    public ParquetStorage Storage { get; } = new(Path[^1].Storage!.Physical, LogicalKind.Stored, Path[^1].Storage!.Length);

    /// <summary>The meaning of its levels.</summary>
    public LevelShape Shape { get; } = LevelShape.Of(Path);

    /// <summary>Its values as a separate column.</summary>
    public ColumnField Field => new(string.Join('.', Path.Select(n => n.Name)), ValueTypes.Of(Storage).Type!, IsNullable: true, Storage);

    /// <summary>The leaf as a column of a file.</summary>
    public FileColumn ToColumn(int chunk) => new(Field.Name, chunk, Storage, Repetition.Optional, Field, null) { Levels = Shape, Of = Path[0].Name };

    /// <summary>
    /// Maps the definition levels of this leaf to those of the same leaf in another schema, in which some groups that are required here are optional.
    /// Shape [Shape.Largest + 1]; null if they are identical.
    /// </summary>
    public byte[]? LevelsIn(NestedLeaf other)
    {
        var map = new List<byte>();
        byte level = 0;
        for (var i = 0; i < Path.Length; i++)
        {
            // A level says how much of the path is present: nodes that are required in both schemas add no level.
            if (Path[i].Repetition != Repetition.Required) map.Add(level);
            if (other.Path[i].Repetition != Repetition.Required) level++;
        }
        map.Add(level);
        return map.Select((l, i) => l == i).All(same => same) ? null : [.. map];
    }
}

/// <summary>
/// The schema of a nested column: the subtree of a file's schema from the column to its leaves. Values are passed through as stored, so every value type and
/// every form of nesting is preserved. A plain column of an unsupported type is treated as a nested column with a single leaf.
/// </summary>
internal sealed class NestedSchema
{
    private readonly SchemaNode[] nodes;

    private NestedSchema(SchemaNode[] nodes)
    {
        this.nodes = nodes;
        var leaves = new List<NestedLeaf>();
        Find(0, [], leaves);
        Leaves = [.. leaves];
    }

    /// <summary>The leaves, in the order of the column chunks.</summary>
    public NestedLeaf[] Leaves { get; }

    /// <summary>True if a row may have no value: null or an empty list.</summary>
    public bool CanBeEmpty => nodes[0].Repetition != Repetition.Required;

    /// <summary>Number of elements of the schema.</summary>
    public int Elements => nodes.Length;

    /// <summary>True if a row may be null.</summary>
    public bool IsNullable => nodes[0].Repetition == Repetition.Optional;

    /// <summary>Why the column can only be passed through.</summary>
    public string Obstacle => nodes[0] switch
    {
        _ when ListSchema.IsList([.. nodes]) => "it is a list; its elements can be read as rows (ParquetSourceOptions.Lists)",
        { Repetition: Repetition.Repeated } or { IsList: true } => "it is a list of lists, maps or structures",
        { IsMap: true } => "it is a map",
        { Storage: { } storage } => ValueTypes.Of(storage).Obstacle!,
        _ => "it is a structure",
    };

    /// <summary>The column of a file.</summary>
    /// <param name="path">The elements of its schema, depth first.</param>
    /// <param name="chunk">Index of its first chunk in every row group.</param>
    public static FileColumn Column(List<SchemaNode> path, int chunk)
    {
        var top = path[0];
        var schema = new NestedSchema([.. path]);
        var obstacle = schema.Leaves.Length == 0 ? "it is a structure without columns" : path.Exists(n => n.Stored.Length == 0)
            ? $"{schema.Obstacle}, of a kind that cannot be written again" : null;
        var field = obstacle is null ? new ColumnField(top.Name, typeof(NestedValue), schema.IsNullable, schema) : null;
        return new FileColumn(top.Name, chunk, new ParquetStorage(default, LogicalKind.Stored), top.Repetition, field, obstacle)
        {
            Nested = schema,
            NestedLeaves = [.. schema.Leaves.Select((l, i) => l.ToColumn(chunk + i))],
        };
    }

    /// <summary>The schema with which a column is written.</summary>
    /// <exception cref="FlowException">It is unknown.</exception>
    public static NestedSchema Of(ColumnField field)
    {
        if (field.Storage is not NestedSchema schema)
            throw new FlowException(ErrorKind.Usage, $"column '{field.Name}'", "nested values without the schema that they were read with",
                "the field of a column that was read", "keep the field of the column");
        var top = schema.nodes[0];
        var repetition = field.IsNullable && top.Repetition == Repetition.Required ? Repetition.Optional : top.Repetition;
        return top.Name == field.Name && top.Repetition == repetition ? schema
            : new NestedSchema([top with { Name = field.Name, Repetition = repetition }, .. schema.nodes[1..]]);
    }

    /// <summary>The same schema with the name of another.</summary>
    public NestedSchema Named(NestedSchema other) => nodes[0].Name == other.nodes[0].Name ? this
        : new NestedSchema([nodes[0] with { Name = other.nodes[0].Name }, .. nodes[1..]]);

    /// <summary>The schema that can represent the values of both: nodes optional in either are optional. Null if they differ in anything else.</summary>
    public NestedSchema? Union(NestedSchema other)
    {
        if (ReferenceEquals(this, other)) return this;
        if (other.nodes.Length != nodes.Length) return null;
        var made = new SchemaNode[nodes.Length];
        for (var i = 0; i < made.Length; i++)
        {
            var (a, b) = (nodes[i], other.nodes[i]);
            var isSame = a.Name == b.Name && a.Children == b.Children && a.Storage == b.Storage && (a.IsList, a.IsMap) == (b.IsList, b.IsMap)
                && Repeats(a) == Repeats(b)
                && (a.Storage is not { Kind: LogicalKind.Other } || SchemaWriter.Change(a.Stored, a.Name, 0)
                    .SequenceEqual(SchemaWriter.Change(b.Stored, b.Name, 0)));
            if (!isSame) return null;
            made[i] = b.Repetition == Repetition.Optional ? a with { Repetition = Repetition.Optional } : a;
        }
        return new NestedSchema(made);
    }

    /// <summary>Writes the schema elements.</summary>
    public void Write(ByteBuffer target)
    {
        foreach (var node in nodes) target.Write(SchemaWriter.Change(node.Stored, node.Name, node.Repetition));
    }

    /// <summary>Text for display and comparison: <c>STRUCT(a INT32?, b LIST(DOUBLE?))</c>, where a question mark means nullable.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Describe(0, text);
        return text.ToString();
    }

    private static bool Repeats(SchemaNode node) => node.Repetition == Repetition.Repeated;

    private int Find(int index, SchemaNode[] above, List<NestedLeaf> leaves)
    {
        var node = nodes[index++];
        SchemaNode[] path = [.. above, node];
        if (node.Storage is not null) leaves.Add(new NestedLeaf(path));
        for (var i = 0; i < node.Children; i++) index = Find(index, path, leaves);
        return index;
    }

    private int Describe(int index, StringBuilder text)
    {
        var node = nodes[index++];
        if (node.Storage is { } storage)
        {
            text.Append(storage);
            return index;
        }
        // The repeated group between a list or map and its elements carries no further information.
        var isThree = (node.IsList || node.IsMap) && node.Children == 1 && nodes[index] is { Repetition: Repetition.Repeated, Storage: null } inner
            && inner.Children == (node.IsMap ? 2 : 1);
        var children = isThree ? nodes[index++].Children : node.Children;
        text.Append(node.IsList ? "LIST(" : node.IsMap ? "MAP(" : "STRUCT(");
        for (var i = 0; i < children; i++)
        {
            if (i > 0) text.Append(", ");
            var child = nodes[index];
            if (!isThree) text.Append(child.Name).Append(' ');
            index = Describe(index, text);
            if (child.Repetition != Repetition.Required) text.Append(child.Repetition == Repetition.Optional ? '?' : '*');
        }
        text.Append(')');
        return index;
    }
}
