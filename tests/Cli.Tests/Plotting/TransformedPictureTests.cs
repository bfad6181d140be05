using Pipelines.Plotting;

namespace Pipelines.Cli.Tests.Plotting;

/// <summary>Pictures of models whose features have transforms or are indicators, and of components that are too narrow to be seen.</summary>
public sealed class TransformedPictureTests
{
    private static readonly Feature[] features =
    [
        new("x0") { Transforms = [FeatureTransform.Linear(3, 2)] }, new("x1") { Transforms = [FeatureTransform.Log, FeatureTransform.Linear(1, 0.5)] },
    ];

    [Fact]
    public async Task Ellipses_of_transformed_features_lie_at_their_distance_in_the_models_units()
    {
        var model = new MultivariateGaussianDistribution([1, -2], new[,] { { 4, 1.2 }, { 1.2, 1 } });
        var picture = await Drawn.OfAsync(model, "contour", features);
        var lines = Assert.Single(picture.Panels).Lines;
        Assert.Equal(2, lines.Count);
        for (var e = 0; e < 2; e++)
        {
            for (var i = 0; i < lines[e].X.Length; i++)
            {
                // The inverse of the covariance by hand: 1 / (4 - 1.44) times its adjugate.
                var (x, y) = (((lines[e].X[i] - 3) / 2) - 1, ((Math.Log(lines[e].Y[i]) - 1) / 0.5) + 2);
                Assert.Equal((e + 1.0) * (e + 1), ((x * x) - (2.4 * x * y) + (4 * y * y)) / 2.56, 1e-9);
            }
        }
        Assert.DoesNotContain(picture.Notes, n => n.Contains("only", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Borders_are_as_far_from_both_clusters_in_the_models_units()
    {
        double[,] centers = { { 0, 0 }, { 2, 0.5 }, { 1, 3 }, { -2, 1 } };
        var panel = Assert.Single((await Drawn.OfAsync(new KMeans(centers), "clusters", features)).Panels);
        Assert.NotEmpty(panel.Lines);
        foreach (var (x, y) in panel.Lines.SelectMany(l => l.X.Zip(l.Y)).Where(p => double.IsFinite(p.First) && p.Second is > 1e-9 and < 1e9))
        {
            var (u, v) = ((x - 3) / 2, (Math.Log(y) - 1) / 0.5);
            var distances = Enumerable.Range(0, 4).Select(k => Math.Pow(u - centers[k, 0], 2) + Math.Pow(v - centers[k, 1], 2)).Order().ToArray();
            // Lines reach far beyond the picture.
            Assert.Equal(distances[0], distances[1], 1e-9 * (1 + distances[1]));
        }
    }

    [Fact]
    public async Task Categories_of_clusters_are_bars_of_their_shares()
    {
        string[] all = ["a", "b", "c"];
        Feature[] own = [.. all.Select(c => Feature.Indicator("kind", c)), new Feature("x")];
        // Rows with x below 5 belong to the first cluster, and those above to the second.
        var model = new KMeans(new[,] { { 0.5, 0.5, 0, 0 }, { 0, 0.25, 0.75, 10 } });
        string[] kinds = [.. Enumerable.Range(0, 300).Select(i => all[(i * i / 7) % 3])];
        double[] x = [.. Enumerable.Range(0, 300).Select(i => i % 5 < 2 ? 0.0 : 10)];
        var picture = await Drawn.OfAsync(model, "clusters", own, ("kind", kinds), ("x", x));
        Assert.Equal(["x", "share of the cluster's rows", "share of the rows"], picture.Panels.Select(p => p.XLabel));
        var panel = picture.Panels[1];
        Assert.Equal(["c", "b", "a"], panel.YNames);
        for (var k = 0; k < 2; k++)
        {
            string[] rows = [.. kinds.Where((_, i) => x[i] == 10 * k)];
            Assert.Equal(all.Select(c => rows.Count(r => r == c) / (double)rows.Length), panel.Bars[k].Tops.Select(t => Math.Round(t, 12)),
                (a, b) => Math.Abs(a - b) < 1e-9);
        }
        // Without rows the centers tell the shares.
        var alone = (await Drawn.OfAsync(model, "clusters", own)).Panels[1];
        Assert.Equal([[0.5, 0.5, 0], [0, 0.25, 0.75]], alone.Bars.Select(b => b.Tops));
    }

    [Fact]
    public async Task Few_centers_are_no_reason_for_a_logarithmic_axis()
    {
        var panel = Assert.Single((await Drawn.OfAsync(new KMeans(new double[,] { { 1, 5 }, { 2, 6 }, { 1000, 7 } }), "clusters")).Panels);
        Assert.False(panel.XIsLog || panel.YIsLog);
    }

    [Fact]
    public async Task A_component_narrower_than_a_pixel_is_a_bar()
    {
        var model = new GeneralMixtureModel([new NormalDistribution(0, 1e-4), new NormalDistribution(20, 4)], [0.57, 0.43]);
        var random = new SeededRandom(5);
        double[] x = [.. Enumerable.Range(0, 1000).Select(i => i % 100 < 60 ? 0 : 20 + (4 * random.NextNormal()))];
        var picture = await Drawn.OfAsync(model, "density", null, ("x0", x));
        var panel = Assert.Single(picture.Panels);
        Assert.Equal([0.6, 0.57], panel.Stems.Select(s => Math.Round(Assert.Single(s.Tops), 12)));
        Assert.Equal("probability of a bar", panel.StemLabel);
        // The lines are those of the other component: 0.43 but for what lies beyond the axis.
        Assert.Equal(0.43, Drawn.Integral(panel.Lines[0]), 0.01);
        Assert.Contains("x0: components too narrow for a line are bars at 0, on the right axis, and not in the sum", picture.Notes);
    }

    [Fact]
    public async Task Contours_leave_out_components_narrower_than_a_pixel_and_say_so()
    {
        var wide = new MultivariateGaussianDistribution([20, 0], new double[,] { { 16, 0 }, { 0, 1 } });
        var model = new GeneralMixtureModel([new MultivariateGaussianDistribution([0, 0], new double[,] { { 1e-8, 0 }, { 0, 1 } }), wide], [0.57, 0.43]);
        var picture = await Drawn.OfAsync(model, "contour");
        var contours = Assert.Single(picture.Panels).Contours;
        // Above a fraction 1 - p of the peak a Gaussian of two features has the content p. A grid of 101 x 101 cells gives it to some percent.
        Assert.Equal(3, contours.Count);
        foreach (var (contour, content) in contours.Zip([0.5, 0.8, 0.95])) Assert.Equal(1 - content, contour.Levels[0] * 2 * Math.PI * 4, 0.03);
        Assert.Contains("x0: contours without component 0 (57 %), narrower than a pixel", picture.Notes);
    }

    [Fact]
    public async Task Lines_that_the_axes_cut_are_told()
    {
        // Rows of a small part of what the model says.
        var model = new MultivariateGaussianDistribution([0, 0], new double[,] { { 100, 0 }, { 0, 100 } });
        double[] x = [.. Enumerable.Range(0, 500).Select(i => i / 500.0)];
        var picture = await Drawn.OfAsync(model, "contour", null, ("x0", x), ("x1", x));
        Assert.Contains("lines that the axes cut: density of 50 %, density of 80 %, density of 95 %, model", picture.Notes);
        var whole = await Drawn.OfAsync(model, "contour");
        Assert.DoesNotContain(whole.Notes, n => n.Contains("cut", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Equal_lines_are_told()
    {
        NormalDistribution[] parts = [new(0, 1), new(5, 1), new(0, 1)];
        var picture = await Drawn.OfAsync(new GeneralMixtureModel(parts, [0.4, 0.2, 0.4]));
        Assert.Contains("x0: component 0 (40 %), component 2 (40 %) have the same line", picture.Notes);
    }

    [Fact]
    public async Task A_peak_above_the_axis_is_told()
    {
        var model = new GeneralMixtureModel([new NormalDistribution(0, 0.05), new NormalDistribution(5, 4)], [0.5, 0.5]);
        double[] x = [.. Enumerable.Range(0, 500).Select(i => i / 25.0)];
        var picture = await Drawn.OfAsync(model, "density", null, ("x0", x));
        Assert.Contains("x0: component 0 (50 %) reaches above the axis", picture.Notes);
    }

    [Fact]
    public async Task A_history_without_a_change_has_an_axis_around_its_value()
    {
        var facts = new TrainingRecord(10, true, -50, -50, [-50], 0, 10, "scalar");
        var picture = await ModelPlot.CreateAsync(new SavedModel(new NormalDistribution(0, 1), null, facts), options: new() { Kind = "history" });
        Assert.Equal((-52.5, -47.5), Assert.Single(picture.Panels).YRange);
    }

    [Fact]
    public void Names_show_control_characters_in_letters_of_the_font() => Assert.Equal(@"line\nbreak\tand\x1b", PlotTexts.Name("line\nbreak\tand\u001b"));
}
