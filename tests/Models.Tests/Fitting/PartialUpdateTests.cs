using Pipelines.Models.Fitting;
using Pipelines.Models.Tests.Contract;
using Pipelines.Models.Tests.Sequences;

namespace Pipelines.Models.Tests.Fitting;

/// <summary>Updates of some kinds of parameters alone, against the formulas written down row by row.</summary>
public sealed class PartialUpdateTests
{
    private const int Rows = 400;

    // Sums over some hundred rows in another order.
    private const double Tolerance = 1e-11;

    private static readonly Dictionary<string, Func<int, Distribution>> families = new()
    {
        ["normal"] = k => new NormalDistribution(4 * k, 1.5),
        ["multivariate-gaussian"] = k => new MultivariateGaussianDistribution([4 * k, 0.5 * k], new[,] { { 1.5, 0.3 }, { 0.3, 0.8 } }),
        ["diagonal-gaussian"] = k => new DiagonalGaussianDistribution([4 * k, 0.5 * k], [1, 2]),
        ["spherical-gaussian"] = k => new SphericalGaussianDistribution([4 * k, 0.5 * k], 1.5),
        ["independent-components"] = k => new IndependentComponentsDistribution([new NormalDistribution(4 * k, 1), new NormalDistribution(k, 2)]),
    };

    public static TheoryData<string, ParameterKinds, bool> Cases
    {
        get
        {
            var cases = new TheoryData<string, ParameterKinds, bool>();
            foreach (var family in families.Keys)
                foreach (var kinds in new[] { ParameterKinds.Weights, ParameterKinds.Means, ParameterKinds.Covariances, ParameterKinds.Distributions,
                    ParameterKinds.Weights | ParameterKinds.Means })
                    foreach (var tied in new[] { false, true }) cases.Add(family, kinds, tied);
            return cases;
        }
    }

