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
            ["objective", Figures.Mean(saved.Model.ObjectiveName, training.LogLikelihood, report.Weight)],
            ["parameters", Figures.Count(saved.Model.ParameterCount)], ["time", Figures.Time(report.Seconds)], ["model", report.Output]]);
        page.Warnings(warnings);
        page.Heading("Model");
        page.Lines([.. TransformLines.Before(saved), .. ModelOutline.Of(report.Parts(), "", MostParts), .. TransformLines.After(saved)]);
        await DrawAsync(page, saved, cancellationToken).ConfigureAwait(false);
        page.Heading("Data");
        page.Table(["feature", "type", "missing", "minimum", "maximum", "mean"], report.Profile.Select((f, i) => Row(f, saved.Features?[i].Type)), numeric: 2);
        using var evaluations = new StringWriter();
        report.WriteEvaluations(evaluations);
        page.Text("Choice and evaluation", evaluations.ToString());
        page.Reproduction(words, [["seed", training.Seed.ToString(CultureInfo.InvariantCulture)], ["batch size", Figures.Count(training.BatchSize)],
            ["kernels", training.Kernel]], clock);
        return page;
    }

    private static string[] Row(FeatureProfile feature, string? type) =>
        [feature.Name, type is null ? "" : TypeNames.Of(type), Figures.Count(feature.Missing), Text(feature.Minimum), Text(feature.Maximum),
            Text(feature.Mean)];

    private static string Text(double? value) => value is { } known ? Figures.Real(known) : "-";

    // Every kind that needs no rows and can draw the model.
    private static async Task DrawAsync(HtmlPage page, SavedModel saved, CancellationToken cancellationToken)
    {
        page.Heading("Pictures");
        foreach (var kind in PlotKind.All.Where(k => !k.ShowsLabels))
        {
            try
            {
                page.Picture(await ModelPlot.CreateAsync(saved, null, new() { Kind = kind.Name }, cancellationToken).ConfigureAwait(false));
            }
            catch (ModelException)
            {
                // Not a picture of this model.
            }
        }
    }
}
