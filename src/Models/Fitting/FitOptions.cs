using System.Globalization;
using Pipelines.Models.Fitting;

namespace Pipelines;

/// <summary>How a model is fitted. All options are validated together before any data is read.</summary>
public sealed record FitOptions
{
    /// <summary>
    /// Threads that summarise batches: -1 = all cores, else 1 … 1024. Null (default) = the pipeline's, or all cores without a pipeline. Options given to the
    /// pipeline take precedence: a different value here is an error. A pass of your own has its own setting. The result does not depend on it, bit for bit.
    /// </summary>
    public int? MaxDegreeOfParallelism { get; init; }

    /// <summary>
    /// Rows per batch, 1 … 16,777,216. Null (default) = the pipeline's, or 16,384 without a pipeline. Options given to the pipeline take precedence: another
    /// value here is an error. A pass of your own has its own setting. Together with the seed it determines the result bit for bit.
    /// </summary>
    public int? BatchSize { get; init; }

    /// <summary>The relative tolerance of fits that have no stop rule of their own.</summary>
    public const double DefaultRelativeTolerance = 1e-6;

    /// <summary>Seed for all randomness; default 0.</summary>
    public long Seed { get; init; }

    /// <summary>
    /// The parameters that updates change; the others keep the values that the fit starts from. Default all. With the means held, covariances become the
    /// scatter about them. A start that is chosen from the data has all parameters estimated.
    /// </summary>
    public ParameterKinds Update { get; init; } = ParameterKinds.All;

    /// <summary>
    /// Share of the old parameters that each M step keeps, 0 (default) … 1. Mixing weights have a <see cref="WeightInertia"/> of their own. A model that is
    /// estimated in one pass (<see cref="Model.IsEstimatedInOnePass"/>) makes one update: old * inertia + estimate * (1 - inertia).
    /// </summary>
    public double Inertia { get; init; }

    /// <summary>
    /// Share of the old mixing weights, or priors of classes, that each M step keeps, 0 (default) … 1: old * inertia + share * (1 - inertia).
    /// </summary>
    public double WeightInertia { get; init; }

    /// <summary>Step-size decay d, at least 0, default 0 = off: M step k (from 1) keeps 1 - (1 - inertia) (2 + k)^-d of the old parameters.</summary>
    public double LearningRateDecay { get; init; }

    /// <summary>
    /// How the fit shortens its way to the maximum: fewer passes over the data for the same fixed points. <see cref="FitAcceleration.None"/> (default), or
    /// <see cref="FitAcceleration.Anderson"/>, for plain updates of all rows by EM only: without inertia, decay and batches per iteration.
    /// </summary>
    public FitAcceleration Acceleration { get; init; }

    /// <summary>
    /// Number of batches per iteration, at least 1; null (default) = all. With a number, each iteration takes the batches that follow the previous iteration's,
    /// starting over after the last batch of the data (mini-batch EM). Log-likelihoods in the history are then those of the batches taken, scaled to
    /// the total weight, and fitting stops when a whole walk through the data gains no more than <see cref="StopThreshold"/> over the walk before. The
    /// log-likelihood of the result covers all rows and takes one more pass. Use it with <see cref="LearningRateDecay"/> or <see cref="Inertia"/>: otherwise
    /// each update forgets what earlier batches have shown.
    /// </summary>
    public int? BatchesPerIteration { get; init; }

    /// <summary>
    /// How the features of numbers are brought to a common scale before the fit; null (default) = not at all. The scale is found in a pass of its own over
    /// the rows that the fit may see, becomes part of the model (<see cref="FitResult{TModel}.Transforms"/>), and is kept where the fit starts from a model
    /// whose features have one. Log-likelihoods stay those of the original features; distances and <see cref="MinVariance"/> are in the scaled units.
    /// </summary>
    public FeatureScaling? Scaling { get; init; }

    /// <summary>True: the rows are those of a fit that has scaled them already.</summary>
    internal bool IsScaled { get; init; }

    /// <summary>What the transforms of rows that an earlier run has seen add to the log-likelihood.</summary>
    internal double EarlierLogSlopes { get; init; }

    /// <summary>Added to each component's total responsibility in the M step, in rows; at least 0, default 0.</summary>
    public double Pseudocount { get; init; }

    /// <summary>Added to the weight of each class of a classifier, in rows (sequences: in sequences); at least 0, default 0.</summary>
    public double ClassPseudocount { get; init; }

    /// <summary>
    /// Minimum variance in any direction, in squared units of the features as the model sees them; at least 0, and 0 = none. Null (default): where one of
    /// several components or states can close in on equal values, 1e-8 of each feature's variance (for log-normal and gamma distributions: of its logarithm's)
    /// over a sample of the rows; none for single distributions. Raised variances are named in <see cref="FitResult{TModel}.Warnings"/>.
    /// </summary>
    public double? MinVariance { get; init; }

