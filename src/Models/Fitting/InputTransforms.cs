namespace Pipelines.Models.Fitting;

/// <summary>What a fit applies to the features of its rows, and what that adds to the log-likelihood.</summary>
/// <param name="Added">What is applied to the rows of the pass.</param>
/// <param name="All">The same, after what the pass has applied already.</param>
/// <param name="LogSlopes">Σ w ln f'(x) over all values: what makes the log-likelihood of the transformed rows that of the original ones.</param>
/// <param name="Warnings">What the user should know, one sentence each.</param>
internal sealed record InputTransforms(FeatureTransforms Added, FeatureTransforms All, double LogSlopes, IReadOnlyList<string> Warnings)
{
    private const int MostNamed = 5;

    private static readonly InputTransforms none = new(FeatureTransforms.None, FeatureTransforms.None, 0, []);

    /// <summary>Throws if features are to be transformed that cannot be, before any row is read.</summary>
    /// <param name="estimator">What is fitted.</param>
    /// <param name="options">How to fit.</param>
    /// <param name="columns">Number of features.</param>
    /// <param name="features">The features, with the transforms that are known; null = they have neither names nor transforms.</param>
    /// <exception cref="ModelException">All features hold categories, or the support of a feature's distribution is fixed.</exception>
    public static void Check<TModel>(IEstimator<TModel> estimator, FitOptions options, int columns, IReadOnlyList<Feature>? features)
        where TModel : Model
    {
        var scaling = Scaling(options, features);
        int[] numbers = [.. Enumerable.Range(0, columns).Where(j => !estimator.IsCategorical(j) && !HoldsCategories(features, j))];
        if (scaling is not null && columns > 0 && numbers.Length == 0)
            throw new ModelException(ErrorKind.Usage, "FitOptions.Scaling", $"'{scaling}' of {(columns == 1 ? "a feature" : "features")} of categories",
                "a feature of numbers, as categories have no scale", "leave it out");
        foreach (var j in numbers)
        {
            var isLog = features?[j].Transforms.Contains(FeatureTransform.Log) == true;
            if ((!isLog && scaling is null) || estimator.FixedSupport(j) is not { } family) continue;
            var feature = features is not null ? $"feature '{features[j].Name}'" : columns == 1 ? "a feature" : $"feature {j}";
            throw new ModelException(ErrorKind.Usage, isLog ? "Pipeline.Log" : "FitOptions.Scaling",
                $"{(isLog ? "" : $"'{scaling}' of ")}{feature} with the distribution '{family}', whose support is fixed",
                $"a distribution that {(isLog ? "takes any number, as logarithms are" : "can be shifted and scaled")}",
                "leave it out, or choose another distribution for the feature, such as normal");
        }
    }

    // The features of a model that is fitted further keep its scale.
    private static FeatureScaling? Scaling(FitOptions options, IReadOnlyList<Feature>? features) =>
        features?.Any(f => f.Transforms.OfType<LinearTransform>().Any()) == true ? null : options.Scaling;

    private static bool HoldsCategories(IReadOnlyList<Feature>? features, int feature) =>
        features?[feature] is { Categories: not null } or { Category: not null };

    /// <summary>What a pass has applied already.</summary>
    public static InputTransforms Of(IDataPass pass) => none with { All = FeatureTransforms.Of(pass.Features) };

