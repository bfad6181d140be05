using Pipelines.Io.Format;

namespace Pipelines.Io.Reading;

/// <summary>
/// A way to decode Parquet. It is found by reflection: a new one is one class with a constructor without parameters. Which columns there are, of what type, is
/// decided before and elsewhere (<see cref="PlannedFile.Footer"/>): engines must agree on every value to the bit, or refuse.
/// </summary>
internal abstract class ParquetEngine
{
    /// <summary>All engines, available or not, in the order of the automatic choice.</summary>
    public static IReadOnlyList<ParquetEngine> All { get; } =
    [
        .. typeof(ParquetEngine).Assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false } && typeof(ParquetEngine).IsAssignableFrom(t))
            .Select(t => (ParquetEngine)Activator.CreateInstance(t)!).OrderBy(e => e.Preference).ThenBy(e => e.Name, StringComparer.Ordinal),
    ];

    /// <summary>What <c>--parquet-engine</c> takes: lower-case letters.</summary>
    public abstract string Name { get; }

    /// <summary>True if it can run here: its native library is present.</summary>
    public abstract bool IsAvailable { get; }

    /// <summary>Why it cannot run here, in words that go on after its name; null if it can.</summary>
    public virtual string? Unavailable => IsAvailable ? null : "cannot run here";

    /// <summary>Order of the automatic choice, lowest first; the built-in engine is 0.</summary>
    public abstract int Preference { get; }

    /// <summary>Order of the automatic choice for a row group, where it differs: what an engine reads the long way round is better left to another.</summary>
    public virtual int PreferenceFor(PlannedFile file, int group, FileColumn[] columns) => Preference;

    /// <summary>
    /// Why it cannot read a column of a row group, in words that go on after the column's name ("it is compressed with LZO"); null if it can. Cheap: no data
    /// are read.
    /// </summary>
    public abstract string? Obstacle(PlannedFile file, int group, FileColumn column);

    /// <summary>Memory that an open reader holds beside the slices it hands out, about: pages, dictionaries, chunks that must be decoded whole.</summary>
    public abstract long HeldBytes(PlannedFile file, int group, FileColumn[] columns);

    /// <summary>Reads and checks the footer of a file that is encrypted or has encrypted columns; null if the engine does not decrypt.</summary>
    /// <exception cref="DataException">The keys do not fit, or the file is broken.</exception>
    public virtual FileFooter? LoadEncrypted(string path, string name, DecryptionKeys keys) => null;

    /// <summary>Opens a row group. The file is the planned one: that is checked before.</summary>
    /// <param name="file">The file.</param>
    /// <param name="group">The row group, from 0.</param>
    /// <param name="columns">Columns to read, in the order of the blocks.</param>
    /// <param name="limits">What the reader may hold.</param>
    public abstract IRowGroupReader Open(PlannedFile file, int group, FileColumn[] columns, ReaderLimits limits);
}

/// <summary>Reads the chosen columns of one row group from its first row on, some rows at a time. One thread at a time.</summary>
internal interface IRowGroupReader : IDisposable
{
    /// <summary>Reads the next rows; the caller never asks for more than the row group has.</summary>
    /// <param name="rows">Number of rows, at least 1.</param>
    /// <param name="recycler">Where arrays come from; null = new ones.</param>
    /// <param name="cancellationToken">Stops between pages.</param>
    /// <returns>Shape [columns], each of <paramref name="rows"/> rows.</returns>
    /// <exception cref="DataException">See <see cref="RowGroupFault"/>.</exception>
    ColumnBlock[] Read(int rows, ArrayRecycler? recycler, CancellationToken cancellationToken);

    /// <summary>Passes over rows without handing them on.</summary>
    void Skip(long rows, CancellationToken cancellationToken);
}

/// <summary>What a reader may hold, in bytes. What is larger alone is refused with an error before it is allocated.</summary>
/// <param name="HeldBytes">Beside the slices: pages and dictionaries.</param>
/// <param name="SliceBytes">The texts of one slice; arrays of numbers are the caller's choice.</param>
/// <param name="Parallelism">Columns decoded at the same time, at least 1.</param>
internal sealed record ReaderLimits(long HeldBytes = long.MaxValue, long SliceBytes = long.MaxValue, int Parallelism = 1);

/// <summary>Turns what went wrong while a column was read into the one error that says where.</summary>
internal static class RowGroupFault
{
    private const string Remedy = "write the file anew, or leave the column out";

    /// <summary>The error for any exception but a cancellation.</summary>
    public static DataException At(PlannedFile file, int group, FileColumn column, Exception fault)
    {
        var place = $"{file.Name}, row group {group}, {column.Place}";
        return fault switch
        {
            DataException known => known,
            OverBudgetException over => TooLarge(file, group, column, over.What, over.Allowed),
            BrokenFileException broken => new DataException(DataErrorKind.Data, place, broken.Found, broken.Expected, Remedy, broken),
            _ => new DataException(DataErrorKind.Data, place, $"values that cannot be decoded ({fault.Message})", $"values stored as {column.Storage}",
                Remedy, fault),
        };
    }

    /// <summary>The error for what does not fit the budget.</summary>
    /// <param name="file">The file.</param>
    /// <param name="group">The row group.</param>
    /// <param name="column">The column.</param>
    /// <param name="what">What is too large: "a page of 1GB".</param>
    /// <param name="allowed">Bytes that it may take.</param>
    public static DataException TooLarge(PlannedFile file, int group, FileColumn column, string what, long allowed) => new(
        DataErrorKind.Data, $"{file.Name}, row group {group}, {column.Place}", what, $"at most {new MemorySize(allowed)}, the share of the memory budget",
        "give more memory (ReadOptions.LargestBatchBytes), take smaller batches (ReadOptions.BatchSize), or leave the column out");
}
