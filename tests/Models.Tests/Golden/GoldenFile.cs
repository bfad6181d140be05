using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models;

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
        ? e.GetString() switch { "NaN" => double.NaN, "Infinity" => double.PositiveInfinity, "-Infinity" => double.NegativeInfinity, var s => throw new FormatException(s) }
        : e.GetDouble();

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
        "IndependentComponents" => new IndependentComponentsDistribution([.. e.GetProperty("distributions").EnumerateArray().Select(Distribution)], Numbers(e.GetProperty("weights"))),
        var type => throw new NotSupportedException($"family '{type}' has no reader here"),
    };

    public static GeneralMixtureModel Mixture(JsonElement e, bool[]? frozen = null) => new(
        [.. e.GetProperty("distributions").EnumerateArray().Select((d, k) => frozen is not null && frozen[k] ? Distribution(d).Freeze() : Distribution(d))],
        Numbers(e.GetProperty("weights")));

    public void Close(double expected, double actual, string what)
    {
        if (expected.Equals(actual)) return;
        Assert.True(Math.Abs(actual - expected) <= AbsoluteTolerance + (RelativeTolerance * Math.Abs(expected)), $"{what}: found {actual:R}, expected {expected:R}");
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
            case MultivariateGaussianDistribution g:
                Close(Numbers(expected.GetProperty("mean")), g.Mean, what + " mean");
                var cov = Matrix(expected.GetProperty("cov"));
                for (var i = 0; i < g.Dimensions; i++)
                    for (var j = 0; j < g.Dimensions; j++) Close(cov[i, j], g.Covariance(i, j), $"{what} cov[{i},{j}]");
                break;
            case IndependentComponentsDistribution c:
                foreach (var (part, j) in expected.GetProperty("distributions").EnumerateArray().Select((p, j) => (p, j))) Close(part, c.Parts[j], $"{what} part {j}");
                break;
            case GeneralMixtureModel m:
                Close(Numbers(expected.GetProperty("weights")), m.Weights, what + " weights");
                foreach (var (component, k) in expected.GetProperty("distributions").EnumerateArray().Select((p, k) => (p, k))) Close(component, m.Components[k], $"{what} component {k}");
                break;
            default:
                Assert.Fail($"{what}: {actual.GetType()} has no comparison here");
                break;
        }
    }

    private static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "golden");
}
