namespace Pipelines.Cli.Terminal;

/// <summary>A mistake in a command line.</summary>
/// <param name="Place">The option or argument.</param>
/// <param name="Found">What was given.</param>
/// <param name="Expected">What was expected.</param>
/// <param name="Remedy">What to try.</param>
internal sealed record UsageError(string Place, string Found, string Expected, string Remedy)
{
    /// <summary>The mistake as one sentence, in the form of all error messages.</summary>
    public string Text => ErrorText.Of(Place, Found, Expected, Remedy);

    /// <summary>A mistake that the library found in its options, with their names as they are typed.</summary>
    public static UsageError Of(ModelException e) => new(OptionNames.AsTyped(e.Place), OptionNames.AsTyped(e.Found), OptionNames.AsTyped(e.Expected),
        OptionNames.AsTyped(e.Remedy));

    /// <summary>A mistake whose remedy is an example of a valid command line.</summary>
    public static UsageError For(string place, string found, string expected, string example) => new(place, found, expected, $"for example {example}");
}
