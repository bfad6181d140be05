using Pipelines.Blocks;
using Pipelines.Blocks.Checkpoints;
using Pipelines.Io;
using Pipelines.Models.Fitting;

namespace Pipelines;

/// <content>Fits, and the passes that they run.</content>
public sealed partial class Pipeline
{
    /// <summary>
    /// Creates the passes over the features, for estimators and loops of your own. Dispose the result: it holds memory and possibly a temporary file.
    /// </summary>
    /// <exception cref="FlowException">The source cannot be opened, or a feature is absent or not numeric.</exception>
    internal ValueTask<FeaturePass> OpenPassAsync(CancellationToken cancellationToken = default) => OpenPassAsync(null, null, false, false, cancellationToken);

    private async ValueTask<FeaturePass> OpenPassAsync(Func<int, bool>? isCategorical, FoldKeyColumn? foldKeys, bool takesCategories,
        bool isPreview, CancellationToken cancellationToken)
    {
        var run = graph.ForRun();
        var (sequences, labels, priors) = (roles.Sequences, roles.Labels, roles.Priors);
        var schema = roles.Features is null || roles.MayBeDerived ? (await run.BindAsync(null, cancellationToken).ConfigureAwait(false)).Schema : null;
        var named = roles.MayBeDerived ? roles.Named(schema) : roles.Features;
        if (named is null)
        {
            if (schema is null)
                throw new ModelException(ErrorKind.Usage, "pipeline", "no features named, and columns that only the transform knows", "the features' names",
                    "name them (Pipeline.Features)");
            string?[] others = [roles.Weights, sequences?.Key, sequences?.Order, labels?.Name, foldKeys?.Name, .. priors?.Columns ?? []];
            // A column that holds numbers in some files only is selected and then rejected, so that it is not dropped silently.
            named = [.. schema.Fields.Where(f => !others.Contains(f.Name)
                && (takesCategories ? FeatureExtractor.HasCategories(f) : f.IsNumeric || f.Union?.HasNumbers == true)).Select(f => new Feature(f.Name))];
            if (named.Count == 0 && roles.OneHots.Count == 0)
                throw new FlowException(ErrorKind.Data, run.Source.Name, takesCategories ? "no column of text, booleans or integers" : "no numeric column",
                    "at least one feature", $"choose data with {(takesCategories ? "such" : "numeric")} columns");
        }
        var oneHot = roles.CheckOneHot(ref named, schema);
        if (priors?.Classes is not null && labels is null)
            throw new ModelException(ErrorKind.Usage, "priors", "columns by class, but no labels", "the column with the classes as well",
                "name it (Pipeline.Labels), or give the columns in the model's order");
        try
        {
            named = roles.WithTransforms(named, isCategorical);
            for (var j = 0; j < named.Count; j++) isCategorical?.Invoke(j);
        }
        catch (ModelException e) when (e.FeatureIndex is not null)
        {
            throw e.Named(named);
        }
        if (oneHot.Length > 0 && isPreview) named = [.. named.Select((f, j) => oneHot.Contains(j) ? f.Indicating("...") : f)];
        else if (oneHot.Length > 0) named = await IndicatorsAsync(run, named, oneHot, cancellationToken).ConfigureAwait(false);
        return new FeaturePass(run, named, roles.Weights, Options, sequences, roles.KnownLabels, isCategorical, priors?.For(labels?.Names), foldKeys)
        {
            TakesCategories = takesCategories,
        };
    }

    // The number of features follows from the categories, so these are collected first: a read of their columns.
    private async ValueTask<IReadOnlyList<Feature>> IndicatorsAsync(Graph run, IReadOnlyList<Feature> named, int[] oneHot, CancellationToken cancellationToken)
    {
        await using var survey = new FeaturePass(run, [.. oneHot.Select(j => named[j])], null, Options, isCategorical: _ => true);
        await survey.FindCategoriesAsync(cancellationToken).ConfigureAwait(false);
        return [.. named.SelectMany((feature, j) => Array.IndexOf(oneHot, j) is >= 0 and var i
            ? ColumnRoles.Indicators(feature, survey.Features[i].Categories!) : [feature])];
    }

