using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines.Models;

/// <summary>
/// A probability model: an immutable value. Fitting returns a new one, so one instance serves any number of threads.
/// Every family has the same three verbs: <see cref="Summarize"/> rows into statistics, <see cref="Statistics.Merge"/> them,
/// <see cref="Maximize"/> them into a new model.
/// </summary>
public abstract class Model : ISummarizer
{
    /// <summary>Number of features in a row.</summary>
    public abstract int Dimensions { get; }

    /// <summary>The model's name in files and on the command line, lower-case with hyphens.</summary>
    public abstract string FormatName { get; }

    /// <summary>
    /// Number of free parameters, as AIC and BIC count them: those that fitting chooses, less one for each sum that is given (probabilities sum to 1). Parts
    /// that are frozen count 0. By default the numbers that <see cref="WriteParameters"/> writes; a model of yours in which some of them are fixed says how
    /// many are not.
    /// </summary>
    public virtual long ParameterCount => ParameterCounter.Numbers(this);

    /// <inheritdoc/>
    public abstract Statistics CreateStatistics();

    /// <inheritdoc/>
    public abstract void Summarize(in FeatureBlock block, Statistics statistics);

    /// <summary>The model whose parameters fit the statistics best; statistics of total weight 0 leave it as it is.</summary>
    /// <exception cref="ModelException">The statistics give no valid parameters, such as a variance of 0.</exception>
    public abstract Model Maximize(Statistics statistics, in MaximizeOptions options);

    /// <summary>Why what fitting increases may fall in an iteration, for a warning.</summary>
    internal virtual string WhyObjectiveFalls => "missing values, inertia or a least variance can do that";

    /// <summary>
    /// True if the statistics of one pass give the parameters, whatever they were before: nothing is hidden. A fit then makes one update, so that
    /// inertia keeps its share of the old parameters. False (default): a fit makes updates until the log-likelihood rises no more.
    /// </summary>
    public virtual bool IsEstimatedInOnePass => false;

    /// <summary>
    /// Makes statistics that another model of this kind and shape summarised usable by this one: sums that were taken around its parameters are moved to lie
    /// around this model's, as if these rows had been summarised here with the same weights and responsibilities. Does nothing by default: right where sums are
    /// taken around nothing.
    /// </summary>
    /// <param name="statistics">The statistics; changed.</param>
    /// <param name="from">The model that they were summarised under.</param>
    public virtual void Recenter(Statistics statistics, Model from)
    {
    }

    /// <summary>What this model can say of each row: the names that <c>score --columns</c> takes.</summary>
    public abstract IReadOnlyList<ScoreKind> ScoreKinds { get; }

    /// <summary>Fills the requested score columns for a block of rows. Called by many threads at once, each with a batch of its own.</summary>
    public abstract void Score(in FeatureBlock block, ScoreBatch scores);

    /// <summary>Writes the parameters as properties of the current JSON object (the type's name is written by the caller).</summary>
    public abstract void WriteParameters(Utf8JsonWriter writer);

    /// <summary>Name of the objective of models that have a likelihood.</summary>
    public const string LogLikelihoodName = "log-likelihood";

    /// <summary>What fitting increases, in words: <c>log-likelihood</c> unless the model says otherwise.</summary>
    public virtual string ObjectiveName => LogLikelihoodName;

    /// <summary>What a user should know of the last fit, one sentence each: components that died, say. Nothing by default.</summary>
    public virtual IEnumerable<string> Diagnose(Statistics statistics) => [];

    /// <summary>
    /// Which of the summarised rows this model gives no probability at all, in words, for the error that follows; null (default) = none that it knows of.
    /// </summary>
    public virtual string? Impossible(Statistics statistics) => null;

    /// <summary>Number of categories of a feature that the model knows probabilities of; null (default) where it does not work on categories.</summary>
    /// <param name="feature">Index of the feature.</param>
    public virtual int? CategoryCount(int feature) => null;

    /// <summary>What was put right when the model was made, or looks wrong with it; one sentence each. None by default.</summary>
    public virtual IReadOnlyList<string> Warnings => [];

    /// <summary>Numbers of the first sequences of probability 0 that statistics were collected over; none (default) for models of rows.</summary>
    /// <param name="statistics">What <see cref="CreateStatistics"/> made.</param>
    public virtual IReadOnlyList<long> ImpossibleSequences(Statistics statistics) => [];

    /// <summary>The model in words: a line for each component or parameter.</summary>
    public abstract string Describe(IReadOnlyList<Feature>? features = null);
}
