using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;

namespace Pipelines;

/// <summary>
/// Weights of the combinations of values of each family. After those of a family come the weights of rows with a value that is not known and of rows that
/// do not have all of the family. Last comes the weight of rows with missing values.
/// </summary>
/// <param name="shape">The families' shapes as text, which tells networks apart.</param>
/// <param name="starts">Shape [families + 1]: where each family's weights start, and where the last one's end.</param>
internal sealed class NetworkStatistics(string shape, int[] starts) : SumStatistics("bayesian-network", starts[^1] + 1)
{
    public override string Kind => $"bayesian-network[{shape}]";

    /// <summary>Weight of the rows with missing values.</summary>
    public ref double Incomplete => ref Sums[starts[^1]];

    /// <summary>The weights of a family, shape [combinations + 2].</summary>
    public Span<double> All(int family) => Sums.AsSpan(starts[family]..starts[family + 1]);

    /// <summary>The weights of a family's combinations.</summary>
    public ReadOnlySpan<double> Cells(int family) => Sums.AsSpan(starts[family]..(starts[family + 1] - CodeTables.Extra));

    /// <summary>Weight of the rows with an unknown value in the family.</summary>
    public double Unknown(int family) => Sums[starts[family + 1] - 2];
}
