using System.Globalization;
using Pipelines.Models.Kernels;
using Pipelines.Models.Serialization.Pomegranate;

namespace Pipelines.Models.Tests.Features;

/// <summary>Codes of categories: -1 for unknown ones, numbers by exact value.</summary>
public class CategoryMapTests
{
    private const long Edge = 1L << 53;

    public static TheoryData<KernelVariant> Variants => Kernels.Variants.All;

    [Fact]
    public void AnUnknownCategoryIsMinusOneAndAMissingOneNaN()
    {
        var map = new CategoryMap(["b", "1", "2.5"], "nan");
        Assert.Equal([0, -1, 1, double.NaN, double.NaN, -1], map.Encode(["b", "B", "1", null, "nan", "1.0"]));
        Assert.Equal([1, 2, -1, double.NaN, -1], new[] { 1, 2.5, 0, double.NaN, double.PositiveInfinity }.Select(map.Code));
        Assert.Equal((1, -1, 1, -1, 2, -1), (map.Code(1L), map.Code(-1L), map.Code(1UL), map.Code(ulong.MaxValue), map.Code(2.50m), map.Code(2.51m)));
        Assert.Equal(-1, CategoryMap.Unknown);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void NoFitInMemoryLearnsAnUnknownCategory(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var codes = new CategoryMap(["a", "b"]).Encode(["a", "b", "zzz", "zzz"]);
        var start = new DiscreteDistribution([0.5, 0.5], 1e-9);
        var result = start.Fit(codes);
        Assert.Equal([0.5, 0.5], result.Model.Probabilities.ToArray());
        Assert.Equal(
            "rows of total weight 2 hold values that are not known categories of the discrete distribution: they have probability 1E-09",
            Assert.Single(result.Warnings));
        Assert.Equal([Math.Log(0.5), Math.Log(0.5), Math.Log(1e-9), Math.Log(1e-9)], result.Model.LogProbability(codes));
        // In mixtures and hidden Markov models too, which count on kernels of their own.
        var mixture = new GeneralMixtureModel([start, start]).Fit(codes, new() { MaxIterations = 2 });
        Assert.All(mixture.Model.Components, c => Assert.Equal([0.5, 0.5], ((DiscreteDistribution)c).Probabilities.ToArray()));
        Assert.Contains("values that are not known categories of the discrete distribution", mixture.Warnings[0], StringComparison.Ordinal);
        var hidden = HiddenMarkovModel.FromMatrix(new double[,] { { 0.5, 0.5 }, { 0.5, 0.5 } }, [start, start], [0.5, 0.5]);
        var fitted = hidden.Fit(SequenceSet.From([codes]), new() { MaxIterations = 1 }).Model;
        for (var k = 0; k < 2; k++) Assert.Equal(0.5, ((DiscreteDistribution)fitted.Emission(k)).Probabilities[0], 1e-15);
    }

    [Fact]
    public void WithoutAFloorAnUnknownCategoryIsRefused()
    {
        var codes = new CategoryMap(["a", "b"]).Encode(["a", "b", "zzz"]);
        Assert.Equal(
            "log-likelihood after 0 iterations: found -Infinity, expected a finite number; rows of total weight 1 hold values that are not known categories "
            + "of the discrete distribution: they have probability 0; clean the column, or choose another distribution",
            Assert.Throws<ModelException>(() => new DiscreteDistribution([0.5, 0.5]).Fit(codes)).Message);
        Assert.Equal(
            "feature 0: found values from -1 to 1, expected categories coded 0, 1, 2 …, at most 4194304 combinations of 2 of them; "
            + "give its categories smaller codes, or choose a lower order",
            Assert.Throws<ModelException>(() => MarkovChain.FromSamples(1, SequenceSet.From([codes]))).Message);
    }

    [Fact]
    public void WholeNumbersBeyondWhatDoublesHoldAreTheirOwnCategories()
    {
        long[] ids = [Edge, Edge + 1, Edge + 2, Edge + 3, -Edge - 1, long.MaxValue, long.MaxValue - 1, long.MinValue, 0];
        var map = CategoryMap.Of([], ids.Select(i => (decimal)i));
        Assert.Equal(ids.Order().Select(i => i.ToString(CultureInfo.InvariantCulture)), map.Categories);
        Assert.Equal(Enumerable.Range(0, ids.Length).Select(i => (double)i), ids.Order().Select(map.Code));
        Assert.Equal(-1, map.Code(Edge + 4));
        // A double is the category of its own value alone.
        Assert.Equal((map.Code(Edge), map.Code(Edge + 2), -1.0), (map.Code((double)Edge), map.Code(Edge + 2.0), map.Code(Math.Pow(2, 63))));
        Assert.Equal(map.Code(long.MaxValue), map.Code((ulong)long.MaxValue));
    }

    [Fact]
    public void WholeNumbersAreTheSameCategoryIfAndOnlyIfTheyAreEqual()
    {
        var random = new SeededRandom(11);
        for (var round = 0; round < 20_000; round++)
        {
            // Neighbours of all sizes, where most doubles stand for several of them.
            var x = random.NextInt64(long.MaxValue) >> (int)random.NextInt64(12);
            var y = Math.Max(0, x - 3) + random.NextInt64(7);
            var map = CategoryMap.Of([], [x]);
            Assert.Equal(x == y ? 0 : -1, map.Code(y));
            Assert.Equal(x == y ? 0 : -1, map.Code((ulong)y));
            Assert.Equal(x == y ? 0 : -1, map.Code((decimal)y));
            Assert.Equal((System.Numerics.BigInteger)(double)y == x ? 0 : -1, map.Code((double)y));
            Assert.Equal([x.ToString(CultureInfo.InvariantCulture)], map.Categories);
        }
    }

    [Theory]
    [InlineData("1", 1.0)]
    [InlineData("1.0", 1.0)]
    [InlineData("true", 1.0)]
    [InlineData("False", 0.0)]
    [InlineData("-0", 0.0)]
    [InlineData("0.1", 0.1)]
    [InlineData("9.223372036854776E+18", 9223372036854775808.0)]
    [InlineData("9223372036854775808", 9223372036854775808.0)]
    [InlineData("1E+15", 1e15)]
    [InlineData("1000000000000000", 1e15)]
    [InlineData("1E+300", 1e300)]
    [InlineData("0.30000000000000004", 0.30000000000000004)]
    [InlineData("5E-324", double.Epsilon)]
    [InlineData("100000000000000000000000000000000000000000", 1e41, false)]
    public void ATextIsTheNumberThatItSays(string text, double number, bool isSame = true) =>
        Assert.Equal(isSame ? 0 : -1, new CategoryMap([text]).Code(number));

    [Fact]
    public void DecimalsMatchByTheirDigits()
    {
        decimal[] exact = [0.1m, 0.10000000000000000001m, 7.0m, decimal.MaxValue, 12345678901234567.5m, 0.30000000000000004m];
        var map = CategoryMap.Of([0.1, 0.25], exact);
        Assert.Equal(
            ["0.1", "0.10000000000000000001", "0.25", "0.30000000000000004", "7", "12345678901234567.5", "79228162514264337593543950335"],
            map.Categories);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6], map.Categories.Select(c => map.Code(decimal.Parse(c, CultureInfo.InvariantCulture))));
        Assert.Equal((0, 0, 4, 3, -1), (map.Code(0.1), map.Code(0.100m), map.Code(7.0), map.Code(0.30000000000000004), map.Code(0.10000000000000000002m)));
        // The double nearest to the category says another number.
        Assert.Equal(-1, map.Code(12345678901234567.5));
    }

    [Fact]
    public void NumbersOfPomegranateKeepTheirDigits()
    {
        const string json =
            """
            {"class":"Distribution","dtype":"int","name":"DiscreteDistribution",
             "parameters":[{"9007199254740992":0.25,"9007199254740993":0.75}],"frozen":false}
            """;
        var saved = SavedModel.FromJson(System.Text.Encoding.UTF8.GetBytes(json), "m.json");
        Assert.Equal(["9007199254740992", "9007199254740993"], saved.Features![0].Categories!);
        var map = saved.Features[0].ToMap()!;
        Assert.Equal((0, 1), (map.Code(Edge), map.Code(Edge + 1)));
        Assert.Equal((0, -1), (map.Code((double)Edge), map.Code(Edge + 2.0)));
        var written = System.Text.Encoding.UTF8.GetString(PomegranateFile.Write(saved, out _));
        Assert.Contains("9007199254740993", written, StringComparison.Ordinal);
        Assert.Contains("\"dtype\" : \"int\"", written, StringComparison.Ordinal);
    }
}
