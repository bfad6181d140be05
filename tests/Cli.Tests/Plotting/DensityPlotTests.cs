using Pipelines.Plotting;

namespace Pipelines.Cli.Tests.Plotting;

/// <summary>The numbers of density plots against closed forms and plain loops.</summary>
public sealed class DensityPlotTests
{
    // What a picture leaves out lies beyond its axes, at most 1 %; the trapezoidal rule between 400 points and more errs far less.
    private const double OutOfSight = 0.015;

    /// <summary>Densities of one feature, each with an integral of 1.</summary>
    public static TheoryData<string, Distribution> Families => new()
    {
        { "normal", new NormalDistribution(3, 2) },
        { "uniform", new UniformDistribution(-1, 4) },
        { "exponential", new ExponentialDistribution(0.5) },
        { "log-normal", new LogNormalDistribution(1, 0.4) },
        { "gamma", new GammaDistribution(3, 2) },
        { "beta", new BetaDistribution(2, 5) },
        { "half-normal", new HalfNormalDistribution(2) },
        { "kernels", new GaussianKernelDensity([1, 2, 7], 0.5) },
        { "nested", new GeneralMixtureModel([new NormalDistribution(0, 1),
            new GeneralMixtureModel([new NormalDistribution(5, 0.01), new GammaDistribution(2, 1)], [0.3, 0.7])], [0.4, 0.6]) },
    };

    [Theory]
    [MemberData(nameof(Families))]
    public async Task Densities_integrate_to_one(string name, Distribution model)
    {
        var panel = Assert.Single((await Drawn.OfAsync(model)).Panels);
        Assert.Equal("density", panel.YLabel);
        Assert.True(Math.Abs(Drawn.Integral(panel.Lines[0]) - 1) < OutOfSight, $"{name}: {Drawn.Integral(panel.Lines[0])}");
    }

    [Fact]
    public async Task Components_have_their_weights_and_sum_to_the_model()
    {
        var model = new GeneralMixtureModel([new NormalDistribution(0, 1), new NormalDistribution(4, 2)], [0.3, 0.7]);
        var picture = await Drawn.OfAsync(model);
        var lines = picture.Panels[0].Lines;
        Assert.Equal(["sum of all components", "component 0 (30 %)", "component 1 (70 %)"], lines.Select(l => l.Name));
        Assert.Equal(["component 0 (30 %)", "component 1 (70 %)", "sum of all components"], picture.Legend.Select(l => l.Text));
        for (var i = 0; i < lines[0].X.Length; i++)
        {
            var x = lines[0].X[i];
            // Vector kernels of exp and log: 1e-12 relative.
            Assert.Equal(0.3 * Drawn.Normal(x, 0, 1), lines[1].Y[i], 1e-12);
            Assert.Equal(0.7 * Drawn.Normal(x, 4, 2), lines[2].Y[i], 1e-12);
            Assert.Equal(lines[1].Y[i] + lines[2].Y[i], lines[0].Y[i], 1e-12);
        }
    }

    [Fact]
    public async Task Histogram_is_what_a_plain_loop_counts()
    {
        var random = new SeededRandom(3);
        var x = Enumerable.Range(0, 5_000).Select(_ => random.NextNormal()).ToArray();
        x[17] = double.NaN;
        var panel = (await Drawn.OfAsync(new NormalDistribution(0, 1), "density", null, ("x0", x))).Panels[0];
        var bars = Assert.Single(panel.Bars);
        double inside = 0;
        for (var b = 0; b < bars.Centers.Length; b++)
        {
            var (low, high) = (bars.Centers[b] - (bars.Width / 2), bars.Centers[b] + (bars.Width / 2));
            var count = x.Count(v => v >= low && v < high);
            // A value within rounding of an edge may fall on its other side.
            Assert.InRange(bars.Tops[b] * bars.Width * 4_999, count - 1.001, count + 1.001);
            inside += bars.Tops[b] * bars.Width;
        }
        Assert.InRange(inside, 1 - OutOfSight, 1 + 1e-9);
    }

