namespace Pipelines;

/// <summary>A model of sequences with probabilities of the next state or category.</summary>
public interface ITransitionModel
{
    /// <summary>The probabilities of the next state or category.</summary>
    /// <param name="features">The features, whose categories name the rows and columns; null = codes.</param>
    TransitionTable TransitionTable(IReadOnlyList<Feature>? features = null);
}

/// <summary>Probabilities of what comes next.</summary>
/// <param name="Before">Name of what the rows are, such as <c>state</c>.</param>
/// <param name="After">Name of what the columns are, such as <c>next state</c>.</param>
/// <param name="From">Names of the rows.</param>
/// <param name="To">Names of the columns.</param>
/// <param name="Probabilities">Shape [From, To]. A row sums to 1, or is NaN where nothing is known.</param>
public sealed record TransitionTable(string Before, string After, IReadOnlyList<string> From, IReadOnlyList<string> To, double[,] Probabilities);