    /// <summary>
    /// The pipeline and the fit with the same batch size and parallelism: those from the options given to <see cref="With"/>, or the fit's if there are none.
    /// </summary>
    /// <exception cref="ModelException">An option is out of range, or the fit contradicts the pipeline.</exception>
    private (Pipeline Pipeline, FitOptions Fit) Agree(FitOptions fit)
    {
        fit.Validate();
        if (given is null)
        {
            var options = Options with
            {
                BatchSize = fit.BatchSize ?? Options.BatchSize,
                MaxDegreeOfParallelism = fit.MaxDegreeOfParallelism ?? Options.MaxDegreeOfParallelism,
            };
            return With(options).Agree(fit);
        }
        (string Name, int? Fit, int Pipeline)[] both =
        [
            (nameof(fit.BatchSize), fit.BatchSize, given.BatchSize),
            (nameof(fit.MaxDegreeOfParallelism), fit.MaxDegreeOfParallelism, given.MaxDegreeOfParallelism),
        ];
        var differ = Array.FindAll(both, o => o.Fit is { } value && value != o.Pipeline);
        if (differ.Length > 0)
            throw new ModelException(ErrorKind.Usage, "fit options", string.Join(" and ", differ.Select(o => $"{o.Name} {o.Fit}")),
                $"{string.Join(" and ", differ.Select(o => $"{o.Name} {o.Pipeline}"))}, as in the pipeline's options",
                $"set {(differ.Length == 1 ? "it" : "them")} in PipelineOptions alone (Pipeline.With)");
        return (this, fit with { BatchSize = given.BatchSize, MaxDegreeOfParallelism = given.MaxDegreeOfParallelism });
    }

