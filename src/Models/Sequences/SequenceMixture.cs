using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Mixtures;
using Pipelines.Models.Sequences;
using Pipelines.Models.Serialization;

namespace Pipelines.Models;

/// <summary>
/// A mixture of models of whole sequences, such as hidden Markov models or Markov chains: p(sequence) = sum over k of pi_k p_k(sequence). Each component has
/// one responsibility per sequence, which weights all its rows. Sequences that no component can produce are an error; empty sequences count for the mixing
/// weights only.
/// </summary>
public sealed class SequenceMixture : SequenceModel, IModelFormat<SequenceMixture>
{
    private readonly double[] weights;
    private readonly ScoreKind[] scoreKinds;

    /// <summary>Makes a mixture.</summary>
    /// <param name="components">At least one, all over the same number of features.</param>
    /// <param name="weights">Shape [K], at least 0, not all 0; scaled to sum to 1. Null = equal.</param>
    /// <exception cref="ModelException">Dimensions differ or a weight is out of range.</exception>
    public SequenceMixture(IReadOnlyList<SequenceModel> components, IReadOnlyList<double>? weights = null)
    {
        ArgumentNullException.ThrowIfNull(components);
        ModelException.CheckOptions("mixture of sequences",
            (components.Count > 0, nameof(components), components.Count, "at least one component"),
            (components.All(c => c.Dimensions == components[0].Dimensions), nameof(components),
                $"of {string.Join(", ", components.Select(c => c.Dimensions))} features", "all over the same number of features"),
            (weights is null || weights.Count == components.Count, nameof(weights), weights?.Count, $"one for each of {components.Count} components"),
            (weights is null || (weights.All(w => double.IsFinite(w) && w >= 0) && weights.Any(w => w > 0)), nameof(weights), "out of range",
                "finite numbers of at least 0, not all 0"));
        Components = [.. components];
        var total = weights?.Sum() ?? components.Count;
        // Weights that already sum to 1 are kept bit for bit.
        var divisor = Math.Abs(total - 1) <= 1e-12 ? 1 : total;
        this.weights = [.. Enumerable.Range(0, components.Count).Select(k => (weights?[k] ?? 1) / divisor)];
        scoreKinds =
        [
            new(ScoreKind.LogProbability, [new("log_probability")], IsDefault: true),
            new(ScoreKind.Label, [new("label", IsInteger: true)], IsDefault: true),
            new(ScoreKind.Probability, [.. Enumerable.Range(0, components.Count).Select(k => new ScoreColumn($"probability_{k}"))]),
        ];
    }

    /// <inheritdoc/>
    public static string Name => "sequence-mixture";

    /// <summary>The components, in order.</summary>
    public IReadOnlyList<SequenceModel> Components { get; }

    /// <summary>Mixing weights pi, shape [K], sum 1.</summary>
    public ReadOnlySpan<double> Weights => weights;

    /// <inheritdoc/>
    public override int Dimensions => Components[0].Dimensions;

    /// <inheritdoc/>
    /// <remarks>The label of every row is the index of the sequence's component.</remarks>
    public override void Sample(SeededRandom random, Span<double> rows, Span<int> labels)
    {
        ArgumentNullException.ThrowIfNull(random);
        var component = random.NextIndex(weights, 1);
        labels.Fill(component);
        Components[component].Sample(random, rows, default);
    }

    /// <inheritdoc/>
    public override long ParameterCount => Components.Count - 1 + Components.Sum(c => c.ParameterCount);

    /// <inheritdoc/>
    public override int? CategoryCount(int feature) => Components[0].CategoryCount(feature);

    /// <inheritdoc/>
    public override string FormatName => Name;

    /// <inheritdoc/>
    public override FitUses Uses => Components.Aggregate(Components.Count > 1 ? FitUses.Pseudocount : FitUses.None, (uses, c) => uses | c.Uses);

    /// <inheritdoc/>
    public override IReadOnlyList<ScoreKind> ScoreKinds => scoreKinds;

