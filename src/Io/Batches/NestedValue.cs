using Pipelines.Io.Reading;

namespace Pipelines.Io;

/// <summary>
/// The value of a row in a nested column: a list, a map or a structure, or a value of an unsupported type. It is opaque: it can be selected, repeated
/// and passed through, and a <see cref="ParquetSink"/> writes it as it was read. A column of such values keeps the <see cref="ColumnField"/> it was read with,
/// which contains its schema.
/// </summary>
public readonly struct NestedValue
{
    internal NestedValue(NestedBlock block, int row) => (Block, Row) = (block, row);

    /// <summary>The block of rows that were read together; null if the value is null.</summary>
    internal NestedBlock? Block { get; }

    /// <summary>Row of the block, from 0.</summary>
    internal int Row { get; }

    /// <summary>The type of the value, such as <c>STRUCT(a INT32?, b LIST(DOUBLE?))</c>; empty for null.</summary>
    public override string ToString() => Block?.Schema.ToString() ?? "";
}
