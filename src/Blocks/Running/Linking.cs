using System.Runtime.CompilerServices;
using System.Threading.Tasks.Dataflow;

namespace Pipelines.Blocks;

/// <summary>
/// Links blocks: every message, completion once all sources have completed, and a fault as one unwrapped exception. Dataflow's own LinkTo propagates
/// no completion by default, closes a target at its first source's completion, and wraps a fault once more at each link.
/// </summary>
public static class Linking
{
    private static readonly ConditionalWeakTable<IDataflowBlock, object> linked = [];

    /// <summary>Links a source to a target that has no other source.</summary>
    /// <typeparam name="T">Type of the messages.</typeparam>
    /// <param name="source">Hands on messages.</param>
    /// <param name="target">Takes them.</param>
    /// <exception cref="InvalidOperationException">The target was linked before: link all its sources at once.</exception>
    public static void Link<T>(ISourceBlock<T> source, ITargetBlock<T> target) => LinkAll([source], target);

    /// <summary>Links several sources to a target: it completes when the last of them has.</summary>
    /// <typeparam name="T">Type of the messages.</typeparam>
    /// <param name="sources">Hand on messages; at least one.</param>
    /// <param name="target">Takes them.</param>
    /// <exception cref="InvalidOperationException">The target was linked before.</exception>
    public static void LinkAll<T>(IReadOnlyCollection<ISourceBlock<T>> sources, ITargetBlock<T> target)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentOutOfRangeException.ThrowIfZero(sources.Count);
        if (!linked.TryAdd(target, linked))
            throw new InvalidOperationException($"{target}: found a link to it already, expected none; give all sources of a block to one call of "
                + $"{nameof(LinkAll)}");
        foreach (var source in sources) source.LinkTo(target, new DataflowLinkOptions());
        _ = PropagateAsync([.. sources], target);
    }

    /// <summary>Completes the target after all of the sources; the first that ends otherwise faults it at once.</summary>
    internal static async Task PropagateAsync(IReadOnlyList<IDataflowBlock> sources, IDataflowBlock target)
    {
        await foreach (var ended in Task.WhenEach(sources.Select(s => s.Completion)).ConfigureAwait(false))
        {
            if (ended.IsCompletedSuccessfully) continue;
            // The block that failed shall be the one that is named, not the one behind it.
            foreach (var source in sources)
                if (source.Completion == ended) RunSupervisor.ReportEnd(source);
            target.Fault(ended.IsFaulted ? RunFailure.Unwrap(ended.Exception) : new OperationCanceledException("the block before was cancelled"));
            return;
        }
        target.Complete();
    }
}
