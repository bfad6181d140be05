using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Mixtures;

namespace Pipelines;

/// <summary>
/// A probability distribution over rows of <see cref="Model.Dimensions"/> features. Derive from it to use your own distribution wherever a built-in one works.
/// </summary>
public abstract class Distribution : ProbabilityModel
{
    private static readonly ScoreKind[] kinds = [new(ScoreKind.LogProbability, [new("log_probability")], IsDefault: true)];

    /// <inheritdoc/>
    public override IReadOnlyList<ScoreKind> ScoreKinds => kinds;

    /// <summary>True: probabilities are masses of single values (counts, categories), not densities. False by default.</summary>
    public virtual bool IsDiscrete => false;

    /// <inheritdoc/>
    public override Distribution? RowDistribution() => this;

    /// <summary>
    /// The distribution as a weighted sum of densities and masses, for pictures of one feature. Those of the parts (<see cref="Model.WeightedParts"/>) by
    /// default, or the distribution itself.
    /// </summary>
    public virtual IReadOnlyList<(double Weight, Distribution Term)> Terms() =>
        WeightedParts() is { Count: > 0 } parts ? [.. parts.Select(p => (p.Weight, p.Distribution))] : [(1, this)];

    /// <summary>The value of a distribution that is a single value, otherwise null (default).</summary>
    public virtual double? PointMass => null;

    /// <summary>True if single values have probability mass, in the distribution or in one of its terms.</summary>
    internal bool HasMasses => Terms().Any(t => ReferenceEquals(t.Term, this) ? IsDiscrete : t.Term.HasMasses);

    /// <summary>
    /// The family of a feature if its support is fixed, such as the counts or the numbers above 0: where values are shifted, scaled or replaced by their
    /// logarithms, they leave it. Null (default, unless values have masses) = there is such a distribution of any values a x + b.
    /// </summary>
    /// <param name="feature">Index of the feature.</param>
    public virtual string? FixedSupport(int feature) => IsDiscrete ? FormatName : null;

    /// <summary>Mean and covariance if the distribution is Gaussian, otherwise null (default).</summary>
    public virtual GaussianShape? AsGaussian() => null;

    /// <summary>
    /// Mean and standard deviation of a distribution of one feature, NaN where they do not exist; null if they are not known. By default those of a Gaussian
    /// or of the <see cref="Terms"/>, by the law of total variance.
    /// </summary>
    internal virtual (double Mean, double Deviation)? Moments()
    {
        if (Dimensions != 1) return null;
        if (AsGaussian() is { } own) return (own.Mean[0], Math.Sqrt(own.Covariance[0, 0]));
        var terms = Terms().Where(t => !ReferenceEquals(t.Term, this)).Select(t => (t.Weight, Moments: t.Term.Moments())).ToArray();
        if (terms.Length == 0 || Array.Exists(terms, t => t.Moments is null)) return null;
        var mean = terms.Sum(t => t.Weight * t.Moments!.Value.Mean);
        return (mean, Math.Sqrt(terms.Sum(t => t.Weight * (Math.Pow(t.Moments!.Value.Deviation, 2) + Math.Pow(t.Moments.Value.Mean - mean, 2)))));
    }

    /// <inheritdoc/>
    public override Distribution Freeze() => (Distribution)base.Freeze();

    /// <inheritdoc/>
    public override Distribution Thaw() => (Distribution)base.Thaw();

    /// <summary>Natural log-probability (density or mass) of each row of a tile.</summary>
    /// <param name="tile">The rows; NaN is a missing value and contributes as the family documents.</param>
    /// <param name="result">Shape [tile.Rows] or longer; filled up to tile.Rows.</param>
    public abstract void LogProbability(in FeatureTile tile, Span<double> result);

    /// <summary>Why distributions like this one cannot share one covariance, as text; null if they can.</summary>
    internal virtual string? WhyNotTied() => this is ICovarianceFamily ? null : $"'{FormatName}', which has no covariance";

    /// <summary>The family whose support a feature's value is outside of, and the support as text; null if it is not known to be outside.</summary>
    internal virtual (string Family, string Support)? Outside(int feature, double value) => null;

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

    /// <summary>
    /// The starting point of a fit, chosen from a sample: values that the sample happens to lack become unlikely instead of impossible. By default the
    /// distribution itself.
    /// </summary>
    internal virtual Distribution Smoothed() => this;

    /// <inheritdoc/>
    public override void LogProbabilities(in FeatureBlock block, Span<double> logs)
    {
        this.CheckBlock(block);
        using var scratch = Scratch.Enter();
        var buffer = scratch.Take(Dimensions * FeatureTile.Capacity);
        for (var t = 0; t < block.TileCount; t++) LogProbability(block.Tile(t, buffer), logs[(t * FeatureTile.Capacity)..]);
    }

    /// <inheritdoc/>
    public override void Accumulate(in FeatureBlock block, ReadOnlySpan<double> weights, Statistics statistics)
    {
        this.CheckBlock(block);
        using var scratch = Scratch.Enter();
        var buffer = scratch.Take(Dimensions * FeatureTile.Capacity);
        for (var t = 0; t < block.TileCount; t++)
        {
            var tile = block.Tile(t, buffer);
            Accumulate(tile, weights.Slice(t * FeatureTile.Capacity, tile.Rows), statistics);
        }
    }

    /// <inheritdoc/>
    public override void Sample(SeededRandom random, Span<double> rows, Span<int> labels)
    {
        for (var start = 0; start < rows.Length; start += Dimensions) Sample(random, rows.Slice(start, Dimensions));
        labels.Fill(-1);
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
        if (scores.Wants(ScoreKind.LogProbability)) LogProbabilities(block, scores.Doubles(ScoreKind.LogProbability));
    }
}
