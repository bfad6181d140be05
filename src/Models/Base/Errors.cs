namespace Pipelines.Models;

/// <summary>An error that says where it happened, what was found, what was expected and what to try.</summary>
public sealed class ModelException : PipelinesException
{
    /// <summary>Creates an error.</summary>
    /// <param name="kind">The kind of mistake.</param>
    /// <param name="place">Where: component, feature, row, file …</param>
    /// <param name="found">What was found there.</param>
    /// <param name="expected">What was expected instead.</param>
    /// <param name="remedy">What to try.</param>
    /// <param name="inner">The exception that caused this one, if any.</param>
    public ModelException(ErrorKind kind, string place, string found, string expected, string remedy, Exception? inner = null)
        : base(kind, place, found, expected, remedy, inner)
    {
    }

    /// <summary>Index of the feature concerned, from 0; null if the error concerns no single feature.</summary>
    public int? FeatureIndex { get; init; }

    /// <summary>Number of the sequence concerned, from 0; null if the error concerns no single sequence.</summary>
    public long? SequenceNumber { get; init; }

    /// <summary>The same error with an outer place put before its own.</summary>
    internal ModelException Within(string place, int firstFeature = 0) => At($"{place}, {Place}", firstFeature);

    /// <summary>The same error with another place.</summary>
    internal ModelException At(string place, int firstFeature = 0) =>
        new(Kind, place, Found, Expected, Remedy, InnerException) { FeatureIndex = FeatureIndex + firstFeature, SequenceNumber = SequenceNumber };

    /// <summary>Checks a list of option rules and reports the broken ones in a single error.</summary>
    /// <param name="what">What the options belong to, or the type that holds them (its name ends with Options).</param>
    /// <param name="rules">Each rule: whether it holds, the option's name, what was found, what is expected.</param>
    /// <exception cref="ModelException">At least one rule is broken.</exception>
    public static void CheckOptions(string what, params ReadOnlySpan<(bool Holds, string Option, object? Found, string Expected)> rules)
    {
        const string remedy = "correct the options and run again";
        List<(string Option, string Found, string Expected)>? broken = null;
        foreach (var (holds, option, found, expected) in rules)
            if (!holds) (broken ??= []).Add((option, Convert.ToString(found, System.Globalization.CultureInfo.InvariantCulture) ?? "null", expected));
        if (broken is null) return;
        var owner = what.EndsWith("Options", StringComparison.Ordinal) ? $"{what}." : "";
        throw broken is [var one]
            ? new ModelException(ErrorKind.Usage, owner.Length > 0 ? owner + one.Option : $"{what}, {one.Option}", one.Found, one.Expected, remedy)
            : new ModelException(ErrorKind.Usage, owner.Length > 0 ? "options" : what,
                FirstOf(broken.ConvertAll(b => $"{owner}{b.Option} is {b.Found}, expected {b.Expected}")), "values in range", remedy);
    }
    // As many as fit into a message.
    private static string FirstOf(List<string> mistakes)
    {
        const int mostLetters = 165;
        var (shown, length) = (1, mistakes[0].Length);
        while (shown < mistakes.Count && (length += mistakes[shown].Length) <= mostLetters) shown++;
        return $"{string.Join("; ", mistakes.Take(shown))}{(shown < mistakes.Count ? $"; and {mistakes.Count - shown} more" : "")}";
    }
}