    [Fact]
    public async Task Outliers_do_not_press_the_rest_into_a_corner_and_are_told_of()
    {
        var x = Enumerable.Range(0, 10_000).Select(i => i % 100 / 10.0).ToArray();
        x[5] = 1e6;
        var picture = await Drawn.OfAsync(new NormalDistribution(5, 3), "density", null, ("x0", x));
        Assert.InRange(picture.Panels[0].XRange!.Value.High, 9.9, 12);
        Assert.Contains("x0: < 0.1 % of the values lie beyond the axis", picture.Notes);
    }

    [Fact]
    public async Task Counts_are_bars_of_masses()
    {
        var model = new PoissonDistribution(2);
        var panel = (await Drawn.OfAsync(model, "density", null, ("x0", new double[] { 0, 1, 1, 2, 3, 5 }))).Panels[0];
        Assert.Equal("probability", panel.YLabel);
        var (data, bars) = (panel.Bars[0], panel.Bars[1]);
        Assert.Equal([1 / 6.0, 2 / 6.0, 1 / 6.0, 1 / 6.0, 0, 1 / 6.0], data.Tops);
        for (var k = 0; k < 6; k++) Assert.Equal(Math.Exp(-2) * Math.Pow(2, k) / Enumerable.Range(1, k).Aggregate(1.0, (a, b) => a * b), bars.Tops[k], 1e-12);
    }

    [Fact]
    public async Task Categories_stand_by_name_and_the_rarest_together()
    {
        var few = (await Drawn.OfAsync(new DiscreteDistribution([0.2, 0.5, 0.3]), "density", [new Feature("kind", ["red", "green", "blue"])])).Panels[0];
        Assert.Equal(["red", "green", "blue"], few.XNames);
        Assert.Equal([0.2, 0.5, 0.3], few.Bars[0].Tops);
        var many = (await Drawn.OfAsync(new DiscreteDistribution([.. Enumerable.Repeat(0.01, 100)]), "density",
            [new Feature("code", [.. Enumerable.Range(0, 100).Select(i => $"c{i}")])])).Panels[0];
        // At the left of flat bars, the first at the top. The others would squeeze the rest: they are told instead.
        Assert.True(many.BarsAreFlat);
        Assert.Equal(30, many.YNames!.Count);
        Assert.Equal(("71 others", "c0"), (many.YNames[0], many.YNames[^1]));
        Assert.Equal((29, 0), (many.Bars[0].Centers[0], many.Bars[0].Centers[^1]));
        Assert.Equal(0, many.Bars[0].Tops[^1]);
        Assert.Equal(0.011, many.XRange!.Value.High, 0.001);
        Assert.Equal(" 71 %, no bar", Assert.Single(many.Texts).Text);
        var rare = (await Drawn.OfAsync(new DiscreteDistribution([0.71, .. Enumerable.Repeat(0.01, 29), 0, 0]), "density",
            [new Feature("code", [.. Enumerable.Range(0, 32).Select(i => $"c{i}")])])).Panels[0];
        // Three others of 0.01 together squeeze nothing. Exponentials of logarithms.
        Assert.Equal("3 others", rare.YNames![0]);
        Assert.Equal(0.01, rare.Bars[0].Tops[^1], 1e-9);
        Assert.Empty(rare.Texts);
    }

    [Fact]
    public async Task Components_of_counts_stand_on_each_other()
    {
        var model = new GeneralMixtureModel([new BernoulliDistribution(0.9), new BernoulliDistribution(0.2)], [0.5, 0.5]);
        var bars = (await Drawn.OfAsync(model)).Panels[0].Bars;
        Assert.Equal(2, bars.Count);
        Assert.Equal(bars[0].Tops, bars[1].Bases);
        // p(0) = 0.5 * 0.1 + 0.5 * 0.8.
        Assert.Equal(0.45, bars[1].Tops[0], 1e-12);
        Assert.Equal(0.55, bars[1].Tops[1], 1e-12);
    }

