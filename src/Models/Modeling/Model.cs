using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// A probability model: an immutable value. Fitting returns a new model, so one instance serves any number of threads.
/// All families share three operations: <see cref="Summarize"/> rows into statistics, <see cref="Statistics.Merge"/> them, and
/// <see cref="Maximize"/> them into a new model.
/// </summary>
public abstract class Model : ISummarizer
{
    /// <summary>Number of features in a row.</summary>
    public abstract int Dimensions { get; }

    /// <summary>The model's name in files and on the command line, lower-case with hyphens.</summary>
    public abstract string FormatName { get; }

    /// <summary>
    /// Number of free parameters, as AIC and BIC count them: the fitted ones, less one for each sum constraint (probabilities sum to 1). Frozen parts
    /// count 0. The default counts the numbers that <see cref="WriteParameters"/> writes; override it in a model of yours that keeps some of them
    /// fixed.
    /// </summary>
    public virtual long ParameterCount => ParameterCounter.Numbers(this);

    string ISummarizer.SummarizerKind => SummarizerFormat.ModelKind;

    void ISummarizer.WriteSettings(Utf8JsonWriter writer)
    {
        writer.WritePropertyName(SummarizerFormat.ModelKind);
        ModelFormat.Write(writer, this);
    }

    /// <inheritdoc/>
    public abstract Statistics CreateStatistics();

    /// <inheritdoc/>
    public abstract void Summarize(in FeatureBlock block, Statistics statistics);

    /// <summary>The model whose parameters fit the statistics best; if their total weight is 0, the model is unchanged.</summary>
    /// <exception cref="ModelException">The statistics give no valid parameters, such as a variance of 0.</exception>
    public abstract Model Maximize(Statistics statistics, in MaximizeOptions options);

    /// <summary>Throws if updates of this model need all rows. By default some of the batches are enough.</summary>
    /// <exception cref="ModelException">They do.</exception>
    internal virtual void CheckSomeBatches()
    {
    }

    /// <summary>
    /// True: an estimate may give probability 0 to a row that it was made of, so that a log-likelihood of -infinity does not end a fit. False (default): it
    /// does.
    /// </summary>
    internal virtual bool MayLeaveRowsImpossible => false;

    /// <summary>
    /// True: a part of the model can close in on equal values, so that its variance and with it the likelihood have no bound. False by default.
    /// </summary>
    internal virtual bool CanCollapse => false;

    /// <summary>What relative gains in the objective are relative to: the weight of the rows by default.</summary>
    /// <param name="weight">Total weight of the rows.</param>
    /// <param name="objective">The objective.</param>
    internal virtual double ToleranceUnit(double weight, double objective) => weight;

    /// <summary>Why the fit's objective may fall in an iteration, for a warning.</summary>
    internal virtual string WhyObjectiveFalls => "missing values, inertia, shrinkage or a minimum variance can do that";

    /// <summary>
    /// True if the statistics of one pass determine the parameters, whatever they were before: nothing is hidden. A fit then makes one update, so that
    /// inertia keeps its share of the old parameters. False (default): a fit makes updates until the log-likelihood stops rising.
    /// </summary>
    public virtual bool IsEstimatedInOnePass => false;

    /// <summary>The same of some statistics: false by default if they leave something hidden, such as the class of an unlabelled row.</summary>
    internal virtual bool IsDeterminedBy(Statistics statistics) => IsEstimatedInOnePass;

    /// <summary>
    /// The statistics that a pass over the same rows would compute under this model, if they follow from those under another of its kind and shape; null
    /// (default) = only a pass can tell.
    /// </summary>
    /// <param name="statistics">Statistics under the other model; not changed.</param>
    internal virtual Statistics? Restated(Statistics statistics) => null;

    /// <summary>
    /// The options that have an effect on an update: <see cref="FitUses.Pseudocount"/>, <see cref="FitUses.MinVariance"/>, both or neither. All by default; a
    /// fit refuses the others.
    /// </summary>
    public virtual FitUses Uses => FitUses.All;

    /// <summary>
    /// The kinds of parameters that an update can change or leave as they are (<see cref="MaximizeOptions.Held"/>). By default
    /// <see cref="ParameterKinds.Others"/>, all or none of which change.
    /// </summary>
    public virtual ParameterKinds ParameterKinds => ParameterKinds.Others;

    /// <summary>
    /// Makes statistics summarised under another model of this kind and shape usable by this one: sums centred on that model's parameters are shifted to
    /// this model's, as if this model had summarised the rows with the same weights and responsibilities. Does nothing by default, which is right for
    /// sums without a centre.
    /// </summary>
    /// <param name="statistics">The statistics, modified in place.</param>
    /// <param name="from">The model they were summarised under.</param>
    public virtual void Recenter(Statistics statistics, Model from)
    {
    }

    /// <summary>What this model can report for each row: the names that <c>score --columns</c> takes.</summary>
    public abstract IReadOnlyList<ScoreKind> ScoreKinds { get; }

    /// <summary>Fills the requested score columns for a block of rows. Called by many threads at once, each with its own batch.</summary>
    public abstract void Score(in FeatureBlock block, ScoreBatch scores);

    /// <summary>Writes the parameters as properties of the current JSON object (the type's name is written by the caller).</summary>
    public abstract void WriteParameters(Utf8JsonWriter writer);

