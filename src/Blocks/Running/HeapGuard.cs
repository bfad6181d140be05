namespace Pipelines.Blocks;

/// <summary>
/// Keeps garbage within the memory budget of a run that owns its process. The collector knows no budget and would let hundreds of megabytes of short-lived
/// arrays pile up while the machine has free memory. Of a process with other work in it this must be left alone: its heap says nothing about the run, and a
/// collection stops everybody.
/// </summary>
internal sealed class HeapGuard
{
    private readonly long bytes;
    private long limit;

    /// <summary>Makes a guard.</summary>
    /// <param name="bytes">What the managed heap may hold before it is collected.</param>
    public HeapGuard(long bytes) => this.bytes = limit = bytes;

    /// <summary>Called before each batch by the one thread that reads.</summary>
    /// <param name="coming">Bytes that the batch is expected to take.</param>
    public void Check(long coming)
    {
        if (GC.GetTotalMemory(forceFullCollection: false) + coming <= limit) return;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false);
        // Where more than the budget is alive, collecting at each batch would not help: wait until half as much again has come.
        limit = Math.Max(bytes, GC.GetTotalMemory(forceFullCollection: false) * 3 / 2);
    }
}
