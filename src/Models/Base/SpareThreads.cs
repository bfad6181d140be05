namespace Pipelines.Models.Sequences;

/// <summary>
/// How many threads may work on one group when there are fewer groups than threads: long sequences then get several threads for their emissions. Results are
/// bit-identical either way.
/// </summary>
internal static class SpareThreads
{
    [ThreadStatic] private static int count;

    /// <summary>Threads available to the calling thread, including itself; at least 1.</summary>
    public static int Count => Math.Max(1, count);

    /// <summary>Lends threads to the calling thread until the result is disposed.</summary>
    /// <param name="threads">Total number of threads, -1 = all cores.</param>
    /// <param name="groups">Number of groups that share them.</param>
    public static Loan Lend(int threads, int groups)
    {
        var before = count;
        count = (threads == -1 ? Environment.ProcessorCount : threads) / Math.Max(1, groups);
        return new(before);
    }

    /// <summary>The lent threads.</summary>
    public readonly ref struct Loan
    {
        private readonly int before;

        internal Loan(int before) => this.before = before;

        /// <summary>Returns them.</summary>
        public void Dispose() => count = before;
    }
}
