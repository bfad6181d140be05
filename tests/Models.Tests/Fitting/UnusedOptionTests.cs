using Pipelines.Models.Fitting;
using Pipelines.Models.Mixtures;
using Pipelines.Models.Sequences;

namespace Pipelines.Models.Tests.Fitting;

/// <summary>Options without an effect on the fit are refused, together and before the data are read.</summary>
public sealed class UnusedOptionTests
{
    private static readonly double[] rows = [1, 2, 3, 5];

    private static CentroidInitialization First => CentroidInitialization.Named("first-k");

    [Fact]
    public void One_option() =>
        Refused("FitOptions.Pseudocount: found 1, expected 0, as this model counts nothing; leave it out",
            () => new NormalDistribution(0, 1).Fit(rows, new() { Pseudocount = 1 }));

    [Fact]
    public void Several_options() =>
        Refused("options: found FitOptions.MinVariance 1 and FitOptions.Inertia 0.5 and FitOptions.MaxIterations 0, expected only options that have an effect "
            + "on this fit; leave them out",
            () => new DistributionEstimator(DistributionFamily.Of<PoissonDistribution>())
                .Fit(rows, new() { MinVariance = 1, Inertia = 0.5, MaxIterations = 0 }));

    [Fact]
    public void Restarts_from_the_same_start()
    {
        const string same = "expected 1, as the start is the same with every seed; correct the options and run again";
        Refused($"model selection, restarts: found 2, {same}", () => ModelSelection.Of(k => Mixture.Of<NormalDistribution>(k, First), [2], restarts: 2));
        Refused($"hidden Markov model, restarts: found 2, {same}",
            () => HiddenMarkov.Of<NormalDistribution>(2, First, restarts: 2).Fit(SequenceSet.From([rows])));
        // Categories start at random.
        Assert.Equal(2, ModelSelection.Of(k => Mixture.Of<DiscreteDistribution>(k, First), [2], restarts: 2).Fits);
    }

    [Fact]
    public void A_start_from_a_model_keeps_its_share()
    {
        var half = new NormalDistribution(0, 1).Fit(rows, new() { Inertia = 0.5 }).Model;
        Assert.Equal(2.75 / 2, half.Mean, 1e-12);
    }

    private static void Refused(string message, Func<object> fit)
    {
        var error = Assert.Throws<ModelException>(fit);
        Assert.Equal((message, ErrorKind.Usage), (error.Message, error.Kind));
    }
}
