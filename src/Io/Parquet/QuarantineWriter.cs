using Pipelines.Io.Storage;
using Pipelines.Io.Writing;

namespace Pipelines.Io;

/// <summary>
/// Writes rejected rows when no other output is written in parts, such as during a fit: one Parquet file in a new or empty folder, with a
/// manifest, visible only when complete. After an interruption it starts over.
/// </summary>
internal sealed class QuarantineWriter : IDisposable
{
    private readonly PartFolder folder;
    private readonly FolderOutput output;
    private readonly RejectedRowsWriter writer;
    private bool isOpen, isDone;

    /// <summary>Creates a writer; nothing is written yet.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="options">The options; null = the defaults.</param>
    public QuarantineWriter(string path, ParquetSinkOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        options ??= new ParquetSinkOptions();
        folder = new PartFolder(options.Files, path);
        output = new FolderOutput(folder, null, options.VerifiesParts);
        writer = new RejectedRowsWriter(folder, options);
    }

    /// <summary>Inspects the existing folder without changing it.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="path">The folder.</param>
    /// <param name="resume">True: existing output of the same job is replaced or resumed.</param>
    /// <exception cref="FlowException">It cannot be written.</exception>
    public static OutputPreview Preview(FileLayer files, string path, bool resume)
    {
        var folder = new PartFolder(files, path);
        folder.CheckPlace(resume);
        folder.CheckFree();
        var exists = Directory.Exists(path);
        OutputInspection.CheckWritable(exists ? path : Path.GetDirectoryName(OutputTarget.Full(path))!, path);
        return new OutputPreview(path, exists ? resume ? "a folder of the same job" : "an empty folder" : "new");
    }

    /// <summary>Number of rows written so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Warnings for the user, available after <see cref="Open"/>.</summary>
    public IReadOnlyList<string> Warnings => output.Warnings;

    /// <summary>Locks the folder and checks, before any data is read, that it can be written.</summary>
    /// <param name="job">The job that rejects the rows.</param>
    /// <param name="input">The input columns; null if they are not yet known.</param>
    /// <param name="resume">True: existing output of the same job, finished or not, is replaced. False: a folder with a finished quarantine is
    /// an error.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <exception cref="FlowException">It cannot be written, another run writes it, or a column's name is taken.</exception>
    public void Open(JobIdentity job, BatchSchema? input = null, bool resume = false, CancellationToken cancellationToken = default)
    {
        if (input is not null) RejectedRowsWriter.CheckColumns(input, folder.Name);
        StorageErrors.Guard(folder.Name, "nothing was left behind", () => output.Enter(job, resume: false, replace: resume, cancellationToken));
        isOpen = true;
    }

    /// <summary>Writes the rejected rows of a batch; batches arrive in order.</summary>
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

    /// <summary>Ends the quarantine; an incomplete one is deleted.</summary>
    public void Dispose()
    {
        writer.Dispose();
        output.Dispose();
    }
}
