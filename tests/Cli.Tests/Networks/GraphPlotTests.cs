using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Pipelines.Plotting;

namespace Pipelines.Cli.Tests.Networks;

/// <summary>Pictures of networks: what is drawn, where, and as text.</summary>
public sealed partial class GraphPlotTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>Numbers of variables, and how many earlier ones may be a parent of each.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(8, 2)]
    [InlineData(37, 3)]
    [InlineData(37, 1)]
    [InlineData(60, 4)]
    public void Nothing_overlaps_and_every_arc_leads_down_beside_all_other_nodes(int nodes, int parents)
    {
        for (var seed = 0; seed < 5; seed++)
        {
            var random = new SeededRandom(seed, nodes);
            var arcs = Enumerable.Range(0, nodes).SelectMany(child => Enumerable.Range(0, child).Where(_ => random.NextDouble() < (double)parents / child)
                .Select(parent => (parent, child))).ToArray();
            var graph = new ModelGraph([.. Enumerable.Range(0, nodes).Select(i => new string('x', 1 + (i % 12)))], arcs);
            var placed = GraphLayout.Of(graph, name => 8 * name.Length);
            Assert.Equal(arcs, placed.Arcs.Select(a => (a.From, a.To)));
            for (var i = 0; i < nodes; i++)
            {
                var node = placed.Nodes[i];
                Assert.True(node.Width >= (8 * graph.Nodes[i].Length) + 10);
                Assert.InRange(node.X, (node.Width / 2) - 0.1, placed.Width - (node.Width / 2) + 0.1);
                Assert.InRange(node.Y, node.Height / 2, placed.Height - (node.Height / 2));
                for (var j = 0; j < i; j++)
                {
                    var other = placed.Nodes[j];
                    // At least ten pixels apart.
                    Assert.True(Math.Abs(node.X - other.X) >= ((node.Width + other.Width) / 2) + 10 || Math.Abs(node.Y - other.Y) >= node.Height + 10);
                }
            }
            foreach (var arc in placed.Arcs)
            {
                Assert.All(arc.Points.Zip(arc.Points.Skip(1)), p => Assert.True(p.Second.Y > p.First.Y));
                Assert.Equal(placed.Nodes[arc.From].Y + (placed.Nodes[arc.From].Height / 2), arc.Points[0].Y);
                Assert.Equal(placed.Nodes[arc.To].Y - (placed.Nodes[arc.To].Height / 2), arc.Points[^1].Y);
                // Beside a node an arc is a vertical line.
                foreach (var (from, to) in arc.Points.Zip(arc.Points.Skip(1)))
                {
                    foreach (var node in placed.Nodes)
                    {
                        if (from.Y >= node.Y + (node.Height / 2) || to.Y <= node.Y - (node.Height / 2)) continue;
                        Assert.Equal(from.X, to.X);
                        Assert.True(Math.Abs(from.X - node.X) > (node.Width / 2) + 4);
                    }
                }
            }
        }
    }

    [Fact]
    public void A_tree_needs_no_crossing()
    {
        // Children of 0 … 4 in a scrambled order.
        var graph = new ModelGraph([.. Enumerable.Range(0, 16).Select(i => $"n{i}")],
            [(0, 1), (0, 2), (0, 3), (0, 4), (2, 15), (4, 5), (1, 14), (3, 6), (2, 7), (4, 13), (1, 8), (3, 12), (2, 9), (4, 11), (1, 10)]);
        var placed = GraphLayout.Of(graph, _ => 30);
        var lines = placed.Arcs.Where(a => a.From > 0).Select(a => (Top: a.Points[0].X, Bottom: a.Points[^1].X)).ToArray();
        Assert.DoesNotContain(lines, a => lines.Any(b => a.Top < b.Top && a.Bottom > b.Bottom));
    }

    [Theory]
    [InlineData("png")]
    [InlineData("svg")]
    public async Task A_picture_shows_every_name_and_always_has_the_same_bytes(string format)
    {
        new SavedModel(NetworkData.Asia()).Save(folder["m.json"]);
        var result = await Tool.RunAsync("plot", folder["m.json"], "--kind", "graph", "--output", folder[$"a.{format}"], "--json");
        Assert.Equal((0, ""), (result.Code, result.ErrorText));
        using var json = JsonDocument.Parse(result.Out);
        Assert.Equal((8, 8), (json.RootElement.GetProperty("nodes").GetInt32(), json.RootElement.GetProperty("arcs").GetInt32()));
        Assert.Equal(0, (await Tool.RunAsync("plot", folder["m.json"], "--kind", "graph", "--output", folder[$"b.{format}"])).Code);
        Assert.Equal(await File.ReadAllBytesAsync(folder[$"a.{format}"]), await File.ReadAllBytesAsync(folder[$"b.{format}"]));
        if (format == "svg")
        {
            var texts = XDocument.Load(folder["a.svg"]).Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value.Trim()).ToArray();
            Assert.Superset(NetworkData.Asia().Variables.Select(v => v.Name).ToHashSet(), texts.ToHashSet());
            Assert.Contains("Bayesian network of 8 variables", texts);
        }
    }

    [Fact]
    public async Task A_network_is_drawn_as_its_graph_by_default()
    {
        new SavedModel(NetworkData.Asia()).Save(folder["m.json"]);
        foreach (var ending in new[] { "svg", "dot", "mmd" })
        {
            var named = await Tool.RunAsync("plot", folder["m.json"], "--kind", "graph", "--output", folder[$"a.{ending}"]);
            var given = await Tool.RunAsync("plot", folder["m.json"], "--output", folder[$"b.{ending}"]);
            Assert.Equal((0, named.Out.Replace($"a.{ending}", $"b.{ending}", StringComparison.Ordinal)), (given.Code, given.Out));
            Assert.Equal(await File.ReadAllTextAsync(folder[$"a.{ending}"]), await File.ReadAllTextAsync(folder[$"b.{ending}"]));
        }
        using var json = JsonDocument.Parse((await Tool.RunAsync("plot", folder["m.json"], "--output", folder["c.svg"], "--json")).Out);
        Assert.Equal("graph", json.RootElement.GetProperty("kind").GetString());
        new SavedModel(new NormalDistribution(0, 1)).Save(folder["n.json"]);
        Assert.StartsWith($"wrote {folder["n.svg"]}: density, 1 panel", (await Tool.RunAsync("plot", folder["n.json"], "--output", folder["n.svg"])).Out,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_holds_any_name()
    {
        string[] names = ["plain", "say \"hi\"", "back\\slash \\N", "a&amp;b <c>", "line\nbreak", "x#35;`y`", "😀 é"];
        var network = BayesianNetwork.OfStructure([.. names.Select(n => new NetworkVariable(n, 2))], [[], [0], [0, 1], [], [], [], []]);
        new SavedModel(network).Save(folder["m.json"]);
        foreach (var ending in new[] { "dot", "mmd" })
            Assert.Equal(0, (await Tool.RunAsync("plot", folder["m.json"], "--kind", "graph", "--output", folder[$"g.{ending}"])).Code);
        Assert.Equal("""
            digraph {
                n0 [label="plain"];
                n1 [label="say \"hi\""];
                n2 [label="back\\slash \\N"];
                n3 [label="a&amp;amp;b <c>"];
                n4 [label="line�break"];
                n5 [label="x#35;`y`"];
                n6 [label="😀 é"];
                n0 -> n1;
                n0 -> n2;
                n1 -> n2;
            }

            """, await File.ReadAllTextAsync(folder["g.dot"]));
        Assert.Equal("""
            flowchart TD
                n0["plain"]
                n1["say #34;hi#34;"]
                n2["back#92;slash #92;N"]
                n3["a#38;amp#59;b #60;c#62;"]
                n4["line#65533;break"]
                n5["x#35;35#59;#96;y#96;"]
                n6["#128512; é"]
                n0 --> n1
                n0 --> n2
                n1 --> n2

            """, await File.ReadAllTextAsync(folder["g.mmd"]));
        // Only a file of the same kind is replaced.
        Assert.Equal(0, (await Tool.RunAsync("plot", folder["m.json"], "--kind", "graph", "--output", folder["g.dot"])).Code);
        await File.WriteAllTextAsync(folder["g.dot"], "my notes");
        Assert.Equal(2, (await Tool.RunAsync("plot", folder["m.json"], "--kind", "graph", "--output", folder["g.dot"])).Code);
        Assert.Equal("my notes", await File.ReadAllTextAsync(folder["g.dot"]));
    }

    [Theory]
    [InlineData("m.json --kind density --output a.dot", "--output and --kind: found a text file, 'a.dot', and no graph, expected --kind graph; for "
        + "example --kind graph")]
    [InlineData("m.json --kind graph --output a.mmd --size 300x300",
        "--output and --size: found a text file, 'a.mmd', which has no size, expected a picture; for example --output plot.svg")]
    [InlineData("m.json --kind graph --output a.png --features a", "--kind graph: found --features, expected none: the picture shows the whole graph; leave "
        + "--features out")]
    [InlineData("n.json --kind graph --output a.png", "mixture model: found no graph to draw with --kind graph, expected a network, or a model of states; "
        + "choose another kind (density)")]
    [InlineData("w.json --kind graph --output a.png --size 400x300", "picture: found a graph of W x H pixels, too large for 400 x 300, expected letters "
        + "that can be read; give more pixels (at most 8000 x 8000), or write SVG, DOT or Mermaid")]
    public async Task Bad_usage_is_named(string arguments, string message)
    {
        new SavedModel(NetworkData.Asia()).Save(folder["m.json"]);
        TestData.SaveModel(folder["n.json"], "x");
        new SavedModel(BayesianNetwork.OfStructure([.. Enumerable.Range(0, 41).Select(i => new NetworkVariable($"v{i:00}", 2))],
            [[], .. Enumerable.Repeat<int[]>([0], 40)])).Save(folder["w.json"]);
        var words = arguments.Split(' ');
        words[0] = folder[words[0]];
        var place = Array.IndexOf(words, "--output") + 1;
        words[place] = folder[words[place]];
        var result = await Tool.RunAsync(["plot", .. words]);
        var text = result.ErrorText.Replace(folder.Root + Path.DirectorySeparatorChar, "", StringComparison.Ordinal).Split('\n')[0];
        text = GraphSize().Replace(text, "a graph of W x H");
        Assert.Equal((2, $"pipelines: error: {message}"), (result.Code, text));
        Assert.Equal(["m.json", "n.json", "w.json"], folder.Names);
    }

    // It depends on the width of letters.
    [GeneratedRegex(@"a graph of \d+ x \d+")]
    private static partial Regex GraphSize();
}
