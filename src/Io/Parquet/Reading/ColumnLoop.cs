using System.Runtime.ExceptionServices;

namespace Pipelines.Io.Reading;

/// <summary>Processes columns, several at a time.</summary>
internal static class ColumnLoop
{
    /// <summary>Calls <paramref name="work"/> for each column and throws the error of the first failing column, regardless of timing.</summary>
    /// <param name="columns">Number of columns.</param>
    /// <param name="parallelism">Columns processed concurrently, at least 1.</param>
    /// <param name="work">Receives the number of a column.</param>
    /// <param name="fault">Adds the place to an error.</param>
    /// <param name="cancellationToken">Cancels between columns.</param>
    public static void Run(int columns, int parallelism, Action<int> work, Func<int, Exception, Exception> fault, CancellationToken cancellationToken)
    {
        var faults = new Exception?[columns];
        var first = columns;
        if (parallelism == 1 || columns == 1)
            for (var c = 0; c < first; c++) Run(c);
        else
            Parallel.For(0, columns, new ParallelOptions { MaxDegreeOfParallelism = parallelism }, c =>
            {
                if (c < Volatile.Read(ref first)) Run(c);
            });
        cancellationToken.ThrowIfCancellationRequested();
        if (first == columns) return;
        if (faults[first] is OperationCanceledException cancelled) ExceptionDispatchInfo.Throw(cancelled);
        throw fault(first, faults[first]!);

        void Run(int c)
        {
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                work(c);
            }
            catch (Exception e)
            {
                faults[c] = e;
                for (var seen = Volatile.Read(ref first); c < seen;)
                    if (Interlocked.CompareExchange(ref first, c, seen) is var now && now == seen) break;
                    else seen = now;
            }
        }
    }
}
