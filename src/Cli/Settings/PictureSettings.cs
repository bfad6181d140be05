using System.CommandLine;
using System.CommandLine.Parsing;
using Pipelines.Cli.Terminal;
using Pipelines.Plotting;

namespace Pipelines.Cli.Settings;

/// <summary>Options for the texts and scales of a picture.</summary>
internal sealed class PictureSettings
{
    private static readonly (string Name, AxisScale Value)[] scaleNames = [("auto", AxisScale.Auto), ("linear", AxisScale.Linear), ("log", AxisScale.Log)];

    private readonly Setting<string?> title = Setting.Text("--title", "Title of the picture. [default: the kind and size of the model]", "TEXT", "a title",
        "\"Delays of flights\"");

    private readonly Setting<string?> xLabel = Setting.Text("--x-label", "Label of the horizontal axis of a picture with one panel. [default: what it shows]",
        "TEXT", "a label", "\"delay (minutes)\"");

    private readonly Setting<string?> yLabel = Setting.Text("--y-label", "Label of the vertical axis of a picture with one panel. [default: what it shows]",
        "TEXT", "a label", "\"share of the flights\"");

    private readonly Setting<IReadOnlyDictionary<string, string>?> units = new("--units", "Units of features, for their axes: 'delay=minutes' labels the axis "
        + "'delay (minutes)'. [default: none]", "a=UNIT,b=UNIT", "a unit for each of some features, separated by commas", "delay=minutes,distance=miles",
        ParseUnits, null);

    private readonly Setting<IReadOnlyList<AxisScale>?> scales = new("--scale", "Scale of the features' axes: auto, linear or log; one for all, or one "
        + "for each drawn feature. 'auto' is logarithmic for positive features with a density of which 1 % of the values exceed ten times the median. "
        + "[default: auto]",
        "NAME[,NAME…]", "auto, linear or log, for all features or for each", "log", ParseScales, null);

    private readonly Setting<string?> densityScale = Setting.Choice("--density-scale", "Scale of the vertical axis of densities: auto, linear or log. 'auto' "
        + "is logarithmic where a linear axis would hide a component. [default: auto]", "NAME", scaleNames.Select(s => s.Name), "log");

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[title, xLabel, yLabel, units, scales, densityScale]) command.Options.Add(option);
        foreach (var option in (Option[])[scales, densityScale])
            option.CompletionSources.Add(_ => scaleNames.Select(s => new System.CommandLine.Completions.CompletionItem(s.Name)));
    }

    /// <summary>The options of a picture with what is given here.</summary>
    public PlotOptions Of(ParseResult parsed, PlotOptions options) => options with
    {
        Title = parsed.GetValue(title),
        XLabel = parsed.GetValue(xLabel),
        YLabel = parsed.GetValue(yLabel),
        Units = parsed.GetValue(units),
        Scales = parsed.GetValue(scales),
        DensityScale = parsed.GetValue(densityScale) is { } name ? scaleNames.Single(s => s.Name == name).Value : AxisScale.Auto,
    };

    private static bool ParseScales(string text, out IReadOnlyList<AxisScale>? value)
    {
        var names = NameList.Parse(text, out var problem);
        value = problem is null && names.All(n => scaleNames.Any(s => s.Name == n)) ? [.. names.Select(n => scaleNames.Single(s => s.Name == n).Value)] : null;
        return value is not null;
    }

    // The unit follows the last equals sign, as a feature's name may have one.
    private static bool ParseUnits(string text, out IReadOnlyDictionary<string, string>? value)
    {
        var parts = NameList.Parse(text, out var problem).Select(p => (Text: p, At: p.LastIndexOf('='))).ToArray();
        value = null;
        if (problem is not null || parts.Any(p => p.At <= 0 || p.At == p.Text.Length - 1)) return false;
        if (parts.DistinctBy(p => p.Text[..p.At]).Count() < parts.Length) return false;
        value = parts.ToDictionary(p => p.Text[..p.At].TrimEnd(), p => p.Text[(p.At + 1)..].TrimStart());
        return true;
    }
}
