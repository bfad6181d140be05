using Pipelines.Plotting;

namespace Pipelines.Cli.Tests.Plotting;

/// <summary>Pictures of clusters and of transitions against plain loops.</summary>
public sealed class ClustersAndTransitionsTests
{
    private static readonly double[,] centers = { { -1, 0 }, { 1, 1 }, { 0.5, -1.5 } };

    [Fact]
    public async Task Rows_have_the_colour_of_the_nearest_center_and_sizes_count_all_of_them()
    {
        var random = new SeededRandom(4);
        double[] x = [.. Enumerable.Range(0, 900).Select(_ => random.NextNormal())], y = [.. Enumerable.Range(0, 900).Select(_ => random.NextNormal())];
        y[7] = double.NaN;
        var picture = await Drawn.OfAsync(new KMeans(centers), "clusters", null, ("x0", x), ("x1", y));
        Assert.Equal(2, picture.Panels.Count);
        int[] sizes = [.. Enumerable.Range(0, 3).Select(k => Enumerable.Range(0, 900).Count(i => Nearest(x[i], y[i]) == k))];
        for (var k = 0; k < 3; k++)
        {
            Assert.Equal(sizes[k] / 900.0, picture.Panels[1].Bars[k].Tops[0], 1e-12);
            var points = picture.Panels[0].Points.Single(p => p.Marker == Marker.Dot && p.Ink.Color == Palette.Of(k).Color);
            Assert.All(points.X.Zip(points.Y), p => Assert.Equal(k, Nearest(p.First, p.Second)));
            Assert.StartsWith($"cluster {k} (", picture.Legend[k + 1].Text, StringComparison.Ordinal);
        }
        Assert.Equal("899 of 900 rows", picture.Legend[0].Text);
        Assert.Contains("x1: 1 missing", picture.Notes);
    }

    [Fact]
    public async Task Borders_are_as_far_from_both_clusters_and_farther_from_all_others()
    {
        double[,] five = { { 0, 0 }, { 2, 0.5 }, { 1, 3 }, { -2, 1 }, { 0.2, 0.4 } };
        var panel = Assert.Single((await Drawn.OfAsync(new KMeans(five), "clusters")).Panels);
        Assert.NotEmpty(panel.Lines);
        foreach (var (x, y) in panel.Lines.SelectMany(l => l.X.Zip(l.Y)))
        {
            var distances = Enumerable.Range(0, 5).Select(k => Math.Pow(x - five[k, 0], 2) + Math.Pow(y - five[k, 1], 2)).Order().ToArray();
            // Lines reach far beyond the picture.
            Assert.Equal(distances[0], distances[1], 1e-9 * (1 + distances[1]));
        }
    }

    [Fact]
    public async Task More_features_than_fit_are_told_and_the_widest_drawn()
    {
        var model = new KMeans(new[,] { { 0, 0, 0, 0, 0.1, 0 }, { 5, 0.1, 3, 4, 0, 9 } });
        var picture = await Drawn.OfAsync(model, "clusters");
        Assert.Equal(6, picture.Panels.Count);
        Assert.Equal(["x0", "x2", "x3", "x5"], picture.Panels.SelectMany(p => new[] { p.XLabel, p.YLabel }).Distinct().Order());
        Assert.Contains("not drawn: x1, x4; the clusters depend on them, too", picture.Notes);
        Assert.All(picture.Panels, p => Assert.Empty(p.Lines));
    }

    [Fact]
    public async Task Many_clusters_share_a_colour()
    {
        var picture = await Drawn.OfAsync(new KMeans(Column(20)), "clusters", null, ("x0", Enumerable.Range(0, 190).Select(i => i % 19 * 1.0).ToArray()));
        Assert.Equal(12, picture.Panels[1].Bars.Count);
        Assert.Equal("9 more clusters (42.1 %)", picture.Legend[12].Text);
        Assert.Equal(1, picture.Panels[1].Bars.Sum(b => b.Tops[0]), 1e-12);

        static double[,] Column(int rows)
        {
            var result = new double[rows, 1];
            for (var i = 0; i < rows; i++) result[i, 0] = i;
            return result;
        }
    }

    [Fact]
    public async Task Transitions_of_a_hidden_Markov_model()
    {
        var model = HiddenMarkovModel.FromMatrix(new[,] { { 0.9, 0.1 }, { 0.004, 0.996 } }, [new NormalDistribution(0, 1), new NormalDistribution(10, 1)],
            [1, 0], names: ["calm", "storm"]);
        var panel = Assert.Single((await Drawn.OfAsync(model, "transitions")).Panels);
        Assert.Equal(["calm", "storm"], panel.XNames);
        Assert.Equal(["storm", "calm", "start"], panel.YNames);
        Assert.Equal(("next state", "state"), (panel.XLabel, panel.YLabel));
        // Row by row from the top; what is not quite 0 or 1 does not look so.
        Assert.Equal(["100", "0", "90", "10", "< 1", "> 99"], panel.Cells.Select(c => c.Text));
        Assert.Equal([(0, 2), (1, 2), (0, 1), (1, 1), (0, 0), (1, 0)], panel.Cells.Select(c => (c.X, c.Y)));
    }

    [Fact]
    public async Task Transitions_of_a_Markov_chain_of_order_two()
    {
        var chain = new MarkovChain([
            new DiscreteDistribution([0.5, 0.5]),
            new ConditionalProbabilityTable([2, 2], [0.3, 0.7, 0.6, 0.4]),
            new ConditionalProbabilityTable([2, 2, 2], [0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.4, 0.6]),
        ]);
        var panel = Assert.Single((await Drawn.OfAsync(chain, "transitions", [new Feature("weather", ["rain", "sun"])])).Panels);
        Assert.Equal(["sun, sun", "sun, rain", "rain, sun", "rain, rain"], panel.YNames);
        Assert.Equal(["10", "90", "20", "80", "30", "70", "40", "60"], panel.Cells.Select(c => c.Text));
    }

