using Pipelines.Io.Storage;
using Pipelines.Io.Writing;

namespace Pipelines.Io;

/// <summary>
/// Writes the rows that blocks refuse where no other output is written in parts, such as during a fit: one Parquet file in a new or empty folder, with a
/// manifest, visible only when it is complete. A run that was interrupted begins it anew.
/// </summary>
internal sealed class QuarantineWriter : IDisposable
{
    private readonly PartFolder folder;
    private readonly FolderOutput output;
    private readonly RejectedRowsWriter writer;
    private bool isOpen, isDone;

    /// <summary>Makes a writer; nothing is written yet.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="options">How it is written; null = the defaults.</param>
    public QuarantineWriter(string path, ParquetSinkOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        options ??= new ParquetSinkOptions();
        folder = new PartFolder(options.Files, path);
        output = new FolderOutput(folder, null, options.VerifiesParts);
        writer = new RejectedRowsWriter(folder, options);
    }

    /// <summary>What a run would find; nothing is changed.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="path">The folder.</param>
    /// <param name="resume">True: what the same job left there is replaced or gone on with.</param>
    /// <exception cref="DataException">It cannot be written.</exception>
    public static OutputPreview Preview(FileLayer files, string path, bool resume)
    {
        var folder = new PartFolder(files, path);
        folder.CheckPlace(resume);
        folder.CheckFree();
        var exists = Directory.Exists(path);
        OutputPreview.CheckWritable(exists ? path : Path.GetDirectoryName(Path.GetFullPath(path))!, path);
        return new OutputPreview(path, exists ? resume ? "a folder of the same job" : "an empty folder" : "new");
    }

    /// <summary>Rows written so far.</summary>
    public long Rows { get; private set; }

    /// <summary>What the user should know, after <see cref="Open"/>.</summary>
    public IReadOnlyList<string> Warnings => output.Warnings;

    /// <summary>Locks the folder and checks, before any data is read, that it can be written.</summary>
    /// <param name="job">What refuses the rows.</param>
    /// <param name="input">The columns that are read; null where they are not known yet.</param>
    /// <param name="resume">True: what the same job left there, finished or not, is replaced. False: a folder that holds a finished quarantine is
    /// refused.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="DataException">It cannot be written, another run writes it, or a column's name is taken.</exception>
    public void Open(JobIdentity job, BatchSchema? input = null, bool resume = false, CancellationToken cancellationToken = default)
    {
        if (input is not null) RejectedRowsWriter.CheckColumns(input, folder.Name);
        StorageErrors.Guard(folder.Name, "nothing was left behind", () => output.Enter(job, resume: false, replace: resume, cancellationToken));
        isOpen = true;
    }

    /// <summary>Writes the refused rows of a batch; batches come in order.</summary>
    /// <param name="rows">The rows; null = none.</param>
    public void Write(RejectedRows? rows)
    {
        if (!isOpen || isDone) throw new InvalidOperationException("the quarantine is not open");
        if (rows is null) return;
        StorageErrors.Guard(folder.Name, "nothing was left behind", () => writer.Write(rows, 0));
        Rows += rows.Rows.Count;
    }

    /// <summary>Makes the quarantine durable and visible.</summary>
    public void Complete()
    {
        if (!isOpen || isDone) throw new InvalidOperationException("the quarantine is not open");
        StorageErrors.Guard(folder.Name, "nothing was left behind", () =>
        {
            var file = writer.EndPart(0);
            output.Begin(file is null ? [] : writer.Schema);
            if (file is not null) output.Add(new PartRecord(file, 0, Rows, 0, 0, null));
            output.Commit();
        });
        isDone = true;
    }

    /// <summary>Ends it; what was not completed leaves nothing.</summary>
    public void Dispose()
    {
        writer.Dispose();
        output.Dispose();
    }
}
