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

/// <summary>An error that states where it happened (file, row group, row, column), what was found, what was expected and what to try.</summary>
public sealed class DataException : Exception
{
    /// <summary>Creates an error.</summary>
    /// <param name="kind">The kind of error.</param>
    /// <param name="place">Where: file, row group, row, column.</param>
    /// <param name="found">What was found there.</param>
    /// <param name="expected">What was expected instead.</param>
    /// <param name="remedy">What to try.</param>
    /// <param name="inner">The underlying exception, if any.</param>
    public DataException(DataErrorKind kind, string place, string found, string expected, string remedy, Exception? inner = null)
        : base(ErrorText.Of(place, found, expected, remedy), inner)
        => (Kind, Place, Found, Expected, Remedy) = (kind, place, found, expected, remedy);

    /// <summary>The kind of error.</summary>
    public DataErrorKind Kind { get; }

    /// <summary>Where.</summary>
    public string Place { get; }

    /// <summary>What was found.</summary>
    public string Found { get; }

    /// <summary>What was expected.</summary>
    public string Expected { get; }

    /// <summary>What to try.</summary>
    public string Remedy { get; }
}
