using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

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

    private readonly Setting<CovarianceShrinkage?> shrinkage = new(
        "--shrinkage", $"Share of the diagonal in each full covariance{varied}, 0 to 1: C' = (1 - SHARE) C + SHARE diag(C), so that fewer rows than features "
            + "suffice. 'auto' estimates it in each update from the correlations and the weight of the rows (oracle approximating shrinkage). "
            + "[default: 0, no shrinkage]", "auto|SHARE", "'auto', or a number from 0 to 1", "auto",
        static (string text, out CovarianceShrinkage? value) =>
        {
            value = text == "auto" ? CovarianceShrinkage.Automatic
                : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1 ? share : null;
            return value is not null;
        },
        null);

    /// <summary>The options.</summary>
    public IReadOnlyList<Option> All => [pseudocount, minVariance, shrinkage];

    /// <summary>An option for a weight that is added to a count.</summary>
    public static Setting<double?> Pseudocount(string name, string description) =>
        Setting.Real(name, description, "ROWS", "a finite number of at least 0", "1", x => x >= 0 && double.IsFinite(x));

    /// <summary>How to fit.</summary>
    public FitOptions With(FitOptions options, ParseResult parsed) => options with
    {
        Pseudocount = parsed.GetValue(pseudocount) ?? options.Pseudocount,
        MinVariance = parsed.GetValue(minVariance) ?? options.MinVariance,
        Shrinkage = parsed.GetValue(shrinkage) ?? options.Shrinkage,
    };
}