    /// <summary>
    /// How full covariances are shrunk towards their diagonals: <see cref="CovarianceShrinkage.Automatic"/>, or a share from 0 (default: not at all) to 1.
    /// </summary>
    public CovarianceShrinkage Shrinkage { get; init; }

    /// <summary>
    /// Fitting stops when the total weighted log-likelihood rises by no more than this, in nats; for k-means, when the total squared distance falls by no
    /// more. Negative: this rule never stops a fit. Null (default): see <see cref="RelativeTolerance"/>.
    /// </summary>
    public double? StopThreshold { get; init; }

    /// <summary>
    /// Fitting stops when the total weighted log-likelihood rises by no more than this per unit of weight, in nats; for k-means, when the total squared
    /// distance falls by no more than this share of itself. Negative: this rule never stops a fit. Null (default): 1e-6, unless <see cref="StopThreshold"/>
    /// is given. With both, either stops the fit.
    /// </summary>
    public double? RelativeTolerance { get; init; }

    /// <summary>
    /// No iteration begins when this many seconds have passed since the fit began, or was resumed; above 0. The choice of a start ends then, too, with the best
    /// one so far. Null (default) = no limit. Only this option makes the result depend on the machine.
    /// </summary>
    public double? MaxSeconds { get; init; }

    /// <summary>
    /// Maximum number of parameter updates, at least 0; default 100,000,000. A model that is estimated in one pass makes one, or with
    /// <see cref="BatchesPerIteration"/> as many as needed.
    /// </summary>
    public int MaxIterations { get; init; } = 100_000_000;

    /// <summary>
    /// Number of rows from which the start is chosen, at least 1; default 65,536. Larger data are sampled evenly by a hash of the seed and the row number,
    /// so the sample does not depend on files, batches or threads; the method first-k takes the first rows instead.
    /// </summary>
    public int InitializationRows { get; init; } = 65_536;

    /// <summary>Saves the fit after each iteration, and provides the state of an interrupted one; null (default) = nothing is saved.</summary>
    internal IFitJournal? Journal { get; init; }

    /// <summary>Rows of the data that the fit has seen, and what it learned from them; null (default) = none yet.</summary>
    internal FitSample? Sample { get; init; }

    /// <summary>Asked before each update, with the history; false ends the fit as a short run. Null (default) = it goes on.</summary>
    internal Func<IReadOnlyList<FitIteration>, ValueTask<bool>>? MayContinue { get; init; }

    /// <summary>Called after each iteration, in order, on the fitting thread; null = no progress is reported.</summary>
    public IProgress<FitProgress>? Progress { get; init; }

    /// <summary>Clock for the history; the system clock by default.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>When the fit began, by the clock; null = it has not begun, or nothing limits its time.</summary>
    internal long? Began { get; init; }

    /// <summary>True once the time is up.</summary>
    internal bool IsLate => Began is { } began && TimeProvider.GetElapsedTime(began).TotalSeconds > MaxSeconds;

    /// <summary>The options of a fit that begins now, unless it has begun already.</summary>
    internal FitOptions Started() => MaxSeconds is null || Began is not null ? this : this with { Began = TimeProvider.GetTimestamp() };

    /// <summary>The parallelism of a fit in memory.</summary>
    internal int Threads => MaxDegreeOfParallelism ?? -1;

    /// <summary>The batch size of a fit in memory, in rows.</summary>
    internal int BatchRows => BatchSize ?? 16_384;

    /// <summary>The options besides the batch size that determine the bits of each iteration, as names and values; stop rules are left out.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> JobProperties =>
    [
        new("seed", Seed.ToString(CultureInfo.InvariantCulture)),
        new("inertia", Inertia.Text()),
        new("learning rate decay", LearningRateDecay.Text()),
        new("batches per iteration", BatchesPerIteration?.ToString(CultureInfo.InvariantCulture) ?? "all"),
        new("pseudocount", Pseudocount.Text()),
        new("class pseudocount", ClassPseudocount.Text()),
        new("minimum variance", MinVariance?.Text() ?? "relative"),
        new("rows to choose the start on", InitializationRows.ToString(CultureInfo.InvariantCulture)),
        // Left out where they have no effect, so that fits which earlier versions began can be resumed.
        .. Update == ParameterKinds.All ? Array.Empty<KeyValuePair<string, string>>() : [new("updated parameters", Update.ToString())],
        .. Shrinkage.IsNone ? Array.Empty<KeyValuePair<string, string>>() : [new("shrinkage of covariances", $"{Shrinkage}")],
        .. Acceleration == FitAcceleration.None ? Array.Empty<KeyValuePair<string, string>>() : [new("acceleration", AccelerationName)],
        .. WeightInertia == 0 ? Array.Empty<KeyValuePair<string, string>>() : [new("inertia of weights", WeightInertia.Text())],
        .. Scaling is null ? Array.Empty<KeyValuePair<string, string>>() : [new("scaling", Scaling.Name)],
    ];

