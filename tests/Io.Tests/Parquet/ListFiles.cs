using System.Runtime.InteropServices;
using ParquetSharp;
using ParquetSharp.Schema;

namespace Pipelines.Io.Tests;

/// <summary>
/// ParquetSharp as a writer of lists in every form that writers use. Elements follow from codes; a null code is a null element, a null list a null list.
/// </summary>
internal static class ListFiles
{
    /// <summary>The forms: whether the list may be null, whether an element may, and the column.</summary>
    public static IReadOnlyDictionary<string, (bool List, bool Element, Func<string, Kind, Node> Make)> Forms { get; } =
        new Dictionary<string, (bool, bool, Func<string, Kind, Node>)>
        {
            ["three levels"] = (true, true, (n, k) => List(n, Repetition.Optional, Group("list", Leaf("element", Repetition.Optional, k)))),
            ["three levels, nothing null"] = (false, false, (n, k) => List(n, Repetition.Required, Group("list", Leaf("element", Repetition.Required, k)))),
            ["three levels of other names"] = (true, false,
                (n, k) => List(n, Repetition.Optional, Group("bag", Leaf("array_element", Repetition.Required, k)))),
            ["two levels"] = (true, false, (n, k) => List(n, Repetition.Optional, Leaf("array", Repetition.Repeated, k))),
            ["two levels, nothing null"] = (false, false, (n, k) => List(n, Repetition.Required, Leaf(n + "_tuple", Repetition.Repeated, k))),
            ["one level"] = (false, false, (n, k) => Leaf(n, Repetition.Repeated, k)),
        };

    /// <summary>Types of elements, and what a code is as one.</summary>
    public static IReadOnlyDictionary<string, Kind> Kinds { get; } = new Dictionary<string, Kind>
    {
        ["double"] = new Kind<double>(PhysicalType.Double, LogicalType.None(), c => c / 3.0, (c, _) => c / 3.0),
        ["float"] = new Kind<float>(PhysicalType.Float, LogicalType.None(), c => c / 4f, (c, _) => c / 4f),
        ["int"] = new Kind<int>(PhysicalType.Int32, LogicalType.None(), c => c * 1_001, (c, _) => c * 1_001),
        ["short"] = new Kind<int>(PhysicalType.Int32, LogicalType.Int(16, true), c => (short)(c - 20), (c, _) => c - 20),
        ["long"] = new Kind<long>(PhysicalType.Int64, LogicalType.None(), c => c * 1_000_003L, (c, _) => c * 1_000_003L),
        ["bool"] = new Kind<bool>(PhysicalType.Boolean, LogicalType.None(), c => c % 3 == 0, (c, _) => c % 3 == 0),
        ["text"] = new Kind<ByteArray>(PhysicalType.ByteArray, LogicalType.String(), c => $"symbol ä{c}", (c, pinned) => Pin($"symbol ä{c}", pinned)),
    };

