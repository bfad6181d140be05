using Pipelines.Models.Fitting;
using Pipelines.Models.Sequences;

namespace Pipelines;

/// <summary>Fitting and scoring of sequences in memory.</summary>
public static class SequenceFitting
{
    /// <summary>Default options of a fit to sequences: it stops when the log-likelihood rises by no more than 1e-9.</summary>
    public static FitOptions DefaultFit { get; } = new() { StopThreshold = 1e-9 };

    /// <summary>Fits a model to sequences in memory, starting from its current parameters.</summary>
    /// <param name="model">The initial model.</param>
    /// <param name="sequences">The sequences.</param>
    /// <param name="options">Null = <see cref="DefaultFit"/>.</param>
    /// <param name="cancellationToken">Stops with an <see cref="OperationCanceledException"/>.</param>
    public static FitResult<TModel> Fit<TModel>(this TModel model, SequenceSet sequences, FitOptions? options = null,
        CancellationToken cancellationToken = default)
        where TModel : ProbabilityModel => new ModelEstimator<TModel>(model).Fit(sequences, options, cancellationToken);

    /// <summary>Fits an estimator to sequences in memory.</summary>
    /// <param name="estimator">The model to fit.</param>
    /// <param name="sequences">The sequences.</param>
    /// <param name="options">Null = <see cref="DefaultFit"/>.</param>
    /// <param name="cancellationToken">Stops with an <see cref="OperationCanceledException"/>.</param>
    public static FitResult<TModel> Fit<TModel>(this IEstimator<TModel> estimator, SequenceSet sequences, FitOptions? options = null,
        CancellationToken cancellationToken = default)
        where TModel : Model
    {
        ArgumentNullException.ThrowIfNull(estimator);
        ArgumentNullException.ThrowIfNull(sequences);
        options ??= DefaultFit;
        options.Validate(estimator.Uses, estimator.ParameterKinds);
        var fit = InputTransforms.FitAsync(estimator, new SequencePass(sequences, options.BatchRows, options.Threads), options,
            (pass, how) => estimator.FitAsync(pass, how, cancellationToken), cancellationToken);
        return fit.IsCompleted ? fit.GetAwaiter().GetResult() : fit.AsTask().GetAwaiter().GetResult();
    }

    /// <summary>Natural log-probability of each sequence; -infinity if it is impossible.</summary>
    /// <param name="model">A model of sequences.</param>
    /// <param name="sequences">The sequences.</param>
    /// <param name="maxDegreeOfParallelism">Threads; -1 (default) = all cores.</param>
    /// <returns>Shape [sequences].</returns>
    public static double[] LogProbability(this ProbabilityModel model, SequenceSet sequences, int maxDegreeOfParallelism = -1)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(sequences);
        model.CheckBlock(sequences.Block(0, 0));
        var result = new double[sequences.Count];
        ForEachGroup(sequences, maxDegreeOfParallelism,
            (first, count) => model.LogProbabilities(sequences.Block(first, count), result.AsSpan(first, count)));
        return result;
    }

    /// <summary>Runs work on groups of sequences in parallel; each group is passed to exactly one call.</summary>
    internal static void ForEachGroup(SequenceSet sequences, int maxDegreeOfParallelism, Action<int, int> work)
    {
        var groups = SequenceGroups.Cut(sequences, 4096);
        var next = -1;
        Parallelism.Run(Parallelism.Threads(maxDegreeOfParallelism, groups.Length - 1), token =>
        {
            using var lent = SpareThreads.Lend(maxDegreeOfParallelism, groups.Length - 1);
            for (var g = Interlocked.Increment(ref next); g < groups.Length - 1 && !token.IsCancellationRequested; g = Interlocked.Increment(ref next))
                work(groups[g], groups[g + 1] - groups[g]);
        }, CancellationToken.None);
    }
}
