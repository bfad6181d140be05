using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Pipelines.Models.Tests.Golden;

/// <summary>One case of tests/golden: numbers that independent programs computed (see its fields "convention" and "source").</summary>
internal sealed class GoldenFile
{
    public GoldenFile(string name)
    {
        Root = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder(), name + ".json"))).RootElement;
        RelativeTolerance = Number(Root.GetProperty("tolerance").GetProperty("rtol"));
        AbsoluteTolerance = Number(Root.GetProperty("tolerance").GetProperty("atol"));
    }

    public JsonElement Root { get; }

    public JsonElement Inputs => Root.GetProperty("inputs");

    public JsonElement Expected => Root.GetProperty("expected");

    public double RelativeTolerance { get; }

    public double AbsoluteTolerance { get; }

    public static double Number(JsonElement e) => e.ValueKind == JsonValueKind.String
        ? e.GetString() switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            var s => throw new FormatException(s)
        }
        : e.GetDouble();

    /// <summary>Codes of a list of categories: their places among the keys, -1 of others, NaN of "nan".</summary>
    public static double[] Codes(JsonElement values, IReadOnlyList<string> keys) =>
        [.. values.EnumerateArray().Select(v => v.ToString())
            .Select(text => text is "nan" or "NaN"
                ? double.NaN
                : Enumerable.Range(0, keys.Count).Where(k => keys[k] == text).Select(k => (double)k).FirstOrDefault(-1))];

    public static double[] Numbers(JsonElement e) => [.. e.EnumerateArray().Select(Number)];

    public static double[,] Matrix(JsonElement e)
    {
        var rows = e.EnumerateArray().Select(r => r.ValueKind == JsonValueKind.Array ? Numbers(r) : [Number(r)]).ToArray();
        var matrix = new double[rows.Length, rows[0].Length];
        for (var i = 0; i < rows.Length; i++)
            for (var j = 0; j < rows[i].Length; j++) matrix[i, j] = rows[i][j];
        return matrix;
    }

    public static FeatureMatrix Data(JsonElement inputs, string data = "data", string weights = "sample_weights")
    {
        var w = inputs.TryGetProperty(weights, out var found) && found.ValueKind == JsonValueKind.Array ? Numbers(found) : null;
        return FeatureMatrix.FromRows(Matrix(inputs.GetProperty(data)), w);
    }

    public static Distribution Distribution(JsonElement e) => e.GetProperty("type").GetString() switch
    {
        "Normal" => new NormalDistribution(Number(e.GetProperty("mean")), Number(e.GetProperty("std"))),
        "MultivariateGaussian" => new MultivariateGaussianDistribution(Numbers(e.GetProperty("mean")), Matrix(e.GetProperty("cov"))),
        "IndependentComponents" => new IndependentComponentsDistribution([.. e.GetProperty("distributions").EnumerateArray().Select(Distribution)],
            Numbers(e.GetProperty("weights"))),
        "Uniform" => new UniformDistribution(Number(e.GetProperty("start")), Number(e.GetProperty("end"))),
        "Bernoulli" => new BernoulliDistribution(Number(e.GetProperty("p"))),
        "LogNormal" => new LogNormalDistribution(Number(e.GetProperty("mu")), Number(e.GetProperty("sigma"))),
        "Exponential" => new ExponentialDistribution(Number(e.GetProperty("rate"))),
        "Beta" => new BetaDistribution(Number(e.GetProperty("alpha")), Number(e.GetProperty("beta"))),
        "Gamma" => new GammaDistribution(Number(e.GetProperty("shape")), Number(e.GetProperty("rate"))),
        "Poisson" => new PoissonDistribution(Number(e.GetProperty("rate"))),
        "Discrete" => new DiscreteDistribution(Numbers(e.GetProperty("probs"))),
        "GeneralMixture" => Mixture(e),
        var type => throw new NotSupportedException($"family '{type}' has no reader here"),
    };

    public static GeneralMixtureModel Mixture(JsonElement e, bool[]? frozen = null) => new(
        [.. e.GetProperty("distributions").EnumerateArray().Select((d, k) => frozen is not null && frozen[k] ? Distribution(d).Freeze() : Distribution(d))],
        Numbers(e.GetProperty("weights")), IsTied(e));

    public static bool IsTied(JsonElement e) => e.TryGetProperty("tied", out var tied) && tied.GetBoolean();

    public void Close(double expected, double actual, string what)
    {
        if (expected.Equals(actual)) return;
        Assert.True(Math.Abs(actual - expected) <= AbsoluteTolerance + (RelativeTolerance * Math.Abs(expected)),
            $"{what}: found {actual:R}, expected {expected:R}");
    }

    public void Close(double[] expected, ReadOnlySpan<double> actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++) Close(expected[i], actual[i], $"{what}[{i}]");
    }

    public void Close(JsonElement expected, Distribution actual, string what)
    {
        switch (actual)
        {
            case NormalDistribution n:
                Close(Number(expected.GetProperty("mean")), n.Mean, what + " mean");
                Close(Number(expected.GetProperty("std")), n.StandardDeviation, what + " std");
                break;
            case DiscreteDistribution d:
                Close(Numbers(expected.GetProperty("probs")), d.Probabilities, what + " probabilities");
                break;
            case UnivariateDistribution u:
                foreach (var (name, value) in Parameters(u)) Close(Number(expected.GetProperty(name)), value, $"{what} {name}");
                break;
            case MultivariateGaussianDistribution g:
                Close(Numbers(expected.GetProperty("mean")), g.Mean, what + " mean");
                var cov = Matrix(expected.GetProperty("cov"));
                for (var i = 0; i < g.Dimensions; i++)
                    for (var j = 0; j < g.Dimensions; j++) Close(cov[i, j], g.Covariance(i, j), $"{what} cov[{i},{j}]");
                break;
            case IndependentComponentsDistribution c:
                foreach (var (part, j) in expected.GetProperty("distributions").EnumerateArray()
                    .Select((p, j) => (p, j))) Close(part, c.Parts[j], $"{what} part {j}");
                break;
            case GeneralMixtureModel m:
                Close(Numbers(expected.GetProperty("weights")), m.Weights, what + " weights");
                foreach (var (component, k) in expected.GetProperty("distributions").EnumerateArray()
                    .Select((p, k) => (p, k))) Close(component, (Distribution)m.Components[k], $"{what} component {k}");
                break;
            default:
                Assert.Fail($"{what}: {actual.GetType()} has no comparison here");
                break;
        }
    }

    /// <summary>Parameters by the files' names.</summary>
    private static (string Name, double Value)[] Parameters(UnivariateDistribution distribution) => distribution switch
    {
        UniformDistribution d => [("start", d.Start), ("end", d.End)],
        BernoulliDistribution d => [("p", d.Probability1)],
        LogNormalDistribution d => [("mu", d.Mu), ("sigma", d.Sigma)],
        ExponentialDistribution d => [("rate", d.Rate)],
        BetaDistribution d => [("alpha", d.Alpha), ("beta", d.Beta)],
        GammaDistribution d => [("shape", d.Shape), ("rate", d.Rate)],
        PoissonDistribution d => [("rate", d.Rate)],
        _ => throw new NotSupportedException($"{distribution.GetType()} has no comparison here"),
    };

    private static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "golden");
}