    /// <summary>Finds them, in a pass that is needed only if there are any.</summary>
    /// <param name="pass">A pass over the rows that the fit may see.</param>
    /// <param name="options">How to fit.</param>
    /// <param name="isCategorical">Tells which features hold categories, which are not scaled.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async ValueTask<InputTransforms> FindAsync(IDataPass pass, FitOptions options, Func<int, bool> isCategorical,
        CancellationToken cancellationToken)
    {
        var applied = FeatureTransforms.Of(pass.Features);
        var scaling = Scaling(options, pass.Features);
        if (scaling is null && applied.IsEmpty) return none;
        var work = new SharedSummarizer();
        work.Add(new MomentSummarizer(pass.Columns, applied), 0);
        if (scaling is { TakesSample: true }) work.Add(new DataSurvey(pass.Columns, options.InitializationRows, options.Seed), 1);
        var found = ((CompositeStatistics)await pass.SurveyAsync(work, cancellationToken).ConfigureAwait(false)).Parts;
        var moments = (MomentStatistics)found[0];
        var slopes = Enumerable.Range(0, pass.Columns).Sum(moments.LogSlopes);
        if (scaling is null) return new(FeatureTransforms.None, applied, slopes, []);
        var sample = found.Count > 1 ? ((SurveyStatistics)found[1]).Sample() : null;
        var (added, flat) = (new IReadOnlyList<FeatureTransform>[pass.Columns], new List<string>());
        for (var j = 0; j < added.Length; j++)
        {
            added[j] = [];
            // What has no value or an infinite one is reported by the survey of the fit.
            if (IsCategorical(j) || !(moments.Observed(j) > 0)) continue;
            var (center, spread) = moments.IsConstant(j) ? (moments.Minimum(j), 0) : scaling.Measure(moments, sample, j);
            if (!double.IsFinite(center) || !double.IsFinite(spread)) continue;
            if (!(spread > 0)) flat.Add(pass.Features?[j].Name ?? $"feature {j}");
            var linear = FeatureTransform.Linear(center, spread > 0 ? spread : 1);
            added[j] = [linear];
            slopes += moments.Observed(j) * linear.LogSlope(0);
        }
        var all = new FeatureTransforms(added);
        string[] warnings = flat.Count == 0 ? [] : [$"{string.Join(", ", flat.Take(MostNamed).Select(f => $"'{f}'"))}"
            + $"{(flat.Count > MostNamed ? $" and {flat.Count - MostNamed} more" : "")}: the {scaling.Spread} is 0, so the scale is 1 (a feature that hardly "
            + "varies says little; leave it out)"];
        return new(all, applied.Then(all), slopes, warnings);

        bool IsCategorical(int feature) => isCategorical(feature) || HoldsCategories(pass.Features, feature);
    }

    /// <summary>Fits to the transformed rows. The log-likelihoods of the result are those of the original rows.</summary>
    /// <typeparam name="TModel">Type of the model.</typeparam>
    /// <param name="estimator">What is fitted.</param>
    /// <param name="pass">A pass over the rows that the fit may see.</param>
    /// <param name="options">How to fit.</param>
    /// <param name="fit">Fits to a pass.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ModelException">Options or data are not usable.</exception>
    public static async ValueTask<FitResult<TModel>> FitAsync<TModel>(IEstimator<TModel> estimator, IDataPass pass, FitOptions options,
        Func<IDataPass, FitOptions, ValueTask<FitResult<TModel>>> fit, CancellationToken cancellationToken)
        where TModel : Model
    {
        Check(estimator, options, pass.Columns, pass.Features);
        options = options.Started();
        var input = await ExpectationMaximization.NamingFeaturesAsync(pass, () => FindAsync(pass, options, estimator.IsCategorical, cancellationToken))
            .ConfigureAwait(false);
        if (ReferenceEquals(input, none)) return await fit(pass, options).ConfigureAwait(false);
        var shift = estimator.HasLikelihood ? input.LogSlopes + options.EarlierLogSlopes : 0;
        // Fits within the fit, such as those that choose a start, see the rows as they are now.
        options = options with
        {
            Scaling = null,
            IsScaled = !input.Added.IsEmpty,
            Progress = options.Progress is { } progress ? new Shifted(progress, shift) : null,
        };
        var result = await fit(TransformedPass.Of(pass, input.Added), options).ConfigureAwait(false);
        input.CheckDensities(result.Model, pass.Features);
        return result with
        {
            Transforms = input.Added,
            InitialLogLikelihood = result.InitialLogLikelihood + shift,
            TotalLogLikelihood = result.TotalLogLikelihood + shift,
            History = [.. result.History.Select(h => h with { LogLikelihood = h.LogLikelihood + shift })],
            Candidates = [.. result.Candidates.Select(c => c with
            {
                LogLikelihood = c.LogLikelihood + shift,
                Aic = c.Aic - (2 * shift),
                Bic = c.Bic - (2 * shift),
            })],
            Warnings = [.. input.Warnings, .. result.Warnings],
        };
    }

    /// <summary>The evaluation of transformed rows as one of the original rows.</summary>
    public static ISummarizer Over(ISummarizer evaluator, FeatureTransforms added) => added.IsEmpty ? evaluator : new TransformedSummarizer(evaluator, added);

    // The probability of a single value does not change with the unit.
    private void CheckDensities(Model model, IReadOnlyList<Feature>? features)
    {
        if (model.RowDistribution() is not { } rows) return;
        for (var j = 0; j < rows.Dimensions; j++)
        {
            if (All[j].Count == 0 || rows.Marginal(j)?.HasMasses != true) continue;
            throw new ModelException(ErrorKind.Usage, features is null ? $"feature {j}" : $"feature '{features[j].Name}'",
                $"a distribution of counts or single values, and the transform {All[j][^1]}", "a distribution with a density, or no transform",
                "choose another distribution, or leave the transform out");
        }
    }

    private sealed class Shifted(IProgress<FitProgress> progress, double shift) : IProgress<FitProgress>
    {
        public void Report(FitProgress value) =>
            progress.Report(value with { Iteration = value.Iteration with { LogLikelihood = value.Iteration.LogLikelihood + shift } });
    }
}