    /// <summary>Random lists of codes below 40.</summary>
    public static int?[]?[] Random(int seed, int rows, bool nullLists, bool nullElements)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rows).Select(_ =>
            nullLists && random.Next(6) == 0 ? null
            : random.Next(5) == 0 ? []
            : Enumerable.Range(0, random.Next(12) == 0 ? random.Next(400) : random.Next(9))
                .Select(_ => nullElements && random.Next(5) == 0 ? null : (int?)random.Next(40)).ToArray())];
    }

    /// <summary>Writes a column <c>id</c>, the number of the row, and a column of lists, in row groups of a size.</summary>
    public static void Write(string path, string column, string form, Kind kind, int?[]?[] lists, int rowGroup,
        Action<WriterPropertiesBuilder>? properties = null)
    {
        var (list, element, make) = Forms[form];
        Write(path, [make(column, kind)], [(kind, list, element, lists)], rowGroup, properties);
    }

    /// <summary>Writes a column <c>id</c> and columns of lists.</summary>
    public static void Write(string path, Node[] nodes, (Kind Kind, bool ListNull, bool ElementNull, int?[]?[] Lists)[] columns, int rowGroup,
        Action<WriterPropertiesBuilder>? properties = null)
    {
        using var builder = new WriterPropertiesBuilder();
        builder.DataPagesize(512).WriteBatchSize(64);
        properties?.Invoke(builder);
        using var written = builder.Build();
        using var id = new PrimitiveNode("id", Repetition.Required, LogicalType.None(), PhysicalType.Int64);
        using var schema = new GroupNode("schema", Repetition.Required, [id, .. nodes]);
        using var file = new ParquetFileWriter(path, schema, written);
        var rows = columns[0].Lists.Length;
        for (var at = 0; at < rows; at += rowGroup)
        {
            var count = Math.Min(rowGroup, rows - at);
            using var group = file.AppendRowGroup();
            using (var ids = (ColumnWriter<long>)group.NextColumn()) ids.WriteBatch([.. Enumerable.Range(at, count).Select(i => (long)i)]);
            foreach (var (kind, listNull, elementNull, lists) in columns)
            {
                using var writer = group.NextColumn();
                kind.Write(writer, lists[at..(at + count)], listNull, elementNull);
            }
        }
        file.Close();
    }

    /// <summary>A leaf.</summary>
    public static Node Leaf(string name, Repetition repetition, Kind kind) => new PrimitiveNode(name, repetition, kind.Logical, kind.Physical);

    /// <summary>A repeated group of one child.</summary>
    public static Node Group(string name, Node child) => new GroupNode(name, Repetition.Repeated, [child]);

    /// <summary>A group that says it is a list.</summary>
    public static Node List(string name, Repetition repetition, Node child) => new GroupNode(name, repetition, [child], LogicalType.List());

    private static ByteArray Pin(string text, List<GCHandle> pinned)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        pinned.Add(GCHandle.Alloc(bytes, GCHandleType.Pinned));
        return new ByteArray(pinned[^1].AddrOfPinnedObject(), bytes.Length);
    }

    /// <summary>A type of elements.</summary>
    internal abstract class Kind(PhysicalType physical, LogicalType logical)
    {
        public PhysicalType Physical { get; } = physical;

        public LogicalType Logical { get; } = logical;

        /// <summary>What a source hands out for a code.</summary>
        public abstract object Value(int code);

        public abstract void Write(ColumnWriter writer, int?[]?[] lists, bool listNull, bool elementNull);
    }

    /// <summary>A type of elements that is stored as another.</summary>
    internal sealed class Kind<T>(PhysicalType physical, LogicalType logical, Func<int, object> value, Func<int, List<GCHandle>, T> stored)
        : Kind(physical, logical)
        where T : unmanaged
    {
        public override object Value(int code) => value(code);

        public override void Write(ColumnWriter writer, int?[]?[] lists, bool listNull, bool elementNull)
        {
            List<short> defined = [], repeated = [];
            List<T> values = [];
            List<GCHandle> pinned = [];
            var empty = (short)(listNull ? 1 : 0);
            foreach (var list in lists)
            {
                if (list is null or [])
                {
                    defined.Add(list is null ? (short)0 : empty);
                    repeated.Add(0);
                    continue;
                }
                for (var i = 0; i < list.Length; i++)
                {
                    repeated.Add((short)(i == 0 ? 0 : 1));
                    defined.Add((short)(empty + 1 + (elementNull && list[i] is not null ? 1 : 0)));
                    if (list[i] is { } code) values.Add(stored(code, pinned));
                }
            }
            ((ColumnWriter<T>)writer).WriteBatch(defined.Count, CollectionsMarshal.AsSpan(defined), CollectionsMarshal.AsSpan(repeated),
                CollectionsMarshal.AsSpan(values));
            foreach (var handle in pinned) handle.Free();
        }
    }
}
