using Pipelines.Io.Storage;

namespace Pipelines.Io.Writing;

/// <summary>The destination of a sink's parts and rejected rows.</summary>
internal abstract class SinkOutput : IDisposable
{
    /// <summary>Warnings for the user.</summary>
    public abstract IReadOnlyList<string> Warnings { get; }

    /// <summary>True if parts are hashed while they are written.</summary>
    public abstract bool IsHashed { get; }

    /// <summary>True if at least one part is finished.</summary>
    public abstract bool HasParts { get; }

    /// <summary>What happens to the data written so far if the run fails, as text.</summary>
    public virtual string Leftovers => "nothing was left behind";

    /// <summary>Locks the output and finds what an earlier run left behind.</summary>
    public abstract ResumePoint Enter(JobIdentity? job, bool resume, CancellationToken cancellationToken);

    /// <summary>Sets the columns that are written, before the first part.</summary>
    public abstract void Begin(IReadOnlyList<OutputColumn> schema);

    /// <summary>Creates a part's file.</summary>
    public abstract Stream Create();

    /// <summary>Records rejected rows of the current part.</summary>
    public abstract void Reject(RejectedRows rows);

    /// <summary>Ends the current part.</summary>
    public abstract void EndPart(PartWriter writer, long firstRow, long inputRows, long rejectedRows, long nextBatch);

    /// <summary>Makes everything visible.</summary>
    public abstract void Commit();

    /// <summary>Ends the output, finished or not.</summary>
    public abstract void Dispose();
}

/// <summary>A folder of parts, with an optional quarantine.</summary>
internal sealed class FolderSinkOutput : SinkOutput
{
    private readonly PartFolder folder;
    private readonly FolderOutput output;
    private readonly RejectedRowsWriter? refused;

    public FolderSinkOutput(string path, ParquetSinkOptions options)
    {
        folder = new PartFolder(options.Files, path);
        var quarantine = options.QuarantineFolder is { } place ? new PartFolder(options.Files, place) : null;
        if (quarantine is not null && OutputTarget.Full(quarantine.Name) == OutputTarget.Full(path))
            throw new FlowException(ErrorKind.Usage, path, "the output itself as the quarantine", "a folder of its own", "give another folder");
        output = new FolderOutput(folder, quarantine, options.VerifiesParts);
        if (quarantine is not null) refused = new RejectedRowsWriter(quarantine, options);
    }

    public override IReadOnlyList<string> Warnings => output.Warnings;

    public override bool IsHashed => true;

    public override bool HasParts => output.Parts.Count > 0;

    public override string Leftovers => output.IsResumable && output.Parts.Count > 0
        ? "finished parts were kept: resuming (ParquetSinkOptions.Resume) continues from them"
        : base.Leftovers;

    public override ResumePoint Enter(JobIdentity? job, bool resume, CancellationToken cancellationToken) =>
        output.Enter(job, resume, replace: false, cancellationToken);

    public override void Begin(IReadOnlyList<OutputColumn> schema) => output.Begin(schema);

    public override Stream Create() => folder.Create(output.Parts.Count);

    public override void Reject(RejectedRows rows) => refused?.Write(rows, output.Parts.Count);

    public override void EndPart(PartWriter writer, long firstRow, long inputRows, long rejectedRows, long nextBatch)
    {
        var part = output.Parts.Count;
        var file = writer.End(folder.Files, PartFolder.FileName(part));
        output.Add(new PartRecord(file, firstRow, inputRows, rejectedRows, nextBatch, refused?.EndPart(part)));
    }

    public override void Commit() => output.Commit();

    public override void Dispose()
    {
        refused?.Dispose();
        output.Dispose();
    }
}

/// <summary>A single file, with an optional single-file quarantine.</summary>
internal sealed class FileSinkOutput(string path, ParquetSinkOptions options) : SinkOutput
{
    private readonly FileOutput output = new(options.Files, path, options.Overwrite);
    private readonly QuarantineWriter? quarantine = options.QuarantineFolder is { } folder ? new QuarantineWriter(folder, options) : null;

    public override IReadOnlyList<string> Warnings => quarantine?.Warnings ?? [];

    public override bool IsHashed => false;

    public override bool HasParts => false;

    public override ResumePoint Enter(JobIdentity? job, bool resume, CancellationToken cancellationToken)
    {
        output.Enter();
        quarantine?.Open(job ?? new JobIdentity([]), resume: resume, cancellationToken: cancellationToken);
        return new ResumePoint(0, 0, 0, 0, IsComplete: false);
    }

    public override void Begin(IReadOnlyList<OutputColumn> schema)
    {
        // A single file has no manifest.
    }

    public override Stream Create() => output.Create();

    public override void Reject(RejectedRows rows) => quarantine?.Write(rows);

    public override void EndPart(PartWriter writer, long firstRow, long inputRows, long rejectedRows, long nextBatch) => writer.End(options.Files, path);

    // The rejected rows first: no output may be visible before all of its rows are accounted for.
    public override void Commit()
    {
        quarantine?.Complete();
        output.Commit();
    }

    public override void Dispose()
    {
        try
        {
            quarantine?.Dispose();
        }
        finally
        {
            output.Dispose();
        }
    }
}
