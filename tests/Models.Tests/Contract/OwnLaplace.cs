using System.Text.Json;
using Pipelines.Models.Fitting;

namespace Pipelines.Models.Tests.Contract;

/// <summary>A user's own distribution in one class: Laplace with a fixed location and a fitted scale, log p(x) = -log(2 b) - |x - m|/b.</summary>
internal sealed class OwnLaplace(double location, double scale) : Distribution
{
    public override int Dimensions => 1;

    public override string FormatName => "own-laplace";

    public override void LogProbability(in FeatureTile tile, Span<double> result)
    {
        var x = tile.Column(0);
        for (var i = 0; i < x.Length; i++) result[i] = -Math.Log(2 * scale) - (Math.Abs(x[i] - location) / scale);
    }

    public override Statistics CreateStatistics() => new SumStatistics(FormatName, 2);

    public override void Accumulate(in FeatureTile tile, ReadOnlySpan<double> weights, Statistics statistics)
    {
        var sums = ((SumStatistics)statistics).Sums;
        var x = tile.Column(0);
        for (var i = 0; i < x.Length; i++)
        {
            sums[0] += weights[i];
            sums[1] += weights[i] * Math.Abs(x[i] - location);
        }
    }

    public override OwnLaplace Maximize(Statistics statistics, in MaximizeOptions options)
    {
        var sums = ((SumStatistics)statistics).Sums;
        return new(location, sums[1] / sums[0]);
    }

    public override void Sample(SeededRandom random, Span<double> row) =>
        row[0] = location + ((random.NextDouble() < 0.5 ? -1 : 1) * scale * -Math.Log(1 - random.NextDouble()));

    public override void WriteParameters(Utf8JsonWriter writer) => writer.WriteNumber("scale", scale);

    public override string Describe(IReadOnlyList<Feature>? features = null) => $"Laplace around {location}, scale {scale}";
}
