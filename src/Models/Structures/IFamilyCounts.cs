namespace Pipelines.Models.Structures;

/// <summary>Counts that a search leaves behind: those of a network's tables, if every row has a value of every variable.</summary>
internal interface IFamilyCounts
{
    /// <summary>Number of rows.</summary>
    long Rows { get; }

    /// <summary>Their total weight.</summary>
    double Weight { get; }

    /// <summary>Fills the weights of all combinations of some variables, to the bit as a pass over the rows would.</summary>
    /// <param name="family">The parents, then the child.</param>
    /// <param name="cells">Shape [the family's sizes].</param>
    /// <returns>False if they are not known.</returns>
    bool TryCount(ReadOnlySpan<int> family, Span<double> cells);
}

/// <summary>The result of a search.</summary>
/// <param name="Result">The structure.</param>
/// <param name="Counts">Counts of the rows that it was learnt from; null = none are kept.</param>
internal sealed record LearnedRows(StructureResult Result, IFamilyCounts? Counts);
