using System.Threading.Channels;
using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>The batches that one run may hold at a time.</summary>
internal sealed class BatchLimit : IBatchCredits
{
    private readonly Channel<int> free = Channel.CreateUnbounded<int>();

    public BatchLimit(int count)
    {
        Count = count;
        for (var i = 0; i < count; i++) free.Writer.TryWrite(i);
    }

    public int Count { get; }

    public int Taken => Count - free.Reader.Count;

    public async ValueTask<IBatchCredit?> TakeAsync(CancellationToken cancellationToken) =>
        new Credit(free.Writer, await free.Reader.ReadAsync(cancellationToken).ConfigureAwait(false));

    private sealed class Credit(ChannelWriter<int> free, int number) : IBatchCredit
    {
        private int released;

        public void Release()
        {
            if (Interlocked.Exchange(ref released, 1) == 0) free.TryWrite(number);
        }
    }
}
