using Pipelines.Examples.OwnDistribution;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Tests.Contract;

/// <summary>A user's own distribution, the class of the example as it stands there, wherever a built-in one goes.</summary>
public class OwnDistributionTests
{
    private static readonly FitOptions four = new() { MaxIterations = 4, StopThreshold = double.NegativeInfinity, BatchSize = 300 };

    static OwnDistributionTests() => ModelFormat.Register(typeof(VonMisesDistribution).Assembly);

    public static TheoryData<string, KernelVariant> Cases =>
        KernelData.With("alone", "mixture", "beside a built-in one", "nested", "in a product", "zero-inflated");

    [Theory]
    [MemberData(nameof(Cases))]
    public void ItFitsScoresSavesAndLoadsToTheSameBitsAtAnyParallelism(string where, KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var start = Make(where);
        var data = DistributionCases.Drawn(start, rows: 2_000, missing: true, weighted: true);
        var first = start.Fit(data, four with { MaxDegreeOfParallelism = 1 });
        var model = first.Model;
        var json = new SavedModel(model).ToJson();
        Assert.True(first.LogLikelihood >= first.InitialLogLikelihood - (1e-9 * Math.Abs(first.LogLikelihood)));
        foreach (var parallelism in new[] { 2, 3, 8, 64 })
        {
            Assert.Equal(json, new SavedModel(start.Fit(data, four with { MaxDegreeOfParallelism = parallelism }).Model).ToJson());
            Assert.Equal(model.LogProbability(data, 1), model.LogProbability(data, parallelism));
        }
        var loaded = SavedModel.FromJson(json).Model;
        Assert.Equal(model, loaded);
        Assert.Equal(json, new SavedModel(loaded).ToJson());
        Assert.Equal(model.LogProbability(data, 1), loaded.LogProbability(data, 1));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void AStepOfItIsTheNaiveOne(string where, KernelVariant variant)
    {
        var start = Make(where);
        var data = DistributionCases.Drawn(start, rows: 500, missing: true);
        var block = data.Block(0, data.Rows);
        var rows = new double[block.Rows][];
        for (var i = 0; i < rows.Length; i++) rows[i] = [.. Enumerable.Range(0, block.Columns).Select(j => data.Block(0, data.Rows)[i, j])];
        var expected = NaiveModel.Step(start, rows, [.. Enumerable.Repeat(1.0, rows.Length)]);
        using var forced = KernelSelection.Force(variant);
        var fitted = start.Fit(data, four with { MaxIterations = 1 }).Model;
        var (a, b) = (fitted.LogProbability(data), expected.LogProbability(data));
        // 500 rows in another order of summation.
        for (var i = 0; i < a.Length; i++) Assert.Equal(b[i], a[i], 1e-10 * Math.Max(1, Math.Abs(b[i])));
    }

    [Fact]
    public async Task ItsNameMakesAMixtureOfIt()
    {
        var family = ModelFormat.Family("von-mises");
        var data = DistributionCases.Drawn(Make("mixture"), rows: 2_000);
        var result = await new MixtureEstimator(family, 3).FitAsync(new InMemoryPass(data), four);
        Assert.All(result.Model.Components, c => Assert.IsType<VonMisesDistribution>(c));
    }

    [Fact]
    public void ItsDensityIsThatOfTheTextbook()
    {
        // Without a concentration it is flat: 1 / (2 pi).
        Assert.Equal(-1.8378770664093454836, new VonMisesDistribution(0, 0).LogProbability(new[] { 1.5 })[0], 1e-15);
        // I0(2) = 2.2795853023360672674 (Abramowitz and Stegun, table 9.8).
        Assert.Equal((2 * Math.Cos(1)) - Math.Log(2 * Math.PI * 2.2795853023360672674),
            new VonMisesDistribution(0.5, 2).LogProbability(new[] { 1.5 })[0], 1e-14);
        // The integral over the circle is 1: the trapezoidal rule is exact for periodic functions.
        foreach (var concentration in new[] { 0.1, 2, 14.9, 15.1, 400 })
        {
            var angles = Enumerable.Range(0, 4096).Select(i => (i / 4096.0 * 2 * Math.PI) - Math.PI).ToArray();
            var density = new VonMisesDistribution(0.7, concentration).LogProbability(angles);
            Assert.Equal(1, density.Sum(Math.Exp) * 2 * Math.PI / 4096, 1e-13);
        }
        // A fit to many of its samples finds it: four standard errors.
        var truth = new VonMisesDistribution(-3, 4);
        var found = (VonMisesDistribution)truth.Fit(FeatureMatrix.FromRows(truth.Sample(40_000, seed: 2)), four).Model;
        Assert.Equal(-3, found.Mean, 4 / Math.Sqrt(40_000 * 4.0));
        Assert.Equal(4, found.Concentration, 4 * 4 * Math.Sqrt(2.0 / 40_000));
    }

    [Fact]
    public void WrongParametersInAFileAreNamed()
    {
        var error =
            Assert.Throws<ModelException>(
                () =>
                    SavedModel.FromJson("""{"format":"pipelines-model","version":1,"model":{"type":"von-mises","mean":"NaN","concentration":-1}}"""u8.ToArray(),
                        "own.json"));
        Assert.Equal(ErrorKind.ModelFile, error.Kind);
        Assert.StartsWith("own.json, von-mises model, von-mises distribution: found mean is NaN, expected a finite number; concentration is -1, expected a "
            + "number from 0 to 1e6", error.Message, StringComparison.Ordinal);
    }

    private static Distribution Make(string where) => where switch
    {
        "alone" => new VonMisesDistribution(1, 3),
        "mixture" => Mix(k => new VonMisesDistribution(2 * k, 5)),
        "beside a built-in one" =>
            new GeneralMixtureModel([new VonMisesDistribution(-1, 5), new NormalDistribution(2, 0.5), new VonMisesDistribution(0, 0).Freeze()]),
        "nested" => new GeneralMixtureModel([Mix(k => new VonMisesDistribution(k, 20)), new NormalDistribution(-2, 0.3)], [0.7, 0.3]),
        "in a product" =>
            Mix(k => new IndependentComponentsDistribution([new VonMisesDistribution(2 * k, 5), new PoissonDistribution(1 + (4 * k)),
                new BernoulliDistribution(0.2 + (0.3 * k))], [1, 0.5, 2])),
        _ => Mix(k => new ZeroInflatedDistribution(new VonMisesDistribution(2 * k, 5), 0.1 * (k + 1))),
    };

    private static GeneralMixtureModel Mix(Func<int, Distribution> component) => new([component(0), component(1), component(2)]);
}
