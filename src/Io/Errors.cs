namespace Pipelines.Io;

/// <summary>The kind of an error; it determines the command line's exit code.</summary>
public enum DataErrorKind
{
    /// <summary>The input's content cannot be used: broken or unsupported file, missing column, wrong type …</summary>
    Data,

    /// <summary>A path or an option is wrong; nothing was read.</summary>
    Usage,

    /// <summary>Storage failed: permission, full disk, vanished file …</summary>
    Storage,
}

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
    public FlowException(DataErrorKind kind, string place, string found, string expected, string remedy, Exception? inner = null)
        : base(place, found, expected, remedy, inner)
        => Kind = kind;

    /// <summary>The kind of error.</summary>
    public DataErrorKind Kind { get; }
}
