using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Mixtures;

namespace Pipelines.Models;

/// <summary>
/// A probability distribution over rows of <see cref="Model.Dimensions"/> features. Derive from it to use your own distribution wherever a built-in one works.
/// </summary>
public abstract class Distribution : Model
{
    private static readonly ScoreKind[] kinds = [new(ScoreKind.LogProbability, [new("log_probability")], IsDefault: true)];

    /// <summary>True: fitting leaves the parameters as they are.</summary>
    public bool IsFrozen { get; private set; }

    /// <inheritdoc/>
    public override IReadOnlyList<ScoreKind> ScoreKinds => kinds;

    /// <summary>True: probabilities are masses of single values (counts, categories), not densities. False by default.</summary>
    public virtual bool IsDiscrete => false;

    /// <inheritdoc/>
    public sealed override long ParameterCount => IsFrozen ? 0 : FreeParameters;

    /// <summary>
    /// Number of free parameters when the distribution is not frozen. The default counts the numbers that <see cref="Model.WriteParameters"/> writes.
    /// </summary>
    protected virtual long FreeParameters => base.ParameterCount;

    /// <summary>The same distribution, frozen: fitting leaves it unchanged.</summary>
    public Distribution Freeze() => With(frozen: true);

    /// <summary>The same distribution, not frozen: it can be fitted again.</summary>
    public Distribution Thaw() => With(frozen: false);

    /// <summary>Natural log-probability (density or mass) of each row of a tile.</summary>
    /// <param name="tile">The rows; NaN is a missing value and contributes as the family documents.</param>
    /// <param name="result">Shape [tile.Rows] or longer; filled up to tile.Rows.</param>
    public abstract void LogProbability(in FeatureTile tile, Span<double> result);

    /// <summary>
    /// Adds the weighted rows of a tile to statistics. Does not touch <see cref="Statistics.Rows"/>, Weight and Objective; the caller updates them.
    /// </summary>
    /// <param name="tile">The rows.</param>
    /// <param name="weights">Shape [tile.Rows]: weights; in a mixture, responsibilities. Never empty.</param>
    /// <param name="statistics">Statistics created by this distribution's <see cref="Model.CreateStatistics"/>.</param>
    public abstract void Accumulate(in FeatureTile tile, ReadOnlySpan<double> weights, Statistics statistics);

    /// <inheritdoc cref="Model.Maximize"/>
    public abstract override Distribution Maximize(Statistics statistics, in MaximizeOptions options);

    /// <summary>Draws one row.</summary>
    /// <param name="random">The seeded generator.</param>
    /// <param name="row">Shape [Dimensions].</param>
    public abstract void Sample(SeededRandom random, Span<double> row);

    /// <summary>
    /// The marginal distribution of some features: the others are summed or integrated out. Null if the family has no closed form for it (the
    /// default for anything but all features in their order).
    /// </summary>
    /// <param name="features">Indexes of features, each once, 0 … <see cref="Model.Dimensions"/> - 1, at least one; the result has them in this order.</param>
    public virtual Distribution? Marginal(params ReadOnlySpan<int> features)
    {
        CheckMarginal(features);
        if (features.Length != Dimensions) return null;
        for (var j = 0; j < features.Length; j++)
            if (features[j] != j) return null;
        return this;
    }

    /// <summary>Throws for indexes that are out of range or duplicate.</summary>
    private protected void CheckMarginal(ReadOnlySpan<int> features)
    {
        if (features.IsEmpty) throw new ArgumentException("found no feature, expected at least one", nameof(features));
        for (var j = 0; j < features.Length; j++)
            if (features[j] < 0 || features[j] >= Dimensions || features[..j].Contains(features[j]))
                throw new ArgumentException($"found feature {features[j]}, expected indexes from 0 to {Dimensions - 1}, each once", nameof(features));
    }

    /// <summary>Throws if the parameters give no log-probability (a singular covariance). Called after each M step; does nothing by default.</summary>
    /// <exception cref="ModelException">The parameters are not usable.</exception>
    public virtual void EnsureEvaluable()
    {
    }

    /// <summary>Throws if no rows of this number give parameters, before they are summarised. Does nothing by default.</summary>
    /// <param name="sample">The rows.</param>
    /// <param name="options">How the parameters are estimated, and from how many rows of weight above 0.</param>
    /// <exception cref="ModelException">There are too few rows.</exception>
    internal virtual void CheckRows(FeatureSample sample, in MaximizeOptions options)
    {
    }

    /// <summary>
    /// A kernel that evaluates all components of a mixture at once, or null (default) if this family has none for these components:
    /// the mixture then evaluates the components one by one. Called on the first component.
    /// </summary>
    /// <param name="components">All components of the mixture, this one first.</param>
    public virtual MixtureKernel? CreateMixtureKernel(IReadOnlyList<Distribution> components) => null;

    /// <summary>What <see cref="Model.Diagnose"/> reports for a component of a mixture, whose fit continues until the mixture stops improving.</summary>
    internal virtual IEnumerable<string> DiagnosePart(Statistics statistics) => Diagnose(statistics);

    /// <summary>
    /// The starting point of a fit, chosen from a sample: values that the sample happens to lack become unlikely instead of impossible. By default the
    /// distribution itself.
    /// </summary>
    internal virtual Distribution Smoothed() => this;

    /// <summary>Copies an immutable value with a different frozen flag.</summary>
    private Distribution With(bool frozen)
    {
        if (IsFrozen == frozen) return this;
        var copy = (Distribution)MemberwiseClone();
        copy.IsFrozen = frozen;
        return copy;
    }

    /// <inheritdoc/>
    public override void Summarize(in FeatureBlock block, Statistics statistics)
    {
        this.CheckBlock(block);
        using var scratch = Scratch.Enter();
        var buffer = scratch.Take(Dimensions * FeatureTile.Capacity);
        var logs = scratch.Take(FeatureTile.Capacity);
        var ones = scratch.Take(FeatureTile.Capacity);
        ones.Fill(1);
        for (var t = 0; t < block.TileCount; t++)
        {
            var tile = block.Tile(t, buffer);
            var weights = block.TileWeights(t);
            if (weights.IsEmpty) weights = ones[..tile.Rows];
            Accumulate(tile, weights, statistics);
            LogProbability(tile, logs);
            double sum = 0, weight = 0;
            for (var i = 0; i < tile.Rows; i++)
            {
                weight += weights[i];
                if (weights[i] > 0) sum += weights[i] * logs[i];
            }
            statistics.Objective += sum;
            statistics.Weight += weight;
            statistics.Rows += tile.Rows;
        }
    }

    /// <inheritdoc/>
    public override void Score(in FeatureBlock block, ScoreBatch scores)
    {
        this.CheckBlock(block);
        using var scratch = Scratch.Enter();
        var buffer = scratch.Take(Dimensions * FeatureTile.Capacity);
        if (!scores.Wants(ScoreKind.LogProbability)) return;
        var result = scores.Doubles(ScoreKind.LogProbability);
        for (var t = 0; t < block.TileCount; t++)
            LogProbability(block.Tile(t, buffer), result[(t * FeatureTile.Capacity)..]);
    }
}
