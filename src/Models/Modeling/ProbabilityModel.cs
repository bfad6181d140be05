using Pipelines.Models.Fitting;

namespace Pipelines;

/// <summary>
/// A model that gives a log-probability to an item and can be fitted to weighted items. An item is a row, or a whole sequence of rows if
/// <see cref="Model.IsOfSequences"/>. Mixtures hold any such model. <see cref="Distribution"/> is the base of models of rows, <see cref="SequenceModel"/> of
/// models of sequences.
/// </summary>
public abstract class ProbabilityModel : Model
{
    /// <summary>True: fitting leaves the parameters as they are.</summary>
    public bool IsFrozen { get; private set; }

    /// <summary>The model's name, with a note if it is frozen.</summary>
    internal string Kind => IsFrozen ? $"{FormatName}, frozen" : FormatName;

    /// <inheritdoc/>
    public sealed override long ParameterCount => IsFrozen ? 0 : FreeParameters;

    /// <summary>
    /// Number of free parameters when the model is not frozen. The default counts the numbers that <see cref="Model.WriteParameters"/> writes.
    /// </summary>
    protected virtual long FreeParameters => base.ParameterCount;

    /// <inheritdoc/>
    public sealed override ParameterKinds ParameterKinds => IsFrozen ? ParameterKinds.None : FreeParameterKinds;

    /// <summary>The kinds of parameters when the model is not frozen; <see cref="ParameterKinds.Others"/> by default.</summary>
    protected virtual ParameterKinds FreeParameterKinds => ParameterKinds.Others;

    /// <summary>The same model, frozen: fitting leaves it unchanged.</summary>
    public virtual ProbabilityModel Freeze() => With(frozen: true);

    /// <summary>The same model, not frozen: it can be fitted again.</summary>
    public virtual ProbabilityModel Thaw() => With(frozen: false);

    /// <summary>
    /// The model as if it knew only some categories: the others get the probability of unknown ones, and what they had is shared out in proportion, as if no
    /// pseudocount had been added to them. By default the model itself, as one without categories.
    /// </summary>
    /// <param name="known">Shape [Dimensions], then [codes]: true for the categories that are known; null for a feature without categories. Codes beyond it are
    /// unknown.</param>
    internal virtual ProbabilityModel Knowing(ReadOnlySpan<bool[]?> known) => this;

    /// <summary>Natural log-probability (density or mass) of each item; -infinity if it is impossible. Called by many threads at once.</summary>
    /// <param name="block">The items.</param>
    /// <param name="logs">Shape [items]; filled.</param>
    public abstract void LogProbabilities(in FeatureBlock block, Span<double> logs);

    /// <summary>
    /// Adds weighted items to statistics. Whether <see cref="Statistics.Rows"/>, Weight and Objective change is up to the model; a mixture uses only its own.
    /// </summary>
    /// <param name="block">The items; their own weights and labels are ignored.</param>
    /// <param name="weights">Shape [items]: weights of at least 0; in a mixture, responsibilities.</param>
    /// <param name="statistics">Statistics created by this model's <see cref="Model.CreateStatistics"/>.</param>
    public abstract void Accumulate(in FeatureBlock block, ReadOnlySpan<double> weights, Statistics statistics);

    /// <inheritdoc cref="Model.Maximize"/>
    public abstract override ProbabilityModel Maximize(Statistics statistics, in MaximizeOptions options);

    /// <summary><see cref="Maximize"/> of a part of another model: nothing is estimated if all of its parameters keep their values.</summary>
    internal ProbabilityModel MaximizePart(Statistics statistics, in MaximizeOptions options) =>
        options.Holds(ParameterKinds) ? this : Maximize(statistics, Dimensions == 1 ? options.At(0, 1) : options);

    /// <summary>Draws one sequence, or any number of rows if the model is of rows.</summary>
    /// <param name="random">The seeded generator.</param>
    /// <param name="rows">Shape [rows, features]; filled. A sequence has exactly this length: a finite model redraws sequences that end earlier or
    /// later.</param>
    /// <param name="labels">Shape [rows]; filled with the origin of each row, a state or component, as in the score <c>label</c>; -1 if the model has none.
    /// Empty = not computed. Has no effect on the rows.</param>
    /// <exception cref="ModelException">The model does not support sampling, or has no sequence of this length.</exception>
    public abstract void Sample(SeededRandom random, Span<double> rows, Span<int> labels);

    /// <summary>Throws if the parameters give no log-probability (a singular covariance). Called after each M step; does nothing by default.</summary>
    /// <exception cref="ModelException">The parameters are not usable.</exception>
    public virtual void EnsureEvaluable()
    {
    }

    /// <summary>What <see cref="Model.Diagnose"/> reports for a component of a mixture, whose fit continues until the mixture stops improving.</summary>
    internal virtual IEnumerable<string> DiagnosePart(Statistics statistics) => Diagnose(statistics);

    /// <summary>
    /// The log-likelihood of the items that were summarised under this model, if their statistics determine it; null (default): it takes a pass over them.
    /// </summary>
    /// <param name="statistics">Statistics of this model, or moved to it (<see cref="Model.Recenter"/>).</param>
    internal virtual double? LogLikelihood(Statistics statistics) => null;

    /// <summary>Copies an immutable value with a different frozen flag.</summary>
    private ProbabilityModel With(bool frozen)
    {
        if (IsFrozen == frozen) return this;
        var copy = (ProbabilityModel)MemberwiseClone();
        copy.IsFrozen = frozen;
        return copy;
    }
}
