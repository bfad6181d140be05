using Pipelines.Cli.Reporting;

namespace Pipelines.Cli;

/// <summary>Where the tool writes: results to the output, progress and messages to the error stream. Keeps the warnings, which <c>--json</c> repeats.</summary>
/// <param name="Out">Results: the summary for people, or the JSON object.</param>
/// <param name="Error">Progress, warnings and errors.</param>
/// <param name="ErrorIsTerminal">True: progress may be drawn and redrawn. False: plain lines.</param>
internal sealed record ToolConsole(TextWriter Out, TextWriter Error, bool ErrorIsTerminal)
{
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

    /// <summary>Where results go as bytes; null where nobody asks what became of them.</summary>
    public LossyStream? OutStream { private get; init; }

    /// <summary>Why results were lost, in words; null if none were.</summary>
    public string? LostOutput => OutStream?.Loss;

    /// <summary>The process's own streams. One that is closed or fails takes the messages for it, but not the run.</summary>
    public static ToolConsole OfProcess()
    {
        var (output, error) = LossyStream.OfProcess();
        // Whoever writes to the console by itself gets the same streams.
        Console.SetOut(output.Writer());
        Console.SetError(error.Writer());
        return new(Console.Out, Console.Error, !Console.IsErrorRedirected) { OutStream = output };
    }

    /// <summary>Prints a warning and keeps it for the JSON object, with the options as they are typed. The only place that prints one.</summary>
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

    /// <summary>True for the first caller: there is one JSON object on standard output.</summary>
    public bool TakeObject() => Interlocked.Exchange(ref hasObject, 1) == 0;
}