    private string AccelerationName => $"'{Acceleration.ToString().ToLowerInvariant()}'";

    private string Slowed => BatchesPerIteration is not null ? "mini-batches" : LearningRateDecay != 0 ? "a decay of the learning rate"
        : Inertia != 0 ? "inertia" : "inertia of weights";

    /// <summary>Throws a single error that names every option out of range.</summary>
    /// <exception cref="ModelException">At least one option is out of range.</exception>
    public void Validate() => ModelException.CheckOptions(nameof(FitOptions),
        (MaxDegreeOfParallelism is null or -1 or (>= 1 and <= 1024), nameof(MaxDegreeOfParallelism), MaxDegreeOfParallelism, "-1 (all cores) or 1 to 1024"),
        (BatchSize is null or (>= 1 and <= 1 << 24), nameof(BatchSize), BatchSize, "1 to 16777216 rows"),
        (Inertia is >= 0 and <= 1, nameof(Inertia), Inertia, "0 to 1"),
        (WeightInertia is >= 0 and <= 1, nameof(WeightInertia), WeightInertia, "0 to 1"),
        (Update != ParameterKinds.None && (Update & ~ParameterKinds.All) == 0, nameof(Update), Update, "at least one kind of parameters"),
        (LearningRateDecay >= 0 && double.IsFinite(LearningRateDecay), nameof(LearningRateDecay), LearningRateDecay, "a finite number of at least 0"),
        (Enum.IsDefined(Acceleration), nameof(Acceleration), Acceleration, "None or Anderson"),
        (Acceleration == FitAcceleration.None || (Inertia == 0 && WeightInertia == 0 && LearningRateDecay == 0 && BatchesPerIteration is null),
            nameof(Acceleration), $"{AccelerationName} with {Slowed}", "'none', or updates by EM over all rows"),
        (BatchesPerIteration is null or >= 1, nameof(BatchesPerIteration), BatchesPerIteration, "null (all batches) or at least 1"),
        (Pseudocount >= 0 && double.IsFinite(Pseudocount), nameof(Pseudocount), Pseudocount, "a finite number of at least 0"),
        (ClassPseudocount >= 0 && double.IsFinite(ClassPseudocount), nameof(ClassPseudocount), ClassPseudocount, "a finite number of at least 0"),
        (MinVariance is null || (MinVariance >= 0 && double.IsFinite(MinVariance.Value)), nameof(MinVariance), MinVariance, "a finite number of at least 0"),
        (StopThreshold is not double.NaN, nameof(StopThreshold), StopThreshold, "a number"),
        (RelativeTolerance is not double.NaN, nameof(RelativeTolerance), RelativeTolerance, "a number"),
        (MaxSeconds is null or > 0, nameof(MaxSeconds), MaxSeconds, "a number above 0"),
        (Shrinkage.IsValid, nameof(Shrinkage), Shrinkage, "automatic, or 0 to 1"),
        (MaxIterations >= 0, nameof(MaxIterations), MaxIterations, "at least 0"),
        (InitializationRows >= 1, nameof(InitializationRows), InitializationRows, "at least 1"));

    /// <summary>Throws a single error that names every option that is out of range, or that has no effect on the fit.</summary>
    /// <param name="uses">What the fit uses: <see cref="IEstimator{TModel}.Uses"/>.</param>
    /// <param name="kinds">The kinds of the model's parameters: <see cref="IEstimator{TModel}.ParameterKinds"/>.</param>
    /// <exception cref="ModelException">At least one option is out of range or has no effect.</exception>
    public void Validate(FitUses uses, ParameterKinds kinds)
    {
        Validate();
        switch (Unused(uses, kinds))
        {
            case []: return;
            case [var one]: throw one;
            case var several:
                throw new ModelException(ErrorKind.Usage, "options", string.Join(" and ", several.Select(u => $"{u.Place} {u.Found}")),
                    "only options that have an effect on this fit", "leave them out");
        }
    }

