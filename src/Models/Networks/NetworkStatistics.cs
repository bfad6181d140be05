using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;

namespace Pipelines;

/// <summary>
/// Weights of the combinations of values of each table. After those of a table come the weights of rows with a value that is not known and of rows that
/// do not have all of its variables. Last come the weight of rows with missing values and, if they are left out, their number.
/// </summary>
/// <param name="model">Name of the kind of model.</param>
/// <param name="shape">The tables' shapes as text, which tells networks apart.</param>
/// <param name="starts">Shape [tables + 1]: where each table's weights start, and where the last one's end.</param>
/// <param name="countsCompleteRows">True: rows with missing values are left out.</param>
internal sealed class NetworkStatistics(string model, string shape, int[] starts, bool countsCompleteRows = false)
    : SumStatistics(model, starts[^1] + (countsCompleteRows ? 2 : 1))
{
    private readonly string model = model;

    public override string Kind => $"{model}[{shape}{(countsCompleteRows ? "; complete rows" : "")}]";

    /// <summary>Weight of the rows with missing values.</summary>
    public ref double Incomplete => ref Sums[starts[^1]];

    /// <summary>Number of rows that were left out.</summary>
    public long LeftOut
    {
        get => countsCompleteRows ? (long)Sums[starts[^1] + 1] : 0;
        set => Sums[starts[^1] + 1] = value;
    }

    /// <summary>The weights of a table, shape [combinations + 2].</summary>
    public Span<double> All(int table) => Sums.AsSpan(starts[table]..starts[table + 1]);

    /// <summary>The weights of a table's combinations.</summary>
    public ReadOnlySpan<double> Cells(int table) => Sums.AsSpan(starts[table]..(starts[table + 1] - CodeTables.Extra));

    /// <summary>Number of weights in all tables that have at most <paramref name="most"/>.</summary>
    public int CellsOf(int most)
    {
        var sum = 0;
        for (var t = 0; t < starts.Length - 1; t++)
            if (All(t).Length <= most) sum += All(t).Length;
        return sum;
    }

    /// <summary>Adds counts to all tables that have at most <paramref name="most"/> weights.</summary>
    /// <param name="most">The largest number of weights of such a table.</param>
    /// <param name="counts">Shape [weights, 4]: their sum counts, one table after the other.</param>
    public void AddInFour(int most, ReadOnlySpan<int> counts)
    {
        for (var t = 0; t < starts.Length - 1; t++)
        {
            var all = All(t);
            if (all.Length > most) continue;
            for (var i = 0; i < all.Length; i++) all[i] += counts[4 * i] + counts[(4 * i) + 1] + counts[(4 * i) + 2] + counts[(4 * i) + 3];
            counts = counts[(4 * all.Length)..];
        }
    }

    /// <summary>Weight of the rows with an unknown value in the table.</summary>
    public double Unknown(int table) => Sums[starts[table + 1] - 2];

    /// <summary>The weights of a table's combinations, as the statistics of a distribution.</summary>
    /// <param name="table">The table.</param>
    /// <param name="distribution">A distribution of its shape.</param>
    /// <param name="place">What it is about, for messages.</param>
    /// <param name="feature">A feature that it is about.</param>
    /// <exception cref="ModelException">Rows have unknown values.</exception>
    public TableStatistics Table(int table, TableDistribution distribution, string place, int feature)
    {
        if (Unknown(table) > 0)
            throw new ModelException(ErrorKind.Data, place, $"values that the network does not know (total weight {Unknown(table).Text()})",
                "the values in its dictionaries", "mark them as missing, or fit a new network to all the data")
            { FeatureIndex = feature };
        var statistics = (TableStatistics)distribution.CreateStatistics();
        Cells(table).CopyTo(statistics.Cells);
        return statistics;
    }
}
