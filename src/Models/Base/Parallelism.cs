namespace Pipelines.Models.Fitting;

/// <summary>Degrees of parallelism and loops over batches.</summary>
internal static class Parallelism
{
    /// <summary>Threads to use: -1 = all cores, never more than there are batches, at least 1.</summary>
    public static int Threads(int maxDegreeOfParallelism, long batches)
    {
        if (maxDegreeOfParallelism is not (-1 or (>= 1 and <= 1024)))
            throw new ModelException(ErrorKind.Usage, "degree of parallelism", $"{maxDegreeOfParallelism}", "-1 (all cores) or 1 to 1024",
                "correct the option");
        var wanted = maxDegreeOfParallelism == -1 ? Environment.ProcessorCount : maxDegreeOfParallelism;
        return (int)Math.Max(1, Math.Min(wanted, batches));
    }

    /// <summary>Runs work of several items, each on whichever thread is free next.</summary>
    /// <param name="threads">At least 1.</param>
    /// <param name="items">Number of items.</param>
    /// <param name="work">Does the item of a number, from 0.</param>
    /// <param name="cancellationToken">As in <see cref="Run"/>; stops between items.</param>
    public static void Each(int threads, int items, Action<int> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        var next = -1;
        Run(Math.Max(1, Math.Min(threads, items)), token =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < items;)
            {
                token.ThrowIfCancellationRequested();
                work(i);
            }
        }, cancellationToken);
    }

    /// <summary>Runs the same work on several threads, including the caller's; the first error in any thread is rethrown unwrapped.</summary>
    /// <param name="threads">At least 1.</param>
    /// <param name="work">Takes its own share of the work, and stops early when the token is cancelled.</param>
    /// <param name="cancellationToken">The caller's token; <see cref="Cancellation.Token"/> is used instead if it cannot be cancelled. An error in one thread
    /// cancels the others too.</param>
    public static void Run(int threads, Action<CancellationToken> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        using var scope = Cancellation.Enter(cancellationToken);
        cancellationToken = Cancellation.Token;
        if (threads == 1)
        {
            work(cancellationToken);
            // Work that stopped early is incomplete.
            cancellationToken.ThrowIfCancellationRequested();
            return;
        }
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        System.Runtime.ExceptionServices.ExceptionDispatchInfo? first = null;
        void Guarded()
        {
            try
            {
                using var own = Cancellation.Enter(stop.Token);
                work(stop.Token);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref first, System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(e), null);
                stop.Cancel();
            }
        }
        var others = new Task[threads - 1];
        for (var i = 0; i < others.Length; i++) others[i] = Task.Run(Guarded, CancellationToken.None);
        Guarded();
        Task.WaitAll(others, CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        first?.Throw();
    }
}
