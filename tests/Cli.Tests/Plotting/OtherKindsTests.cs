using Pipelines.Plotting;

namespace Pipelines.Cli.Tests.Plotting;

/// <summary>The numbers of contours, histories and criteria.</summary>
public sealed class OtherKindsTests
{
    private static readonly MultivariateGaussianDistribution gaussian = new([1, -2], new[,] { { 4, 1.2 }, { 1.2, 1 } });

    [Fact]
    public async Task Ellipses_lie_at_their_distance()
    {
        var picture = await Drawn.OfAsync(gaussian, "contour");
        var lines = picture.Panels[0].Lines;
        Assert.Equal(2, lines.Count);
        // The inverse of the covariance by hand: 1 / (4 - 1.44) times its adjugate.
        for (var e = 0; e < 2; e++)
        {
            for (var i = 0; i < lines[e].X.Length; i++)
            {
                var (x, y) = (lines[e].X[i] - 1, lines[e].Y[i] + 2);
                Assert.Equal((e + 1.0) * (e + 1), ((x * x) - (2.4 * x * y) + (4 * y * y)) / 2.56, 1e-9);
            }
        }
        Assert.Contains("thick ellipse: 1 standard deviation, 39.3 % of the component", picture.Notes);
        Assert.Contains("thin ellipse: 2 standard deviations, 86.5 %", picture.Notes);
    }

    [Fact]
    public async Task Contours_enclose_what_they_say()
    {
        var picture = await Drawn.OfAsync(gaussian, "contour");
        var contours = picture.Panels[0].Contours;
        // Above a fraction 1 - p of the peak a Gaussian of two features has the content p. A grid of 101 x 101 cells gives it to a percent or so.
        var peak = 1 / (2 * Math.PI * Math.Sqrt(2.56));
        Assert.Equal(3, contours.Count);
        foreach (var (contour, content) in contours.Zip([0.5, 0.8, 0.95])) Assert.Equal(1 - content, Assert.Single(contour.Levels) / peak, 0.015);
        var grid = contours[0];
        Assert.Equal(grid.Z[50, 50], gaussian.LogProbability(new[,] { { grid.X[50], grid.Y[50] } }) is [var log] ? Math.Exp(log) : 0, 1e-12);
        // The legend tells them apart by their ink.
        var named = picture.Legend.Where(l => l.Text.StartsWith("density: ", StringComparison.Ordinal)).ToArray();
        Assert.Equal(["density: 50 % of the probability inside", "density: 80 % of the probability inside", "density: 95 % of the probability inside"],
            named.Select(l => l.Text));
        Assert.Equal(contours.Select(c => c.Ink), named.Select(l => l.Ink));
        Assert.Equal(3, named.Select(l => l.Ink).Distinct().Count());
    }

