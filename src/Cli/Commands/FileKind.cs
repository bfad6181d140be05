using System.Text;
using System.Text.RegularExpressions;
using Pipelines.Io.Format;
using Pipelines.Io.Storage;
using Pipelines.Models.Serialization;
using Pipelines.Models.Serialization.Pomegranate;

namespace Pipelines.Cli.Commands;

/// <summary>
/// A kind of file that a verb writes; an existing file is replaced by one of its own kind only. Files are known by their content, not by their names.
/// </summary>
/// <param name="Name">In words, such as <c>a Pipelines model</c>.</param>
/// <param name="What">What it holds, in a word.</param>
/// <param name="Ending">How names of such files end.</param>
/// <param name="Example">A name that would do.</param>
/// <param name="Matches">Judges a file that is not empty.</param>
internal sealed partial record FileKind(string Name, string What, string Ending, string Example, Func<string, bool> Matches)
{
    private const int HeadBytes = 1 << 12;
    private static readonly byte[] pngBeginning = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    /// <summary>A model in our format.</summary>
    public static FileKind Model { get; } = new("a Pipelines model", "model", ".json", "model.json", SavedModel.IsModelFile);

    /// <summary>A model in the format of pomegranate.</summary>
    public static FileKind Pomegranate { get; } = new("a pomegranate model", "model", ".json", "model.json", PomegranateFile.IsModelFile);

    /// <summary>Parquet that Pipelines wrote: what another program wrote is somebody's data.</summary>
    public static FileKind Parquet { get; } = new(FileOutput.Kind, "rows", ".parquet", "scored.parquet", FooterFile.IsOurs);

    /// <summary>A picture of pixels.</summary>
    public static FileKind Png { get; } = new("a PNG picture", "picture", ".png", "plot.png", path => Head(path).AsSpan().StartsWith(pngBeginning));

    /// <summary>A picture of shapes.</summary>
    public static FileKind Svg { get; } = new("an SVG picture", "picture", ".svg", "plot.svg",
        path => SvgBeginning().IsMatch(Encoding.UTF8.GetString(Head(path))));

    // The root element, after a byte order mark, the XML declaration, comments and a document type.
    [GeneratedRegex(@"^\uFEFF?(\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>]*>)*<svg[\s>]", RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex SvgBeginning();

    private static byte[] Head(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var head = new byte[HeadBytes];
            return head[..RandomAccess.Read(file, head, 0)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
