namespace Pipelines.Io.Tests;

internal static class Copying
{
    /// <summary>Writes all rows of a source to a sink and completes it.</summary>
    public static async Task CopyTo(this IBatchSource source, IBatchSink sink, int batchSize = 100)
    {
        await using (sink)
        {
            await sink.OpenAsync((await source.OpenAsync(default)).Schema, default);
            await foreach (var batch in source.ReadAsync(new ReadOptions { BatchSize = batchSize }, default))
            {
                await sink.WriteAsync(batch, default);
                batch.Release();
            }
            await sink.CompleteAsync(default);
        }
    }

    public static async Task<FlowException> FailsReading(this IBatchSource source, ReadOptions? options = null) =>
        await Assert.ThrowsAsync<FlowException>(async () =>
        {
            await source.OpenAsync(default);
            await foreach (var batch in source.ReadAsync(options ?? new ReadOptions(), default)) batch.Release();
        });
}
