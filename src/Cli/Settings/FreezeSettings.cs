using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Settings;

/// <summary>The option for parts of the initial model that a fit leaves as they are.</summary>
/// <param name="parts">What the parts are, such as <c>components</c>.</param>
/// <param name="kept">What they keep.</param>
internal sealed class FreezeSettings(string parts, string kept)
{
    /// <summary>The option.</summary>
    public Setting<IReadOnlyList<int>?> Option { get; } = new(
        "--freeze", $"With --initial: the {parts} that keep {kept}, as numbers from 0 separated by commas, or 'none'. They stay frozen in the model file, for "
            + "later fits. [default: those that --initial has frozen]", "K[,K…]|none", $"numbers of {parts} from 0, each once, or 'none'", "0,2",
        static (string text, out IReadOnlyList<int>? value) =>
        {
            value = text == "none" ? [] : Read(text);
            return value is not null;
        },
        null);

    /// <summary>An error if there is no initial model.</summary>
    public IEnumerable<UsageError> Check(CommandResult result, Setting<string?> initial)
    {
        if (result.IsGiven(Option) && !result.IsGiven(initial))
            yield return UsageError.For($"{Option.Name} without {initial.Name}", "nothing to keep", $"the model whose {parts} are kept",
                $"{initial.Name} {initial.Example}");
    }

    /// <summary>The initial model with these parts frozen.</summary>
    /// <param name="model">The initial model.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="freeze">Freezes parts.</param>
    public TModel Of<TModel>(TModel model, ParseResult parsed, Func<int[], TModel> freeze) =>
        parsed.GetValue(Option) is { } frozen ? freeze([.. frozen]) : model;

    private static int[]? Read(string text)
    {
        var all = new List<int>();
        foreach (var part in text.Split(','))
        {
            if (!int.TryParse(part.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var k) || all.Contains(k)) return null;
            all.Add(k);
        }
        return [.. all];
    }
}
