using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Pipelines.Io.Format;

/// <summary>Identifies files in other formats by their first bytes.</summary>
internal static class OtherFormat
{
    private const int Looked = 4096;
    private const string Convert = "convert it to Parquet first, for example with DuckDB: COPY";

    private static readonly (byte[] Start, string Found, string Remedy)[] formats =
    [
        ([0x1F, 0x8B], "a gzip file", "decompress it; if it holds CSV, convert that to Parquet"),
        ([0x28, 0xB5, 0x2F, 0xFD], "a Zstandard file", "decompress it; if it holds CSV, convert that to Parquet"),
        ("PK\u0003\u0004"u8.ToArray(), "a zip file", "unpack it, and convert what it holds to Parquet"),
        ("ARROW1"u8.ToArray(), "an Arrow file", "convert it to Parquet first, for example with PyArrow"),
        ("SQLite format 3"u8.ToArray(), "an SQLite database", "export the table to Parquet first"),
    ];

    /// <summary>The format found and the remedy; null if it may be Parquet or is unknown.</summary>
    /// <param name="file">The file, open.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="path">Its name, for messages.</param>
    public static (string Found, string Remedy)? Of(SafeFileHandle file, long length, string path)
    {
        Span<byte> start = stackalloc byte[Looked];
        start = start[..FooterFile.Read(file, start[..(int)Math.Min(Looked, length)], 0, path)];
        if (start.StartsWith("PAR1"u8) || start.StartsWith("PARE"u8)) return null;
        foreach (var (magic, found, remedy) in formats)
            if (start.StartsWith(magic)) return (found, remedy);
        if (!IsText(start)) return null;
        var text = Encoding.UTF8.GetString(start).TrimStart('\uFEFF').TrimStart();
        if (text.Length == 0) return null;
        if (text[0] is '{' or '[') return ("text that looks like JSON", $"{Convert} (FROM 'data.json') TO 'data.parquet'");
        // A table has more than one line.
        var line = text.AsSpan(0, Math.Max(0, text.AsSpan().IndexOfAny('\r', '\n')));
        return line.IndexOfAny(',', ';', '\t') >= 0 ? ("text that looks like CSV", $"{Convert} (FROM 'data.csv') TO 'data.parquet'") : null;
    }

    // True if there are no control characters except line and field separators.
    private static bool IsText(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
            if (b < 0x20 && b is not ((byte)'\t' or (byte)'\r' or (byte)'\n')) return false;
        return true;
    }
}
