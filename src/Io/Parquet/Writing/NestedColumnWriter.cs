using Pipelines.Io.Format;

namespace Pipelines.Io.Writing;

/// <summary>Collects a row group's rows of a nested column and passes their entries to the writers of its leaves.</summary>
internal sealed class NestedColumnWriter : ColumnWriter
{
    private readonly NestedSchema schema;
    private readonly ILeafWriter[] leaves;
    private long held;

    // The schema that the last rows were read with, and the maps from its levels to those of this one.
    private NestedSchema? source;
    private byte[]?[] maps = [];

    public NestedColumnWriter(ColumnField field)
        : base(field)
    {
        schema = NestedSchema.Of(field);
        leaves = Array.ConvertAll(schema.Leaves, leaf => (ILeafWriter)Activator
            .CreateInstance(typeof(ColumnWriter<>).MakeGenericType(leaf.Field.ValueType), leaf.Field, Array.MaxLength, new LeafLevels(leaf))!);
    }

    public override IReadOnlyList<IChunkWriter> Chunks => leaves;

    public override int SchemaElements => schema.Elements;

    public override bool HasLengths => true;

    public override void WriteSchema(ByteBuffer target) => schema.Write(target);

    public override long LengthBound(DataBatch batch, int column, int start, int count)
    {
        var from = (BatchColumn<NestedValue>)batch.Columns[column];
        var sum = 0L;
        for (var row = start; row < start + count; row++) sum += BytesOf(from, row);
        return sum;
    }

    public override void AddLengths(DataBatch batch, int column, int start, Span<long> lengths)
    {
        var from = (BatchColumn<NestedValue>)batch.Columns[column];
        for (var i = 0; i < lengths.Length; i++) lengths[i] += BytesOf(from, start + i);
    }

    public override long HeldLength() => held;

    public override void Reset() => held = 0;

    public override void Add(DataBatch batch, int column, int start, int count)
    {
        var from = (BatchColumn<NestedValue>)batch.Columns[column];
        var end = start + count;
        for (var row = start; row < end;)
        {
            if (IsNull(from, row))
            {
                // In a column that is not nullable, a null is an empty list of a repeated column.
                if (schema.CanBeEmpty) foreach (var leaf in leaves) leaf.AddNull();
                else throw NullIn(batch, row);
                row++;
                continue;
            }
            var (block, first) = (from[row].Block!, from[row].Row);
            var next = row + 1;
            while (next < end && !IsNull(from, next) && from[next].Block == block && from[next].Row == first + next - row) next++;
            if (!ReferenceEquals(source, block.Schema)) Prepare(block.Schema, batch, row);
            held += block.Bytes(first, next - row);
            for (var l = 0; l < leaves.Length; l++) leaves[l].AddRows(block.Leaves[l], first, first + next - row, maps[l]);
            row = next;
        }
    }

    private static bool IsNull(BatchColumn<NestedValue> from, int row) => from[row].Block is null || from.IsNull(row);

    private static long BytesOf(BatchColumn<NestedValue> from, int row) => IsNull(from, row) ? 0 : from[row].Block!.Bytes(from[row].Row, 1);

    private void Prepare(NestedSchema read, DataBatch batch, int row)
    {
        var both = schema.Union(read.Named(schema));
        if (both is null || both.ToString() != schema.ToString() || (both.IsNullable && !schema.IsNullable))
            throw new FlowException(ErrorKind.Data, $"{batch.Locate(row)}, column '{Field.Name}'", $"{read}", $"{schema}, as the column's field says",
                "keep the field that the values were read with");
        maps = [.. read.Leaves.Select((leaf, l) => leaf.LevelsIn(schema.Leaves[l]))];
        source = read;
    }
}
