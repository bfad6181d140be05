using Pipelines.Models.Fitting;

namespace Pipelines;

/// <summary>Scores rows in memory, in parallel: batches of rows on several threads, all sharing one copy of the data.</summary>
public static class ModelScoring
{
    private const int BatchRows = 16_384;

    /// <summary>Natural log-probability of each row.</summary>
    /// <param name="model">A model that has log-probabilities.</param>
    /// <param name="data">The rows; a <c>double[,]</c> or <c>double[]</c> converts implicitly.</param>
    /// <param name="maxDegreeOfParallelism">Threads; -1 (default) = all cores.</param>
    /// <returns>Shape [rows].</returns>
    public static double[] LogProbability(this Model model, FeatureMatrix data, int maxDegreeOfParallelism = -1) =>
        Column<double>(model, data, ScoreKind.LogProbability, maxDegreeOfParallelism);

    /// <summary>Probability (density or mass) of each row.</summary>
    /// <inheritdoc cref="LogProbability"/>
    public static double[] Probability(this Model model, FeatureMatrix data, int maxDegreeOfParallelism = -1)
    {
        var result = model.LogProbability(data, maxDegreeOfParallelism);
        for (var i = 0; i < result.Length; i++) result[i] = Math.Exp(result[i]);
        return result;
    }

    /// <summary>Index of the most probable component, class or nearest centroid of each row; the first on ties.</summary>
    /// <inheritdoc cref="LogProbability"/>
    public static int[] Predict(this Model model, FeatureMatrix data, int maxDegreeOfParallelism = -1) =>
        Column<int>(model, data, ScoreKind.Label, maxDegreeOfParallelism);

    /// <summary>Posterior probability of each component or class for each row; of a network, of each value of each variable.</summary>
    /// <inheritdoc cref="LogProbability"/>
    /// <returns>Shape [rows, K]; each row sums to 1. Of a network: shape [rows, all values], variable by variable, NaN (<see cref="ScoreBatch.Null"/>) where
    /// the variable is observed.</returns>
    public static double[,] PredictProbability(this Model model, FeatureMatrix data, int maxDegreeOfParallelism = -1) =>
        Table(model, data, ScoreKind.Probability, maxDegreeOfParallelism);

    /// <summary>Natural logarithm of the posterior probability of each component or class for each row, without underflow.</summary>
    /// <inheritdoc cref="LogProbability"/>
    /// <returns>Shape [rows, K].</returns>
    public static double[,] PredictLogProbability(this Model model, FeatureMatrix data, int maxDegreeOfParallelism = -1) =>
        Table(model, data, ScoreKind.PosteriorLogProbability, maxDegreeOfParallelism);

