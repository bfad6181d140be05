using Pipelines.Models.Fitting;

namespace Pipelines.Models.Mixtures;

/// <summary>A distribution of one feature over the codes 0, 1, 2 …: all that it says of a row stands in a table.</summary>
internal interface ICodedFamily
{
    /// <summary>Codes that it has.</summary>
    int Codes { get; }

    /// <summary>
    /// True: fitting learns codes that it does not have yet. Rows that hold such a value then go to its own <see cref="Distribution.Accumulate"/>.
    /// </summary>
    bool LearnsCodes { get; }

    /// <summary>Log-probabilities as <see cref="Kernels.CodeTables.Logs"/> lays them out.</summary>
    /// <param name="length">Codes in the table, at least <see cref="Codes"/>; those beyond them are unknown ones.</param>
    /// <param name="factor">What the logarithms are multiplied with.</param>
    double[] LogTable(int length, double factor);

    /// <summary>Adds the weights of codes to statistics.</summary>
    /// <param name="cells">Shape [length + 1]: of each code, and of values that are none.</param>
    /// <param name="statistics">What this distribution made.</param>
    void AddCells(ReadOnlySpan<double> cells, Statistics statistics);
}
