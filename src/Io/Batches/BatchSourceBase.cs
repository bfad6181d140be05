using System.Runtime.CompilerServices;

namespace Pipelines.Io;

/// <summary>
/// A base for sources of your own: hand over the rows in blocks of any size, and this class cuts them into batches, chooses columns and starts in the middle
/// where a run resumes.
/// </summary>
/// <param name="name">Name for messages: path, address, query …</param>
public abstract class BatchSourceBase(string name) : IBatchSource
{
    /// <inheritdoc/>
    public string Name { get; } = string.IsNullOrWhiteSpace(name) ? throw new ArgumentException("found an empty name", nameof(name)) : name;

    /// <inheritdoc/>
    public virtual IReadOnlyList<string> Warnings => [];

    /// <inheritdoc/>
    public virtual IBatchSource ForRun() => this;

    /// <inheritdoc/>
    public abstract ValueTask<SourceInfo> OpenAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<DataBatch> ReadAsync(ReadOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var schema = (await OpenAsync(cancellationToken).ConfigureAwait(false)).Schema.Project(options.Columns, Name);
        string[] columns = [.. schema.Fields.Select(f => f.Name)];
        if (options.FirstBatch > long.MaxValue / options.BatchSize) yield break;
        var wanted = options.FirstBatch * options.BatchSize;
        var cutter = new BatchCutter(schema, options.BatchSize, options.FirstBatch);
        var next = -1L;
        await foreach (var block in ReadBlocksAsync(columns, wanted, cancellationToken).WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (block.FirstRow != next && (next >= 0 || block.FirstRow > wanted)) throw OutOfOrder(block, next < 0 ? wanted : next, next < 0);
            next = block.FirstRow + block.Rows;
            var rows = new RowBlock(Name, -1, block.Rows, Chosen(block, schema), FirstRow: block.FirstRow);
            for (var at = (int)Math.Clamp(wanted - block.FirstRow, 0, block.Rows); at < block.Rows;)
            {
                at += cutter.Add(rows, at);
                if (cutter.IsFull) yield return await cutter.CutAsync(options.Credits, cancellationToken).ConfigureAwait(false);
            }
        }
        if (cutter.Rows > 0) yield return await cutter.CutAsync(options.Credits, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Reads the rows in order, in blocks of any size. Called once or several times in a run, never twice at once; within one run it gives the same rows each
    /// time. The block's arrays must not change afterwards.
    /// </summary>
    /// <param name="columns">The columns that are needed. A block may hold others too; they are ignored.</param>
    /// <param name="firstRow">The first row that is needed. Blocks may begin before it (at 0, if nothing better can be had); the rows before it are
    /// ignored.</param>
    /// <param name="cancellationToken">Cancels reading.</param>
    /// <returns>Blocks without gaps: each begins (<see cref="DataBatch.FirstRow"/>) where the one before it ended.</returns>
    protected abstract IAsyncEnumerable<DataBatch> ReadBlocksAsync(IReadOnlyList<string> columns, long firstRow, CancellationToken cancellationToken);

    private ColumnBlock[] Chosen(DataBatch block, BatchSchema schema)
    {
        var chosen = new ColumnBlock[schema.Fields.Count];
        for (var c = 0; c < chosen.Length; c++)
        {
            var field = schema.Fields[c];
            var found = block.Schema.IndexOf(field.Name) is >= 0 and var i ? block.Columns[i] : null;
            if (found?.Field.ValueType != field.ValueType)
                throw new FlowException(ErrorKind.Data, $"{Name}, from row {block.FirstRow}",
                    found is null ? $"no column '{field.Name}' any more" : $"column '{field.Name}' of {TypeNames.Of(found.Field.ValueType.Name)}",
                    $"{TypeNames.Of(field.ValueType.Name)} as when the source was opened", "keep the columns of a source as they are while it is read");
            chosen[c] = ColumnBlock.Of(found);
        }
        return chosen;
    }

    private FlowException OutOfOrder(DataBatch block, long expected, bool isFirst) => new(ErrorKind.Data, Name,
        $"a block of rows {block.FirstRow} to {block.FirstRow + block.Rows - 1}",
        isFirst ? $"one that begins with row {expected} or before it" : $"one that begins with row {expected}",
        block.FirstRow < expected ? "hand over each row once, in order (DataBatch.FirstRow)" : "leave no row out (DataBatch.FirstRow)");
}
