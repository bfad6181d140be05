using System.Globalization;
using Pipelines.Models.Fitting;

namespace Pipelines;

/// <summary>
/// Fits several models at once and returns the best one: several numbers of components, each from several starts. They share every pass over the data, and
/// each gives the same bits as a single fit with its number of components and its seed. A fit that has ended drops out of the following passes; a failed fit
/// is reported first in the warnings and in <see cref="FitResult{TModel}.Candidates"/>, and the others continue. If more than half of the fits fail, the
/// selection does. With restarts, each start makes <see cref="ShortRun"/> updates; of each number of components, only the fit with the best objective then goes
/// on to its end, or the next best if that fails. Fits that end sooner, by convergence or a limit, compete with what they reached.
/// </summary>
/// <remarks>
/// Restart r, from 0, uses the options' seed plus r. Among equal fits the first is chosen, by components, then by restart. Short runs of EM: Biernacki,
/// Celeux and Govaert 2003, Computational Statistics and Data Analysis 41, 561-575.
/// </remarks>
/// <typeparam name="TModel">The resulting model.</typeparam>
public sealed class ModelSelection<TModel> : IEstimator<TModel>, IPriorEstimator
    where TModel : Model
{
    /// <summary>Maximum number of fits at once.</summary>
    public const int MostFits = 1_000;

    /// <summary>Number of updates after which only the best of several starts goes on.</summary>
    public const int ShortRun = 10;

    private readonly Func<int, IEstimator<TModel>> estimator;
    private readonly int[] components;
    private readonly int restarts;

    /// <summary>Specifies what to fit.</summary>
    /// <param name="estimator">Creates the estimator for a number of components.</param>
    /// <param name="components">Numbers of components, ascending, at least 1 each.</param>
    /// <param name="restarts">Number of starts for each, at least 1 (default); at most 1,000 fits in all.</param>
    /// <param name="criterion">How the best fit is chosen; null = log-likelihood for one number of components, BIC for several.</param>
    /// <exception cref="ModelException">An option is out of range, or needs a likelihood that the model does not have.</exception>
    public ModelSelection(Func<int, IEstimator<TModel>> estimator, IReadOnlyList<int> components, int restarts = 1, SelectionCriterion? criterion = null)
    {
        ArgumentNullException.ThrowIfNull(estimator);
        ArgumentNullException.ThrowIfNull(components);
        this.estimator = estimator;
        this.components = [.. components];
        this.restarts = restarts;
        Criterion = criterion ?? (components.Count > 1 ? SelectionCriterion.Bic : SelectionCriterion.LogLikelihood);
        var isAscending = Enumerable.Range(1, Math.Max(0, components.Count - 1)).All(i => components[i] > components[i - 1]);
        ModelException.CheckOptions("model selection",
            (components.Count > 0 && components[0] >= 1 && isAscending, nameof(components), string.Join(", ", components), "numbers of at least 1, ascending"),
            (restarts >= 1, nameof(restarts), restarts, "at least 1"),
            ((long)components.Count * restarts <= MostFits, "components x restarts", (long)components.Count * restarts, $"at most {MostFits} fits"),
            (Enum.IsDefined(Criterion), nameof(criterion), Criterion, "LogLikelihood, Aic or Bic"));
        ModelException.CheckOptions("model selection",
            (restarts == 1 || Uses.HasFlag(FitUses.Seed), nameof(restarts), restarts, "1, as the start is the same with every seed"));
        if (estimator(components[0]).HasLikelihood) return;
        ModelException.CheckOptions("model selection",
            (components.Count == 1, nameof(components), string.Join(", ", components),
                "one number, as this model has no likelihood, and more components always come closer to the rows"),
            (Criterion == SelectionCriterion.LogLikelihood, nameof(criterion), Criterion,
                "LogLikelihood, which stands for what the fit increases: this model has no likelihood"));
    }

    /// <summary>How the best fit is chosen.</summary>
    public SelectionCriterion Criterion { get; }

    /// <inheritdoc/>
    public int Fits => components.Length * restarts;

    /// <inheritdoc/>
    public bool IsCategorical(int feature) => estimator(components[0]).IsCategorical(feature);

    /// <inheritdoc/>
    public string? FixedSupport(int feature) => estimator(components[0]).FixedSupport(feature);

    /// <inheritdoc/>
    public bool IsEstimatedInOnePass => estimator(components[0]).IsEstimatedInOnePass;

    /// <inheritdoc/>
    public FitUses Uses => components.Aggregate(FitUses.None, (uses, k) => uses | estimator(k).Uses);

    /// <inheritdoc/>
    public ParameterKinds ParameterKinds => components.Aggregate(ParameterKinds.None, (kinds, k) => kinds | estimator(k).ParameterKinds);

    /// <inheritdoc/>
    public bool HasLikelihood => estimator(components[0]).HasLikelihood;

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, string>> JobProperties =>
    [
        new("restarts", restarts.ToString(CultureInfo.InvariantCulture)),
        new("components", string.Join(", ", components)),
        .. components.SelectMany(k => estimator(k).JobProperties.Select(f => new KeyValuePair<string, string>($"{f.Key} of {k} components", f.Value))),
    ];

    /// <inheritdoc/>
    public async ValueTask<FitResult<TModel>> FitAsync(IDataPass pass, FitOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pass);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        CheckPriors(pass.PriorComponents);
        var resumed = options.Journal?.ResumedFits ?? [];
        var scan = new SharedScan(pass, options.BatchRows);
        SelectionFit<TModel>[] fits = [];
        fits = [.. components.SelectMany(k => Enumerable.Range(0, restarts),
            (k, r) => new SelectionFit<TModel>(k, r, options, restarts == 1 ? null : fit => MayContinue(fit, fits)))];
        for (var i = 0; i < fits.Length; i++) fits[i].Begin(scan, estimator(fits[i].Components), i < resumed.Count ? resumed[i] : null, cancellationToken);
        await scan.RunAsync(() => Keep(fits, options.Journal), cancellationToken).ConfigureAwait(false);
        return await ChooseAsync(fits).ConfigureAwait(false);
    }

    void IPriorEstimator.CheckPriors(int given) => CheckPriors(given);

    // A fit that the priors do not fit must not merely drop out.
    private void CheckPriors(int given)
    {
        var fitted = components.Select(estimator).OfType<IPriorEstimator>().ToArray();
        if (given > 0 && fitted.Length > 1)
            throw new ModelException(ErrorKind.Usage, "model selection", string.Create(CultureInfo.InvariantCulture,
                $"priors of {given} components or states, and fits of {string.Join(", ", components.Take(5))}{(components.Length > 5 ? ", …" : "")}"),
                "fits of one number of them, the number of priors", "fit that number only, or leave the priors out (Pipeline.Priors)");
        foreach (var one in fitted) one.CheckPriors(given);
    }

    private static void Keep(SelectionFit<TModel>[] fits, IFitJournal? journal)
    {
        if (journal is null || !fits.Any(f => f.IsChanged)) return;
        journal.SaveFits([.. fits.Select(f => f.State)]);
        foreach (var fit in fits) fit.IsChanged = false;
    }

    // Asked when all fits have ended or wait. MaxBy returns the first of equal elements.
    private static bool? MayContinue(SelectionFit<TModel> fit, SelectionFit<TModel>[] fits)
    {
        var leader = fits.Where(f => f.Components == fit.Components && !f.Result.IsFaulted).MaxBy(f => f.Standing);
        return leader == fit ? true : leader!.Result.IsCompleted ? false : null;
    }

    private async ValueTask<FitResult<TModel>> ChooseAsync(SelectionFit<TModel>[] fits)
    {
        foreach (var fit in fits)
        {
            try
            {
                await fit.Result.ConfigureAwait(false);
            }
            catch (ModelException e)
            {
                fit.Failure = e;
            }
        }
        var failed = Array.FindAll(fits, f => f.Failure is not null);
        if (2 * failed.Length > fits.Length) throw TooManyFailed(failed);
        var best = fits.Where(f => f.Failure is null && !f.IsShort).MinBy(Order)!;
        var chosen = await best.Result.ConfigureAwait(false);
        return chosen with
        {
            Candidates = [.. fits.Select(f => f.ToCandidate(HasLikelihood, f == best))],
            Criterion = Criterion,
            Warnings = [.. failed.Select(f => $"a fit ({Name(f)}) failed: {f.Failure!.Message}"), .. chosen.Warnings],
        };
    }

    // What is left would be the best of those that the rows happen to suit.
    private ModelException TooManyFailed(SelectionFit<TModel>[] failed)
    {
        var first = failed[0].Failure!;
        if (Fits == 1) return first;
        var count = failed.Length == Fits ? $"all {Fits}" : $"{failed.Length} of {Fits}";
        // Of a place too long for the message, the innermost parts.
        var inner = first.Place.Split(", ");
        var places = Enumerable.Range(0, inner.Length).Select(i => $"{count} fits failed; the first ({Name(failed[0])}), {string.Join(", ", inner[i..])}");
        var place = places.FirstOrDefault(p => ErrorText.Fits(p, first.Found, first.Expected, first.Remedy)) ?? $"{count} fits failed; the first";
        return new(ErrorKind.Data, place, first.Found, first.Expected, first.Remedy)
        {
            FeatureIndex = first.FeatureIndex,
            SequenceNumber = first.SequenceNumber,
        };
    }

    private static string Name(SelectionFit<TModel> fit) => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"{fit.Components} component{(fit.Components == 1 ? "" : "s")}, seed {fit.Seed}");

    // MinBy returns the first of equal elements.
    private double Order(SelectionFit<TModel> fit)
    {
        var candidate = fit.ToCandidate(HasLikelihood, isChosen: false);
        return Criterion switch
        {
            SelectionCriterion.Aic => candidate.Aic,
            SelectionCriterion.Bic => candidate.Bic,
            _ => -candidate.LogLikelihood,
        };
    }
}

/// <summary>Fits of several models at once.</summary>
public static class ModelSelection
{
    /// <summary>Several numbers of components, several restarts, or both.</summary>
    /// <typeparam name="TModel">The model.</typeparam>
    /// <param name="estimator">Creates the estimator for a number of components: <c>k => Mixture.Of&lt;NormalDistribution&gt;(k)</c>.</param>
    /// <param name="components">Numbers of components, ascending, at least 1 each.</param>
    /// <param name="restarts">Number of starts for each, at least 1 (default).</param>
    /// <param name="criterion">How the best fit is chosen; null = log-likelihood for one number of components, BIC for several.</param>
    public static ModelSelection<TModel> Of<TModel>(Func<int, IEstimator<TModel>> estimator, IReadOnlyList<int> components, int restarts = 1,
        SelectionCriterion? criterion = null)
        where TModel : Model => new(estimator, components, restarts, criterion);
}
