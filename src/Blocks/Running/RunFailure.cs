using System.Runtime.ExceptionServices;

namespace Pipelines.Blocks;

/// <summary>The first root cause of a failed run, and where it arose.</summary>
/// <param name="Block">Name of the block.</param>
/// <param name="Place">The batch being processed: file, row group and row if known; null if none.</param>
/// <param name="Exception">The root cause itself, never an <see cref="AggregateException"/>.</param>
public sealed record RunFailure(string Block, string? Place, Exception Exception)
{
    private const string PlaceKey = "Pipelines.Place";

    /// <summary>The failure recorded for an exception that a run threw; null if it did not come from a run.</summary>
    public static RunFailure? Of(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return exception.Data[PipelinesException.BlockKey] is string block ? new RunFailure(block, exception.Data[PlaceKey] as string, exception) : null;
    }

    /// <summary>The failure as text: block, place and message.</summary>
    public override string ToString() => Place is null ? $"block '{Block}': {Exception.Message}" : $"block '{Block}', {Place}: {Exception.Message}";

    /// <summary>
    /// Wraps the failure of a run that was not cancelled. Dataflow would drop a batch whose delegate throws <see cref="OperationCanceledException"/>, and
    /// callers would mistake it for their own cancellation.
    /// </summary>
    internal static RunFailure For(string block, string? place, Exception exception)
    {
        var root = Unwrap(exception);
        if (root is OperationCanceledException)
            root = new InvalidOperationException($"block '{block}'{(place is null ? "" : $", {place}")}: found {root.GetType().Name} ({root.Message}), "
                + "expected a result, as nobody cancelled the run; catch it in the block, or throw another exception", root);
        return new RunFailure(block, place, root);
    }

    internal ExceptionDispatchInfo Mark()
    {
        if (!Exception.Data.IsReadOnly) (Exception.Data[PipelinesException.BlockKey], Exception.Data[PlaceKey]) = (Block, Place);
        return ExceptionDispatchInfo.Capture(Exception);
    }

    /// <summary>The innermost single cause, which aggregates and reflection wrappers hide.</summary>
    internal static Exception Unwrap(Exception exception)
    {
        while (true)
        {
            switch (exception)
            {
                case AggregateException { InnerExceptions.Count: > 0 } aggregate: exception = aggregate.InnerExceptions[0]; break;
                case System.Reflection.TargetInvocationException { InnerException: { } inner }: exception = inner; break;
                default: return exception;
            }
        }
    }
}
