using Pipelines.Models.Fitting;

namespace Pipelines.Models.Tests.Fitting;

/// <summary>Mixtures whose components are of several families, and components that are frozen.</summary>
public sealed class ComponentFamilyTests
{
    private static readonly DistributionFamily normal = DistributionFamily.Of<NormalDistribution>();
    private static readonly DistributionFamily exponential = DistributionFamily.Of<ExponentialDistribution>();

    /// <summary>A third of the rows is below 0, where the exponential distribution has no density; in one order, its cluster has no other rows.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Rows_outside_a_support_go_to_other_components(int place)
    {
        var random = new SeededRandom(2);
        var rows = new double[3000];
        for (var i = 0; i < rows.Length; i++) rows[i] = i % 3 == 0 ? -2 + random.NextNormal() : -2 * Math.Log(random.NextDouble());
        DistributionFamily[] families = place == 0 ? [normal, exponential] : [exponential, normal];
        var fitted = Mixture.Of(families).Fit(rows, new FitOptions { StopThreshold = 1e-6 }).Model;
        var found = (NormalDistribution)fitted.Components[place];
        // Four standard errors of each: 1 / sqrt(1000) of the mean, 0.5 / sqrt(2000) of the rate.
        Assert.Equal(-2, found.Mean, 0.13);
        Assert.Equal(1, found.StandardDeviation, 0.1);
        Assert.Equal(0.5, ((ExponentialDistribution)fitted.Components[1 - place]).Rate, 0.045);
        Assert.Equal(1.0 / 3, fitted.Weights[place], 0.04);
    }

    [Fact]
    public void One_family_for_all_is_the_mixture_of_it()
    {
        var rows = Rows();
        Assert.Equal(Mixture.Of<NormalDistribution>(2).Fit(rows).Model, Mixture.Of(normal, normal).Fit(rows).Model);
    }

    [Fact]
    public void Categories_in_one_component_alone_are_an_error()
    {
        var error = Assert.Throws<ModelException>(() => Mixture.Of(normal, DistributionFamily.Of<DiscreteDistribution>()).Fit(Rows()));
        Assert.Contains("found 'normal' and 'discrete', of which one is of categories", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Responsibilities_fit_each_family()
    {
        double[] rows = [1, 2, 3, -1, -2, -3];
        var shares = new double[6, 2];
        for (var i = 0; i < 6; i++) shares[i, i < 3 ? 1 : 0] = 1;
        var start = Mixture.Of(normal, normal).StartFrom(rows, shares);
        Assert.Equal(-2, ((NormalDistribution)start.Components[0]).Mean, 1e-12);
        Assert.Equal(2, ((NormalDistribution)start.Components[1]).Mean, 1e-12);
    }

    [Fact]
    public void Frozen_components_stay_and_others_move()
    {
        var start = Mixture.Of<NormalDistribution>(3).Fit(Rows(), new FitOptions { MaxIterations = 0 }).Model;
        var fitted = start.WithFrozen(0, 2).Fit(Rows()).Model;
        Assert.Equal([true, false, true], fitted.Components.Select(c => c.IsFrozen));
        Assert.Equal(start.Components[0], fitted.Components[0].Thaw());
        Assert.NotEqual(start.Components[1], fitted.Components[1]);
        Assert.Equal(start, start.WithFrozen(0, 2).WithFrozen());
        var error = Assert.Throws<ModelException>(() => start.WithFrozen(3));
        Assert.Equal("mixture, component 3: found 3 components, expected an index from 0 to 2; correct the index", error.Message);
    }

    [Fact]
    public void Frozen_states_stay_and_others_move()
    {
        var sequences = SequenceSet.From([Rows()[..300], Rows()[300..]]);
        var start = HiddenMarkov.Of<NormalDistribution>(2).Fit(sequences, new FitOptions { MaxIterations = 0 }).Model;
        var fitted = start.WithFrozen(1).Fit(sequences).Model;
        Assert.Equal(start.Emission(1), fitted.Emission(1).Thaw());
        Assert.NotEqual(start.Emission(0), fitted.Emission(0));
        Assert.Throws<ModelException>(() => start.WithFrozen(2));
    }

    private static double[] Rows()
    {
        var random = new SeededRandom(4);
        var rows = new double[600];
        for (var i = 0; i < rows.Length; i++) rows[i] = (3 * (i % 3)) + random.NextNormal();
        return rows;
    }
}
