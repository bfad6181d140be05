using Pipelines.Plotting;

namespace Pipelines.Cli.Tests.Plotting;

/// <summary>A picture of each kind, and of what is special about some, over rows that are always the same.</summary>
internal static class PictureCases
{
    private const int Rows = 2_000;

    private static readonly string[] longNames =
        [.. Enumerable.Range(0, 60).Select(i => i % 3 == 0 ? $"A{i}" : $"INTERNATIONAL AIRPORT OF THE CITY WITH THE VERY LONG NAME NUMBER {i}")];

    /// <summary>Names of all pictures.</summary>
    public static IEnumerable<string> Names => all.Keys;

    private static readonly Dictionary<string, Func<Task<Picture>>> all = new(StringComparer.Ordinal)
    {
        ["density"] = () => Of(TwoGaussians(), "density", [("x", Normal(1)), ("y", Normal(2))], new() { Units = Units("x", "mm") }),
        ["density-of-a-spike"] = () => Of(new ZeroInflatedDistribution(new LogNormalDistribution(8, 2), 0.6), "density",
            [("x", [.. Normal(3).Select((z, i) => i % 5 < 3 ? 0 : Math.Exp(8 + (2 * z)))])]),
        ["density-of-a-small-component"] = () => Of(new GeneralMixtureModel([new NormalDistribution(0, 1), new NormalDistribution(20, 20)], [0.96, 0.04]),
            "density", [("x", [.. Normal(4).Select((z, i) => i % 25 == 0 ? 20 + (20 * z) : z)])]),
        ["density-of-speeds"] = () => Of(new UniformDistribution(0, 300), "density",
            [("speed", [.. Normal(5).Select((z, i) => i % 4 == 0 ? double.NaN : Math.Clamp(10 * Math.Round(15 + (4 * z)), 0, 300))])]),
        ["density-of-long-names"] = () => Of(new DiscreteDistribution([.. Enumerable.Range(0, 60).Select(i => (60 - i) / 1830.0)]), "density",
            [("airport", [.. longNames.Select((_, i) => i).SelectMany(i => Enumerable.Repeat((double)i, 60 - i))])], null,
            [new Feature("airport", longNames)]),
        ["density-of-counts"] = () => Of(new GeneralMixtureModel([new PoissonDistribution(2), new PoissonDistribution(9)], [0.5, 0.5]), "density",
            [("n", [.. Normal(6).Select(z => Math.Round(Math.Abs(4 * z)))])]),
        ["contour"] = () => Of(TwoGaussians(), "contour", [("x", Normal(7)), ("y", Normal(8))]),
        ["clusters"] = () => Of(new KMeans(new double[,] { { -1, 0 }, { 1, 1 }, { 0.5, -1.5 } }), "clusters", [("x", Normal(9)), ("y", Normal(10))]),
        ["clusters-of-four-features"] = () => Of(new KMeans(new double[,] { { -1, 0, 3, 1, 0 }, { 1, 1, 0, 5, 0.1 } }), "clusters",
            [("a", Normal(1)), ("b", Normal(2)), ("c", Normal(3)), ("d", Normal(4)), ("e", Normal(5))]),
        ["transitions"] = () => Of(HiddenMarkovModel.FromMatrix(new[,] { { 0.9, 0.1 }, { 0.005, 0.995 } },
            [new NormalDistribution(0, 1), new NormalDistribution(10, 1)], [1, 0], names: ["a calm day without any wind", "storm"]), "transitions"),
        ["history"] = () => Of(TwoGaussians(), "history", training: Record(iterations: 40)),
        ["criterion"] = () => Of(TwoGaussians(), "criterion", training: Record(4) with
        {
            Criterion = SelectionCriterion.Aic,
            Candidates = [.. Enumerable.Range(1, 6).Select(k =>
                new FitCandidate(k, 0, 0, -100.0 / k, 5 * k, (200.0 / k) + (10 * k), (200.0 / k) + (30 * k), 4, true, k == 4))],
        }),
        ["graph"] = () => Of(Networks.NetworkData.Asia(), "graph"),
        ["graph-of-states"] = () => Of(HiddenMarkovModel.FromMatrix(new[,] { { 0.9, 0.1, 0 }, { 0.25, 0.746, 0.004 }, { 0.5, 0, 0.5 } },
            [new NormalDistribution(0, 1), new NormalDistribution(10, 1), new NormalDistribution(20, 1)], [0.8, 0.2, 0],
            names: ["a calm day without any wind", "breeze", "storm"]), "graph"),
        ["density-of-a-narrow-component"] = () => Of(new GeneralMixtureModel([new NormalDistribution(0, 1e-4), new NormalDistribution(20, 4)], [0.57, 0.43]),
            "density", [("x", [.. Normal(12).Select((z, i) => i % 100 < 57 ? 0 : 20 + (4 * z))])]),
        ["clusters-of-categories"] = () => ModelPlot.CreateAsync(
            new SavedModel(new KMeans(new[,] { { 0.5, 0.5, 0, 0 }, { 0, 0.25, 0.75, 10 } }),
                [.. new[] { "red", "green", "blue" }.Select(c => Feature.Indicator("colour", c)), new Feature("x")]),
            Pipeline.From(MemorySource.FromArrays(("colour", Enumerable.Range(0, Rows).Select(i => i % 7 < 2 ? "red" : i % 7 < 5 ? "green" : "blue").ToArray()),
                ("x", Normal(13).Select((z, i) => z + (i % 3 == 0 ? 0 : 10)).ToArray())))),
        ["confusion"] = () => OfEvaluation("confusion"),
        ["roc"] = () => OfEvaluation("roc"),
        ["calibration"] = () => OfEvaluation("calibration"),
    };

