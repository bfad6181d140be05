namespace Pipelines.Models.Fitting;

/// <summary>The state of a fit between two iterations: all that the next one needs.</summary>
/// <param name="Model">The model after the last iteration.</param>
/// <param name="Statistics">The statistics of the last iteration's rows, under that model; the number of iterations determines which rows come
/// next.</param>
/// <param name="InitialLogLikelihood">Total weighted log-likelihood of the start.</param>
/// <param name="History">One entry per update; empty for the start.</param>
internal sealed record FitState(Model Model, Statistics Statistics, double InitialLogLikelihood, IReadOnlyList<FitIteration> History)
{
    /// <summary>Rows that the fit has kept of the data; null (default) = none.</summary>
    public FeatureSample? Sample { get; init; }

    /// <summary>The iterations that an accelerated fit mixes, centred on the model; empty (default) for plain EM.</summary>
    public IReadOnlyList<MixedStep> Mixed { get; init; } = [];
}

/// <summary>Saves the state of a fit after each iteration, so that an interrupted fit resumes with the same bits.</summary>
internal interface IFitJournal
{
    /// <summary>The state that an earlier run of the same fit saved after its last complete iteration; null = start from scratch.</summary>
    FitState? Resumed { get; }

    /// <summary>
    /// The states that an earlier run saved if several models are fitted at the same time, one entry for each: null = that one starts from scratch. Empty
    /// (default) = all do.
    /// </summary>
    IReadOnlyList<FitState?> ResumedFits => [];

    /// <summary>Saves the state; once this returns, the state survives the end of the process.</summary>
    void Save(FitState state);

    /// <summary>Saves the states of several models that are fitted at the same time; null for one that has none yet.</summary>
    /// <exception cref="ModelException">The journal supports a single model only (default).</exception>
    void SaveFits(IReadOnlyList<FitState?> fits) =>
        throw new ModelException(ErrorKind.Usage, "journal", "several fits at the same time", "one fit, as this journal keeps one",
            "fit one number of components without restarts, or leave the journal out");
}
