using System.Globalization;
using Pipelines.Io;

namespace Pipelines;

/// <summary>A file of a source as it was when the source was opened: its identity, established without reading rows.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Name">Display path: relative to the working folder if the file lies below it.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Modified">When it was last changed.</param>
/// <param name="FooterHash">SHA-256 of its footer (schema, row counts, positions and sizes of all pages' chunks), in lower-case hexadecimal.</param>
/// <param name="Rows">Number of rows.</param>
public sealed record InputFile(string Path, string Name, long Bytes, DateTime Modified, string FooterHash, long Rows)
{
    /// <summary>The file as a property of a job.</summary>
    public JobProperty ToFact() =>
        new($"input {Path}", string.Create(CultureInfo.InvariantCulture, $"{Bytes} bytes of {Modified.ToUniversalTime():O}, footer {FooterHash}"));
}
