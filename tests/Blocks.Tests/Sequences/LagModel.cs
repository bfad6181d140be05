using System.Text.Json;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks.Tests;

/// <summary>A model whose every number depends on the order of rows within their sequences: sums of products of neighbours.</summary>
internal sealed class LagModel(int dimensions) : SequenceModel
{
    private static readonly ScoreKind[] kinds = [new("lag", [new("lag"), new("place", IsInteger: true)], IsDefault: true)];

    public override int Dimensions => dimensions;

    public override string FormatName => "lag";

    public override IReadOnlyList<ScoreKind> ScoreKinds => kinds;

    public override Statistics CreateStatistics() => new SumStatistics(FormatName, 2);

    public override LagModel Maximize(Statistics statistics, in MaximizeOptions options) => this;

    public override void WriteParameters(Utf8JsonWriter writer)
    {
    }

    public override string Describe(IReadOnlyList<Feature>? features = null) => "lag";

    /// <summary>Sum over a sequence's neighbours of x_t * y_(t+1), weighted by the sequence.</summary>
    public static double Lag(in FeatureBlock block, int start, int end)
    {
        var sum = 0.0;
        for (var t = start; t + 1 < end; t++) sum += block[t, 0] * block[t + 1, block.Columns - 1];
        return sum;
    }

    public override void LogProbabilities(in FeatureBlock block, Span<double> result)
    {
        for (var s = 0; s < block.SequenceCount; s++) result[s] = -Math.Abs(Lag(block, block.SequenceOffsets[s], block.SequenceOffsets[s + 1]));
    }

    protected override void SummarizeSequences(in FeatureBlock block, Statistics statistics)
    {
        var sums = ((SumStatistics)statistics).Sums;
        for (var s = 0; s < block.SequenceCount; s++)
        {
            var (start, end) = (block.SequenceOffsets[s], block.SequenceOffsets[s + 1]);
            var weight = block.Weights.IsEmpty ? 1 : block.Weights[start];
            sums[0] += weight * Lag(block, start, end);
            sums[1] += weight;
            statistics.Objective -= weight * Math.Abs(Lag(block, start, end));
            statistics.Weight += weight;
        }
        statistics.Rows += block.Rows;
    }

    protected override void ScoreSequences(in FeatureBlock block, ScoreBatch scores)
    {
        var lags = scores.Doubles("lag");
        var places = (int[])scores.Values[1];
        for (var s = 0; s < block.SequenceCount; s++)
        {
            var (start, end) = (block.SequenceOffsets[s], block.SequenceOffsets[s + 1]);
            for (var t = start; t < end; t++)
            {
                lags[t] = Lag(block, start, end);
                places[t] = t - start;
            }
        }
    }
}
