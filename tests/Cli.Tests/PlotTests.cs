using System.Buffers.Binary;
using System.Text.Json;
using System.Xml.Linq;
using SkiaSharp;

namespace Pipelines.Cli.Tests;

/// <summary>The verb <c>plot</c>.</summary>
public sealed class PlotTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("density")]
    [InlineData("contour")]
    public async Task Png_has_its_size_and_shows_something(string kind)
    {
        await TwoBlobsAsync();
        var result = await Tool.RunAsync("plot", folder["model.json"], folder["data.parquet"], "--kind", kind, "--size", "900x500", "--output",
            folder["plot.png"]);
        Assert.Equal("", result.ErrorText);
        Assert.Equal(0, result.Code);
        Assert.StartsWith($"wrote {folder["plot.png"]}: {kind}, ", result.Out, StringComparison.Ordinal);
        var bytes = await File.ReadAllBytesAsync(folder["plot.png"]);
        Assert.Equal(900, BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16)));
        Assert.Equal(500, BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(20)));
        using var picture = SKBitmap.Decode(bytes);
        // The first two component colours, and white around them.
        foreach (var color in new[] { new SKColor(0, 0x72, 0xB2), new SKColor(0xE6, 0x9F, 0), SKColors.White })
            Assert.True(picture.Pixels.Count(p => Math.Abs(p.Red - color.Red) + Math.Abs(p.Green - color.Green) + Math.Abs(p.Blue - color.Blue) < 30) > 100,
                color.ToString());
    }

    [Fact]
    public async Task Svg_says_in_texts_what_it_shows()
    {
        await TwoBlobsAsync();
        Assert.Equal(0, (await Tool.RunAsync("plot", folder["model.json"], folder["data.parquet"], "--output", folder["plot.svg"])).Code);
        var document = XDocument.Load(folder["plot.svg"]);
        var texts = document.Descendants().Where(e => e.Name.LocalName == "text").ToArray();
        var words = string.Join('\n', texts.Select(t => t.Value.Trim()));
        foreach (var text in new[] { "x", "y", "density", "3,000 rows", "component 0 (50 %)", "component 1 (50 %)", "sum of all components",
            "mixture of 2 components" })
            Assert.Contains(text, words.Split('\n'));
        // Lists of places end without a comma, as the standard has them; machines without our font are told of another.
        Assert.All(texts, t => Assert.False(t.Attribute("x")?.Value.TrimEnd().EndsWith(',')));
        Assert.All(texts, t => Assert.EndsWith(", sans-serif", t.Attribute("font-family")!.Value, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Parallelism_does_not_change_a_byte()
    {
        await TwoBlobsAsync(50_000);
        foreach (var kind in new[] { "density", "contour" })
        {
            foreach (var extension in new[] { "png", "svg" })
            {
                byte[]? first = null;
                foreach (var threads in new[] { "1", "2", "8" })
                {
                    Assert.Equal(0,
                        (await Tool.RunAsync("plot", folder["model.json"], folder["data.parquet"], "--kind", kind, "--batch-size", "1000", "--max-parallelism",
                            threads, "--output", folder[$"plot.{extension}"])).Code);
                    var bytes = await File.ReadAllBytesAsync(folder[$"plot.{extension}"]);
                    Assert.Equal(first ?? bytes, bytes);
                    first = bytes;
                }
            }
        }
    }

    [Fact]
    public async Task Model_alone_and_json()
    {
        await TwoBlobsAsync();
        var result = await Tool.RunAsync("plot", folder["model.json"], "--features", "y", "--json", "--output", folder["plot.png"]);
        Assert.Equal(0, result.Code);
        var json = JsonDocument.Parse(result.Out).RootElement;
        Assert.Equal((1, "density"), (json.GetProperty("panels").GetInt32(), json.GetProperty("kind").GetString()));
    }

    [Theory]
    [InlineData("--output plot.gif", "--output: found 'DIR/plot.gif', expected a file to write that ends with .png or .svg (or .dot or .mmd, a graph); for "
        + "example --output plot.png")]
    [InlineData("--output plot.png --kind pie",
        "--kind: found 'pie', expected calibration, clusters, confusion, contour, criterion, density, graph, history, roc "
            + "or transitions; for example --kind density")]
    [InlineData("--output plot.png --size 20x20",
        "--size: found '20x20', expected two numbers from 200 to 8000 with an x between them; for example --size 1200x800")]
    [InlineData("--output plot.png --features x,z", "--features: found 'z', expected features of the model; name some of them, such as x, y")]
    [InlineData("--output plot.png --kind history",
        "--kind history: found a model file without a history, expected a model that 'fit' saved; fit the model, or choose another kind (density)")]
    [InlineData("--output plot.png --kind criterion", "--kind criterion: found a model file of a single fit, expected a model that 'fit' chose among several; "
        + "fit it with several numbers of components, or choose another kind (history)")]
    [InlineData("--output plot.png --kind contour --features x",
        "--kind contour: found 1 feature, expected 2 to 6 features with a density; choose another kind (density)")]
    [InlineData("--output plot.png --weights w",
        "--weights: found no INPUT, expected an INPUT with the column; for example model.json data.parquet --weights w")]
    [InlineData("--output plot.png --size 200x200", "picture: found a size of 200 x 200 pixels, expected at least 570 x ")]
    [InlineData("--output plot.png --units x", "--units: found 'x', expected a unit for each of some features, separated by commas; for example --units "
        + "delay=minutes,distance=miles")]
    [InlineData("--output plot.png --units z=mm", "--units: found 'z', expected features that are drawn; name some of them, such as x, y")]
    [InlineData("--output plot.png --scale log,log,log",
        "--scale: found 3 scales, expected one, or 2: one for each drawn feature; give them in the order of the features: x, y")]
    [InlineData("--output plot.png --scale logarithmic",
        "--scale: found 'logarithmic', expected auto, linear or log, for all features or for each; for example --scale log")]
    [InlineData("--output plot.png --density-scale lg", "--density-scale: found 'lg', expected auto, linear or log")]
    [InlineData("--output plot.png --kind contour --density-scale log", "--kind contour: found --density-scale, expected none: no axis shows densities; leave "
        + "--density-scale out, or choose another kind (density)")]
    [InlineData("--output plot.png --x-label delay", "--x-label: found 2 panels in the picture, expected one; leave it out, name one feature (--features), or "
        + "give units (--units)")]
    [InlineData("--output plot.png --kind clusters", "mixture model: found no centers to draw with --kind clusters, expected a clustering, such as k-means; "
        + "choose another kind (density)")]
    [InlineData("--output plot.png --kind transitions", "mixture model: found no transitions to draw with --kind transitions, expected a model of sequences: a "
        + "hidden Markov model or a Markov chain; choose another kind (density)")]
    [InlineData("--output nowhere/plot.png",
        "--output DIR/nowhere/plot.png: found no folder 'DIR/nowhere', expected a file that can be written; create the folder, or choose another")]
    [InlineData("--output folder.png", "--output DIR/folder.png: found a folder, expected a file that can be written; name a file, such as plot.png")]
    public async Task Bad_usage_is_named(string arguments, string message)
    {
        TestData.SaveModel(folder["model.json"], "x", "y");
        Directory.CreateDirectory(folder["folder.png"]);
        var words = arguments.Split(' ');
        words[1] = folder[words[1]];
        var result = await Tool.RunAsync(["plot", folder["model.json"], .. words]);
        Assert.Equal(2, result.Code);
        Assert.Contains(message.Replace("DIR", folder.Root, StringComparison.Ordinal), result.ErrorText.Replace("\n", " ", StringComparison.Ordinal),
            StringComparison.Ordinal);
        Assert.Equal(["folder.png", "model.json"], folder.Names);
    }

    [Fact]
    public async Task Input_without_the_columns_is_named()
    {
        TestData.SaveModel(folder["model.json"], "x", "other");
        await TestData.TwoBlobsAsync(folder["data.parquet"]);
        var result = await Tool.RunAsync("plot", folder["model.json"], folder["data.parquet"], "--output", folder["plot.png"]);
        Assert.Equal(3, result.Code);
        Assert.Contains("found no column 'other', expected the feature 'other' among its columns; correct the column's name", result.ErrorText,
            StringComparison.Ordinal);
        Assert.Equal(["data.parquet", "model.json"], folder.Names);
    }

    [Fact]
    public async Task Rows_for_a_kind_that_shows_none_are_refused()
    {
        await TwoBlobsAsync();
        var facts = new TrainingRecord(10, true, -5, -30, [-20, -7, -5], 0, 10, "scalar");
        (SavedModel.Load(folder["model.json"]) with { Training = facts }).Save(folder["model.json"]);
        var result = await Tool.RunAsync("plot", folder["model.json"], folder["data.parquet"], "--kind", "history", "--output", folder["plot.png"]);
        Assert.Equal((2, "pipelines: error: --kind history: found input rows, expected none: the picture is made from the model file alone; omit the "
            + "input, or choose another kind"), (result.Code, result.ErrorText));
        Assert.Equal(0, (await Tool.RunAsync("plot", folder["model.json"], "--kind", "history", "--output", folder["plot.png"])).Code);
    }

    [Fact]
    public async Task Title_units_labels_and_scales_are_as_asked_for()
    {
        await TestData.WriteAsync(folder["data.parquet"], ("delay", Enumerable.Range(1, 500).Select(i => 0.1 * i * i).ToArray()));
        new SavedModel(new GammaDistribution(0.5, 0.0001), [new Feature("delay")]).Save(folder["model.json"]);
        var result = await Tool.RunAsync("plot", folder["model.json"], folder["data.parquet"], "--title", "Delays of flights", "--units", "delay=minutes",
            "--y-label", "share of the flights", "--scale", "log", "--density-scale", "linear", "--output", folder["plot.svg"]);
        Assert.Equal((0, ""), (result.Code, result.ErrorText));
        string[] texts = [.. XDocument.Load(folder["plot.svg"]).Descendants().Where(e => e.Name.LocalName == "text").Select(t => t.Value.Trim())];
        foreach (var text in new[] { "Delays of flights", "delay (minutes)", "share of the flights", "10", "100", "1,000", "10,000" })
            Assert.Contains(text, texts);
    }

    [Fact]
    public async Task A_logarithmic_axis_without_a_place_for_any_value_is_refused()
    {
        new SavedModel(new NormalDistribution(0, 1), [new Feature("x")]).Save(folder["model.json"]);
        await TestData.WriteAsync(folder["data.parquet"], ("x", new[] { -1.0, 0, -3 }));
        var result = await Tool.RunAsync("plot", folder["model.json"], folder["data.parquet"], "--scale", "log", "--output", folder["plot.png"]);
        Assert.Equal((2, "pipelines: error: --scale, feature 'x': found no value above 0, expected positive values for a logarithmic axis; choose the linear "
            + "scale for this feature"), (result.Code, result.ErrorText));
    }

    [Fact]
    public async Task Characters_without_a_glyph_are_told_and_kept_in_svg()
    {
        // Two characters that no font has: they are not assigned.
        var name = "\u0378 wind \u0379";
        new SavedModel(new NormalDistribution(0, 1), [new Feature(name)]).Save(folder["model.json"]);
        var png = await Tool.RunAsync("plot", folder["model.json"], "--output", folder["plot.png"], "--json");
        Assert.Equal(0, png.Code);
        using var json = JsonDocument.Parse(png.Out);
        var warning = Assert.Single(json.RootElement.GetProperty("warnings").EnumerateArray()).GetString();
        Assert.EndsWith($"plot.png: no font here has 2 of the characters, such as \u0378 (U+0378), \u0379 (U+0379), which the picture shows as code points; "
            + "install a font such as Noto Sans (fonts-noto), or write SVG", warning, StringComparison.Ordinal);
        Assert.Equal(new ToolResult(0, "", ""), await Tool.RunAsync("plot", folder["model.json"], "--output", folder["plot.svg"], "--quiet"));
        Assert.Contains(name, XDocument.Load(folder["plot.svg"]).Descendants().Select(e => e.Value.Trim()));
    }

    [Fact]
    public async Task Clusters_and_transitions_are_drawn_from_the_command_line()
    {
        await TestData.TwoBlobsAsync(folder["data.parquet"]);
        Assert.Equal(0, (await Tool.RunAsync("fit", "kmeans", folder["data.parquet"], "--features", "x,y", "--components", "2", "--output", folder["k.json"],
            "--quiet")).Code);
        var clusters = await Tool.RunAsync("plot", folder["k.json"], folder["data.parquet"], "--kind", "clusters", "--output", folder["k.svg"]);
        Assert.Equal((0, ""), (clusters.Code, clusters.ErrorText));
        Assert.Contains("clusters, 2 panels", clusters.Out, StringComparison.Ordinal);
        // A third of the rows are far from the others.
        Assert.Contains("33.3 %", await File.ReadAllTextAsync(folder["k.svg"]), StringComparison.Ordinal);
        Assert.Contains("66.7 %", await File.ReadAllTextAsync(folder["k.svg"]), StringComparison.Ordinal);
        new SavedModel(new MarkovChain([new DiscreteDistribution([0.4, 0.6])]), [new Feature("sky", ["grey", "blue"])]).Save(folder["m.json"]);
        // What a Markov chain is drawn as unless a kind is named.
        var chain = await Tool.RunAsync("plot", folder["m.json"], "--output", folder["m.png"]);
        Assert.Equal((0, ""), (chain.Code, chain.ErrorText));
        Assert.Contains("transitions, 1 panel", chain.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_features_than_fit_are_told_of()
    {
        var names = Enumerable.Range(0, 40).Select(j => $"f{j}").ToArray();
        TestData.SaveModel(folder["model.json"], names);
        var result = await Tool.RunAsync("plot", folder["model.json"], "--output", folder["plot.png"]);
        Assert.Equal((2, "pipelines: error: --features: found 40 features, expected at most 24 in one picture; name some with --features: f0, f1, f2 "
            + "and 37 more"), (result.Code, result.ErrorText));
        var contour = await Tool.RunAsync("plot", folder["model.json"], "--kind", "contour", "--output", folder["plot.png"]);
        Assert.Contains("found 40 features with a density, expected 2 to 6 features with a density; name some with --features: f0, ", contour.ErrorText,
            StringComparison.Ordinal);
        Assert.Equal(0,
            (await Tool.RunAsync("plot", folder["model.json"], "--features", string.Join(',', names.Take(20)), "--output", folder["plot.png"])).Code);
    }

    [Fact]
    public async Task Hidden_states_are_drawn_with_their_shares_over_the_rows()
    {
        // In the long run 3/4 and 1/4 of the rows.
        var model = HiddenMarkovModel.FromMatrix(new[,] { { 0.9, 0.1 }, { 0.3, 0.7 } }, [new NormalDistribution(0, 1), new NormalDistribution(10, 1)],
            [0.5, 0.5], names: ["calm", "storm"]);
        new SavedModel(model, [new Feature("wind")]).Save(folder["hmm.json"]);
        Assert.Equal(0,
            (await Tool.RunAsync("sample", folder["hmm.json"], "--rows", "20000", "--length", "100", "--output", folder["wind.parquet"], "--quiet")).Code);
        Assert.Equal(new ToolResult(0, "", ""), await Tool.RunAsync("plot", folder["hmm.json"], folder["wind.parquet"], "--output", folder["hmm.svg"],
            "--quiet"));
        var texts = XDocument.Load(folder["hmm.svg"]).Descendants().Where(e => e.Name.LocalName == "text").Select(t => t.Value.Trim()).ToArray();
        foreach (var text in new[] { "hidden Markov model of 2 states", "20,000 rows", "state calm (75 %)", "state storm (25 %)", "sum of all states", "wind" })
            Assert.Contains(text, texts);
    }

    [Fact]
    public async Task Models_without_densities_are_told_of()
    {
        new SavedModel(new KMeans(new double[,] { { 0 }, { 1 } }), [new Feature("x")]).Save(folder["kmeans.json"]);
        var kmeans = await Tool.RunAsync("plot", folder["kmeans.json"], "--kind", "density", "--output", folder["plot.png"]);
        Assert.Equal((2, "pipelines: error: kmeans model: found no densities to draw with --kind density, expected a probability distribution, such as a "
            + "mixture; choose another kind (clusters), or fit a mixture"), (kmeans.Code, kmeans.ErrorText));
        new SavedModel(new IndependentComponentsDistribution([new PoissonDistribution(2), new NormalDistribution(0, 1)]),
            [new Feature("n"), new Feature("x")]).Save(folder["counts.json"]);
        var counts = await Tool.RunAsync("plot", folder["counts.json"], "--kind", "contour", "--features", "n,x", "--output", folder["plot.png"]);
        Assert.Equal((2, "pipelines: error: --kind contour, feature 'n': found a feature of categories or counts, expected one with a density; name others "
            + "with --features, or choose another kind (density)"), (counts.Code, counts.ErrorText));
    }

    [Fact]
    public async Task Texts_are_counted_as_the_models_categories()
    {
        new SavedModel(new DiscreteDistribution([0.5, 0.5]), [new Feature("kind", ["green", "red"])]).Save(folder["model.json"]);
        await TestData.WriteAsync(folder["data.parquet"], ("kind", new[] { "red", "green", "red", "blue" }));
        var result = await Tool.RunAsync("plot", folder["model.json"], folder["data.parquet"], "--json", "--output", folder["plot.svg"]);
        Assert.Equal("", result.ErrorText);
        Assert.Contains("kind: 25 % of the values are no known categories", result.Out, StringComparison.Ordinal);
        foreach (var name in new[] { "green", "red" }) Assert.Contains(name, await File.ReadAllTextAsync(folder["plot.svg"]), StringComparison.Ordinal);
    }

    private async Task TwoBlobsAsync(int rows = 3_000)
    {
        TestData.SaveModel(folder["model.json"], "x", "y");
        await TestData.TwoBlobsAsync(folder["data.parquet"], rows);
    }
}
