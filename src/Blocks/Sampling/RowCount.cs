using System.Runtime.CompilerServices;
using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>A number of rows without columns, cut into batches: the source for a stage that generates its own rows.</summary>
/// <param name="name">Name for messages.</param>
/// <param name="rows">Number of rows, at least 1.</param>
internal sealed class RowCount(string name, long rows) : IBatchSource
{
    private static readonly BatchSchema none = new([]);

    public string Name => name;

    public ValueTask<SourceInfo> OpenAsync(CancellationToken cancellationToken) => new(new SourceInfo(none, rows));

    public async IAsyncEnumerable<DataBatch> ReadAsync(ReadOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        options.Validate();
        var batches = (rows + options.BatchSize - 1) / options.BatchSize;
        for (var b = options.FirstBatch; b < batches; b++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var credit = options.Credits is null ? null : await options.Credits.TakeAsync(cancellationToken).ConfigureAwait(false);
            var first = b * options.BatchSize;
            yield return new DataBatch(none, [], (int)Math.Min(options.BatchSize, rows - first), b, first, credit: credit);
        }
    }
}