    [Fact]
    public async Task Of_many_states_the_most_probable_are_drawn_and_the_others_told()
    {
        // The later a category, the more probable.
        double[] next = [.. Enumerable.Range(0, 100).Select(i => (i + 1) / 5050.0)];
        var chain = new MarkovChain([new DiscreteDistribution(next), new ConditionalProbabilityTable([100, 100],
            [.. Enumerable.Repeat(next, 100).SelectMany(n => n)])]);
        var picture = await Drawn.OfAsync(chain, "transitions");
        var panel = Assert.Single(picture.Panels);
        Assert.Equal(Enumerable.Range(60, 40).Select(i => $"{i}"), panel.XNames);
        Assert.Equal(panel.XNames!.Reverse(), panel.YNames);
        Assert.Equal(["each row sums to 100 % with what is not drawn", "x0: the 40 most probable of 100 are drawn", "x0 before: 40 of 100 are drawn"],
            picture.Notes);
    }

    [Fact]
    public async Task A_diagram_of_transitions_has_an_arrow_for_each_as_wide_as_it_is_probable()
    {
        var model = HiddenMarkovModel.FromMatrix(new[,] { { 0.9, 0.1, 0 }, { 0.246, 0.75, 0.004 }, { 0.5, 0, 0.5 } },
            [new NormalDistribution(0, 1), new NormalDistribution(10, 1), new NormalDistribution(20, 1)], [1, 0, 0], names: ["a", "b", "c"]);
        var picture = await Drawn.OfAsync(model, "graph");
        var graph = picture.Graph!;
        Assert.Equal(["start", "a", "b", "c"], graph.Nodes.Select(n => n.Name));
        Assert.Equal(["start-a 100 %", "a-a 90 %", "a-b 10 %", "b-a 25 %", "b-b 75 %", "c-a 50 %", "c-c 50 %"],
            graph.Curves.Select(c => $"{graph.Nodes[c.From].Name}-{graph.Nodes[c.To].Name} {c.Text}").Order(StringComparer.Ordinal)
                .OrderBy(t => "sabc".IndexOf(t[0], StringComparison.Ordinal)));
        Assert.Equal(["width of an arrow: probability of the transition", "1 transition below 0.5 % not drawn"], picture.Notes);
        // Widths are a line through the probabilities; curves begin and end at the edges of their nodes, within the rounding of places.
        var (narrow, wide) = (graph.Curves.Single(c => c.Text == "10 %").Width, graph.Curves.Single(c => c.Text == "90 %").Width);
        Assert.Equal((narrow + wide) / 2, graph.Curves.First(c => c.Text == "50 %").Width, 1e-9);
        Assert.True(wide > 3 * narrow);
        foreach (var curve in graph.Curves)
        {
            foreach (var (node, (x, y)) in new[] { (graph.Nodes[curve.From], curve.Points[0]), (graph.Nodes[curve.To], curve.Points[3]) })
                Assert.Equal(1, Math.Max(Math.Abs(x - node.X) / (node.Width / 2), Math.Abs(y - node.Y) / (node.Height / 2)), 2e-3);
            Assert.InRange(curve.TextAt.X, 0, graph.Width);
            Assert.InRange(curve.TextAt.Y, 0, graph.Height);
        }
        foreach (var (a, i) in graph.Nodes.Select((n, i) => (n, i)))
            foreach (var b in graph.Nodes.Take(i))
                Assert.True(Math.Abs(a.X - b.X) > (a.Width + b.Width) / 2 || Math.Abs(a.Y - b.Y) > a.Height);
        Assert.Contains("    n1 -> n2 [label=\"10 %\"];\n", GraphText.Dot(picture.Source!), StringComparison.Ordinal);
        Assert.Contains("    n1 -->|\"10 #37;\"| n2\n", GraphText.Mermaid(picture.Source!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_without_a_few_states_have_no_diagram()
    {
        var many = new MarkovChain([new DiscreteDistribution([.. Enumerable.Repeat(1 / 13.0, 13)]),
            new ConditionalProbabilityTable([13, 13], [.. Enumerable.Repeat(1 / 13.0, 169)])]);
        Assert.Equal("PlotOptions.Kind graph: found 13 values of x0, expected at most 12; choose another kind (transitions)",
            (await Assert.ThrowsAsync<ModelException>(() => Drawn.OfAsync(many, "graph"))).Message);
        var second = new MarkovChain([
            new DiscreteDistribution([0.5, 0.5]),
            new ConditionalProbabilityTable([2, 2], [0.3, 0.7, 0.6, 0.4]),
            new ConditionalProbabilityTable([2, 2, 2], [0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.4, 0.6]),
        ]);
        Assert.Equal("PlotOptions.Kind graph: found a Markov chain of order 2, expected a model of order 1, whose transitions lead from state to state; "
            + "choose another kind (transitions)", (await Assert.ThrowsAsync<ModelException>(() => Drawn.OfAsync(second, "graph"))).Message);
    }

    private static int Nearest(double x, double y) => Enumerable.Range(0, 3)
        .MinBy(k => Math.Pow(x - centers[k, 0], 2) + (double.IsNaN(y) ? 0 : Math.Pow(y - centers[k, 1], 2)));
}
