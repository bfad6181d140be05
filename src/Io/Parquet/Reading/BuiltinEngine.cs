using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>This library's own decoder of pages; Parquet.Net stays underneath it for the encodings it does not know, a whole column chunk at a time.</summary>
internal sealed class BuiltinEngine : ParquetEngine
{
    public override string Name => "builtin";

    public override bool IsAvailable => true;

    public override int Preference => 0;

    public override string? Obstacle(PlannedFile file, int group, FileColumn column) => file.Footer.RowGroups[group].Chunks[column.Chunk].Obstacle;

    public override long HeldBytes(PlannedFile file, int group, FileColumn[] columns)
    {
        var bytes = 0L;
        foreach (var column in columns)
        {
            var chunk = file.Footer.RowGroups[group].Chunks[column.Chunk];
            if (ParquetNetDecoder.IsNeededFor(chunk)) bytes += chunk.CompressedBytes + 3 * chunk.UncompressedBytes;
        }
        return bytes;
    }

    public override IRowGroupReader Open(PlannedFile file, int group, FileColumn[] columns, ReaderLimits limits) => new Reader(file, group, columns);

    private sealed class Reader(PlannedFile file, int group, FileColumn[] columns) : IRowGroupReader
    {
        private readonly int total = (int)file.Footer.RowGroups[group].Rows;
        private ColumnBlock[]? decoded;
        private int at;

        public ColumnBlock[] Read(int rows, ArrayRecycler? recycler, CancellationToken cancellationToken)
        {
            if (rows == total) return Decode(recycler, cancellationToken);
            decoded ??= Decode(null, cancellationToken);
            var slice = new ColumnBlock[columns.Length];
            for (var c = 0; c < slice.Length; c++) slice[c] = ColumnBlock.Of(decoded[c].Slice(columns[c].Field!, at, rows));
            at += rows;
            return slice;
        }

        public void Skip(long rows, CancellationToken cancellationToken) => at += (int)rows;

        public void Dispose() => decoded = null;

        private ColumnBlock[] Decode(ArrayRecycler? recycler, CancellationToken cancellationToken) =>
            new RowGroupDecoder(file.Path, file.Name, file.Footer, columns).Decode(group, recycler, cancellationToken);
    }
}
