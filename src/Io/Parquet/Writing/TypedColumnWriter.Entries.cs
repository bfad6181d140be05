using System.Runtime.CompilerServices;
using Pipelines.Io.Format;
using Pipelines.Io.Reading;

namespace Pipelines.Io.Writing;

/// <content>The column's schema, and the entries and levels of a leaf of a nested column.</content>
internal sealed partial class ColumnWriter<T> : ILeafWriter
{
    // Lists may have any number of elements in a row group: their pages end at the first row after this many entries.
    private const int PageEntries = 1 << 17;

    public override int SchemaElements => 1;

    public override void WriteSchema(ByteBuffer target)
    {
        var w = new ThriftWriter(target);
        w.Begin();
        SchemaWriter.Leaf(w, Field.Name, Field.IsNullable ? Repetition.Optional : Repetition.Required, Storage);
        w.End();
    }

    public void AddRows(LeafRows from, int start, int end, byte[]? map)
    {
        var (first, last) = (from.Start(start), from.Start(end));
        levels!.Add(from.Repetitions.Length == 0 ? [] : from.Repetitions.AsSpan(first, last - first), from.Definitions.AsSpan(first, last - first), map);
        var entries = (BatchColumn<T>)from.Entries;
        for (var i = first; i < last;)
        {
            var isPresent = entries.Present is not { } flags || flags[i];
            var length = entries.Present is null ? last - i : entries.Present.AsSpan(i, last - i).IndexOf(!isPresent);
            if (length < 0) length = last - i;
            if (isPresent) AddValues(entries, i, length);
            i += length;
        }
        rows += last - first;
    }

    public void AddNull()
    {
        levels!.AddNull();
        rows++;
    }

    private void Own(Span<T> taken)
    {
        if (typeof(T) != typeof(ReadOnlyMemory<byte>)) return;
        foreach (ref var value in taken) value = dictionary.Own(value);
    }

    private void NextPageOfEntries(ref int row, ref int value)
    {
        var first = row;
        var bytes = 0L;
        for (; row < rows; row++)
        {
            if (levels!.Begins(row) && (bytes >= PageBytes || row - first >= PageEntries)) return;
            if (!levels.HasValue(row)) continue;
            bytes += !isPlain ? 0 : typeof(T) == typeof(ReadOnlyMemory<byte>) ? 4 + LengthOf(values[value]) : Unsafe.SizeOf<T>();
            value++;
        }
    }
}
