using ParquetSharp;
using Pipelines.Io.Format;

namespace Pipelines.Io.Sharp;

/// <summary>Converts Arrow's errors into plain messages.</summary>
internal static class ArrowFault
{
    /// <summary>Converts a fault into one that <see cref="Reading.RowGroupFault"/> and other callers understand.</summary>
    public static Exception Translate(Exception fault) => fault is ParquetException or OutOfMemoryException
        ? new BrokenFileException(Found(Message(fault)), "sound pages, as the column chunk describes them")
        : fault;

    /// <summary>Arrow's message, without its class and file names.</summary>
    public static string Message(Exception fault)
    {
        const string begin = "(message: '";
        var text = fault.Message;
        var from = text.IndexOf(begin, StringComparison.Ordinal);
        if (from >= 0) text = text[(from + begin.Length)..];
        if (from >= 0 && text.EndsWith("')", StringComparison.Ordinal)) text = text[..^2];
        if (text.Contains("TProtocolException", StringComparison.Ordinal)) return "its footer is damaged";
        return text.ReplaceLineEndings(" ").Trim();
    }

    private static string Found(string message) => message switch
    {
        _ when message.Contains("CRC checksum verification failed", StringComparison.Ordinal) => "a page whose checksum does not hold",
        _ when message.Contains("Failed decryption", StringComparison.Ordinal) || message.Contains("Wrong key", StringComparison.Ordinal) =>
            $"bytes that the key does not decrypt ({message})",
        _ => $"values that Arrow cannot decode ({message})",
    };
}
