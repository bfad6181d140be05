using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Pipelines.Io;

/// <summary>Sources made of what you have: asynchronous sequences, channels, database readers. Their rows are cut into batches and numbered.</summary>
public static class BatchSource
{
    /// <summary>A source of an asynchronous sequence of blocks of rows.</summary>
    /// <param name="name">Name for messages.</param>
    /// <param name="schema">The columns of each block, which may hold others too.</param>
    /// <param name="read">Starts the sequence; called again for each pass over the data, and gives the same rows each time. Row numbers in the blocks are
    /// ignored.</param>
    /// <param name="rows">Number of rows; null (default) = not known before reading.</param>
    public static IBatchSource FromAsyncEnumerable(string name, BatchSchema schema, Func<CancellationToken, IAsyncEnumerable<DataBatch>> read,
        long? rows = null)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(read);
        return new SequenceSource(name, schema, read, rows);
    }

    /// <summary>A source of the blocks of rows that arrive in a channel, until it is completed. They can be read once: enough to score, not to fit.</summary>
    /// <param name="name">Name for messages.</param>
    /// <param name="schema">The columns of each block, which may hold others too.</param>
    /// <param name="channel">The channel. If its writer completes it with an exception, the run fails with it.</param>
    public static IBatchSource FromChannel(string name, BatchSchema schema, ChannelReader<DataBatch> channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        var isRead = 0;
        return FromAsyncEnumerable(name, schema, token => Interlocked.Exchange(ref isRead, 1) == 0
            ? channel.ReadAllAsync(token)
            : throw new FlowException(ErrorKind.Usage, name, "a channel that has been read", "one pass over its rows",
                "score it, or collect the rows first (MemorySource.FromBatches)"));
    }

    /// <summary>
    /// A source of the rows of a database query, through any ADO.NET provider. Columns are taken as the provider's types (<see
    /// cref="DbDataReader.GetFieldType"/>) and may all be null.
    /// </summary>
    /// <param name="name">Name for messages.</param>
    /// <param name="open">Runs the query; called once for the columns and once for each pass over the rows, and gives the same rows in the same order each
    /// time (ORDER BY). The reader is disposed by the source; what else belongs to it, such as a connection, should be closed with it
    /// (<c>CommandBehavior.CloseConnection</c>).</param>
    /// <param name="blockRows">Rows to read together, 1 to 16,777,216; default 4,096. Does not change the result.</param>
    public static IBatchSource FromDataReader(string name, Func<CancellationToken, ValueTask<DbDataReader>> open, int blockRows = 4096)
    {
        ArgumentNullException.ThrowIfNull(open);
        if (blockRows is < 1 or > 1 << 24)
            throw new FlowException(ErrorKind.Usage, name, $"blocks of {blockRows} rows", "1 to 16777216 rows", "correct blockRows");
        return new DataReaderSource(name, open, blockRows);
    }

    private sealed class SequenceSource(string name, BatchSchema schema, Func<CancellationToken, IAsyncEnumerable<DataBatch>> read, long? rows)
        : BatchSourceBase(name)
    {
        public override ValueTask<SourceInfo> OpenAsync(CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new(new SourceInfo(schema, rows));
        }

        protected override async IAsyncEnumerable<DataBatch> ReadBlocksAsync(IReadOnlyList<string> columns, long firstRow,
            [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            var (index, row) = (0L, 0L);
            await foreach (var block in read(cancellationToken).WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                yield return new DataBatch(block.Schema, block.Columns, block.Rows, index++, row);
                row += block.Rows;
            }
        }
    }
}
