using System.Text;
using System.Text.RegularExpressions;
using Pipelines.Io.Format;
using Pipelines.Io.Storage;
using Pipelines.Models.Serialization;

namespace Pipelines.Cli.Settings;

/// <summary>
/// A kind of file that a verb writes. It replaces only existing files of the same kind, which are recognised by their content rather than their names.
/// </summary>
/// <param name="Name">The kind with an article, such as <c>a Pipelines model</c>.</param>
/// <param name="What">What it contains, in one word.</param>
/// <param name="Ending">The file name extension.</param>
/// <param name="Example">A valid name.</param>
/// <param name="Matches">Checks whether a nonempty file is of this kind.</param>
internal sealed partial record FileKind(string Name, string What, string Ending, string Example, Func<string, bool> Matches)
{
    private const int HeadBytes = 1 << 12;
    private static readonly byte[] pngBeginning = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    /// <summary>A model in the Pipelines format.</summary>
    public static FileKind Model { get; } = new("a Pipelines model", "model", ".json", "model.json", SavedModel.IsModelFile);

    /// <summary>A model in the format of another program.</summary>
    public static FileKind Of(ForeignFormat format) => new(format.Title, "model", format.Ending, "model" + format.Ending, format.IsFile);

    /// <summary>The figures of an evaluation.</summary>
    public static FileKind Evaluation { get; } = new("an evaluation report", "report", ".json", "report.json",
        path => Encoding.UTF8.GetString(Head(path)).StartsWith($"{{\"format\":\"{EvaluationFormat}\"", StringComparison.Ordinal));

    /// <summary>A page that describes a run.</summary>
    public static FileKind Report { get; } = new("a Pipelines report", "report", ".html", "report.html",
        path => Encoding.UTF8.GetString(Head(path)).Contains($"<meta name=\"generator\" content=\"{ReportGenerator}\"", StringComparison.Ordinal));

    /// <summary>What a page names as its generator.</summary>
    public const string ReportGenerator = "pipelines-report";

    /// <summary>What a report of an evaluation calls its format.</summary>
    public const string EvaluationFormat = "pipelines-evaluation";

    /// <summary>Parquet written by Pipelines. Files of other programs are never taken for output.</summary>
    public static FileKind Parquet { get; } = new(FileOutput.Kind, "rows", ".parquet", "scored.parquet", FooterFile.IsOurs);

    /// <summary>A raster picture.</summary>
    public static FileKind Png { get; } = new("a PNG picture", "picture", ".png", "plot.png", path => Head(path).AsSpan().StartsWith(pngBeginning));

    /// <summary>A vector picture.</summary>
    public static FileKind Svg { get; } = new("an SVG picture", "picture", ".svg", "plot.svg",
        path => SvgBeginning().IsMatch(Encoding.UTF8.GetString(Head(path))));

    /// <summary>A graph in the language of Graphviz.</summary>
    public static FileKind Dot { get; } = new("a DOT graph", "graph", ".dot", "plot.dot",
        path => Encoding.UTF8.GetString(Head(path)) is var text && (text.StartsWith("digraph {", StringComparison.Ordinal)
            || text.StartsWith("graph {", StringComparison.Ordinal)));

    /// <summary>A graph in the language of Mermaid.</summary>
    public static FileKind Mermaid { get; } = new("a Mermaid graph", "graph", ".mmd", "plot.mmd",
        path => Encoding.UTF8.GetString(Head(path)).StartsWith("flowchart ", StringComparison.Ordinal));

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
