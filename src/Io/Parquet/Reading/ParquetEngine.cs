using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>
/// A Parquet decoder. Engines are found by reflection: a new one is a class with a parameterless constructor. Columns and their types are determined
/// beforehand (<see cref="PlannedFile.Footer"/>). Engines must produce bit-identical values or fail.
/// </summary>
internal abstract class ParquetEngine
{
    /// <summary>All engines, available or not, in the order of automatic selection.</summary>
    public static IReadOnlyList<ParquetEngine> All { get; } =
    [
        .. typeof(ParquetEngine).Assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false } && typeof(ParquetEngine).IsAssignableFrom(t))
            .Select(t => (ParquetEngine)Activator.CreateInstance(t)!).OrderBy(e => e.Preference).ThenBy(e => e.Name, StringComparer.Ordinal),
    ];

    /// <summary>The value for <c>--parquet-engine</c>: lower-case letters.</summary>
    public abstract string Name { get; }

    /// <summary>True if it can run here, that is, its native library is present.</summary>
    public abstract bool IsAvailable { get; }

    /// <summary>Why it cannot run here, phrased to follow its name; null if it can.</summary>
    public virtual string? Unavailable => IsAvailable ? null : "cannot run here";

    /// <summary>Rank in automatic selection, lowest first; the built-in engine is 0.</summary>
    public abstract int Preference { get; }

    /// <summary>Rank in automatic selection for a particular row group. If it reads it inefficiently, the engine returns a higher value.</summary>
    public virtual int PreferenceFor(PlannedFile file, int group, FileColumn[] columns) => Preference;

    /// <summary>
    /// Why it cannot read a column of a row group, phrased to follow the column's name ("it is compressed with LZO"); null if it can. Cheap: no data
    /// are read.
    /// </summary>
    public abstract string? Obstacle(PlannedFile file, int group, FileColumn column);

    /// <summary>Approximate memory that an open reader holds besides the slices it returns: pages, dictionaries, chunks that must be decoded whole.</summary>
    public abstract long HeldBytes(PlannedFile file, int group, FileColumn[] columns);

    /// <summary>Reads and checks the footer of a file that is encrypted or has encrypted columns; null if the engine does not decrypt.</summary>
    /// <exception cref="FlowException">The keys are wrong, or the file is broken.</exception>
    public virtual FileFooter? LoadEncrypted(string path, string name, DecryptionKeys keys) => null;

    /// <summary>Opens a row group. The caller has checked that the file is unchanged.</summary>
    /// <param name="file">The file.</param>
    /// <param name="group">The row group, from 0.</param>
    /// <param name="columns">Columns to read, in the order of the blocks.</param>
    /// <param name="limits">Memory limits of the reader.</param>
    public abstract IRowGroupReader Open(PlannedFile file, int group, FileColumn[] columns, ReaderLimits limits);
}

/// <summary>Reads selected columns of one row group incrementally from its first row. Not thread-safe.</summary>
internal interface IRowGroupReader : IDisposable
{
    /// <summary>Reads the next rows; the caller never asks for more than the row group has.</summary>
    /// <param name="rows">Number of rows, at least 1.</param>
    /// <param name="recycler">Pool for arrays; null = allocate new ones.</param>
    /// <param name="cancellationToken">Cancels between pages.</param>
    /// <returns>Shape [columns], each of <paramref name="rows"/> rows.</returns>
    /// <exception cref="FlowException">See <see cref="RowGroupFault"/>.</exception>
    ColumnBlock[] Read(int rows, ArrayRecycler? recycler, CancellationToken cancellationToken);

    /// <summary>Skips rows.</summary>
    void Skip(long rows, CancellationToken cancellationToken);
}

/// <summary>Memory limits of a reader, in bytes. A single item that is larger causes an error before it is allocated.</summary>
/// <param name="HeldBytes">In addition to the slices: pages and dictionaries.</param>
/// <param name="SliceBytes">The texts of one slice; arrays of numbers are the caller's choice.</param>
/// <param name="Parallelism">Columns decoded concurrently, at least 1.</param>
internal sealed record ReaderLimits(long HeldBytes = long.MaxValue, long SliceBytes = long.MaxValue, int Parallelism = 1);

/// <summary>Converts failures while reading a column into an error that names the place.</summary>
internal static class RowGroupFault
{
    private const string Remedy = "rewrite the file, or leave the column out";

    /// <summary>The error for any exception but a cancellation.</summary>
    public static FlowException At(PlannedFile file, int group, FileColumn column, Exception fault)
    {
        var place = $"{file.Name}, row group {group}, {column.Place}";
        return fault switch
        {
            FlowException known => known,
            OverBudgetException over => TooLarge(file, group, column, over.What, over.Allowed),
            BrokenFileException broken => new FlowException(ErrorKind.Data, place, broken.Found, broken.Expected, Remedy, broken),
            _ => new FlowException(ErrorKind.Data, place, $"values that cannot be decoded ({fault.Message})", $"values stored as {column.Storage}",
                Remedy, fault),
        };
    }

    /// <summary>The error for an item that exceeds the budget.</summary>
    /// <param name="file">The file.</param>
    /// <param name="group">The row group.</param>
    /// <param name="column">The column.</param>
    /// <param name="what">What is too large: "a page of 1GB".</param>
    /// <param name="allowed">Bytes allowed for it.</param>
    public static FlowException TooLarge(PlannedFile file, int group, FileColumn column, string what, long allowed) => new(
        ErrorKind.Data, $"{file.Name}, row group {group}, {column.Place}", what, $"at most {new MemorySize(allowed)}, the share of the memory budget",
        "give more memory (ReadOptions.LargestBatchBytes), take smaller batches (ReadOptions.BatchSize), or leave the column out");
}
