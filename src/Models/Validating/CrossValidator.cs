using Pipelines.Models.Classification;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Fitting;

/// <summary>
/// Fits a model without each fold and evaluates it on that fold. All models share each pass. Where one pass determines the parameters, the sums of each
/// fold are computed once, and those of a model are the sums of the other folds, merged in their order; nothing is subtracted, which would lose digits.
/// </summary>
/// <typeparam name="TModel">Type of the models.</typeparam>
/// <param name="estimator">What is fitted.</param>
/// <param name="pass">A pass over all rows.</param>
/// <param name="options">How to fit.</param>
/// <param name="folds">How the rows are divided.</param>
/// <param name="keptBytes">Bytes for posteriors that are kept to compute areas under ROC curves exactly.</param>
internal sealed class CrossValidator<TModel>(IEstimator<TModel> estimator, IDataPass pass, FitOptions options, FoldOptions folds, long keptBytes)
    where TModel : Model
{
    // Of squared distance between a model's mean and the centre of its sums, in variances: more costs six of sixteen digits.
    private const double MostSpread = 1e6;

    /// <summary>Fits and evaluates the models.</summary>
    /// <param name="all">The model that was fitted to all rows: the sums are centred on it, and no other use is made of it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ModelException">A fold has no row, or the rows outside of it lack a class, or a fit fails.</exception>
    public async ValueTask<CrossValidation<TModel>> RunAsync(TModel all, CancellationToken cancellationToken)
    {
        InputTransforms.Check(estimator, options, pass.Columns, pass.Features);
        var names = all is Classifier classifier ? classifier.Names.ToArray() : [];
        var rule = await RuleAsync(names.Length, cancellationToken).ConfigureAwait(false);
        var models = await OnePassAsync(all, rule, names, cancellationToken).ConfigureAwait(false);
        var inputs = await FindInputsAsync(rule, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<string> warnings = [];
        // Every model is fitted as if it were alone with the rows outside of its fold.
        if (models is null)
        {
            string[] parts = [.. Enumerable.Range(0, folds.Folds).Select(fold => $"fit without fold {fold}")];
            (models, warnings) = await SharedScan.FitPartsAsync(pass, new TrainingEstimator<TModel>(estimator), options with { Scaling = null }, parts,
                (shared, fold) => TransformedPass.Of(new FoldPass(shared, rule.AllBut(fold)), inputs[fold].Added), cancellationToken).ConfigureAwait(false);
        }
        var found = await EvaluateAsync(models, inputs, rule, cancellationToken).ConfigureAwait(false);
        IEnumerable<string> impossible = found.Folds.Select((f, fold) => ModelEvaluators.Impossible($"fold {fold}", f)).OfType<string>();
        return found with { Warnings = [.. warnings, .. impossible], Transforms = options.Scaling is null ? [] : [.. inputs.Select(i => i.Added)] };
    }

    // A scale is found without the rows of the fold: it is a part of what is fitted.
    private async ValueTask<InputTransforms[]> FindInputsAsync(FoldRule rule, CancellationToken cancellationToken)
    {
        if (options.Scaling is null) return [.. Enumerable.Repeat(InputTransforms.Of(pass), folds.Folds)];
        var inputs = new InputTransforms[folds.Folds];
        for (var fold = 0; fold < inputs.Length; fold++)
        {
            var others = new FoldPass(pass, rule.AllBut(fold));
            inputs[fold] = await InputTransforms.FindAsync(others, options, estimator.IsCategorical, cancellationToken).ConfigureAwait(false);
        }
        return inputs;
    }

    private async ValueTask<FoldRule> RuleAsync(int classes, CancellationToken cancellationToken)
    {
        if (!folds.Stratify) return new HashRule(folds.Folds, options.Seed);
        var ranks = (ClassRanks)await pass.RunAsync(new ClassRanker(classes), cancellationToken).ConfigureAwait(false);
        return new StratifiedRule(folds.Folds, options.Seed, ranks);
    }

    // Null if one pass does not determine the models, or not to all digits.
    private async ValueTask<IReadOnlyList<TModel>?> OnePassAsync(TModel all, FoldRule rule, string[] names, CancellationToken cancellationToken)
    {
        var counter = new FoldCounter(rule, names.Length, pass.Columns);
        var mayShare = (estimator is IClassEstimator { AreClassesEstimatedInOnePass: true } || estimator.IsEstimatedInOnePass)
            && options is { Inertia: 0, WeightInertia: 0, LearningRateDecay: 0, BatchesPerIteration: null, MaxIterations: > 0, Update: ParameterKinds.All }
            // What keeps old parameters would keep those of the fold: a sequence model's own inertia, a conditional table's unseen contexts.
            && !all.IsOfSequences && !HasContexts(all)
            // Each fold has a scale of its own.
            && options.Scaling is null;
        if (!mayShare)
        {
            Check(counter, await pass.RunAsync(counter, cancellationToken).ConfigureAwait(false), names);
            return null;
        }
        var work = new SharedSummarizer();
        work.Add(counter, 0);
        ISummarizer sums = all is Classifier classifier ? new LabeledClasses(classifier) : all;
        var together = FoldsOfAPass(sums);
        work.Add(OfFolds(rule, _ => sums, 0, together), 1);
        var categories = CategoryCounter.Of(all);
        var mayForget = !categories.IsEmpty && TrainingEstimator<TModel>.Applies(estimator);
        if (mayForget) work.Add(new FoldedSummarizer(rule, [.. Enumerable.Repeat(categories, folds.Folds)]), 2);
        var found = ((CompositeStatistics)await pass.RunAsync(work, cancellationToken).ConfigureAwait(false)).Parts;
        Check(counter, found[0], names);
        if (names.Length > 0 && counter.HasUnlabeled(found[0])) return null;
        var parts = ((CompositeStatistics)found[1]).Parts.Take(together).ToList();
        await AddAsync(parts, rule, _ => sums, together, cancellationToken).ConfigureAwait(false);
        using var scope = Cancellation.Enter(cancellationToken);
        var models = new TModel[folds.Folds];
        for (var fold = 0; fold < models.Length; fold++)
        {
            // A part without values would keep the parameters that the fold's own rows have given it.
            if (!counter.HasValuesOutside(found[0], fold) || Estimate(all, parts, fold) is not { } model) return null;
            models[fold] = mayForget
                ? TrainingEstimator<TModel>.Knowing(model, categories.KnownIn(all.Dimensions, ((CompositeStatistics)found[2]).Parts.Where((_, f) => f != fold)))
                : model;
        }
        return models;
    }

    // The statistics of the folds that are not there yet.
    private async ValueTask AddAsync(List<Statistics> parts, FoldRule rule, Func<int, ISummarizer> of, int together, CancellationToken cancellationToken)
    {
        while (parts.Count < folds.Folds)
        {
            var more = await pass.RunAsync(OfFolds(rule, of, parts.Count, together), cancellationToken).ConfigureAwait(false);
            parts.AddRange(((CompositeStatistics)more).Parts.Skip(parts.Count).Take(together));
        }
    }

    private FoldedSummarizer OfFolds(FoldRule rule, Func<int, ISummarizer> of, int first, int together) => new(rule, [.. Enumerable.Range(0, folds.Folds)
        .Select(fold => fold >= first && fold < first + together ? of(fold) : new ExtentSummarizer())]);

    // Further folds go into further passes, which keeps every bit; a model fitted alone would have other last digits, which then depended on the memory.
    private int FoldsOfAPass(ISummarizer sums) => pass.StatisticsBytes is { } most
        ? (int)Math.Clamp(most / ((pass.StatisticsInFlight + 2) * SharedScan.MaxBytes(pass, sums.CreateStatistics(), options.BatchRows)), 1, folds.Folds)
        : folds.Folds;

    // Null where the sums do not say all: fitted alone, the model is right, or fails with the true reason.
    private TModel? Estimate(TModel all, IReadOnlyList<Statistics> parts, int fold)
    {
        var training = all.CreateStatistics();
        for (var other = 0; other < parts.Count; other++)
            if (other != fold) training.Merge(parts[other]);
        if (!all.IsDeterminedBy(training) || all.Diagnose(training).Any()) return null;
        try
        {
            var model = (TModel)all.Maximize(training, options.Estimation with { Rows = training.Rows });
            (model as ProbabilityModel)?.EnsureEvaluable();
            return HaveMovedFar(PartsOf(all), PartsOf(model)) ? null : model;
        }
        catch (ModelException)
        {
            return null;
        }

        static IReadOnlyList<Model> PartsOf(Model model) => model is Classifier classifier ? classifier.Classes : [model];
    }

    private static bool HasContexts(Model model) => model switch
    {
        Classifier classifier => classifier.Classes.Any(HasContexts),
        IndependentComponentsDistribution product => product.Parts.Any(HasContexts),
        _ => model is ConditionalProbabilityTable,
    };

    private static bool HaveMovedFar(IReadOnlyList<Model> from, IReadOnlyList<Model> to)
    {
        for (var k = 0; k < from.Count; k++)
        {
            if ((from[k] as Distribution)?.AsGaussian() is not { } before || (to[k] as Distribution)?.AsGaussian() is not { } after) continue;
            for (var j = 0; j < after.Mean.Count; j++)
            {
                var distance = after.Mean[j] - before.Mean[j];
                if (distance * distance > MostSpread * after.Covariance[j, j]) return true;
            }
        }
        return false;
    }

    private async ValueTask<CrossValidation<TModel>> EvaluateAsync(IReadOnlyList<TModel> models, InputTransforms[] inputs, FoldRule rule,
        CancellationToken cancellationToken)
    {
        var evaluators = models.Select((m, fold) => ModelEvaluators.Of(m, folds.Bins, keptBytes / folds.Folds, inputs[fold].All)).ToArray();
        ISummarizer[] each = [.. evaluators.Select((e, fold) => InputTransforms.Over(e, inputs[fold].Added))];
        var parts = new List<Statistics>();
        await AddAsync(parts, rule, fold => each[fold], FoldsOfAPass(evaluators[0]), cancellationToken).ConfigureAwait(false);
        var found = new ModelEvaluation[models.Count];
        var together = ModelEvaluators.Of(models[0], folds.Bins, keptBytes);
        var total = together.CreateStatistics();
        for (var fold = 0; fold < found.Length; fold++)
        {
            found[fold] = evaluators[fold].ToEvaluation($"fold {fold}", parts[fold], options.Threads);
            total.Merge(parts[fold]);
        }
        var pooled = together.ToEvaluation("folds", total, options.Threads);
        if (pooled is LikelihoodEvaluation likelihood && models.Any(m => m.ParameterCount != models[0].ParameterCount))
            pooled = likelihood with { Parameters = null };
        return new(models, found, pooled);
    }

    private void Check(FoldCounter counter, Statistics counts, string[] names)
    {
        for (var fold = 0; fold < folds.Folds; fold++)
        {
            if (counter.ItemsOf(counts, fold) == 0)
                throw new ModelException(ErrorKind.Data, $"fold {fold}", "no row of weight above 0", $"at least one in each of {folds.Folds} folds",
                    "take fewer folds (FoldOptions.Folds), or another seed");
            for (var label = 0; label < names.Length; label++)
            {
                if (counter.IsOutside(counts, fold, label)) continue;
                throw new ModelException(ErrorKind.Data, $"fit without fold {fold}, class '{names[label]}'", "no row of weight above 0 in the other folds",
                    "rows of every class outside of each fold",
                    folds.Stratify ? "leave the class out"
                    : folds.Key is not null ? "leave the class out, or choose keys that divide it"
                    : "share out the classes evenly (FoldOptions.Stratify), or leave the class out");
            }
        }
    }
}
