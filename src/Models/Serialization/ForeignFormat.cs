namespace Pipelines.Models.Serialization;

/// <summary>A file format of other programs that models can be read from and written to. To add one, derive from this class; it adds itself.</summary>
internal abstract class ForeignFormat
{
    private static readonly SortedDictionary<string, ForeignFormat> all = new(StringComparer.Ordinal);

    /// <summary>All formats, by name.</summary>
    public static IReadOnlyDictionary<string, ForeignFormat> All => all;

    /// <summary>Its name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>A file of it with an article, such as <c>a BIF file</c>.</summary>
    public abstract string Title { get; }

    /// <summary>What its files are, for help.</summary>
    public abstract string Description { get; }

    /// <summary>The file name extension.</summary>
    public abstract string Ending { get; }

    /// <summary>True if the file's content is of this format, whole or damaged; false if it cannot be read.</summary>
    public abstract bool IsFile(string path);

    /// <summary>Reads a file if it is of this format.</summary>
    /// <param name="bytes">The file.</param>
    /// <returns>Null if it is of another format.</returns>
    /// <exception cref="ModelException">The file is damaged.</exception>
    public abstract SavedModel? TryRead(ReadOnlyMemory<byte> bytes);

    /// <summary>Writes a model.</summary>
    /// <param name="saved">The model.</param>
    /// <param name="warnings">What the format cannot express, one sentence each.</param>
    /// <exception cref="ModelException">The format has no such model.</exception>
    public abstract byte[] Write(SavedModel saved, out IReadOnlyList<string> warnings);

    /// <summary>Adds a format. Called by each when the library is loaded.</summary>
    private protected static void Add(ForeignFormat one) => all.Add(one.Name, one);
}
