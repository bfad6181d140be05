using System.CommandLine;
using System.CommandLine.Parsing;

namespace Pipelines.Cli.Settings;

/// <summary>The options that change how parameters are estimated from sums.</summary>
/// <param name="counted">What a pseudocount is added to, such as <c>each category</c>.</param>
/// <param name="floor">The default minimum, in words.</param>
/// <param name="varied">Whose variance has a minimum, such as <c>of each component</c>; a blank before it if there is any.</param>
internal sealed class EstimateSettings(string counted, string varied, string floor = "0")
{
    private readonly Setting<double?> pseudocount = Pseudocount("--pseudocount", $"Weight to add to {counted}, in rows; at least 0. [default: 0]");

    private readonly Setting<double?> minVariance = Setting.Real(
        "--min-variance", $"Minimum variance{varied} in any direction, in squared units of the features; at least 0, and 0 = none. "
            + $"[default: {floor}]", "V",
        "a finite number of at least 0", "0.001", x => x >= 0 && double.IsFinite(x));

    /// <summary>The options.</summary>
    public IReadOnlyList<Option> All => [pseudocount, minVariance];

    /// <summary>An option for a weight that is added to a count.</summary>
    public static Setting<double?> Pseudocount(string name, string description) =>
        Setting.Real(name, description, "ROWS", "a finite number of at least 0", "1", x => x >= 0 && double.IsFinite(x));

    /// <summary>How to fit.</summary>
    public FitOptions With(FitOptions options, ParseResult parsed) => options with
    {
        Pseudocount = parsed.GetValue(pseudocount) ?? options.Pseudocount,
        MinVariance = parsed.GetValue(minVariance) ?? options.MinVariance,
    };
}