    public static Task<Picture> DrawAsync(string name) => all[name]();

    private static IReadOnlyDictionary<string, string> Units(string feature, string unit) => new Dictionary<string, string> { [feature] = unit };

    private static GeneralMixtureModel TwoGaussians() => new(
        [
            new MultivariateGaussianDistribution([0, 0], new[,] { { 1, 0.3 }, { 0.3, 1 } }),
            new MultivariateGaussianDistribution([1, -1], new[,] { { 2.0, 0 }, { 0, 1 } }),
        ],
        [0.7, 0.3]);

    private static double[] Normal(long seed)
    {
        var random = new SeededRandom(seed);
        return [.. Enumerable.Range(0, Rows).Select(_ => random.NextNormal())];
    }

    private static TrainingRecord Record(int iterations)
    {
        double[] values = [.. Enumerable.Range(1, iterations).Select(i => -1000 - (5000 * Math.Exp(-i)) - (10 * Math.Exp(-0.1 * i)))];
        return new(Rows, true, values[^1], -50_000, values, 0, 10, "scalar");
    }

    private static Task<Picture> Of(Model model, string kind, (string Name, double[] Values)[]? rows = null, PlotOptions? options = null,
        Feature[]? features = null, TrainingRecord? training = null)
    {
        features ??= [.. rows?.Select(r => new Feature(r.Name)) ?? Enumerable.Range(0, model.Dimensions).Select(j => new Feature($"x{j}"))];
        (string, Array)[]? columns = rows is null ? null : features[0].Categories is { } categories
            ? [(rows[0].Name, rows[0].Values.Select(v => categories[(int)v]).ToArray())]
            : [.. rows.Select(r => (r.Name, (Array)r.Values))];
        return ModelPlot.CreateAsync(new SavedModel(model, kind == "graph" ? null : features, training),
            columns is null ? null : Pipeline.From(MemorySource.FromArrays(columns)), (options ?? new()) with { Kind = kind });
    }

    private static Task<Picture> OfEvaluation(string kind)
    {
        var model = new NaiveBayes([new NormalDistribution(1, 1), new NormalDistribution(-1, 1)], labels: new(["large", "small and light"]));
        var x = Normal(11);
        var rows = MemorySource.FromArrays(("x", x.Select((z, i) => i % 2 == 0 ? z - 1 : z + 1).ToArray()),
            ("class", x.Select((_, i) => i % 2 == 0 ? "small and light" : "large").ToArray()));
        return ModelPlot.CreateAsync(new SavedModel(model, [new Feature("x")]), Pipeline.From(rows), new() { Kind = kind, Label = "class" });
    }
}