    /// <inheritdoc/>
    public static SequenceMixture ReadParameters(JsonElement json) => new([.. json.Array("components").Select(c =>
        ModelFormat.Read(c) as SequenceModel ?? throw JsonHelpers.Bad("property 'components'", JsonHelpers.Quote(c.Required("type").ToString()),
            "models of sequences"))], json.Numbers("weights"));

    /// <inheritdoc/>
    public override void WriteParameters(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteNumbers("weights", weights);
        writer.WriteStartArray("components");
        foreach (var component in Components) ModelFormat.Write(writer, component);
        writer.WriteEndArray();
    }

    /// <inheritdoc/>
    public override Statistics CreateStatistics() => new MixtureStatistics([.. Components.Select(c => c.CreateStatistics())]);

    /// <inheritdoc/>
    public override SequenceMixture Maximize(Statistics statistics, in MaximizeOptions options)
    {
        var mixture = (MixtureStatistics)statistics;
        if (!(mixture.Responsibilities.Sum() > 0)) return this;
        var fitted = new SequenceModel[Components.Count];
        var shares = new double[fitted.Length];
        for (var k = 0; k < fitted.Length; k++)
        {
            try
            {
                fitted[k] = (SequenceModel)Components[k].Maximize(mixture.Parts[k], options);
            }
            catch (ModelException e)
            {
                throw e.Within($"component {k}");
            }
            shares[k] = mixture.Responsibilities[k] + options.Pseudocount;
        }
        return new(fitted, shares);
    }

    /// <inheritdoc/>
    public override void Recenter(Statistics statistics, Model from)
    {
        for (var k = 0; k < Components.Count; k++) Components[k].Recenter(((MixtureStatistics)statistics).Parts[k], ((SequenceMixture)from).Components[k]);
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Diagnose(Statistics statistics)
    {
        var mixture = (MixtureStatistics)statistics;
        for (var k = 0; k < Components.Count; k++)
        {
            if (mixture.Responsibilities[k] < NormalDistribution.LeastWeight)
                yield return $"component {k} died: no sequence belongs to it any more; it keeps its parameters at weight {weights[k].Text()} "
                    + "(use fewer components or another start)";
            foreach (var text in Components[k].Diagnose(mixture.Parts[k])) yield return $"component {k}: {text}";
        }
    }

    /// <inheritdoc/>
    public override void LogProbabilities(in FeatureBlock block, Span<double> logs) => Posteriors(block, logs, new double[Components.Count * logs.Length]);

    /// <summary>Posterior probability of each component for each sequence; NaN if no component can produce it.</summary>
    /// <param name="sequences">The sequences.</param>
    /// <param name="maxDegreeOfParallelism">Threads; -1 (default) = all cores.</param>
    /// <returns>Shape [sequences, K].</returns>
    public double[,] PredictProbability(SequenceSet sequences, int maxDegreeOfParallelism = -1)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        this.CheckBlock(sequences.Block(0, 0));
        var result = new double[sequences.Count, Components.Count];
        SequenceFitting.ForEachGroup(sequences, maxDegreeOfParallelism, (first, count) =>
        {
            var own = new double[Components.Count * count];
            Posteriors(sequences.Block(first, count), new double[count], own);
            for (var s = 0; s < count; s++)
                for (var k = 0; k < Components.Count; k++) result[first + s, k] = own[(k * count) + s];
        });
        return result;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is SequenceMixture o && o.weights.AsSpan().SequenceEqual(weights) && o.Components.SequenceEqual(Components);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Components.Count, weights[0], Components[0]);

    /// <inheritdoc/>
    public override string ToString() => $"SequenceMixture({string.Join(" + ", Components.Select((c, k) => $"{weights[k].Text()} {c}"))})";

    /// <inheritdoc/>
    public override string Describe(IReadOnlyList<Feature>? features = null) =>
        string.Join(Environment.NewLine, Components.Select((c, k) => $"component {k}, weight {weights[k].Text()}: {c.Describe(features)}"));

