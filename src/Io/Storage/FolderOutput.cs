using Pipelines.Io.Writing;

namespace Pipelines.Io.Storage;

/// <summary>
/// A multi-part output together with its quarantine of rejected rows: parts are journaled in order and get their final names together. After an interruption
/// at any point, it resumes from the last complete part.
/// </summary>
/// <param name="main">The folder of the output.</param>
/// <param name="quarantine">The folder for rejected rows; null = none.</param>
/// <param name="isVerified">True except in the test that demonstrates the check: parts of an earlier run are compared with their checksums.</param>
internal sealed class FolderOutput(PartFolder main, PartFolder? quarantine, bool isVerified = true) : IDisposable
{
    private readonly List<string> warnings = [];
    private readonly List<PartRecord> parts = [];
    private JobIdentity? job;
    private OutputHead? head;
    private Stream? log;
    private bool isEntered, isAllThere, isPublishing, isCommitted;

    /// <summary>Warnings for the user.</summary>
    public IReadOnlyList<string> Warnings => warnings;

    /// <summary>The finished parts.</summary>
    public IReadOnlyList<PartRecord> Parts => parts;

    /// <summary>True if finished parts are kept for a later run when this one ends early.</summary>
    public bool IsResumable => job is not null;

    /// <summary>Locks the folders and finds what an earlier run left behind.</summary>
    /// <param name="job">The job that produces the output; null if it cannot be resumed.</param>
    /// <param name="resume">True: resume. False: discard unfinished parts.</param>
    /// <param name="replace">True: a finished output of the same job is discarded as well.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    public ResumePoint Enter(JobIdentity? job, bool resume, bool replace, CancellationToken cancellationToken)
    {
        this.job = job;
        main.Enter(resume || replace);
        quarantine?.Enter(resume || replace);
        var manifest = resume || replace ? OutputManifest.Read(main.Name) : null;
        if (manifest is not null) CheckSame(main.Name, job, manifest.Head.Job, "a finished output");
        if (manifest is not null && resume) return Finished(manifest, cancellationToken);
        var left = OutputJournal.Read(main.JournalPath);
        var isCommitting = left?.IsCommitting == true;
        var published = manifest?.Parts ?? (isCommitting ? left!.Parts : []);
        main.CheckNothingElse(Names(published.Select(p => p.Output), manifest is not null));
        quarantine?.CheckNothingElse(Names(Quarantined(published), isCommitting));
        if (resume && left is not null) Resume(left, cancellationToken);
        else Discard(published, resume || manifest is not null ? null : left);
        isEntered = true;
        if (isAllThere) Commit();
        return new ResumePoint(parts.Count > 0 ? parts[^1].NextBatch : 0, parts.Sum(p => p.InputRows), parts.Sum(p => p.Output.Rows),
            parts.Sum(p => p.RejectedRows), isAllThere);
    }

    /// <summary>Sets the columns that are written; called once before the first part.</summary>
    /// <exception cref="FlowException">The earlier run wrote other columns.</exception>
    public void Begin(IReadOnlyList<OutputColumn> schema)
    {
        if (head is not null && parts.Count > 0)
        {
            if (!head.Schema.SequenceEqual(schema))
                throw new FlowException(ErrorKind.Usage, main.Name, $"an unfinished output with the columns {Describe(head.Schema)}",
                    $"the columns {Describe(schema)}", "run without resuming to start over");
            return;
        }
        head = new OutputHead(job ?? new JobIdentity([]), schema);
        if (job is not null) WriteJournal();
    }

    /// <summary>Adds a finished part. Its files are already durable; when this returns, so are their names and the part's journal line.</summary>
    public void Add(PartRecord part)
    {
        parts.Add(part);
        if (job is null) return;
        main.SyncUnfinished();
        if (part.Quarantine is not null) quarantine!.SyncUnfinished();
        Log(OutputJournal.LineOf(part));
    }

    /// <summary>Renames all parts to their final names and writes the manifests.</summary>
    public void Commit()
    {
        if (job is not null && !isAllThere) Log(OutputJournal.CommitLine);
        isPublishing = true;
        main.Publish(parts.Select(p => p.Output));
        if (quarantine is not null)
        {
            quarantine.Publish(Quarantined(parts));
            quarantine.WriteManifest(QuarantineManifest());
        }
        main.WriteManifest(new OutputManifest(head!, parts));
        isCommitted = true;
        CloseLog();
        quarantine?.Clean();
        main.Clean();
    }

