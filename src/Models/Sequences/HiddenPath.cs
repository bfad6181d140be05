namespace Pipelines;

/// <summary>The most probable path through a sequence.</summary>
/// <param name="LogProbability">Natural log-probability of path and sequence together; -infinity if the sequence is impossible.</param>
/// <param name="States">Index of the state of each row, shape [length]; empty if the sequence is impossible.</param>
/// <param name="Route">Indices of all visited states in order, including silent ones, from the start and, in a finite model, to the end. Empty if the sequence
/// is impossible.</param>
public sealed record HiddenPath(double LogProbability, int[] States, int[] Route);

/// <summary>Analysis of a sequence under a hidden Markov model.</summary>
/// <param name="LogProbability">Natural log-probability; -infinity if it is impossible.</param>
/// <param name="Posterior">Probability of each emitting state for each row given the whole sequence, shape [length, emitting states]; NaN if it is
/// impossible.</param>
/// <param name="Forward">log P(first t rows, in state s after them), shape [length + 1, states]; null unless asked for.</param>
/// <param name="Backward">log P(rows after the first t, finish | in state s after t rows), shape [length + 1, states]; null unless asked for.</param>
/// <param name="ExpectedTransitions">Expected uses of each edge, shape [edges]; empty unless asked for.</param>
public sealed record HiddenInference(double LogProbability, double[,] Posterior, double[,]? Forward, double[,]? Backward, double[] ExpectedTransitions)
{
    /// <summary>Sum over the rows of the log-probability of their most probable state.</summary>
    public double MaximumPosteriorLog => Enumerable.Range(0, Posterior.GetLength(0))
        .Sum(t => Math.Log(Enumerable.Range(0, Posterior.GetLength(1)).Max(k => Posterior[t, k])));
}

/// <summary>A sequence drawn from a hidden Markov model.</summary>
/// <param name="Rows">Shape [length, features].</param>
/// <param name="States">State of each row, shape [length].</param>
/// <param name="Route">All visited states in order, including silent ones, from the start.</param>
public sealed record HiddenSample(double[,] Rows, int[] States, int[] Route);
