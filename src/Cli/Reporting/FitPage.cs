using System.Globalization;
using Pipelines.Blocks;
using Pipelines.Io;
using Pipelines.Plotting;

namespace Pipelines.Cli.Reporting;

/// <summary>The report of a fit as a page.</summary>
internal static class FitPage
{
    private const int MostParts = 100;

    /// <summary>Makes the page.</summary>
    /// <param name="report">The fit.</param>
    /// <param name="words">The words of the command.</param>
    /// <param name="warnings">All warnings of the run.</param>
    /// <param name="clock">Tells the time.</param>
    /// <param name="cancellationToken">Cancels the drawing.</param>
    public static async Task<HtmlPage> OfAsync(FitReport report, IEnumerable<string> words, IReadOnlyList<string> warnings, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var (saved, training) = (report.Saved, report.Saved.Training!);
        var page = new HtmlPage(PrintableText.Of($"{saved.Model.Title}: {report.Output}"));
        string[][] rejected = report.Rejected is { } refused ? [["rejected", Figures.Count(refused)]] : [];
        page.Table([], [["rows", Figures.Count(training.Rows)], .. rejected,
            ["iterations", $"{Figures.Count(report.History.Count)} ({report.StopText})"],
            ["objective", Figures.Mean(saved.Model, training)],
            ["parameters", Figures.Count(saved.Model.ParameterCount)], ["time", Figures.Time(report.Seconds)], ["model", report.Output]]);
        page.Warnings(warnings);
        page.Heading("Model");
        foreach (var line in TransformLines.Before(saved)) page.Paragraph(line);
        ModelTable.Add(page, report.Parts(), MostParts);
        await DrawAsync(page, saved, cancellationToken).ConfigureAwait(false);
        page.Heading("Data");
        if (report.Test is not null) page.Paragraph("All rows read, those held out of the fit included.");
        page.Table(["feature", "type", "values", "missing", "minimum", "maximum", "mean", "standard deviation"],
            ShownFeature.Of(saved.Features).Select(f => Row(f, report.Profile[f.First])), numeric: 3);
        using var evaluations = new StringWriter();
        report.WriteEvaluations(evaluations);
        page.Text("Choice and evaluation", evaluations.ToString());
        page.Reproduction(words, [["seed", training.Seed.ToString(CultureInfo.InvariantCulture)], ["batch size", Figures.Count(training.BatchSize)],
            ["kernels", training.Kernel]], clock);
        return page;
    }

    private static string[] Row(ShownFeature column, FeatureProfile profile)
    {
        string[] start = [column.Name, column.Feature.Type is { } type ? TypeNames.Of(type) : "",
            column.Categories is null ? "" : ModelInspection.Values(column), Figures.Count(profile.Missing)];
        var (isNumber, spread) = (column.Categories is null, profile.Deviation ?? double.NaN);
        return [.. start, Text(profile.Minimum), Text(profile.Maximum), Text(profile.Mean), isNumber && profile.Deviation is { } own ? own.Text() : "-"];

        string Text(double? value) => isNumber && value is { } known ? known.Text(spread) : "-";
    }

    // Every kind that needs no rows and can draw the model.
    private static async Task DrawAsync(HtmlPage page, SavedModel saved, CancellationToken cancellationToken)
    {
        page.Heading("Pictures");
        page.Paragraph("Of the model alone; the plot command draws them over the rows.");
        var shown = saved.Model.ShownObjective(0, 1).Name;
        foreach (var kind in PlotKind.All.Where(k => !k.ShowsLabels))
        {
            try
            {
                var picture = await ModelPlot.CreateAsync(saved, null, new() { Kind = kind.Name }, cancellationToken).ConfigureAwait(false);
                var what = kind.Description.Split([", ", "; "], StringSplitOptions.None)[0];
                page.Picture(picture, $"{kind.Name}: {what.Replace(Model.LogLikelihoodName, shown, StringComparison.Ordinal)}");
            }
            catch (ModelException)
            {
                // Not a picture of this model.
            }
        }
    }
}