    [Fact]
    public async Task A_value_among_densities_has_bars_on_an_axis_of_its_own()
    {
        // 3 of 8 rows are 0; on a logarithmic axis they stand before the others.
        double[] rows = [0, 0, 0, 1, 10, 100, 1000, 10_000];
        var picture = await Drawn.OfAsync(new ZeroInflatedDistribution(new LogNormalDistribution(4, 2), 0.25), "density", null, ("x0", rows));
        var panel = Assert.Single(picture.Panels);
        Assert.True(panel.XIsLog);
        Assert.Equal("density per decade", panel.YLabel);
        Assert.Equal([3 / 8.0], panel.Stems[0].Tops);
        Assert.Equal([0.25], panel.Stems[1].Tops);
        Assert.True(panel.Stems[0].Centers[0] < panel.Stems[1].Centers[0] && panel.Stems[1].Centers[0] < 1);
        Assert.Equal("0", Assert.Single(panel.XMarks).Text);
        // The zeros are in no bin: the others have their share of all rows, per decade.
        Assert.Equal(5 / 8.0, panel.Bars.Single().Tops.Sum() * panel.Bars[0].Width, 1e-12);
        var line = panel.Lines[0];
        for (var i = 0; i < line.X.Length; i += 50)
            Assert.Equal(0.75 * Drawn.Normal(Math.Log(line.X[i]), 4, 2) * Math.Log(10), line.Y[i], 1e-9);
        Assert.Contains(picture.Notes, n => n == "x0: the bars at 0 are the probability of this value alone, on the right axis");
    }

    [Fact]
    public async Task A_spike_within_a_linear_axis_stands_at_its_value()
    {
        var panel = (await Drawn.OfAsync(new ZeroInflatedDistribution(new GammaDistribution(3, 1), 0.25))).Panels[0];
        Assert.Equal(0.75, Drawn.Integral(panel.Lines[0]), OutOfSight);
        Assert.Empty(panel.Bars);
        var stem = Assert.Single(panel.Stems);
        Assert.Equal((0.0, 0.25), (Assert.Single(stem.Centers), Assert.Single(stem.Tops)));
        Assert.True(panel.XRange!.Value.Low < -stem.Width);
    }

    [Theory]
    [InlineData(AxisScale.Auto, 1.0, false)]
    [InlineData(AxisScale.Auto, 2.0, true)]
    [InlineData(AxisScale.Linear, 2.0, false)]
    [InlineData(AxisScale.Log, 1.0, true)]
    public async Task Skewed_positive_features_have_a_logarithmic_axis(AxisScale scale, double spread, bool isLog)
    {
        // The 99th percentile of a log-normal is exp(2.33 spread) times its median: 10 at a spread of 0.99.
        var model = new SavedModel(new LogNormalDistribution(0, 0.9 * spread), [new Feature("x")]);
        var panel = (await ModelPlot.CreateAsync(model, null, new() { Scales = [scale] })).Panels[0];
        Assert.Equal(isLog, panel.XIsLog);
        Assert.Equal(isLog ? "density per decade" : "density", panel.YLabel);
    }

    [Fact]
    public async Task A_component_that_a_linear_axis_hides_makes_the_density_logarithmic()
    {
        var model = new GeneralMixtureModel([new NormalDistribution(0, 1), new NormalDistribution(20, 20)], [0.95, 0.05]);
        // Peaks 0.95 / 1 and 0.05 / 20: 380 to 1.
        Assert.True((await Drawn.OfAsync(model)).Panels[0].YIsLog);
        var saved = new SavedModel(model, [new Feature("x")]);
        Assert.False((await ModelPlot.CreateAsync(saved, null, new() { DensityScale = AxisScale.Linear })).Panels[0].YIsLog);
        Assert.False((await Drawn.OfAsync(new NormalDistribution(0, 1))).Panels[0].YIsLog);
    }

    [Fact]
    public async Task A_uniform_density_has_sharp_ends()
    {
        var line = (await Drawn.OfAsync(new UniformDistribution(-1, 4), "density", null, ("x0", new[] { -3.0, -1, 0.5, 2, 4, 6.5, 7 }))).Panels[0].Lines[0];
        Assert.All(line.Y, y => Assert.True(y == 0 || Math.Abs(y - 0.2) < 1e-12));
        var steps = Enumerable.Range(0, line.Y.Length - 1).Where(i => line.Y[i] != line.Y[i + 1]).ToArray();
        Assert.Equal(2, steps.Length);
        // Bisected to the last bits.
        foreach (var (at, end) in steps.Zip([-1.0, 4.0])) Assert.True(line.X[at + 1] - line.X[at] < 1e-9 && Math.Abs(line.X[at] - end) < 1e-9);
    }

