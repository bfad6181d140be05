using Pipelines.Models.Fitting;

namespace Pipelines.Models.Mixtures;

/// <summary>A distribution of one feature over the codes 0, 1, 2 …, fully described by a table.</summary>
internal interface ICodedFamily
{
    /// <summary>Number of codes.</summary>
    int Codes { get; }

    /// <summary>
    /// True: fitting learns new codes. Rows with a new code then go to the distribution's own <c>Accumulate</c>.
    /// </summary>
    bool LearnsCodes { get; }

    /// <summary>Log-probabilities as <see cref="Kernels.CodeTables.Logs"/> lays them out.</summary>
    /// <param name="length">Number of codes in the table, at least <see cref="Codes"/>; those beyond it are unknown.</param>
    /// <param name="factor">Factor for the logarithms.</param>
    double[] LogTable(int length, double factor);

    /// <summary>Adds the weights of codes to statistics.</summary>
    /// <param name="cells">Shape [length + 1]: weight of each code, then of values that are not codes.</param>
    /// <param name="statistics">Statistics created by this distribution.</param>
    void AddCells(ReadOnlySpan<double> cells, Statistics statistics);
}
