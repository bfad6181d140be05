using Pipelines.Models.Fitting;

namespace Pipelines.Models.Mixtures;

/// <summary>EM over a sample in memory.</summary>
/// <param name="sample">The rows.</param>
/// <param name="options">Minimum variance, pseudocount and threads are used.</param>
internal sealed class SampleEm(FeatureSample sample, FitOptions options)
{
    // So few that small samples take one thread.
    private const int BatchRows = 4096;

    // Share of the rows that makes equal values a property of the data.
    private const double LeastSpike = 0.05;

    private readonly InMemoryPass pass = new(sample.Matrix, BatchRows, options.Threads);

    /// <summary>Multiply-adds of an update: a full covariance takes the square of the features for each row, and their cube once.</summary>
    /// <param name="components">Number of components.</param>
    public double UpdateCost(int components) => components * (double)sample.Columns * sample.Columns * (sample.Rows + (double)sample.Columns);

    /// <summary>Updates a model until its log-likelihood gains little.</summary>
    /// <param name="model">The model.</param>
    /// <param name="updates">Maximum number of updates.</param>
    /// <param name="gain">Least gain per unit of weight.</param>
    /// <returns>The model; the mean log-likelihood of the rows under it, not finite if it is of no use; and false if a component hardly has rows.</returns>
    public (GeneralMixtureModel Model, double Mean, bool IsSound) Run(GeneralMixtureModel model, int updates, double gain)
    {
        RaisedVariances? raised = null;
        var statistics = Summarize(model);
        for (var update = 0; update < updates && double.IsFinite(statistics.Objective) && !options.IsLate; update++)
        {
            var before = statistics.Objective;
            model = model.Maximize(statistics, options.Estimation with { Rows = sample.Rows, Raised = raised = new() });
            statistics = Summarize(model);
            if (statistics.Objective - before <= gain * statistics.Weight) break;
        }
        return (model, statistics.Objective / statistics.Weight, IsSound(((MixtureStatistics)statistics).Responsibilities, raised));
    }

    // No component has fewer rows than it needs for parameters of its own, or owes its likelihood to a few rows that happen to be equal.
    private bool IsSound(ReadOnlySpan<double> responsibilities, RaisedVariances? raised)
    {
        var least = Math.Min(sample.Columns + 1.0, sample.Rows / (4.0 * responsibilities.Length));
        foreach (var one in responsibilities)
            if (one < least) return false;
        foreach (var part in raised?.Parts ?? [])
            if (responsibilities[part] < LeastSpike * sample.Rows) return false;
        return true;
    }

    // A pass over rows in memory ends before it returns.
    private Statistics Summarize(GeneralMixtureModel model)
    {
        Cancellation.Poll();
        return pass.RunAsync(model, Cancellation.Token).AsTask().GetAwaiter().GetResult();
    }
}