    /// <summary>The rows, with the most probable value in place of each that is missing.</summary>
    /// <param name="model">A network. Only the variables that its options of inference name are filled in.</param>
    /// <param name="data">The rows, as codes; NaN = missing.</param>
    /// <param name="maxDegreeOfParallelism">Threads; -1 (default) = all cores.</param>
    /// <returns>Shape [rows, Dimensions]; NaN stays where what is observed has probability 0 or is not known to the network.</returns>
    public static double[,] Fill(this Model model, FeatureMatrix data, int maxDegreeOfParallelism = -1)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        var columns = ScoreBatch.Resolve(model, [ScoreKind.Fill])[0].Columns;
        var result = new double[data.Rows, data.Columns];
        Run(model, data, ScoreKind.Fill, maxDegreeOfParallelism, (scores, start, rows) =>
        {
            var block = data.Block(start, rows);
            for (var i = 0; i < rows; i++)
                for (var j = 0; j < block.Columns; j++) result[start + i, j] = block[i, j];
            for (var c = 0; c < columns.Count; c++)
            {
                var from = scores.Integers(ScoreKind.Fill, c);
                var j = columns[c].Feature!.Value;
                for (var i = 0; i < rows; i++)
                    if (double.IsNaN(block[i, j]) && from[i] >= 0) result[start + i, j] = from[i];
            }
        });
        return result;
    }

    /// <summary>Squared Euclidean distance of each row to each centroid.</summary>
    /// <inheritdoc cref="LogProbability"/>
    /// <returns>Shape [rows, K].</returns>
    public static double[,] Distance(this Model model, FeatureMatrix data, int maxDegreeOfParallelism = -1) =>
        Table(model, data, ScoreKind.Distance, maxDegreeOfParallelism);

    /// <summary>Accuracy: the share of rows whose prediction equals the given label.</summary>
    /// <param name="model">A model that predicts labels.</param>
    /// <param name="data">The rows.</param>
    /// <param name="labels">Shape [rows].</param>
    /// <param name="maxDegreeOfParallelism">Threads; -1 (default) = all cores.</param>
    /// <returns>0 … 1.</returns>
    public static double Score(this Model model, FeatureMatrix data, IReadOnlyList<int> labels, int maxDegreeOfParallelism = -1)
    {
        var predicted = model.Predict(data, maxDegreeOfParallelism);
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Count != predicted.Length)
            throw new ModelException(ErrorKind.Usage, "labels", $"{labels.Count}", $"one for each of {predicted.Length} rows", "give each row its label");
        return predicted.Where((label, i) => label == labels[i]).Count() / (double)predicted.Length;
    }

    /// <summary>Adds rows in memory to statistics, on the calling thread.</summary>
    public static void SummarizeRows(this Model model, FeatureMatrix data, Statistics statistics)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        for (var start = 0; start < data.Rows; start += BatchRows)
            model.Summarize(data.Block(start, Math.Min(BatchRows, data.Rows - start)), statistics);
    }

    /// <summary>Draws rows.</summary>
    /// <param name="distribution">What to draw from.</param>
    /// <param name="rows">Number of rows, at least 0.</param>
    /// <param name="seed">Equal seeds give equal rows.</param>
    /// <returns>Shape [rows, Dimensions].</returns>
    public static double[,] Sample(this Distribution distribution, int rows, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(distribution);
        var random = new SeededRandom(seed, stream: 2);
        var result = new double[rows, distribution.Dimensions];
        var row = new double[distribution.Dimensions];
        for (var i = 0; i < rows; i++)
        {
            Cancellation.Poll();
            distribution.Sample(random, row);
            for (var j = 0; j < row.Length; j++) result[i, j] = row[j];
        }
        return result;
    }

    private static T[] Column<T>(Model model, FeatureMatrix data, string kind, int maxDegreeOfParallelism)
    {
        ArgumentNullException.ThrowIfNull(data);
        var result = new T[data.Rows];
        Run(model, data, kind, maxDegreeOfParallelism, (scores, start, rows) => Array.Copy(scores.Values[0], 0, result, start, rows));
        return result;
    }

    private static double[,] Table(Model model, FeatureMatrix data, string kind, int maxDegreeOfParallelism)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        var columns = ScoreBatch.Resolve(model, [kind])[0].Columns.Count;
        var result = new double[data.Rows, columns];
        Run(model, data, kind, maxDegreeOfParallelism, (scores, start, rows) =>
        {
            for (var k = 0; k < columns; k++)
            {
                var from = scores.Doubles(kind, k);
                for (var i = 0; i < rows; i++) result[start + i, k] = from[i];
            }
        });
        return result;
    }

    private static void Run(Model model, FeatureMatrix data, string kind, int maxDegreeOfParallelism, Action<ScoreBatch, int, int> keep)
    {
        ArgumentNullException.ThrowIfNull(model);
        var batches = (data.Rows + BatchRows - 1) / BatchRows;
        var next = -1;
        _ = ScoreBatch.Resolve(model, [kind]);
        Parallelism.Run(Parallelism.Threads(maxDegreeOfParallelism, batches), token =>
        {
            var scores = new ScoreBatch(model, [kind], Math.Max(1, Math.Min(BatchRows, data.Rows)));
            for (var batch = Interlocked.Increment(ref next); batch < batches && !token.IsCancellationRequested; batch = Interlocked.Increment(ref next))
            {
                var start = batch * BatchRows;
                var rows = Math.Min(BatchRows, data.Rows - start);
                model.Score(data.Block(start, rows), scores);
                keep(scores, start, rows);
            }
        }, CancellationToken.None);
    }
}