    /// <summary>An error for each option that differs from its default but has no effect on the fit.</summary>
    /// <param name="uses">What the fit uses: <see cref="IEstimator{TModel}.Uses"/>.</param>
    /// <param name="kinds">The kinds of the model's parameters: <see cref="IEstimator{TModel}.ParameterKinds"/>.</param>
    public IReadOnlyList<ModelException> Unused(FitUses uses, ParameterKinds kinds)
    {
        var errors = new List<ModelException>();
        ParameterKinds[] others = Update == ParameterKinds.All ? [] : [.. Update.Asked().Where(kind => (kind & kinds) == 0)];
        if (others.Length > 0)
            Refuse(true, nameof(Update), ParameterKindNames.Text(others, "and"), $"{kinds.Choices()}, as this model has no other parameters", "");
        if (!uses.HasFlag(FitUses.Pseudocount)) Refuse(Pseudocount > 0, nameof(Pseudocount), Pseudocount.Text(), "0, as this model counts nothing", "");
        if (!uses.HasFlag(FitUses.Classes))
            Refuse(ClassPseudocount > 0, nameof(ClassPseudocount), ClassPseudocount.Text(), "0, as this model has no classes", "");
        if (!uses.HasFlag(FitUses.MinVariance))
            Refuse(MinVariance > 0, nameof(MinVariance), $"{MinVariance?.Text()}", "0, as this model has no variance that could be raised", "");
        if (!uses.HasFlag(FitUses.Shrinkage))
            Refuse(!Shrinkage.IsNone, nameof(Shrinkage), $"{Shrinkage}", "0, as this model has no full covariance", "");
        if (!uses.HasFlag(FitUses.Acceleration))
            Refuse(Acceleration != FitAcceleration.None, nameof(Acceleration), AccelerationName, "'none', as this fit is not of repeated updates by EM", "");
        var updates = Update & kinds;
        if (!updates.HasFlag(ParameterKinds.Weights))
            Refuse(WeightInertia > 0, nameof(WeightInertia), WeightInertia.Text(), "0, as the fit updates no weights", "");
        if (uses.HasFlag(FitUses.Start))
        {
            const string alone = "0, as the fit updates only weights";
            const string instead = ", or give the weights an inertia (FitOptions.WeightInertia)";
            if (Update == ParameterKinds.All || updates != ParameterKinds.Weights) return errors;
            Refuse(Inertia > 0, nameof(Inertia), Inertia.Text(), alone, instead);
            Refuse(LearningRateDecay > 0, nameof(LearningRateDecay), LearningRateDecay.Text(), alone, instead);
            return errors;
        }
        const string begin = ", or start from a model (ModelEstimator.Start)";
        const string keeps = "0, as the fit is one pass over the rows and keeps nothing of its start";
        Refuse(others.Length == 0 && Update != ParameterKinds.All, nameof(Update), ParameterKindNames.Text(Update.Asked(), "and"),
            "all parameters, as the fit is one pass over the rows", begin);
        Refuse(WeightInertia > 0 && updates.HasFlag(ParameterKinds.Weights), nameof(WeightInertia), WeightInertia.Text(), keeps, begin);
        Refuse(Inertia > 0, nameof(Inertia), Inertia.Text(), keeps, begin);
        Refuse(LearningRateDecay > 0, nameof(LearningRateDecay), LearningRateDecay.Text(), keeps, begin);
        Refuse(BatchesPerIteration is not null, nameof(BatchesPerIteration), $"{BatchesPerIteration}", "all batches, as the fit is one pass over the rows",
            begin);
        Refuse(MaxIterations == 0, nameof(MaxIterations), "0", "at least 1, as the fit is one update", begin);
        return errors;

        void Refuse(bool isSet, string option, string found, string expected, string instead)
        {
            if (isSet) errors.Add(new(ErrorKind.Usage, $"{nameof(FitOptions)}.{option}", found, expected, $"leave it out{instead}"));
        }
    }

    /// <summary>A gain in the objective that ends the fit.</summary>
    /// <param name="unit">What relative gains are relative to.</param>
    internal double LeastGain(double unit) => StopThreshold is null && RelativeTolerance is null
        ? DefaultRelativeTolerance * unit
        : Math.Max(StopThreshold ?? double.NegativeInfinity, RelativeTolerance * unit ?? double.NegativeInfinity);

    /// <summary>The options for M step <paramref name="step"/>, counted from 1.</summary>
    internal MaximizeOptions Maximization(int step) => new()
    {
        Inertia = LearningRateDecay == 0 ? Inertia : 1 - ((1 - Inertia) * Math.Pow(2 + step, -LearningRateDecay)),
        Pseudocount = Pseudocount,
        ClassPseudocount = ClassPseudocount,
        MinVariance = MinVariance ?? 0,
        Floors = Sample?.Floors,
        Shrinkage = Shrinkage,
        KeepsUnseen = true,
        WeightInertia = WeightInertia,
        Held = ParameterKinds.All & ~Update,
    };

    /// <summary>The options for a start that is chosen from a sample.</summary>
    internal MaximizeOptions Start => new()
    {
        MinVariance = MinVariance ?? 0,
        Floors = Sample?.Floors,
        Shrinkage = Shrinkage,
        Pseudocount = Pseudocount,
    };

    /// <summary>The options for a first estimate, of which nothing is kept.</summary>
    internal MaximizeOptions Estimation => Maximization(1) with { Inertia = 0, WeightInertia = 0, Held = ParameterKinds.None };
}
