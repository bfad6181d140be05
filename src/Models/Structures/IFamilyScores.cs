namespace Pipelines.Models.Structures;

/// <summary>Scores of families, each a variable and its parents, in one set of data.</summary>
/// <remarks>Thread-safe. Scores are kept, so asking again costs little.</remarks>
internal interface IFamilyScores
{
    /// <summary>Number of variables.</summary>
    int Variables { get; }

    /// <summary>Number of values of each variable, shape [Variables].</summary>
    IReadOnlyList<int> Sizes { get; }

    /// <summary>Number of families whose scores were computed so far.</summary>
    long FamiliesScored { get; }

    /// <summary>The score of a family; higher is better, -infinity = it must not be.</summary>
    /// <param name="child">Index of the variable.</param>
    /// <param name="parents">Indexes of its parents, ascending, without the child.</param>
    double Score(int child, ReadOnlySpan<int> parents);

    /// <summary>
    /// A number that the score of no family of the variable exceeds whose parents have at least so many combinations of values. It falls with them.
    /// </summary>
    double Bound(int child, double combinations) => double.PositiveInfinity;
}
