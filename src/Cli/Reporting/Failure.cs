using System.Text.Json;
using System.Text.RegularExpressions;
using Pipelines.Blocks;
using Pipelines.Io;
using Pipelines.Models;

namespace Pipelines.Cli.Reporting;

/// <summary>Why a run failed: the parts of its message, for scripts.</summary>
/// <param name="Place">Where: an option, a file, a row, a block.</param>
/// <param name="Found">What was found there.</param>
/// <param name="Expected">What was expected instead.</param>
/// <param name="Remedy">What to try.</param>
/// <param name="Text">The whole message, as standard error shows it.</param>
internal sealed partial record Failure(string Place, string Found, string Expected, string Remedy, string Text)
{
    private const string Verbose = "--verbose shows where";

    /// <summary>An exception.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="verb">What was run, in words; the place where the exception names none.</param>
    public static Failure Of(Exception exception, string verb) => exception switch
    {
        ModelException e => new(e.Place, e.Found, e.Expected, e.Remedy, e.Message),
        DataException e => new(e.Place, e.Found, e.Expected, e.Remedy, e.Message),
        // An error that no part of the tool foresaw: at least say in which block it arose.
        _ => Unforeseen(exception, RunFailure.Of(exception), verb),
    };

    /// <summary>Mistakes in the arguments: the first one's parts, and the text of all.</summary>
    /// <param name="mistakes">At least one.</param>
    /// <param name="verb">What was run, in words; the place where a mistake names none.</param>
    public static Failure Of(IReadOnlyList<string> mistakes, string verb)
    {
        var text = string.Join('\n', mistakes);
        var help = $"see {verb} --help";
        if (Parts().Match(mistakes[0]) is not { Success: true, Groups: var parts }) return new(verb, mistakes[0], "arguments that the verb takes", help, text);
        return new(parts["place"].Value, parts["found"].Value, parts["expected"].Value, parts["remedy"].Success ? parts["remedy"].Value : help, text);
    }

    /// <summary>A run that was asked to end.</summary>
    /// <param name="text">What became of it, as standard error shows it.</param>
    /// <param name="stop">The request.</param>
    /// <param name="verb">What was run, in words.</param>
    public static Failure Cancelled(string text, StopRequest stop, string verb) =>
        new(verb, "a request to end (Ctrl-C or a signal)", "a run that goes on to its end", stop.Continuation ?? "run it again", text);

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

    private static Failure Unforeseen(Exception exception, RunFailure? failure, string verb) => new(
        failure is null ? verb : failure.Place is null ? $"block '{failure.Block}'" : $"block '{failure.Block}', {failure.Place}",
        $"{exception.Message} ({exception.GetType().Name})", "a run without such an error", Verbose,
        $"{failure?.ToString() ?? exception.Message} ({exception.GetType().Name}; {Verbose})");

    [GeneratedRegex(
        @"^(?<place>.*?): found (?<found>.*?), expected (?<expected>.*?)(; (?<remedy>.*))?$",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Parts();
}
