using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Mixtures;

namespace Pipelines;

/// <content>Mixtures of distributions of rows, tile by tile.</content>
public sealed partial class GeneralMixtureModel
{
    // Null for models of sequences.
    private readonly TileEvaluator? rows;

    private TileEvaluator Tiles => rows ?? throw BlockChecks.RowsWithoutSequences(this);

    /// <inheritdoc/>
    public override bool IsDiscrete => Components.All(c => c is Distribution { IsDiscrete: true });

    /// <inheritdoc/>
    public override string? FixedSupport(int feature) => Components.Select(c => c.RowDistribution()?.FixedSupport(feature)).FirstOrDefault(f => f is not null);

    /// <inheritdoc/>
    public override void Summarize(in FeatureBlock block, Statistics statistics)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        this.CheckItems(block);
        var mixture = (MixtureStatistics)statistics;
        if (IsOfSequences) SummarizeSequences(block, mixture);
        else SummarizeRows(block, mixture);
        statistics.Rows += block.Rows;
    }

    /// <inheritdoc/>
    public override void LogProbability(in FeatureTile tile, Span<double> result)
    {
        using var scratch = Scratch.Enter();
        var joint = scratch.Take(Components.Count * FeatureTile.Capacity);
        Tiles.JointLog2(tile, log2Weights, joint);
        Softmax.LogSumExp(joint, Components.Count, tile.Rows, result);
    }

    /// <inheritdoc/>
    public override void Accumulate(in FeatureTile tile, ReadOnlySpan<double> weights, Statistics statistics)
    {
        var kernel = Tiles.Kernel;
        using var scratch = Scratch.Enter();
        var lanes = scratch.Take(kernel?.LaneCount ?? 0);
        lanes.Clear();
        Tiles.Summarize(tile, weights, log2Weights, (MixtureStatistics)statistics, kernel, lanes);
        kernel?.Fold(lanes, ((MixtureStatistics)statistics).Parts, ((MixtureStatistics)statistics).Responsibilities);
    }

    /// <inheritdoc/>
    public override void Sample(SeededRandom random, Span<double> row) => Sample(random, row[..Dimensions], default(Span<int>));

    /// <inheritdoc/>
    /// <remarks>The label of a row is the index of its component.</remarks>
    public override void Sample(SeededRandom random, Span<double> rows, Span<int> labels)
    {
        ArgumentNullException.ThrowIfNull(random);
        var length = IsOfSequences ? rows.Length : Dimensions;
        for (var start = 0; start < rows.Length; start += length)
        {
            var component = random.NextIndex(weights, 1);
            if (!labels.IsEmpty) labels.Slice(start / Dimensions, length / Dimensions).Fill(component);
            Components[component].Sample(random, rows.Slice(start, length), default);
        }
    }

    /// <inheritdoc/>
    public override Distribution? Marginal(params ReadOnlySpan<int> features)
    {
        CheckMarginal(features);
        var marginals = new Distribution[Components.Count];
        for (var k = 0; k < marginals.Length; k++)
        {
            if ((Components[k] as Distribution)?.Marginal(features) is not { } marginal) return null;
            marginals[k] = marginal;
        }
        return new GeneralMixtureModel(marginals, weights, HasTiedCovariances && marginals.All(m => m.WhyNotTied() is null));
    }

    private void SummarizeRows(in FeatureBlock block, MixtureStatistics statistics)
    {
        var kernel = Tiles.Kernel;
        using var scratch = Scratch.Enter();
        var buffer = scratch.Take(Dimensions * FeatureTile.Capacity);
        var lanes = scratch.Take(kernel?.LaneCount ?? 0);
        lanes.Clear();
        double log2Likelihood = 0, weight = 0;
        for (var t = 0; t < block.TileCount; t++)
        {
            var tile = block.Tile(t, buffer);
            var tileWeights = block.TileWeights(t);
            log2Likelihood += block.Priors.IsEmpty
                ? Tiles.Summarize(tile, tileWeights, log2Weights, statistics, kernel, lanes)
                : Tiles.Summarize(tile, block.Priors.Slice(t * FeatureTile.Capacity, tile.Rows), tileWeights, log2Weights, statistics, kernel, lanes);
            weight += tileWeights.IsEmpty ? tile.Rows : Sums.Of(tileWeights);
        }
        kernel?.Fold(lanes, statistics.Parts, statistics.Responsibilities);
        statistics.Objective += log2Likelihood * Math.Log(2);
        statistics.Weight += weight;
    }
}
