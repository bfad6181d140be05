using System.Runtime.CompilerServices;
using System.Threading.Tasks.Dataflow;

namespace Pipelines.Blocks;

/// <summary>
/// Links blocks so that every message is passed on, a target completes once all its sources have completed, and a fault arrives as one unwrapped exception. By
/// default, Dataflow's own LinkTo propagates no completion; where it does, it closes a target when its first source completes and wraps a fault again at each
/// link.
/// </summary>
public static class Linking
{
    private static readonly ConditionalWeakTable<IDataflowBlock, object> linked = [];

    /// <summary>Links a source to a target that has no other source.</summary>
    /// <typeparam name="T">Type of the messages.</typeparam>
    /// <param name="source">Sends the messages.</param>
    /// <param name="target">Receives them.</param>
    /// <exception cref="InvalidOperationException">The target is already linked: link all its sources at once.</exception>
    public static void Link<T>(ISourceBlock<T> source, ITargetBlock<T> target) => LinkAll([source], target);

    /// <summary>Links several sources to a target: it completes when the last of them has.</summary>
    /// <typeparam name="T">Type of the messages.</typeparam>
    /// <param name="sources">Send the messages; at least one.</param>
    /// <param name="target">Receives them.</param>
    /// <exception cref="InvalidOperationException">The target is already linked.</exception>
    public static void LinkAll<T>(IReadOnlyCollection<ISourceBlock<T>> sources, ITargetBlock<T> target)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentOutOfRangeException.ThrowIfZero(sources.Count);
        if (!linked.TryAdd(target, linked))
            throw new InvalidOperationException($"{target}: found an existing link to it, expected none; pass all sources of a block to one call of "
                + $"{nameof(LinkAll)}");
        foreach (var source in sources) source.LinkTo(target, new DataflowLinkOptions());
        _ = PropagateAsync([.. sources], target);
    }

    /// <summary>Completes the target after all of its sources; the first one that faults or is cancelled faults it at once.</summary>
    internal static async Task PropagateAsync(IReadOnlyList<IDataflowBlock> sources, IDataflowBlock target)
    {
        await foreach (var ended in Task.WhenEach(sources.Select(s => s.Completion)).ConfigureAwait(false))
        {
            if (ended.IsCompletedSuccessfully) continue;
            // The message must name the block that failed, not the one after it.
            foreach (var source in sources)
                if (source.Completion == ended) RunSupervisor.ReportEnd(source);
            target.Fault(ended.IsFaulted ? RunFailure.Unwrap(ended.Exception) : new OperationCanceledException("the block before was cancelled"));
            return;
        }
        target.Complete();
    }
}