    /// <summary>Ends the output, finished or not. The finished parts of an unfinished output are kept if a later run can resume.</summary>
    public void Dispose()
    {
        CloseLog();
        try
        {
            if (isCommitted) return;
            if (isPublishing)
            {
                quarantine?.Withdraw(Quarantined(parts));
                main.Withdraw(parts.Select(p => p.Output));
            }
            if (isEntered && (job is null || parts.Count == 0))
            {
                quarantine?.Clean();
                main.Clean();
            }
            else if (isEntered)
            {
                DeleteStrays();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The user must see the original failure; the next run cleans up.
        }
        finally
        {
            try
            {
                quarantine?.Dispose();
            }
            finally
            {
                main.Dispose();
            }
        }
    }

    private static IEnumerable<PartFile> Quarantined(IEnumerable<PartRecord> parts) => parts.Select(p => p.Quarantine).OfType<PartFile>();

    private static HashSet<string> Names(IEnumerable<PartFile> files, bool manifest)
    {
        var names = files.Select(p => p.File).ToHashSet(StringComparer.Ordinal);
        if (manifest) names.Add(OutputManifest.FileName);
        return names;
    }

    private static string Describe(IEnumerable<OutputColumn> columns) => string.Join(", ", columns.Select(c => $"{c.Name} {c.Type}"));

    // The input rows of a quarantine are the rejected rows. Its columns are read from its first file, because this run may have rejected no row.
    private OutputManifest QuarantineManifest()
    {
        var refused = parts.Where(p => p.Quarantine is not null).Select(p => new PartRecord(p.Quarantine!, p.FirstRow, p.Quarantine!.Rows, 0, 0, null))
            .ToList();
        return new OutputManifest(head! with { Schema = refused.Count == 0 ? [] : OutputColumns.OfFile(quarantine!.PathOf(refused[0].Output)) }, refused);
    }

    private void DeleteStrays()
    {
        main.DeleteUnfinished(Names(parts.Select(p => p.Output), false));
        quarantine?.DeleteUnfinished(Names(Quarantined(parts), false));
    }

    private void WriteJournal() => DurableFile.Write(main.Files, main.JournalPath, new OutputJournal(head!, parts, isAllThere).ToBytes(), isPrivate: true);

    /// <summary>Throws if the existing output belongs to another job.</summary>
    /// <param name="place">The output.</param>
    /// <param name="job">The current job.</param>
    /// <param name="earlier">The job that wrote the existing output.</param>
    /// <param name="what">What exists, as text.</param>
    /// <exception cref="FlowException">They differ.</exception>
    public static void CheckSame(string place, JobIdentity? job, JobIdentity earlier, string what)
    {
        if ((job ?? new JobIdentity([])).DifferenceFrom(earlier) is { } difference)
            throw new FlowException(ErrorKind.Usage, place, $"{what} of another job: {difference}", "the job that wrote it",
                "repeat that job, or give another output");
    }

    // A finished output of the same job: nothing is left to do once it has been checked to be complete.
    private ResumePoint Finished(OutputManifest manifest, CancellationToken cancellationToken)
    {
        CheckWhole(main, manifest, cancellationToken);
        if (quarantine is not null && OutputManifest.Read(quarantine.Name) is { } refused) CheckWhole(quarantine, refused, cancellationToken);
        isCommitted = true;
        quarantine?.Clean();
        main.Clean();
        return new ResumePoint(0, manifest.RowsIn, manifest.RowsOut, manifest.RowsRejected, IsComplete: true);
    }

    private void CheckWhole(PartFolder folder, OutputManifest manifest, CancellationToken cancellationToken)
    {
        foreach (var part in manifest.Parts)
            if (folder.Find(part.Output, mayBeFinal: true, isVerified, cancellationToken) != PartPlace.Final)
                throw new FlowException(ErrorKind.Storage, Path.Combine(folder.Name, part.Output.File),
                    "a part of a finished output that is absent or was changed", $"the {part.Output.Bytes} bytes that its manifest states",
                    "delete the folder and run again");
    }

    private void Resume(OutputJournal left, CancellationToken cancellationToken)
    {
        CheckSame(main.Name, job, left.Head.Job, "an unfinished output");
        head = left.Head;
        parts.AddRange(left.Parts.TakeWhile(p => IsWhole(p, left.IsCommitting, cancellationToken)));
        isAllThere = left.IsCommitting && parts.Count == left.Parts.Count;
        if (isAllThere) return;
        if (left.IsCommitting)
        {
            // Some parts already have their final names, but a damaged one must be rewritten: no part may be visible before all are complete.
            main.DeleteFinal(left.Parts.Skip(parts.Count).Select(p => p.Output));
            quarantine?.DeleteFinal([Manifest, .. Quarantined(left.Parts.Skip(parts.Count))]);
            main.Withdraw(parts.Select(p => p.Output));
            quarantine?.Withdraw(Quarantined(parts));
        }
        WriteJournal();
        DeleteStrays();
    }

    private bool IsWhole(PartRecord part, bool mayBeFinal, CancellationToken cancellationToken) =>
        main.Find(part.Output, mayBeFinal, isVerified, cancellationToken) != PartPlace.Nowhere
        && (part.Quarantine is null
            || (quarantine is not null && quarantine.Find(part.Quarantine, mayBeFinal, isVerified, cancellationToken) != PartPlace.Nowhere));

    private void Discard(IEnumerable<PartRecord> published, OutputJournal? told)
    {
        if (told is { Parts.Count: > 0 })
            warnings.Add($"{main.Name}: discarded what an unfinished run had left there ({told.Parts.Count} parts of {told.RowsIn} input rows); resuming would "
                + "have continued from it");
        main.DeleteFinal([Manifest]);
        main.DeleteFinal(published.Select(p => p.Output));
        quarantine?.DeleteFinal([Manifest, .. Quarantined(published)]);
        main.Files.Delete(main.JournalPath);
        DeleteStrays();
    }

    private static PartFile Manifest => new(OutputManifest.FileName, 0, 0, "");

    private void Log(byte[] line)
    {
        log ??= main.Files.Append(main.JournalPath);
        log.Write(line);
        main.Files.Sync(log);
    }

    private void CloseLog()
    {
        log?.Dispose();
        log = null;
    }
}
