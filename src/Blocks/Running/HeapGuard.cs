namespace Pipelines.Blocks;

/// <summary>
/// Keeps garbage within the memory budget of a run that owns its process. The garbage collector does not know the budget and would let hundreds of megabytes of
/// short-lived arrays accumulate while the machine has free memory. Do not use it in a process that does other work: there the heap size says nothing about the
/// run, and a collection pauses everything.
/// </summary>
internal sealed class HeapGuard
{
    private readonly long bytes;
    private long limit;

    /// <summary>Creates a guard.</summary>
    /// <param name="bytes">Size of the managed heap above which it is collected.</param>
    public HeapGuard(long bytes) => this.bytes = limit = bytes;

    /// <summary>Called before each batch by the only thread that reads.</summary>
    /// <param name="coming">Bytes that the batch is expected to take.</param>
    public void Check(long coming)
    {
        if (GC.GetTotalMemory(forceFullCollection: false) + coming <= limit) return;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false);
        // If live data exceed the budget, collecting at each batch would not help: wait until the heap has grown by half.
        limit = Math.Max(bytes, GC.GetTotalMemory(forceFullCollection: false) * 3 / 2);
    }
}
