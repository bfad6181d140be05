
namespace Pipelines.Cli.Terminal;

/// <summary>
/// The output streams of the tool: results on standard output, progress and messages on standard error. Keeps the warnings, which <c>--json</c> repeats.
/// </summary>
/// <param name="Out">Results: the summary for people, or the JSON object.</param>
/// <param name="Error">Progress, warnings and errors.</param>
/// <param name="ErrorIsTerminal">True if progress may be redrawn in place; false for plain lines.</param>
internal sealed record ToolConsole(TextWriter Out, TextWriter Error, bool ErrorIsTerminal)
{
    /// <summary>Results: the summary for people, or the JSON object.</summary>
    public TextWriter Out { get; } = new PrintableWriter(Out);

    /// <summary>Progress, warnings and errors.</summary>
    public TextWriter Error { get; } = new PrintableWriter(Error);

    /// <summary>The stream of <see cref="Error"/> for what controls the terminal.</summary>
    public TextWriter Terminal { get; } = Error;

    private readonly Lock gate = new();
    private readonly List<string> warnings = [];
    private int hasObject;

    /// <summary>Every warning so far, in order.</summary>
    public IReadOnlyList<string> Warnings
    {
        get
        {
            lock (gate) return [.. warnings];
        }
    }

    /// <summary>Columns of the terminal that shows the results; 80 if they go elsewhere.</summary>
    public int Width { get; init; } = DefaultWidth;

    private const int DefaultWidth = 80;

    /// <summary>The stream of standard output; null if lost output is not tracked.</summary>
    public LossyStream? OutStream { private get; init; }

    /// <summary>Why results were lost; null if none were.</summary>
    public string? LostOutput => OutStream?.Loss;

    /// <summary>The process's own streams. A stream that is closed or fails loses its text, but does not fail the run.</summary>
    public static ToolConsole OfProcess()
    {
        var (output, error) = LossyStream.OfProcess();
        // Code that writes to Console directly uses the same streams.
        Console.SetOut(output.Writer());
        Console.SetError(error.Writer());
        return new(Console.Out, Console.Error, !Console.IsErrorRedirected) { OutStream = output, Width = TerminalWidth(Console.IsOutputRedirected) };
    }

    /// <summary>Columns of the terminal; 80 if the stream is no terminal, or one that does not tell.</summary>
    public static int TerminalWidth(bool isRedirected)
    {
        if (isRedirected) return DefaultWidth;
        try
        {
            return Console.WindowWidth is > 0 and var width ? width : DefaultWidth;
        }
        catch (IOException)
        {
            return DefaultWidth;
        }
    }

    /// <summary>Prints a warning, with option names as they are typed, and keeps it for the JSON object. No other code prints warnings.</summary>
    /// <param name="text">What the user should know.</param>
    public void Warn(string text)
    {
        text = OptionNames.AsTyped(text);
        lock (gate) warnings.Add(text);
        Error.WriteLine($"pipelines: warning: {text}");
    }

    /// <summary>Prints warnings and keeps them.</summary>
    public void Warn(IEnumerable<string> texts)
    {
        foreach (var text in texts) Warn(text);
    }

    /// <summary>True for the first caller only, as standard output gets a single JSON object.</summary>
    public bool TakeObject() => Interlocked.Exchange(ref hasObject, 1) == 0;
}