    public static TheoryData<string> AllModels => [.. StatisticsCases.Keys.Where(n => StatisticsCases.Get(n).Model is ProbabilityModel)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_mixture_changes_what_is_updated_and_nothing_else(string family, ParameterKinds kinds, bool tied)
    {
        var start = new GeneralMixtureModel([.. Enumerable.Range(0, 3).Select(families[family])], [0.5, 0.3, 0.2], tied);
        var (rows, data) = Data(start.Dimensions);
        var found = start.Fit(data, new() { MaxIterations = 1, Update = kinds }).Model;
        var shares = NaiveModel.Shares(start, rows, [.. Enumerable.Repeat(1.0, Rows)]);
        for (var k = 0; k < 3; k++)
        {
            var old = (Distribution)start.Components[k];
            Assert.Equal(kinds.HasFlag(ParameterKinds.Weights) ? shares.Sum(s => s[k]) / Rows : start.Weights[k], found.Weights[k], Tolerance);
            var means = start.Components.Select((c, i) => kinds.HasFlag(ParameterKinds.Means)
                ? NaiveTie.Means((Distribution)c, rows, [.. shares.Select(s => s[i])])
                : ((Distribution)c).AsGaussian()!.Mean.ToArray()).ToArray();
            var (scatter, weight) = NaiveTie.Scatter(rows, shares, means, tied ? [0, 1, 2] : [k]);
            var scale = NaiveTie.Make(old, means[k], scatter, weight).AsGaussian()!.Covariance;
            Close(means[k], kinds.HasFlag(ParameterKinds.Covariances) ? scale : old.AsGaussian()!.Covariance, (Distribution)found.Components[k]);
            if (!kinds.HasFlag(ParameterKinds.Means) && !kinds.HasFlag(ParameterKinds.Covariances)) Assert.Equal(old, found.Components[k]);
        }
    }

    [Fact]
    public void A_product_of_other_families_updates_each_as_far_as_it_can()
    {
        var start = new IndependentComponentsDistribution([new NormalDistribution(1, 2), new PoissonDistribution(3), new StudentTDistribution(4, 0, 1)]);
        var data = FeatureMatrix.FromRows(new double[,] { { 0, 1, 0 }, { 4, 3, 1 }, { 8, 8, 5 } });
        Assert.Equal([new NormalDistribution(4, 2), start.Parts[1], start.Parts[2]], Parts(ParameterKinds.Means));
        // The scatter about the mean that is held: (1 + 9 + 49) / 3.
        Assert.Equal([new NormalDistribution(1, Math.Sqrt(59 / 3.0)), start.Parts[1], start.Parts[2]], Parts(ParameterKinds.Covariances));
        var others = Parts(ParameterKinds.Others);
        Assert.Equal([start.Parts[0], new PoissonDistribution(4)], others[..2]);
        Assert.NotEqual(start.Parts[2], others[2]);

        Distribution[] Parts(ParameterKinds kinds) => [.. start.Fit(data, new() { MaxIterations = 1, Update = kinds }).Model.Parts];
    }

    [Theory]
    [InlineData(ParameterKinds.Starts, false)]
    [InlineData(ParameterKinds.Transitions, false)]
    [InlineData(ParameterKinds.Means, false)]
    [InlineData(ParameterKinds.Covariances, false)]
    [InlineData(ParameterKinds.Means, true)]
    [InlineData(ParameterKinds.Covariances, true)]
    [InlineData(ParameterKinds.Starts | ParameterKinds.Means | ParameterKinds.Covariances, true)]
    public void A_hidden_Markov_model_changes_what_is_updated_and_nothing_else(ParameterKinds kinds, bool tied)
    {
        var start = HiddenMarkovCases.Dense(3, k => new MultivariateGaussianDistribution([3 * k, k], new[,] { { 2, 0.3 }, { 0.3, 1 } }))
            .With(new() { TiedCovariances = tied });
        var data = HiddenMarkovCases.Drawn(30, 2, weighted: true);
        var found = start.Fit(data, new() { MaxIterations = 1, Update = kinds }).Model;
        var (rows, shares, uses) = Expected(start, data);
        for (var e = 0; e < uses.Length; e++)
        {
            var old = start.Transitions[e];
            var all = Enumerable.Range(0, uses.Length).Where(x => start.Transitions[x].From == old.From).Sum(x => uses[x]);
            var isUpdated = kinds.HasFlag(old.From == HiddenMarkovModel.Start ? ParameterKinds.Starts : ParameterKinds.Transitions);
            Assert.Equal(isUpdated ? uses[e] / all : old.Probability, found.Transitions[e].Probability, isUpdated ? 1e-9 : 0);
        }
        for (var k = 0; k < 3; k++)
        {
            var means = Enumerable.Range(0, 3).Select(i => kinds.HasFlag(ParameterKinds.Means)
                ? NaiveTie.Means(start.Emission(i), rows, [.. shares.Select(s => s[i])])
                : start.Emission(i).AsGaussian()!.Mean.ToArray()).ToArray();
            var (scatter, weight) = NaiveTie.Scatter(rows, shares, means, tied ? [0, 1, 2] : [k]);
            var covariance = NaiveTie.Make(start.Emission(k), means[k], scatter, weight).AsGaussian()!.Covariance;
            // Posteriors of scaled arithmetic agree with those of logarithms to 1e-9.
            Close(means[k], kinds.HasFlag(ParameterKinds.Covariances) ? covariance : start.Emission(k).AsGaussian()!.Covariance, found.Emission(k), 1e-8);
        }
    }

    [Theory]
    [MemberData(nameof(AllModels))]
    public void Nothing_changes_if_everything_is_held(string name)
    {
        var (start, data) = StatisticsCases.Get(name);
        var model = (ProbabilityModel)start;
        var held = model.MaximizePart(data.Summarize(model), new() { Held = ParameterKinds.All, MinVariance = 1e-3, Inertia = 0.3, WeightInertia = 0.2 });
        Assert.Equal(model, held);
        // A part is not even asked if everything is held; the model itself is.
        if (!model.ParameterKinds.HasFlag(ParameterKinds.Others))
            Assert.Equal(model, model.Maximize(data.Summarize(model), new() { Held = model.ParameterKinds, MinVariance = 1e-3 }));
    }

    [Theory]
    [MemberData(nameof(AllModels))]
    public async Task Every_kind_alone_gives_the_same_bits_at_any_parallelism(string name)
    {
        var (start, data) = StatisticsCases.Get(name);
        foreach (var kind in start.ParameterKinds.Asked())
        {
            var options = new FitOptions
            {
                MaxIterations = 2,
                StopThreshold = double.NegativeInfinity,
                MinVariance = 1e-3,
                Update = kind,
                WeightInertia = 0.25,
            };
            var one = await FitAsync(1);
            Assert.Equal(new SavedModel(one).ToJson(), new SavedModel(await FitAsync(8)).ToJson());

            async Task<Model> FitAsync(int parallelism) =>
                (await ExpectationMaximization.FitAsync(start, data.Pass(parallelism), options, CancellationToken.None)).Model;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.25)]
    [InlineData(1)]
    public void Weights_keep_their_share(double inertia)
    {
        var start = new GeneralMixtureModel([new NormalDistribution(0, 1), new NormalDistribution(4, 1)], [0.9, 0.1]);
        var (rows, data) = Data(1);
        var found = start.Fit(data, new() { MaxIterations = 1, WeightInertia = inertia, Pseudocount = 5 }).Model;
        var total = NaiveModel.Shares(start, rows, [.. Enumerable.Repeat(1.0, Rows)]).Sum(s => s[0]);
        Assert.Equal((0.9 * inertia) + ((total + 5) / (Rows + 10) * (1 - inertia)), found.Weights[0], Tolerance);
        if (inertia == 1) Assert.Equal(start.Weights.ToArray(), found.Weights.ToArray());
        // Priors: three in four items are of the second class.
        var classes = new BayesClassifier([new NormalDistribution(0, 1), new NormalDistribution(4, 1)], [0.9, 0.1]);
        var labels = Enumerable.Range(0, Rows).Select(i => i % 4 == 0 ? 0 : 1).ToArray();
        var priors = classes.Fit(data.WithLabels(labels), new() { WeightInertia = inertia, Update = ParameterKinds.Weights }).Model;
        Assert.Equal((0.9 * inertia) + (0.25 * (1 - inertia)), priors.Priors[0], Tolerance);
        Assert.Equal(classes.Classes, priors.Classes);
    }

    [Fact]
    public void Updates_without_an_effect_are_refused()
    {
        var mixture = new GeneralMixtureModel([new NormalDistribution(0, 1), new NormalDistribution(4, 1)]);
        Refused("FitOptions.Update: found starts and transitions, expected weights, means, covariances or distributions, as this model has no other "
            + "parameters; leave it out", () => mixture.Fit(Data(1).Data, new() { Update = ParameterKinds.Starts | ParameterKinds.Transitions }));
        Refused("FitOptions.Update: found means, expected distributions, as this model has no other parameters; leave it out",
            () => new PoissonDistribution(3).Fit(Data(1).Data, new() { Update = ParameterKinds.Means }));
        Refused("FitOptions.Update: found means, expected none, as this model has no other parameters; leave it out",
            () => new NormalDistribution(0, 1).Freeze().Fit(Data(1).Data, new() { Update = ParameterKinds.Means }));
        Refused("FitOptions.Update: found means, expected all parameters, as the fit is one pass over the rows; leave it out, or start from a model "
            + "(ModelEstimator.Start)",
            () => new DistributionEstimator(DistributionFamily.Of<NormalDistribution>()).Fit(Data(1).Data, new() { Update = ParameterKinds.Means }));
        Refused("FitOptions.Update: found weights, expected all parameters, as the fit is one pass over the rows; leave it out, or start from a model "
            + "(ModelEstimator.Start)", () => new NaiveBayesEstimator(DistributionFamily.Of<NormalDistribution>())
                .Fit(Data(1).Data.WithLabels(new int[Rows]), new() { Update = ParameterKinds.Weights }));
        Refused("FitOptions.WeightInertia: found 0.5, expected 0, as the fit updates no weights; leave it out",
            () => mixture.Fit(Data(1).Data, new() { WeightInertia = 0.5, Update = ParameterKinds.Means }));
        Refused("FitOptions.Inertia: found 0.5, expected 0, as the fit updates only weights; leave it out, or give the weights an inertia "
            + "(FitOptions.WeightInertia)", () => mixture.Fit(Data(1).Data, new() { Inertia = 0.5, Update = ParameterKinds.Weights }));
        Refused("FitOptions.WeightInertia: found 2, expected 0 to 1; correct the options and run again",
            () => mixture.Fit(Data(1).Data, new() { WeightInertia = 2 }));
        Refused("FitOptions.Update: found None, expected at least one kind of parameters; correct the options and run again",
            () => mixture.Fit(Data(1).Data, new() { Update = ParameterKinds.None }));
    }

    [Fact]
    public void A_start_that_is_chosen_has_all_parameters()
    {
        var (_, data) = Data(2);
        var estimator = Mixture.Of<MultivariateGaussianDistribution>(2);
        var start = estimator.Fit(data, new() { MaxIterations = 0 }).Model;
        var only = new FitOptions { MaxIterations = 3, StopThreshold = double.NegativeInfinity, Update = ParameterKinds.Weights };
        var found = estimator.Fit(data, only).Model;
        Assert.Equal(start.Components, found.Components);
        Assert.Equal(start.Fit(data, only).Model, found);
        Assert.NotEqual(start.Weights.ToArray(), found.Weights.ToArray());
    }

    [Fact]
    public void Classes_that_are_fitted_by_updates_take_the_option_too()
    {
        var (_, data) = Data(1);
        var labeled = data.WithLabels(Enumerable.Range(0, Rows).Select(i => i % 2).ToArray());
        var estimator = BayesClassifierEstimator.Of(Mixture.Of<NormalDistribution>(2));
        var start = estimator.Fit(labeled, new() { MaxIterations = 0 }).Model;
        var found = estimator.Fit(labeled, new() { MaxIterations = 3, StopThreshold = double.NegativeInfinity, Update = ParameterKinds.Weights }).Model;
        foreach (var (a, b) in start.Classes.Cast<GeneralMixtureModel>().Zip(found.Classes.Cast<GeneralMixtureModel>()))
        {
            Assert.Equal(a.Components, b.Components);
            Assert.NotEqual(a.Weights.ToArray(), b.Weights.ToArray());
        }
        // Rows without a label: what a class is before the updates is estimated from those that have one.
        var some = data.WithLabels(Enumerable.Range(0, Rows).Select(i => (i % 3) - 1).ToArray());
        var single = new BayesClassifierEstimator(DistributionFamily.Of<NormalDistribution>());
        var before = single.Fit(some, new() { MaxIterations = 0 }).Model;
        var after = single.Fit(some, new() { MaxIterations = 3, StopThreshold = double.NegativeInfinity, Update = ParameterKinds.Weights }).Model;
        Assert.Equal(before.Classes, after.Classes);
        Assert.NotEqual(before.Priors.ToArray(), after.Priors.ToArray());
    }

    private static void Refused(string message, Func<object> fit)
    {
        var error = Assert.Throws<ModelException>(fit);
        Assert.Equal((message, ErrorKind.Usage), (error.Message, error.Kind));
    }

    private static void Close(double[] mean, double[,] covariance, Distribution found, double tolerance = Tolerance)
    {
        var shape = found.AsGaussian()!;
        for (var i = 0; i < mean.Length; i++)
        {
            Assert.Equal(mean[i], shape.Mean[i], tolerance * Math.Max(1, Math.Abs(mean[i])));
            for (var j = 0; j < mean.Length; j++)
                Assert.Equal(covariance[i, j], shape.Covariance[i, j], tolerance * Math.Max(1, Math.Abs(covariance[i, j])));
        }
    }

    private static (double[][] Rows, FeatureMatrix Data) Data(int columns)
    {
        var data = ModelCases.Rows(columns, rows: Rows);
        var block = data.Block(0, Rows);
        var rows = new double[Rows][];
        for (var i = 0; i < Rows; i++)
        {
            rows[i] = new double[columns];
            for (var j = 0; j < columns; j++) rows[i][j] = block[i, j];
        }
        return (rows, data);
    }

    // All rows, the states' posteriors with the sequences' weights, and the expected uses of the edges.
    private static (double[][] Rows, double[][] Shares, double[] Uses) Expected(HiddenMarkovModel model, SequenceSet data)
    {
        var oracle = new HiddenMarkovOracle(model);
        var (rows, shares, uses) = (new List<double[]>(), new List<double[]>(), new double[model.Transitions.Count]);
        for (var s = 0; s < data.Count; s++)
        {
            var block = data.Block(s, 1);
            var own = new double[block.Rows, block.Columns];
            for (var t = 0; t < block.Rows; t++)
                for (var j = 0; j < block.Columns; j++) own[t, j] = block[t, j];
            var weight = block.Weights.IsEmpty ? 1 : block.Weights[0];
            var expected = oracle.Run(own);
            for (var e = 0; e < uses.Length; e++) uses[e] += weight * expected.Uses[e];
            for (var t = 0; t < block.Rows; t++)
            {
                rows.Add([.. Enumerable.Range(0, block.Columns).Select(j => own[t, j])]);
                shares.Add([.. Enumerable.Range(0, model.EmittingStates).Select(k => weight * expected.Posterior[t, k])]);
            }
        }
        return ([.. rows], [.. shares], uses);
    }
}
