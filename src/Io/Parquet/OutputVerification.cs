using Pipelines.Io.Format;
using Pipelines.Io.Reading;
using Pipelines.Io.Storage;
using Pipelines.Io.Writing;

namespace Pipelines;

/// <summary>Result of checking whether a finished output is still what its run wrote.</summary>
/// <param name="Output">The folder or file.</param>
/// <param name="Parts">Number of files checked.</param>
/// <param name="Rows">Number of rows, according to the manifest or the file's footer.</param>
/// <param name="RowsIn">Number of input rows; null for a single file, which has no manifest.</param>
/// <param name="RowsRejected">Number of rejected input rows; null for a single file.</param>
/// <param name="Bytes">Number of bytes read and checked.</param>
/// <param name="Discrepancies">All discrepancies: where, what was found, what was expected. Empty: the output is intact.</param>
public sealed record OutputVerification(string Output, int Parts, long Rows, long? RowsIn, long? RowsRejected, long Bytes, IReadOnlyList<string> Discrepancies)
{
    /// <summary>
    /// Checks a folder against its manifest: its files, their sizes and checksums, rows and columns, and that it contains no other data. For a single Parquet
    /// file, checks the footer, each page's checksum if it has one, and the number of rows. For incremental outputs, checks each run's folder.
    /// </summary>
    /// <param name="path">A folder or a Parquet file.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <exception cref="FlowException">There is nothing to check: the path does not exist, the output is unfinished, or it has no manifest.</exception>
    public static Task<OutputVerification> OfAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return Task.Run(() => Directory.Exists(path) ? OfFolder(path, cancellationToken) : OfFile(path, cancellationToken), cancellationToken);
    }

    private static OutputVerification OfFolder(string folder, CancellationToken cancellationToken)
    {
        ParquetPaths.List(folder, Directory.GetFileSystemEntries);
        if (OutputManifest.Read(folder) is not { } manifest)
            return Runs(folder) is { Length: > 0 } runs ? OfRuns(folder, runs, cancellationToken) : throw Unfinished(folder);
        var found = new List<string>();
        var known = manifest.Parts.Select(p => p.Output.File).ToHashSet(StringComparer.Ordinal);
        foreach (var stranger in Strangers(folder, known))
            found.Add($"{stranger}: found a file that the manifest does not name, expected only the {known.Count} parts that it names");
        foreach (var part in manifest.Parts) Check(folder, part.Output, manifest.Head.Schema, found, cancellationToken);
        foreach (var part in manifest.Parts)
        {
            if (part.Output.Rows + part.RejectedRows != part.InputRows)
                found.Add($"{OutputManifest.FileName}, {part.Output.File}: found {part.Output.Rows} rows and {part.RejectedRows} rejected ones, expected "
                    + $"{part.InputRows} together, the input rows");
        }
        return new OutputVerification(folder, manifest.Parts.Count, manifest.RowsOut, manifest.RowsIn, manifest.RowsRejected,
            manifest.Parts.Sum(p => p.Output.Bytes), found);
    }

    // Output of incremental runs: one folder per run, each complete in itself.
    private static OutputVerification OfRuns(string folder, string[] runs, CancellationToken cancellationToken)
    {
        var all = Array.ConvertAll(runs, run => OfFolder(run, cancellationToken));
        var strangers = Strangers(folder, [.. runs.Select(r => Path.GetFileName(r))])
            .Select(s => $"{s}: found what no incremental run wrote, expected only their folders, run=00001 …");
        return new OutputVerification(folder, all.Sum(r => r.Parts), all.Sum(r => r.Rows), all.Sum(r => r.RowsIn), all.Sum(r => r.RowsRejected),
            all.Sum(r => r.Bytes), [.. strangers, .. all.SelectMany(r => r.Discrepancies)]);
    }

    private static string[] Runs(string folder) => [.. Directory.EnumerateDirectories(folder, "run=*").Order(StringComparer.Ordinal)];

    private static void Check(string folder, PartFile part, IReadOnlyList<OutputColumn> schema, List<string> found, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, part.File);
        var info = new FileInfo(path);
        if (info.LinkTarget is { } target)
        {
            found.Add($"{path}: found a symbolic link to {target}, expected a file of its own");
            return;
        }
        if (!info.Exists)
        {
            found.Add($"{path}: found no such file, expected a part of {part.Rows} rows");
            return;
        }
        try
        {
            if (info.Length != part.Bytes) found.Add($"{path}: found {info.Length} bytes, expected {part.Bytes}");
            else if (PartFolder.HashOf(path, cancellationToken) is var hash && hash != part.Sha256)
                found.Add($"{path}: found the SHA-256 {hash}, expected {part.Sha256}");
            var footer = FooterFile.Load(path, path);
            if (footer.Rows != part.Rows) found.Add($"{path}: found {footer.Rows} rows, expected {part.Rows}");
            if (OutputColumns.Of(footer) is var columns && !columns.SequenceEqual(schema))
                found.Add($"{path}: found the columns {Describe(columns)}, expected {Describe(schema)}");
        }
        catch (FlowException e)
        {
            found.Add($"{e.Place}: found {e.Found}, expected {e.Expected}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            found.Add($"{path}: found a file that cannot be read ({DiskError.Reason(e)}), expected a readable file");
        }
    }

    // Files that a reader of the folder would take for data.
    private static IEnumerable<string> Strangers(string folder, HashSet<string> known) =>
        Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.TopDirectoryOnly)
        .Where(e => Path.GetFileName(e) is var name && !name.StartsWith('.') && !name.StartsWith('_') && !known.Contains(name)
            && (Directory.Exists(e) || name.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase)))
        .Order(StringComparer.Ordinal);

    private static FlowException Unfinished(string folder)
    {
        if (!PartFolder.HasUnfinished(folder))
            return new FlowException(ErrorKind.Data, folder, $"no {OutputManifest.FileName}", "an output folder that Pipelines finished",
                "name such a folder, or a single Parquet file");
        var done = OutputJournal.Read(PartFolder.JournalOf(folder));
        return new FlowException(ErrorKind.Data, folder,
            $"an unfinished output ({done?.Parts.Count ?? 0} parts of {done?.RowsIn ?? 0} input rows are done)",
            $"a finished one, with {OutputManifest.FileName}",
            "resume the run that wrote it (ParquetSinkOptions.Resume)");
    }

    private static OutputVerification OfFile(string path, CancellationToken cancellationToken)
    {
        var footer = FooterFile.Load(path, path);
        var found = new List<string>();
        using var file = FooterFile.Open(path);
        for (var g = 0; g < footer.RowGroups.Length; g++)
        {
            foreach (var column in footer.Columns.SelectMany(c => c.Leaves))
            {
                cancellationToken.ThrowIfCancellationRequested();
                try
                {
                    var chunk = footer.RowGroups[g].Chunks[column.Chunk];
                    if (CountValues(file, path, chunk) is var values && values != chunk.Values)
                        found.Add($"{path}, row group {g}, column '{column.Name}': found {values} values in its pages, expected {chunk.Values}");
                }
                catch (FlowException e)
                {
                    found.Add($"{e.Place}: found {e.Found}, expected {e.Expected}");
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    found.Add($"{path}, row group {g}, column '{column.Name}': found {(e as BrokenFileException)?.Found ?? e.Message}, expected "
                        + $"{(e as BrokenFileException)?.Expected ?? "pages that can be decompressed"}");
                }
            }
        }
        return new OutputVerification(path, 1, footer.Rows, null, null, footer.FileLength, found);
    }

    // Our own pages are about 1 MiB; larger ones are read incrementally.
    private const long PageBytes = 1 << 24;

    // Reads, checks and decompresses every page of a column chunk.
    private static long CountValues(Microsoft.Win32.SafeHandles.SafeFileHandle file, string path, ColumnChunkInfo chunk)
    {
        if (chunk.Values == 0) return 0;
        using var pages = new ColumnPages(file, path, chunk, PageBytes);
        var values = 0L;
        while (values < chunk.Values && pages.Next())
        {
            pages.Open();
            if (pages.Header.Kind is PageKind.Data or PageKind.DataV2) values += pages.Header.Values;
        }
        return values;
    }

    private static string Describe(IEnumerable<OutputColumn> columns) =>
        string.Join(", ", columns.Select(c => $"{c.Name} {c.Type}{(c.IsNullable ? "?" : "")}"));
}
