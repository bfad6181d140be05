namespace Pipelines.Models.Sequences;

/// <summary>
/// How many threads work on one group may use, where there are fewer groups than threads: long sequences then get several for their emissions. The bits do not
/// depend on it.
/// </summary>
public static class SpareThreads
{
    [ThreadStatic] private static int count;

    /// <summary>Threads for the calling thread's work, itself among them; at least 1.</summary>
    public static int Count => Math.Max(1, count);

    /// <summary>Lends threads to the work of the calling thread until the result is disposed.</summary>
    /// <param name="threads">How many in all, -1 = all cores.</param>
    /// <param name="groups">How many groups share them.</param>
    public static Loan Lend(int threads, int groups)
    {
        var before = count;
        count = (threads == -1 ? Environment.ProcessorCount : threads) / Math.Max(1, groups);
        return new(before);
    }

    /// <summary>Threads that were lent.</summary>
    public readonly ref struct Loan
    {
        private readonly int before;

        internal Loan(int before) => this.before = before;

        /// <summary>Gives them back.</summary>
        public void Dispose() => count = before;
    }
}
