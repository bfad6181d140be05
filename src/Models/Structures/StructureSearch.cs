using Pipelines.Models.Fitting;
using Pipelines.Models.Structures;

namespace Pipelines;

/// <summary>Learns the structure of a network from data: which variables are the parents of each.</summary>
public static class StructureSearch
{
    /// <summary>
    /// Finds a structure. The same data, options and batch size give the same structure at any number of threads. Of structures whose scores differ by no more
    /// than rounding, the one found first in a fixed order is taken.
    /// </summary>
    /// <param name="pass">Rows of codes 0, 1, 2 … as doubles, NaN = missing; read once.</param>
    /// <param name="sizes">Number of values of each variable, at least 1, shape [variables].</param>
    /// <param name="options">How to search.</param>
    /// <param name="threads">Number of threads, at least 1.</param>
    /// <param name="maxBytes">Memory that the rows and kept scores may take; null = no limit.</param>
    /// <param name="progress">Receives reports while the search runs; null = nobody does.</param>
    /// <param name="cancellationToken">Stops early with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ModelException">
    /// An option is out of range, the search does not fit the memory, there is no row, or a value is not a code.
    /// </exception>
    public static async ValueTask<StructureResult> RunAsync(IDataPass pass, IReadOnlyList<int> sizes, StructureOptions options, int threads,
        long? maxBytes, IProgress<StructureProgress>? progress, CancellationToken cancellationToken) =>
        (await FindAsync(pass, sizes, options, threads, maxBytes, progress, cancellationToken).ConfigureAwait(false)).Result;

    /// <summary>The same with the counts that the search leaves behind.</summary>
    internal static ValueTask<LearnedRows> FindAsync(IDataPass pass, IReadOnlyList<int> sizes, StructureOptions options, int threads, long? maxBytes,
        IProgress<StructureProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pass);
        ArgumentNullException.ThrowIfNull(sizes);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Check(options, sizes, maxBytes, pass);
        if (sizes.Count != pass.Columns)
            throw new ModelException(ErrorKind.Usage, "sizes", $"those of {sizes.Count} variables", $"{pass.Columns}, as the rows have",
                "give the number of values of each variable");
        for (var j = 0; j < sizes.Count; j++)
        {
            if (sizes[j] is < 1 or > CodeRows.MostValues)
                throw new ModelException(ErrorKind.Usage, $"variable {j}", $"{sizes[j]} values", $"1 to {CodeRows.MostValues}", "leave the variable out")
                { FeatureIndex = j };
        }
        if (options.CompleteRows) pass = CompleteRows.Of(pass);
        return StructureMethods.Find(options.Method)!.RunAsync(new(pass, sizes, options, threads, maxBytes, progress), cancellationToken);
    }

    /// <summary>Refuses what cannot be done, as far as the sizes tell.</summary>
    /// <param name="options">How to search.</param>
    /// <param name="sizes">Number of values of each variable, or a lower bound of it.</param>
    /// <param name="maxBytes">Memory that the search may take; null = no limit.</param>
    /// <param name="pass">The data, of which nothing is read.</param>
    /// <exception cref="ModelException">An option is out of range, or the search does not fit the memory.</exception>
    internal static void Check(StructureOptions options, IReadOnlyList<int> sizes, long? maxBytes, IDataPass pass)
    {
        StructureChecks.Validate(options, sizes.Count, pass.Features is { } features ? [.. features.Select(f => f.Name)] : null);
        StructureMethods.Find(options.Method)!.Check(options, sizes, maxBytes, pass.StatisticsInFlight + 2);
    }
}
