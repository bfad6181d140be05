using Pipelines.Io.Reading;

namespace Pipelines.Io;

/// <summary>
/// The value of a row in a nested column: a list, a map or a structure, or a type that is not supported. It cannot be looked into. It can be chosen, repeated
/// and passed on, and a <see cref="ParquetSink"/> writes it as it was read. A column of such values keeps the <see cref="ColumnField"/> that it was read with,
/// which holds its schema.
/// </summary>
public readonly struct NestedValue
{
    internal NestedValue(NestedBlock block, int row) => (Block, Row) = (block, row);

    /// <summary>The rows read together; null for a null.</summary>
    internal NestedBlock? Block { get; }

    /// <summary>Row of the block, from 0.</summary>
    internal int Row { get; }

    /// <summary>The type of the value, such as <c>STRUCT(a INT32?, b LIST(DOUBLE?))</c>; empty for a null.</summary>
    public override string ToString() => Block?.Schema.ToString() ?? "";
}
