using Pipelines.Models;
using Pipelines.Models.Serialization;

namespace Pipelines.Plotting;

/// <summary>A picture of how well a classifier predicts the labels of some rows.</summary>
internal abstract class EvaluationPlot : PlotKind
{
    /// <summary>Maximum number of classes that have a line of their own.</summary>
    private protected const int MostClasses = Palette.Most;

    public override bool ShowsRows => true;

    public override bool ShowsLabels => true;

    /// <summary>Makes the picture of an evaluation.</summary>
    /// <param name="model">The classifier.</param>
    /// <param name="evaluation">The evaluation.</param>
    public Picture Draw(SavedModel model, Evaluation evaluation)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(evaluation);
        return new($"{model.Model.Title}, evaluated on {PlotTexts.Count(evaluation.Rows, "row")}", [PanelOf(evaluation)], LegendOf(evaluation),
            NotesOf(evaluation));
    }

    /// <summary>The panel of an evaluation.</summary>
    internal abstract Panel PanelOf(Evaluation evaluation);

    /// <summary>The legend: by default the classes.</summary>
    internal virtual IReadOnlyList<LegendEntry> LegendOf(Evaluation evaluation) =>
        [.. evaluation.Classes.Take(MostClasses).Select((name, k) => new LegendEntry($"class {name}", Palette.Of(k)))];

    /// <summary>Small print.</summary>
    internal virtual IReadOnlyList<string> NotesOf(Evaluation evaluation)
    {
        var notes = new List<string>();
        if (evaluation.Unlabeled > 0) notes.Add($"{PlotTexts.Count(evaluation.Unlabeled, "row")} without a label not counted");
        if (evaluation.Classes.Count > MostClasses) notes.Add($"the first {MostClasses} of {evaluation.Classes.Count} classes are drawn");
        return notes;
    }

    internal override int[] Check(SavedModel model, PlotOptions options)
    {
        if (model.Model is not Classifier)
            throw new ModelException(ErrorKind.Usage, $"PlotOptions.Kind {Name}", $"a {model.Model.FormatName} model", "a classifier",
                "choose another kind (density), or fit a classifier");
        if (options.Features is not null)
            throw new ModelException(ErrorKind.Usage, $"PlotOptions.Kind {Name}", "PlotOptions.Features", "none: the picture shows the whole evaluation",
                "leave PlotOptions.Features out");
        if (options.Label is null)
            throw new ModelException(ErrorKind.Usage, $"PlotOptions.Kind {Name}", "no PlotOptions.Label", "the column with the true class of each row",
                "name it (PlotOptions.Label)");
        return [];
    }

    internal override int? PanelsOf(SavedModel model, int[] features, bool hasRows) => 1;

    internal override async ValueTask<Picture> DrawAsync(SavedModel model, int[] features, Pipeline? data, PlotOptions options,
        CancellationToken cancellationToken)
    {
        if (data is null)
            throw new ModelException(ErrorKind.Usage, $"PlotOptions.Kind {Name}", "no input rows", "rows with labels", "give the input");
        var rows = data.Labels(options.Label!);
        if (options.Weights is { } weights) rows = rows.WeightedBy(weights);
        return Draw(model, (await rows.EvaluateAsync(model, null, cancellationToken).ConfigureAwait(false)).Evaluation);
    }
}

/// <summary>All pictures of an evaluation side by side.</summary>
internal static class EvaluationPicture
{
    /// <summary>Makes the picture.</summary>
    /// <param name="model">The classifier.</param>
    /// <param name="evaluation">The evaluation.</param>
    public static Picture Of(SavedModel model, Evaluation evaluation)
    {
        EvaluationPlot[] all = [new ConfusionPlot(), new RocPlot(), new CalibrationPlot()];
        var one = all[1].Draw(model, evaluation);
        return one with { Panels = [.. all.Select(p => p.PanelOf(evaluation))], Notes = [.. all.SelectMany(p => p.NotesOf(evaluation)).Distinct()] };
    }
}
