using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>
/// How one run divides its memory budget: a quarter for batches in flight, an eighth for row groups read ahead, three eighths for the cache. The last quarter is for
/// what decoders and the garbage collector need beside them.
/// </summary>
/// <param name="Credits">Batches in flight at most, whatever the topology.</param>
/// <param name="ReadAheadBytes">Decoded row groups waiting in the source.</param>
/// <param name="CacheBytes">Decoded features kept in memory for later passes.</param>
/// <param name="HeapBytes">All of it with the garbage, before that is collected.</param>
internal sealed record MemoryPlan(int Credits, long ReadAheadBytes, long CacheBytes, long HeapBytes)
{
    public static MemoryPlan For(PipelineOptions options, BatchSchema schema, IReadOnlyList<string>? columns)
    {
        var budget = options.Budget;
        long rowBytes = 16;
        foreach (var field in schema.Fields)
            if (columns is null || columns.Contains(field.Name)) rowBytes += Width(field.ValueType);
        var fits = budget / 4 / (rowBytes * options.BatchSize);
        // More batches than two for each worker, and one each for source and sink, only push one another out of the processor's cache;
        // two are needed to read one while one is worked on.
        return new MemoryPlan((int)Math.Clamp(fits, 2, (2L * options.Parallelism) + 2), budget / 8, budget * 3 / 8, budget);
    }

    // Strings and byte arrays: a reference, the object's header and some characters.
    private static int Width(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Boolean or TypeCode.SByte or TypeCode.Byte => 2,
        TypeCode.Int16 or TypeCode.UInt16 => 3,
        TypeCode.Int32 or TypeCode.UInt32 or TypeCode.Single => 5,
        TypeCode.String => 64,
        TypeCode.Object when type == typeof(byte[]) => 64,
        _ => 17,
    };
}