    /// <inheritdoc/>
    protected override void SummarizeSequences(in FeatureBlock block, Statistics statistics)
    {
        var mixture = (MixtureStatistics)statistics;
        var count = block.SequenceCount;
        var logs = new double[count];
        var posteriors = new double[Components.Count * count];
        Posteriors(block, logs, posteriors);
        // Empty sequences have no row to carry a weight to the components.
        List<int> filled = [0];
        foreach (var offset in block.SequenceOffsets)
            if (offset != filled[^1]) filled.Add(offset);
        var rowWeights = new double[block.Rows];
        for (var k = 0; k < Components.Count; k++)
        {
            for (var s = 0; s < count; s++)
            {
                var (first, last) = (block.SequenceOffsets[s], block.SequenceOffsets[s + 1]);
                var weight = block.Weights.IsEmpty || first == last ? 1 : block.Weights[first];
                var share = weight > 0 && posteriors[(k * count) + s] > 0 ? weight * posteriors[(k * count) + s] : 0;
                rowWeights.AsSpan(first, last - first).Fill(share);
                mixture.Responsibilities[k] += share;
                if (k == 0 && weight > 0) statistics.Objective += weight * logs[s];
                if (k == 0) statistics.Weight += weight * (last - first);
            }
            if (filled.Count == 1) continue;
            var own = new FeatureBlock(block.Values, block.Rows, block.Columns, block.RowStride, block.ColumnStride, rowWeights,
                block.FirstRow)
            { SequenceOffsets = filled.ToArray(), FirstSequence = block.FirstSequence };
            Components[k].Summarize(own, mixture.Parts[k]);
        }
        statistics.Rows += block.Rows;
    }

    /// <inheritdoc/>
    protected override void ScoreSequences(in FeatureBlock block, ScoreBatch scores)
    {
        var count = block.SequenceCount;
        var logs = new double[count];
        var posteriors = new double[Components.Count * count];
        Posteriors(block, logs, posteriors);
        for (var s = 0; s < count; s++)
        {
            var (first, length) = (block.SequenceOffsets[s], block.SequenceOffsets[s + 1] - block.SequenceOffsets[s]);
            var best = double.IsNaN(posteriors[s]) ? -1 : 0;
            for (var k = 1; k < Components.Count && best >= 0; k++)
                if (posteriors[(k * count) + s] > posteriors[(best * count) + s]) best = k;
            if (scores.Wants(ScoreKind.LogProbability)) scores.Doubles(ScoreKind.LogProbability).Slice(first, length).Fill(logs[s]);
            if (scores.Wants(ScoreKind.Label)) scores.Integers(ScoreKind.Label).Slice(first, length).Fill(best);
            for (var k = 0; k < Components.Count && scores.Wants(ScoreKind.Probability); k++)
                scores.Doubles(ScoreKind.Probability, k).Slice(first, length).Fill(posteriors[(k * count) + s]);
        }
    }

    // Component k of sequence s at [k * sequences + s].
    private void Posteriors(in FeatureBlock block, Span<double> logs, double[] posteriors)
    {
        var count = block.SequenceCount;
        for (var k = 0; k < Components.Count; k++)
        {
            var own = posteriors.AsSpan(k * count, count);
            Components[k].LogProbabilities(block, own);
            for (var s = 0; s < count; s++) own[s] += Math.Log(weights[k]);
        }
        for (var s = 0; s < count; s++)
        {
            var max = double.NegativeInfinity;
            for (var k = 0; k < Components.Count; k++) max = Math.Max(max, posteriors[(k * count) + s]);
            // Relative to the largest: the log-probability of a long sequence has fewer decimal digits.
            double sum = 0;
            for (var k = 0; k < Components.Count; k++)
                sum += posteriors[(k * count) + s] = max > double.NegativeInfinity ? Math.Exp(posteriors[(k * count) + s] - max) : double.NaN;
            for (var k = 0; k < Components.Count; k++) posteriors[(k * count) + s] /= sum;
            logs[s] = max > double.NegativeInfinity ? max + Math.Log(sum) : max;
        }
    }
}