    [Fact]
    public async Task Bins_of_speeds_in_tens_are_whole_tens()
    {
        var random = new SeededRandom(8);
        // Nine in ten are at the tens, as people note speeds.
        double[] speeds = [.. Enumerable.Range(0, 5_000).Select(i => Math.Round(15 + (3 * random.NextNormal())) * 10 + (i % 10 == 0 ? i / 10 % 10 : 0))];
        var bars = (await Drawn.OfAsync(new NormalDistribution(150, 30), "density", null, ("x0", speeds))).Panels[0].Bars[0];
        Assert.Equal(10, bars.Width);
        Assert.All(bars.Centers, c => Assert.Equal(0, c % 10));
    }

    [Fact]
    public async Task Missing_values_are_told()
    {
        double[] x = [1, 2, 3, double.NaN, 5, double.NaN], y = [1, 2, 3, 4, 5, double.NaN];
        var one = await Drawn.OfAsync(new NormalDistribution(0, 1), "density", null, ("x0", x));
        Assert.Equal("4 rows; 2 missing", one.Legend[0].Text);
        var two = await Drawn.OfAsync(new DiagonalGaussianDistribution([0, 0], [1, 1]), "density", null, ("x0", x), ("x1", y));
        Assert.Equal("6 rows", two.Legend[0].Text);
        Assert.Equal(["x0: 2 missing", "x1: 1 missing"], two.Notes);
    }

    [Fact]
    public async Task Masses_between_whole_numbers_are_bars_too()
    {
        var bar = Assert.Single((await Drawn.OfAsync(new DiracDeltaDistribution(7.5))).Panels[0].Bars);
        Assert.Equal(7.5, Assert.Single(bar.Centers));
        Assert.Equal(1, Assert.Single(bar.Tops));
    }

    [Fact]
    public async Task Densities_without_a_bound_leave_the_rest_visible()
    {
        var panel = (await Drawn.OfAsync(new BetaDistribution(0.5, 0.5))).Panels[0];
        Assert.InRange(panel.YRange!.Value.High, 1, 50);
        Assert.All(panel.Lines[0].Y, y => Assert.True(double.IsFinite(y)));
    }

    [Fact]
    public async Task Many_components_share_one_line()
    {
        var model = new GeneralMixtureModel([.. Enumerable.Range(0, 40).Select(k => (Distribution)new NormalDistribution(k, 1))],
            [.. Enumerable.Range(0, 40).Select(k => k < 11 ? 5.0 : 1.0)]);
        var lines = (await Drawn.OfAsync(model)).Panels[0].Lines;
        Assert.Equal(13, lines.Count);
        Assert.Equal("29 more components (34.5 %)", lines[12].Name);
        Assert.Equal(lines[0].Y[50], lines.Skip(1).Sum(l => l.Y[50]), 1e-12);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(24)]
    public async Task Each_feature_has_a_panel(int features)
    {
        var model = new DiagonalGaussianDistribution(new double[features], [.. Enumerable.Repeat(1.0, features)]);
        var picture = await Drawn.OfAsync(model);
        Assert.Equal(Enumerable.Range(0, features).Select(j => $"x{j}"), picture.Panels.Select(p => p.XLabel));
    }

    [Fact]
    public async Task Rows_weigh_what_their_weights_say()
    {
        var saved = new SavedModel(new BernoulliDistribution(0.5), [new Feature("x")]);
        var rows = Pipeline.From(MemorySource.FromArrays(("x", new double[] { 0, 1, 1 }), ("w", new double[] { 3, 1, 0 })));
        var picture = await ModelPlot.CreateAsync(saved, rows, new() { Weights = "w" });
        Assert.Equal([0.75, 0.25], picture.Panels[0].Bars[0].Tops);
    }
}
