using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>
/// How one run divides its memory budget: a quarter for batches in flight, an eighth for rows decoded ahead, an eighth for the decoders' pages and
/// dictionaries, three eighths for the cache. The last eighth is for garbage not yet collected. A single batch may take half of the budget; then nothing else
/// is in flight.
/// </summary>
/// <param name="Credits">Maximum number of batches in flight, whatever the topology.</param>
/// <param name="FlightBytes">Maximum total bytes of the batches in flight; one batch is always admitted.</param>
/// <param name="BatchBytes">Maximum bytes of one batch; a larger one is rejected.</param>
/// <param name="ReadAheadBytes">Decoded rows waiting in the source.</param>
/// <param name="DecoderBytes">Pages and dictionaries of the row groups being decoded.</param>
/// <param name="CacheBytes">Decoded features kept in memory for later passes.</param>
/// <param name="HeapBytes">All of the above plus garbage not yet collected.</param>
public sealed record MemoryPlan(int Credits, long FlightBytes, long BatchBytes, long ReadAheadBytes, long DecoderBytes, long CacheBytes, long HeapBytes)
{
    /// <summary>Statistics of several models fitted in each pass, taken from the cache's share; 0 for one model, whose statistics are small.</summary>
    public long StatisticsBytes { get; init; }

    /// <summary>Plans a run.</summary>
    /// <param name="options">The budget, the batch size and the parallelism.</param>
    /// <param name="schema">The source's columns.</param>
    /// <param name="columns">The columns that are read; null = all.</param>
    /// <param name="extraRowBytes">Bytes that blocks add to each row.</param>
    internal static MemoryPlan For(PipelineOptions options, BatchSchema schema, IReadOnlyList<string>? columns, long extraRowBytes = 0)
    {
        var budget = options.Budget;
        var rowBytes = 16 + extraRowBytes;
        foreach (var field in schema.Fields)
            if (columns is null || columns.Contains(field.Name)) rowBytes += Width(field.ValueType);
        var fits = budget / 4 / (rowBytes * options.BatchSize);
        // More than two batches per worker, plus one each for source and sink, only evict one another from the processor's cache. Two are needed to read one
        // while the other is processed. Their bytes are counted separately.
        return new MemoryPlan((int)Math.Clamp(fits, 2, (2L * options.Parallelism) + 2), budget / 4, budget / 2, budget / 8, budget / 8, budget * 3 / 8, budget);
    }

    // The size of text is known only from the text itself: a batch is measured once it has been read.
    private static int Width(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Boolean or TypeCode.SByte or TypeCode.Byte => 2,
        TypeCode.Int16 or TypeCode.UInt16 => 3,
        TypeCode.Int32 or TypeCode.UInt32 or TypeCode.Single => 5,
        TypeCode.String => 16,
        TypeCode.Object when type == typeof(byte[]) => 16,
        _ => 17,
    };
}
