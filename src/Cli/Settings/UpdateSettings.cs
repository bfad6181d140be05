using System.CommandLine;
using System.CommandLine.Parsing;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Settings;

/// <summary>The options that say which parameters the updates of a fit change.</summary>
/// <param name="kinds">The kinds of parameters that the models may have, as the help lists them.</param>
/// <param name="own">These kinds.</param>
/// <param name="weighted">Whose weights there are, such as <c>the components</c>; null if there are none.</param>
internal sealed class UpdateSettings(string kinds, ParameterKinds own, string? weighted)
{
    private static readonly SortedList<string, ParameterKinds> known = new(StringComparer.Ordinal)
    {
        ["covariances"] = ParameterKinds.Covariances,
        ["distributions"] = ParameterKinds.Distributions,
        ["means"] = ParameterKinds.Means,
        ["starts"] = ParameterKinds.Starts,
        ["transitions"] = ParameterKinds.Transitions,
        ["weights"] = ParameterKinds.Weights,
    };

    private readonly Setting<IReadOnlyList<string>?> update = Setting.Names(
        "--update", $"Parameters that the updates change, separated by commas: {kinds}. The others keep the values that the fit starts from. Covariances are "
            + "taken about the means that are kept. [default: all]", "KIND[,KIND…]", Expected(own), "means", names => Wrong(names, own));

    private readonly Setting<double?> inertia = Setting.Real(
        "--weight-inertia", $"Fraction of the old weights of {weighted} that each update keeps, 0 to 1. [default: 0]", "FRACTION", "a number from 0 to 1",
        "0.1", x => x is >= 0 and <= 1);

    /// <summary>The options.</summary>
    public IReadOnlyList<Option> All => weighted is null ? [update] : [update, inertia];

    /// <summary>The option that ties covariances.</summary>
    /// <param name="parts">What shares a covariance, such as <c>components</c>.</param>
    public static Option<bool> Tied(string parts) => Setting.Flag("--tied", $"Give all {parts} the same covariance, the scatter of all their rows about the "
        + "means of their own. For Gaussian distributions of any kind, and for the normal ones among independent features. [default: each has its own]");

    /// <summary>How to fit.</summary>
    public FitOptions With(FitOptions options, ParseResult parsed) => options with
    {
        Update = parsed.GetValue(update)?.Aggregate(ParameterKinds.None, (all, name) => all | known[name]) ?? options.Update,
        WeightInertia = weighted is null ? options.WeightInertia : parsed.GetValue(inertia) ?? options.WeightInertia,
    };

    private static string Expected(ParameterKinds own)
    {
        string[] names = [.. NamesOf(own)];
        return $"kinds of parameters: {string.Join(", ", names[..^1])} or {names[^1]}";
    }

    private static IEnumerable<string> NamesOf(ParameterKinds own) => known.Where(k => own.HasFlag(k.Value)).Select(k => k.Key);

    // Whether a model has parameters of a kind that all models may have is checked with the other options.
    private static (string Found, string Expected, string Remedy)? Wrong(IReadOnlyList<string> names, ParameterKinds own)
    {
        foreach (var name in names)
            if (!known.ContainsKey(name)) return ($"'{name}'", Expected(own), NearestName.Remedy(name, NamesOf(own), "for example --update means"));
        return null;
    }
}
