using System.Text;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;

namespace Pipelines.Campaigns.Values;

/// <summary>
/// Every estimator and model on rows that numbers can go wrong on: a model of finite parameters that scores every observed row, or a clear error.
/// </summary>
internal sealed class ValueCampaign : Campaign
{
    private const int MostIterations = 10_000;
    private static readonly string[] names = ["feature 0", "feature 1", "feature 2"];

    public override string Name => "values";

    public override string Title => "Values: every model on hostile numbers";

    public override int Order => 20;

    public override async Task RunAsync(Trials trials)
    {
        trials.Header = ["kernel", "data", "fits tried", "fitted", "refused", "most iterations", "an error"];
        var fits = Fits.All(trials.IsLong).ToList();
        CheckCovered(trials, fits);
        foreach (var (variant, data) in KernelSelection.Supported.SelectMany(v => HostileData.All.Select(d => (v, d))))
        {
            using var forced = KernelSelection.Force(variant);
            var (tried, fitted, refused, most, example) = (0, 0, 0, 0, "");
            foreach (var fit in fits)
            {
                foreach (var minVariance in new[] { 0, 1e-3 })
                {
                    var what = $"{variant.Name()}, {data.Name}, {fit.Name}{(minVariance > 0 ? ", minimum variance" : "")}";
                    tried++;
                    var (model, iterations, error) = await FitAsync(trials, what, data, fit, minVariance);
                    most = Math.Max(most, iterations);
                    if (model is not null)
                    {
                        fitted++;
                        CheckModel(trials, what, model);
                        CheckScores(trials, what, model, data.Rows);
                        foreach (var other in HostileData.All) CheckScores(trials, $"{what}, scoring {other.Name}", model, other.Rows);
                    }
                    else if (error is not null)
                    {
                        refused++;
                        if (example.Length == 0) example = error;
                        if (HostileData.CanBlame(fit.Name) && data.Blamed.Length > 0
                            && !data.Blamed.Any(j => error.Contains(names[j], StringComparison.Ordinal))
                            && !error.Contains("as fewer do not vary", StringComparison.Ordinal)
                            && !error.Contains("distinct row", StringComparison.Ordinal) && !error.Contains("weight", StringComparison.Ordinal))
                            trials.Finding($"{what}: the error names no feature: {error}");
                    }
                }
            }
            trials.Row(variant.Name(), data.Name, tried, fitted, refused, most, example);
        }
        trials.Note($"Fits: {string.Join("; ", fits.Select(f => f.Name))}. Each with and without a minimum variance. A fitted model also scores the rows of "
            + "all the other data: no score of a row with an observed value may be NaN.");
    }

    private static void CheckCovered(Trials trials, List<Fits> fits)
    {
        var estimators = typeof(Model).Assembly.GetTypes()
            .Where(t => t is { IsClass: true, IsAbstract: false, IsPublic: true }
                && t.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEstimator<>)
            // The rows here are no sequences and have no labels; the classes of a classifier are fitted as here.
            && !typeof(SequenceModel).IsAssignableFrom(i.GetGenericArguments()[0])
            && !typeof(Classifier).IsAssignableFrom(i.GetGenericArguments()[0])));
        foreach (var type in estimators)
            if (fits.TrueForAll(f => f.Estimator != type)) trials.Finding($"{type.Name} is not tried");
    }

    private static async Task<(Model?, int, string?)> FitAsync(Trials trials, string what, HostileData data, Fits fit, double minVariance)
    {
        try
        {
            var pass = new InMemoryPass(FeatureMatrix.FromRows(data.Rows, data.Weights), 16, 1);
            var (model, logLikelihood, iterations) =
                await fit.Run(pass, new FitOptions { MaxIterations = MostIterations, MinVariance = minVariance, BatchSize = 16, MaxDegreeOfParallelism = 1 },
                    CancellationToken.None);
            if (iterations >= MostIterations) trials.Finding($"{what}: no end after {iterations} iterations");
            if (!double.IsFinite(logLikelihood)) trials.Finding($"{what}: the log-likelihood is {logLikelihood}");
            return (model, iterations, null);
        }
        catch (ModelException e)
        {
            if (e.InnerException is not null) trials.Finding($"{what}: the error hides another: {e.InnerException}");
            return (null, 0, e.Message);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            trials.Finding($"{what}: {e.GetType().Name}: {e.Message} {e.StackTrace?.Split('\n')[0].Trim()}");
            return (null, 0, null);
        }
    }

    private static void CheckModel(Trials trials, string what, Model model)
    {
        var json = Encoding.UTF8.GetString(new SavedModel(model).ToJson());
        // Numbers that JSON cannot hold are written as these texts.
        foreach (var bad in new[] { "\"NaN\"", "Infinity\"" })
            if (json.Contains(bad, StringComparison.Ordinal)) trials.Finding($"{what}: a parameter is {bad}: {json.ReplaceLineEndings(" ")}");
        if (!Equals(SavedModel.FromJson(Encoding.UTF8.GetBytes(json)).Model, model))
            trials.Finding($"{what}: the model changes when it is saved");
    }

    private static void CheckScores(Trials trials, string what, Model model, double[,] rows)
    {
        var count = rows.GetLength(0);
        var scores = new ScoreBatch(model, [.. model.ScoreKinds.Select(k => k.Name)], Math.Max(1, count));
        try
        {
            model.Score(FeatureMatrix.FromRows(rows).Block(0, count), scores);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            trials.Finding($"{what}: scoring throws {e.GetType().Name}: {e.Message}");
            return;
        }
        for (var c = 0; c < scores.Columns.Count; c++)
        {
            // Null, or NaN beside a value that the network does not know.
            if (scores.Columns[c].IsNullable) continue;
            for (var i = 0; i < count; i++)
            {
                // An infinite value is refused before it comes to a model.
                if (Enumerable.Range(0, 3).Any(j => double.IsInfinity(rows[i, j]))) continue;
                if (scores.Values[c] is double[] doubles && double.IsNaN(doubles[i]))
                {
                    trials.Finding($"{what}: {scores.Columns[c].Name} of row {i} ({rows[i, 0]:R}, {rows[i, 1]:R}, {rows[i, 2]:R}) is NaN");
                    return;
                }
            }
        }
    }
}