    [Fact]
    public async Task Rows_of_the_sample_are_rows_of_the_data()
    {
        var rows = Enumerable.Range(0, 30_000).Select(i => (double)i).ToArray();
        var picture = await Drawn.OfAsync(gaussian, "contour", null, ("x0", rows), ("x1", rows.Select(r => -r).ToArray()));
        var points = Assert.Single(picture.Panels[0].Points);
        Assert.InRange(points.X.Length, 2_000, 3_000);
        Assert.All(points.X.Zip(points.Y), p => Assert.Equal(-p.First, p.Second));
        Assert.Contains(picture.Legend, l => l.Text.EndsWith("of 30,000 rows", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pairs_of_independent_normals_have_ellipses_and_others_none()
    {
        var normals = new IndependentComponentsDistribution([new NormalDistribution(0, 2), new NormalDistribution(0, 1), new GammaDistribution(2, 1)]);
        var picture = await Drawn.OfAsync(normals, "contour");
        Assert.Equal([2, 0, 0], picture.Panels.Select(p => p.Lines.Count));
        Assert.Equal(2, picture.Panels[0].Lines[0].X.Max(), 1e-12);
    }

    [Fact]
    public async Task History_is_the_fits()
    {
        var facts = new TrainingRecord(10, true, -5, -30, [-20, -7, -5], 0, 10, "scalar");
        var picture = await ModelPlot.CreateAsync(new SavedModel(gaussian, null, facts), options: new() { Kind = "history" });
        var line = Assert.Single(Assert.Single(picture.Panels).Lines);
        Assert.Equal([0, 1, 2, 3], line.X);
        Assert.Equal([-30, -20, -7, -5], line.Y);
        Assert.Contains("converged", picture.Notes);
        Assert.Contains("last value: -5", picture.Notes);
        // A start far below would hide the rest: a second panel shows the distance from the last value.
        var far = await ModelPlot.CreateAsync(new SavedModel(gaussian, null, facts with { InitialLogLikelihood = -1e6 }), options: new() { Kind = "history" });
        Assert.Equal([-1e6, -20, -7, -5], far.Panels[0].Lines[0].Y);
        Assert.Equal([1e6 - 5, 15, 2], far.Panels[1].Lines[0].Y);
        Assert.True(far.Panels[1].YIsLog && !far.Panels[0].YIsLog);
    }

    [Fact]
    public async Task History_of_k_means_is_the_mean_squared_distance()
    {
        var facts = new TrainingRecord(10, true, -50, -300, [-200, -70, -50], 0, 10, "scalar");
        var picture = await ModelPlot.CreateAsync(new SavedModel(new KMeans(new double[,] { { 0 }, { 1 } }), null, facts), options: new() { Kind = "history" });
        var panel = Assert.Single(picture.Panels);
        Assert.Equal("mean squared distance", panel.YLabel);
        Assert.Equal([30, 20, 7, 5], panel.Lines[0].Y);
        Assert.Equal("mean squared distance after each iteration", Assert.Single(picture.Legend).Text);
    }

    [Fact]
    public async Task What_a_contour_picture_does_not_draw_is_told()
    {
        var components = Enumerable.Range(0, 20).Select(k => new IndependentComponentsDistribution(
            [new NormalDistribution(k, 1), new NormalDistribution(-k, 1), new PoissonDistribution(3)]));
        double[] weights = [.. Enumerable.Repeat(0.0721, 11), .. Enumerable.Repeat((1 - (11 * 0.0721)) / 9, 9)];
        var picture = await Drawn.OfAsync(new GeneralMixtureModel([.. components], weights), "contour");
        Assert.Contains("without an ellipse, but within the density: 9 more components (20.7 %)", picture.Notes);
        Assert.Contains("not drawn, as categories, counts and single values have no contours: x2", picture.Notes);
    }

    [Fact]
    public async Task Criterion_has_the_best_of_each_number_of_components()
    {
        FitCandidate[] fits =
        [
            new(2, 0, 0, -10, 3, 26, 30, 5, true, false),
            new(2, 1, 1, -9, 3, 24, 28, 5, true, true),
            new(3, 0, 0, -8, 5, 26, 33, 5, true, false),
            new(4, 0, 0, double.NaN, 0, double.NaN, double.NaN, 0, false, false) { Failure = "no" },
        ];
        var facts = new TrainingRecord(10, true, -9, -30, [-9], 1, 10, "scalar") { Candidates = fits };
        var picture = await ModelPlot.CreateAsync(new SavedModel(gaussian, null, facts), options: new() { Kind = "criterion" });
        var lines = picture.Panels[0].Lines;
        Assert.Equal(["AIC", "BIC"], lines.Select(l => l.Name));
        Assert.Equal([2, 3], lines[0].X);
        Assert.Equal([24, 26], lines[0].Y);
        Assert.Equal([28, 33], lines[1].Y);
        // Only what chose has a ring. Older files do not say what it was; BIC is least at the chosen fit.
        var ring = Assert.Single(picture.Panels[0].Points, p => p.Marker == Marker.Ring);
        Assert.Equal((2, 28), (ring.X[0], ring.Y[0]));
        Assert.Contains(picture.Legend, l => l.Text == "chosen by BIC");
        foreach (var (criterion, panels, height, text) in new[]
            { (SelectionCriterion.Aic, 1, 24.0, "AIC"), (SelectionCriterion.LogLikelihood, 2, -9.0, "log-likelihood") })
        {
            var chosen = new SavedModel(gaussian, null, facts with { Criterion = criterion });
            var other = await ModelPlot.CreateAsync(chosen, options: new() { Kind = "criterion" });
            Assert.Equal(panels, other.Panels.Count);
            Assert.Equal([height], Assert.Single(other.Panels.SelectMany(p => p.Points), p => p.Marker == Marker.Ring).Y);
            Assert.Contains(other.Legend, l => l.Text == $"chosen by {text}");
        }
        Assert.Contains("1 fit failed", picture.Notes);
    }
}
