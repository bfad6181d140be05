namespace Pipelines.Plotting;

/// <summary>A network as a graph: a box for each variable, an arrow from each parent to its child.</summary>
internal sealed class GraphPlot : PlotKind
{
    public const string KindName = "graph";

    private const float LetterSize = 13;

    public override string Name => KindName;

    public override string Description => "the variables of a network and the arcs between them, for a model alone; also as DOT or Mermaid text";

    internal override bool IsDefaultFor(Model model) => model is IGraphModel;

    internal override int[] Check(SavedModel model, PlotOptions options)
    {
        if (model.Model is not IGraphModel)
            throw new ModelException(ErrorKind.Usage, $"{model.Model.FormatName} model", $"no graph to draw with PlotOptions.Kind {Name}", "a network",
                $"choose another kind ({DensityPlot.KindName})");
        return options.Features is null ? [] : throw new ModelException(ErrorKind.Usage, $"PlotOptions.Kind {Name}", "PlotOptions.Features",
            "none: the picture shows the whole network", "leave PlotOptions.Features out");
    }

    internal override ValueTask<Picture> DrawAsync(SavedModel model, int[] features, Pipeline? data, PlotOptions options,
        CancellationToken cancellationToken)
    {
        var graph = ((IGraphModel)model.Model).Graph;
        var shown = graph with { Nodes = PlotTexts.Names(graph.Nodes, 30) };
        // The formats draw characters differently that our font lacks.
        var letterings = new[] { true, false }.Select(keepsText => new Lettering(shown.Nodes, keepsText)).ToArray();
        var placed = GraphLayout.Of(shown, name => letterings.Max(l => l.WidthOf(name, LetterSize)));
        return new(new Picture(TitleOf(model), [], [], [PlotTexts.Count(graph.Arcs.Count, "arc")]) { Graph = placed, Source = graph });
    }
}
