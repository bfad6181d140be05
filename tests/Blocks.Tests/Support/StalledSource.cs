using System.Runtime.CompilerServices;
using Pipelines.Io;

namespace Pipelines.Blocks.Tests;

/// <summary>A source whose read of one batch does not return before it is told to, and that looks at no token: a network file that is gone.</summary>
/// <param name="columns">The rows.</param>
/// <param name="stallAt">Number of the batch.</param>
/// <param name="blocksThread">True: the thread hangs in the read; false: the task does.</param>
internal sealed class StalledSource(double[][] columns, long stallAt, bool blocksThread = false) : IBatchSource
{
    private readonly ArraySource inner = new(columns);
    private readonly TaskCompletionSource stalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource resume = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Name => "stalled";

    /// <summary>Ends when the read hangs.</summary>
    public Task Stalled => stalled.Task;

    /// <summary>Ends when the reader has given the source up.</summary>
    public Task Closed => closed.Task;

    /// <summary>Lets the read return.</summary>
    public void Resume() => resume.TrySetResult();

    public ValueTask<SourceInfo> OpenAsync(CancellationToken cancellationToken) => inner.OpenAsync(default);

    public async IAsyncEnumerable<DataBatch> ReadAsync(ReadOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var batch in inner.ReadAsync(options, default).WithCancellation(default))
            {
                if (batch.Index == stallAt)
                {
                    stalled.TrySetResult();
                    if (blocksThread) resume.Task.Wait(default(CancellationToken));
                    else await resume.Task;
                }
                yield return batch;
            }
        }
        finally
        {
            closed.TrySetResult();
        }
    }
}
