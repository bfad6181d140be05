namespace Pipelines.Plotting;

/// <summary>A network as a graph: a box for each variable, an arrow from each parent to its child; or states and the transitions between them.</summary>
internal sealed class GraphPlot : PlotKind
{
    public const string KindName = "graph";

    private const float LetterSize = 13;
    private const int MostLetters = 30;

    public override string Name => KindName;

    public override string Description =>
        "the variables of a network and the arcs between them, or the states of a hidden Markov model or categories of a Markov "
        + $"chain, at most {TransitionLayout.MostStates}, and arrows as wide as the transitions are probable; for a model alone; also as DOT or Mermaid text";

    internal override bool IsDefaultFor(Model model) => model is IGraphModel;

    internal override int[] Check(SavedModel model, PlotOptions options)
    {
        if (model.Model is ITransitionModel states) TransitionLayout.Check(model.Model, states.TransitionTable(model.Features));
        else if (model.Model is not IGraphModel)
            throw new ModelException(ErrorKind.Usage, $"{model.Model.FormatName} model", $"no graph to draw with PlotOptions.Kind {Name}",
                "a network, or a model of states", $"choose another kind ({DensityPlot.KindName})");
        return options.Features is null ? [] : throw new ModelException(ErrorKind.Usage, $"PlotOptions.Kind {Name}", "PlotOptions.Features",
            "none: the picture shows the whole graph", "leave PlotOptions.Features out");
    }

    internal override int? PanelsOf(SavedModel model, int[] features, bool hasRows) => 0;

    internal override ValueTask<Picture> DrawAsync(SavedModel model, int[] features, Pipeline? data, PlotOptions options,
        CancellationToken cancellationToken)
    {
        if (model.Model is ITransitionModel states)
        {
            var diagram = new TransitionLayout(states.TransitionTable(model.Features));
            var names = PlotTexts.Names(diagram.Graph.Nodes, MostLetters);
            var drawn = diagram.Place(names, WidthOf(names));
            return new(new Picture(TitleOf(model), [], [], diagram.Notes) { Graph = drawn, Source = diagram.Graph });
        }
        var graph = ((IGraphModel)model.Model).Graph;
        var shown = graph with { Nodes = PlotTexts.Names(graph.Nodes, MostLetters) };
        var placed = GraphLayout.Of(shown, WidthOf(shown.Nodes));
        return new(new Picture(TitleOf(model), [], [], [PlotTexts.Count(graph.Arcs.Count, "arc")]) { Graph = placed, Source = graph });
    }

    // The formats draw characters differently that our font lacks.
    private static Func<string, double> WidthOf(IReadOnlyList<string> names)
    {
        var letterings = new[] { true, false }.Select(keepsText => new Lettering(names, keepsText)).ToArray();
        return name => letterings.Max(l => l.WidthOf(name, LetterSize));
    }
}
