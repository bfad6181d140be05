using System.Text.Json;
using Pipelines.Blocks;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Reporting;

/// <summary>Why a run failed: the parts of its message, for scripts.</summary>
/// <param name="Place">Where: an option, a file, a row, a block.</param>
/// <param name="Found">What was found there.</param>
/// <param name="Expected">What was expected instead.</param>
/// <param name="Remedy">What to try.</param>
/// <param name="Text">The whole message, as shown on standard error.</param>
internal sealed record Failure(string Place, string Found, string Expected, string Remedy, string Text)
{
    /// <summary>The failure that an exception caused.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="verb">The command that was run; the place if the exception names none.</param>
    public static Failure Of(Exception exception, string verb) => exception switch
    {
        PipelinesException e => Typed(e.Place, e.Found, e.Expected, e.Remedy, e),
        _ => Unforeseen(exception, RunFailure.Of(exception), verb),
    };

    /// <summary>Mistakes in the arguments: the parts of the first mistake, and the text of all.</summary>
    /// <param name="mistakes">At least one.</param>
    public static Failure Of(IReadOnlyList<UsageError> mistakes) =>
        new(mistakes[0].Place, mistakes[0].Found, mistakes[0].Expected, mistakes[0].Remedy, string.Join('\n', mistakes.Select(m => m.Text)));

    /// <summary>A run that was asked to end.</summary>
    /// <param name="text">The outcome, as shown on standard error.</param>
    /// <param name="stop">The request.</param>
    /// <param name="verb">The command that was run.</param>
    public static Failure Cancelled(string text, StopRequest stop, string verb) =>
        new(verb, "a request to end (Ctrl-C or a signal)", "a run that finishes", stop.Continuation ?? "run it again", text);

    /// <summary>Writes the object of a failed run.</summary>
    public void WriteJson(ToolConsole console) => JsonObject.Write(console, WriteJson);

    /// <summary>Writes the property of a failed run.</summary>
    public void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartObject("error");
        json.WriteString("place", Place);
        json.WriteString("found", Found);
        json.WriteString("expected", Expected);
        json.WriteString("remedy", Remedy);
        json.WriteString("text", Text);
        json.WriteEndObject();
    }

    // With option names as they are typed.
    private static Failure Typed(string place, string found, string expected, string remedy, Exception exception) =>
        new(OptionNames.AsTyped(place), OptionNames.AsTyped(found), OptionNames.AsTyped(expected), OptionNames.AsTyped(remedy), ErrorReport.Text(exception));

    private static Failure Unforeseen(Exception exception, RunFailure? failure, string verb) => new(
        failure is null ? verb : failure.Place is null ? $"block '{failure.Block}'" : $"block '{failure.Block}', {failure.Place}",
        $"{exception.Message} ({exception.GetType().Name})", "a run without such an error", "--verbose shows where it occurred", ErrorReport.Text(exception));
}
