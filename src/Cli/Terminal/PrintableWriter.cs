using System.Text;

namespace Pipelines.Cli.Terminal;

/// <summary>Writes each line without control characters, so that names from files cannot change what a terminal shows.</summary>
/// <param name="target">The writer behind it.</param>
internal sealed class PrintableWriter(TextWriter target) : TextWriter
{
    public override Encoding Encoding => target.Encoding;

    [System.Diagnostics.CodeAnalysis.AllowNull]
    public override string NewLine
    {
        get => target.NewLine;
        set => target.NewLine = value;
    }

    public override void Write(char value) => target.Write(value);

    public override void Write(string? value) => target.Write(value is null ? null : PrintableText.Of(value, keepsLines: true));

    public override void WriteLine() => target.WriteLine();

    public override void WriteLine(string? value) => target.WriteLine(value is null ? null : PrintableText.Of(value));

    public override void Flush() => target.Flush();
}
