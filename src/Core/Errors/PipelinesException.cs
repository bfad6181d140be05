namespace Pipelines;

/// <summary>
/// The base of all errors that Pipelines itself reports: where it happened, what was found, what was expected and what to try. Its message has all four, in at
/// most 280 characters.
/// </summary>
public abstract class PipelinesException : Exception
{
    /// <summary>Key of the block's name in <see cref="Exception.Data"/>, for errors of any type.</summary>
    internal const string BlockKey = "Pipelines.Block";

    /// <summary>Creates an error.</summary>
    /// <param name="kind">The kind of mistake.</param>
    /// <param name="place">Where: option, file, row group, row, column, component …</param>
    /// <param name="found">What was found there.</param>
    /// <param name="expected">What was expected instead.</param>
    /// <param name="remedy">What to try.</param>
    /// <param name="inner">The exception that caused this one, if any.</param>
    private protected PipelinesException(ErrorKind kind, string place, string found, string expected, string remedy, Exception? inner)
        : base(ErrorText.Of(place, found, expected, remedy), inner)
        => (Kind, Place, Found, Expected, Remedy) = (kind, place, found, expected, remedy);

    /// <summary>The kind of mistake.</summary>
    public ErrorKind Kind { get; }

    /// <summary>Name of the block in which the error arose; null if it did not arise in a running pipeline.</summary>
    public string? Block => Data[BlockKey] as string;

    /// <summary>Where.</summary>
    public string Place { get; }

    /// <summary>What was found.</summary>
    public string Found { get; }

    /// <summary>What was expected.</summary>
    public string Expected { get; }

    /// <summary>What to try.</summary>
    public string Remedy { get; }
}