    /// <summary>Name of the objective of models that have a likelihood.</summary>
    public const string LogLikelihoodName = "log-likelihood";

    /// <summary>The quantity that fitting increases, as text: <c>log-likelihood</c> unless the model overrides it.</summary>
    public virtual string ObjectiveName => LogLikelihoodName;

    /// <summary>A value of the objective as pictures show it, with its name: by default as it is.</summary>
    /// <param name="objective">The objective.</param>
    /// <param name="weight">Total weight of the rows that it is summed over.</param>
    public virtual (string Name, double Value) ShownObjective(double objective, double weight) => (ObjectiveName, objective);

    /// <summary>What a user should know about the last fit, one sentence each, such as components that died. Nothing by default.</summary>
    public virtual IEnumerable<string> Diagnose(Statistics statistics) => [];

    /// <summary>
    /// Weight of the rows that belong to each entry of the <see cref="Outline"/>, in its order; empty (default) if the outline itself says it, or there are
    /// no such parts.
    /// </summary>
    /// <param name="statistics">Those of all rows under this model.</param>
    internal virtual IReadOnlyList<double> PartWeights(Statistics statistics) => [];

    /// <summary>
    /// Which of the summarised rows have probability 0 under this model, as text for the error that follows; null (default) = none known.
    /// </summary>
    public virtual string? Impossible(Statistics statistics) => null;

    /// <summary>Number of categories of a feature that the model has probabilities for; null (default) if it does not work on categories.</summary>
    /// <param name="feature">Index of the feature.</param>
    public virtual int? CategoryCount(int feature) => null;

    /// <summary>
    /// True: a value that is not among a feature's categories is bad data. False (default): it is a value of the probability that the model gives to unknown
    /// ones.
    /// </summary>
    public virtual bool RefusesUnknownValues => false;

    /// <summary>True: an item of the model is a whole sequence of rows (<see cref="FeatureBlock.SequenceOffsets"/>). False (default): a row.</summary>
    public virtual bool IsOfSequences => false;

    /// <summary>
    /// The parts whose weighted sum is the density of a row, in order: the components of a mixture, the states of a hidden Markov model. Empty (default) if the
    /// model is no such sum.
    /// </summary>
    public virtual IReadOnlyList<WeightedPart> WeightedParts() => [];

    /// <summary>
    /// Where the parts lie, or the model itself if it has none: for each its name and, by feature, the mean and the standard deviation; NaN where that is not
    /// known.
    /// </summary>
    internal virtual IReadOnlyList<ModelCenter> PartCenters()
    {
        IReadOnlyList<WeightedPart> parts = WeightedParts() is { Count: > 0 } own ? own : RowDistribution() is { } rows ? [new(Title, 1, rows)] : [];
        return [.. parts.Select(Center)];

        ModelCenter Center(WeightedPart part)
        {
            var moments = Enumerable.Range(0, Dimensions).Select(j => Moments(part.Distribution, j)).ToArray();
            return new(part.Name, [.. moments.Select(m => m.Mean)]) { Deviations = [.. moments.Select(m => m.Deviation)] };
        }

        static (double Mean, double Deviation) Moments(Distribution distribution, int feature)
        {
            if (distribution.Marginal(feature)?.Moments() is { } own) return own;
            return distribution.AsGaussian() is { } all ? (all.Mean[feature], Math.Sqrt(all.Covariance[feature, feature])) : (double.NaN, double.NaN);
        }
    }

    /// <summary>What the <see cref="WeightedParts"/> are called: <c>components</c> (default).</summary>
    public virtual string PartsName => "components";

    /// <summary>
    /// Number of components, classes or states that the priors of rows are about (<see cref="FeatureBlock.Priors"/>); 0 (default) = the model takes no priors.
    /// </summary>
    public virtual int PriorComponents => 0;

    /// <summary>The model as a distribution of single rows, which pictures show; null (default) if it has none.</summary>
    public virtual Distribution? RowDistribution() => null;

    /// <summary>The kind and size of the model for titles, such as <c>mixture of 3 components</c>.</summary>
    public virtual string Title => FormatName;

    /// <summary>
    /// The model as an outline, of which a long one may be shown in part. The default splits <see cref="Describe"/> into lines, and at semicolons if there are
    /// several features.
    /// </summary>
    /// <param name="features">Shape [Dimensions]: the features' names; null = unnamed.</param>
    public virtual IEnumerable<OutlineEntry> Outline(IReadOnlyList<Feature>? features = null) =>
        Describe(features).Split('\n').SelectMany(line => Dimensions == 1 ? [line] : line.Split("; ")).Select(line => new OutlineEntry(line.TrimEnd('\r')));

    /// <summary>What was corrected when the model was created, or looks wrong about it; one sentence each. None by default.</summary>
    public virtual IReadOnlyList<string> Warnings => [];

    /// <summary>Numbers of the first summarised sequences of probability 0; none (default) for models of rows.</summary>
    /// <param name="statistics">Statistics made by <see cref="CreateStatistics"/>.</param>
    public virtual IReadOnlyList<long> ImpossibleSequences(Statistics statistics) => [];

    /// <summary>Writes what else is to be known of the model, as properties of the current JSON object. Nothing by default.</summary>
    internal virtual void WriteInspection(Utf8JsonWriter writer)
    {
    }

    /// <summary>The model as text: a line for each component or parameter.</summary>
    public abstract string Describe(IReadOnlyList<Feature>? features = null);
}
