namespace Pipelines;

/// <summary>An error in the flow of data: a source, a file, a column or an output that cannot be used.</summary>
public sealed class FlowException : PipelinesException
{
    /// <summary>Creates an error.</summary>
    /// <param name="kind">The kind of error.</param>
    /// <param name="place">Where: file, row group, row, column.</param>
    /// <param name="found">What was found there.</param>
    /// <param name="expected">What was expected instead.</param>
    /// <param name="remedy">What to try.</param>
    /// <param name="inner">The underlying exception, if any.</param>
    public FlowException(ErrorKind kind, string place, string found, string expected, string remedy, Exception? inner = null)
        : base(kind, place, found, expected, remedy, inner)
    {
    }
}
