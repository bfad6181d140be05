using System.CommandLine;
using Pipelines.Cli.Reporting;
using Pipelines.Cli.Settings;

namespace Pipelines.Cli.Commands;

/// <summary>The option <c>--report</c> and the page that it names: checked before any data are read, and written at the end.</summary>
internal sealed class ReportFile
{
    private readonly Option<bool> force;

    /// <summary>Creates the option.</summary>
    /// <param name="what">What the page describes.</param>
    /// <param name="force">The option that allows any file to be replaced.</param>
    public ReportFile(string what, Option<bool> force)
    {
        this.force = force;
        Option = Setting.Text("--report", $"Where to write a page with {what}: one HTML file that needs no other. An existing report is replaced. [default: "
            + "none]", "FILE", "a file to write", FileKind.Report.Example);
    }

    /// <summary>The option.</summary>
    public Setting<string?> Option { get; }

    /// <summary>Checks that the page can be written.</summary>
    /// <param name="parsed">The command.</param>
    /// <param name="output">Path of the output, which must be another; null = there is none.</param>
    /// <param name="inputs">Paths of files that must not be replaced.</param>
    /// <param name="isDry">True if nothing may be written.</param>
    public void Check(ParseResult parsed, string? output, IEnumerable<string> inputs, bool isDry)
    {
        if (File(parsed) is not { } file) return;
        file.CheckPlace();
        if (output is not null) OutputCheck.Apart(output, file.Path, Option.Name);
        OutputCheck.NotNamed(file.Path, inputs, Option.Name);
        if (isDry) file.Preview();
        else file.Check();
    }

    /// <summary>Writes the page, if one is asked for.</summary>
    public async Task WriteAsync(ParseResult parsed, Func<IEnumerable<string>, Task<HtmlPage>> page)
    {
        if (File(parsed) is { } file) file.Write((await page(parsed.Tokens.Select(t => t.Value)).ConfigureAwait(false)).ToBytes());
    }

    private ModelFile? File(ParseResult parsed) =>
        parsed.GetValue(Option) is { } path ? new(path, FileKind.Report, parsed.GetValue(force), Option.Name) : null;
}