    /// <summary>Fits a model to the features, reading the data once.</summary>
    /// <typeparam name="TModel">Type of the model.</typeparam>
    /// <param name="estimator">What to fit.</param>
    /// <param name="fit">How to fit; null = the defaults. How the data are read is set by the options given to <see cref="With"/>.</param>
    /// <param name="cancellationToken">Cancels the fit, which then throws an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ModelException">Options or data are not usable, or the fit's batch size or parallelism contradicts the pipeline's.</exception>
    /// <exception cref="FlowException">The data cannot be read or used.</exception>
    public async Task<FittedModel<TModel>> FitAsync<TModel>(IEstimator<TModel> estimator, FitOptions? fit = null,
        CancellationToken cancellationToken = default)
        where TModel : Model
    {
        ArgumentNullException.ThrowIfNull(estimator);
        fit ??= new FitOptions();
        fit.Validate(estimator.Uses, estimator.ParameterKinds);
        return await FitOverAsync(estimator, fit, static pass => pass, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Fits a model to the passes that <paramref name="over"/> derives from the passes over the features.</summary>
    internal async Task<FittedModel<TModel>> FitOverAsync<TModel>(
        IEstimator<TModel> estimator, FitOptions fit, Func<FeaturePass, IDataPass> over, Validation<TModel>? validation, CancellationToken cancellationToken)
        where TModel : Model
    {
        (var flow, fit) = Agree(fit);
        // The values of one-hot columns are collected only once everything else has been checked.
        if (roles.OneHots.Count > 0)
        {
            await using var preview = await flow.OpenPassAsync(estimator, validation, isPreview: true, cancellationToken).ConfigureAwait(false);
            await CheckAsync(estimator, fit, validation, preview, cancellationToken).ConfigureAwait(false);
        }
        await using var pass = await flow.OpenPassAsync(estimator, validation, isPreview: false, cancellationToken).ConfigureAwait(false);
        await CheckAsync(estimator, fit, validation, pass, cancellationToken).ConfigureAwait(false);
        using var journal = Options.Checkpoints is { } checkpoints
            ? FitJournal.Open(checkpoints, await flow.JobOfAsync(estimator, fit, pass, cancellationToken).ConfigureAwait(false), pass)
            : null;
        if (journal is not null)
        {
            pass.Resume(journal, journal.ResumedFeatures, journal.Seen);
            fit = fit with { Journal = journal };
        }
        FitResult<TModel> result;
        try
        {
            // The interrupted run has already chosen the start; only the EM loop is left.
            result = await InputTransforms.FitAsync(estimator, over(pass), fit, (rows, how) => how.Journal?.Resumed is { } state
                ? estimator.ResumeAsync((TModel)state.Model, rows, how, cancellationToken)
                : estimator.FitAsync(rows, how, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (ModelException e) when (e.SequenceNumber is not null && roles.Sequences is not null)
        {
            throw await pass.KeysOfAsync([e.SequenceNumber.Value], cancellationToken).ConfigureAwait(false) is [var key] ? e.OfSequence(key) : e;
        }
        var keys = await pass.KeysOfAsync(result.ImpossibleSequences, cancellationToken).ConfigureAwait(false);
        IEnumerable<string> impossible = keys.Count == 0
            ? []
            : [$"the {(keys.Count == 1 ? "first impossible sequence has the key" : "first impossible sequences have the keys")} {string.Join(", ", keys)}"];
        result = result with { Warnings = [.. journal?.Warnings ?? [], .. result.Warnings, .. impossible, .. pass.Graph.Source.Warnings] };
        var (folds, test, warning) = validation is null ? default
            : await ValidateAsync(validation, result, pass, fit, cancellationToken).ConfigureAwait(false);
        if (warning is not null) result = result with { Warnings = [.. result.Warnings, warning] };
        return new FittedModel<TModel>(result, SavedModel.From(result, pass.Features, fit), pass.SpilledBytes)
        {
            RowsRejected = pass.RowsRejected,
            Profile = [.. pass.Features.Select((f, i) => pass.Seen.Profile(i, f.Name, f.Categories is not null))],
            CrossValidation = folds,
            Test = test,
        };
    }

    /// <summary>Describes a fit over this pipeline.</summary>
    internal async Task<JobIdentity> DescribeFitAsync<TModel>(IEstimator<TModel> estimator, FitOptions fit, CancellationToken cancellationToken)
        where TModel : Model
    {
        (var flow, fit) = Agree(fit);
        await using var pass = await flow.OpenPassAsync(estimator, null, isPreview: true, cancellationToken).ConfigureAwait(false);
        return await flow.JobOfAsync(estimator, fit, pass, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Describes a job over this pipeline, with the properties of its end.</summary>
    internal async Task<JobIdentity> DescribeAsync(IEnumerable<JobProperty> end, CancellationToken cancellationToken) =>
        JobDescription.Of(await graph.ForRun().BindAsync(null, cancellationToken).ConfigureAwait(false), Options, end);

    /// <summary>The columns that the pipeline gives to a sink; null if they are known only from the first batch.</summary>
    internal async Task<BatchSchema?> ColumnsAsync(CancellationToken cancellationToken) =>
        (await graph.ForRun().BindAsync(null, cancellationToken).ConfigureAwait(false)).Schema;

    /// <summary>Previews a fit: performs every check that a fit performs before it reads a row, and writes nothing.</summary>
    internal async ValueTask<RunPlan> PlanFitAsync<TModel>(IEstimator<TModel> estimator, FitOptions fit, Validation<TModel>? validation,
        CancellationToken cancellationToken)
        where TModel : Model
    {
        (var flow, fit) = Agree(fit);
        await using var pass = await flow.OpenPassAsync(estimator, validation, isPreview: true, cancellationToken).ConfigureAwait(false);
        await CheckAsync(estimator, fit, validation, pass, cancellationToken).ConfigureAwait(false);
        var plan = await pass.PlanAsync(cancellationToken).ConfigureAwait(false);
        if (Options.Checkpoints is not { } checkpoints) return plan;
        var job = await flow.JobOfAsync(estimator, fit, pass, cancellationToken).ConfigureAwait(false);
        return plan with { Outputs = [("checkpoints", FitJournal.Preview(checkpoints, job)), .. plan.Outputs] };
    }

    /// <summary>Refuses what is known to be impossible before a row is read.</summary>
    private static async ValueTask CheckAsync<TModel>(IEstimator<TModel> estimator, FitOptions fit, Validation<TModel>? validation, FeaturePass pass,
        CancellationToken cancellationToken)
        where TModel : Model
    {
        await CheckRowsAsync(validation, pass, cancellationToken).ConfigureAwait(false);
        await ExpectationMaximization.NamingFeaturesAsync(pass, () =>
        {
            InputTransforms.Check(estimator, fit, pass.Columns, pass.Features);
            estimator.Check(pass);
            if (estimator is ModelEstimator<TModel> given)
            {
                ExpectationMaximization.CheckFeatures(given.Start, pass.Columns);
                given.Start.CheckPriors(pass.PriorComponents);
            }
            (estimator as IPriorEstimator)?.CheckPriors(pass.PriorComponents);
            return ValueTask.FromResult(true);
        }).ConfigureAwait(false);
    }

    /// <summary>Describes a fit: everything that determines its result bit for bit.</summary>
    private async Task<JobIdentity> JobOfAsync<TModel>(IEstimator<TModel> estimator, FitOptions fit, FeaturePass pass, CancellationToken cancellationToken)
        where TModel : Model
    {
        var bound = await pass.Graph.BindAsync(null, cancellationToken).ConfigureAwait(false);
        return JobDescription.Of(bound, Options,
        [
            .. estimator.JobProperties.Concat(fit.JobProperties).Select(f => new JobProperty(f.Key, f.Value)),
            new("model type", typeof(TModel).Name),
            new("features", string.Join(", ", pass.Features.Select(f => f.GroupName).Distinct(StringComparer.Ordinal))),
            .. roles.OneHots.Count == 0 ? Array.Empty<JobProperty>() : [new("one-hot", string.Join(", ", roles.OneHots))],
            .. JobDescription.Categories(roles.Features),
            .. JobDescription.Transforms(pass.Features),
            new("weights", roles.Weights ?? "none"),
            .. roles.Sequences is null ? Array.Empty<JobProperty>() : [new("sequences", roles.Sequences.Description)],
            .. roles.KnownLabels is null ? Array.Empty<JobProperty>() : [new("labels", roles.KnownLabels.Description)],
            .. roles.Priors is null ? Array.Empty<JobProperty>() : [new("priors", roles.Priors.Description)],
            .. Options.BadRows.JobProperties,
        ]);
    }
}
