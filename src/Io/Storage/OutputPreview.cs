using System.Runtime.InteropServices;

namespace Pipelines.Io.Storage;

/// <summary>What a run would find where it writes. Looked at without a lock, and nothing is changed: another run may change it meanwhile.</summary>
/// <param name="Path">The file or folder.</param>
/// <param name="State">What is there, and what becomes of it, in words.</param>
/// <param name="RowsDone">Input rows that an earlier run has done, from which the run would go on.</param>
internal sealed record OutputPreview(string Path, string State, long RowsDone = 0)
{
    /// <summary>Looks at a single file.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="path">The file.</param>
    /// <param name="overwrite">True: an existing file of any kind is replaced.</param>
    /// <exception cref="DataException">It cannot be written.</exception>
    public static OutputPreview OfFile(FileLayer files, string path, bool overwrite)
    {
        new FileOutput(files, path, overwrite).CheckPlace();
        var full = OutputTarget.Resolve(path);
        CheckWritable(System.IO.Path.GetDirectoryName(full)!, path);
        return new OutputPreview(path, File.Exists(full)
            ? $"a file is there, of {new MemorySize(new FileInfo(full).Length)}: it is replaced at the end"
            : "new");
    }

    /// <summary>Looks at a folder of parts.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="path">The folder.</param>
    /// <param name="job">What the output is of; null if no run can go on from it.</param>
    /// <param name="resume">True: the run goes on from what is there.</param>
    /// <exception cref="DataException">It cannot be written, another run writes it, or what is there is of another job.</exception>
    public static OutputPreview OfFolder(FileLayer files, string path, JobIdentity? job, bool resume)
    {
        var folder = new PartFolder(files, path);
        folder.CheckPlace(resume);
        folder.CheckFree();
        var exists = Directory.Exists(path);
        CheckWritable(exists ? path : System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!, path);
        if (!exists) return new OutputPreview(path, "new");
        var manifest = resume ? OutputManifest.Read(path) : null;
        if (manifest is not null)
        {
            FolderOutput.CheckSame(path, job, manifest.Head.Job, "a finished output");
            return new OutputPreview(path, "finished by an earlier run: it is checked, and nothing is left to do", manifest.RowsIn);
        }
        var left = OutputJournal.Read(folder.JournalPath);
        var published = left?.IsCommitting == true ? left.Parts.Select(p => p.Output.File).ToHashSet(StringComparer.Ordinal) : [];
        if (published.Count > 0) published.Add(OutputManifest.FileName);
        folder.CheckNothingElse(published);
        if (left is null) return new OutputPreview(path, "an empty folder");
        var done = $"an unfinished run left {left.Parts.Count} parts of {left.RowsIn} input rows";
        if (!resume) return new OutputPreview(path, $"{done}: they are discarded (ParquetSinkOptions.Resume goes on from them)");
        FolderOutput.CheckSame(path, job, left.Head.Job, "an unfinished output");
        return new OutputPreview(path, $"{done}: they are checked, and the run goes on from them", left.RowsIn);
    }

    /// <summary>Refuses a folder that this user may not write to.</summary>
    /// <param name="folder">The folder, which exists.</param>
    /// <param name="place">What is to be written, for the message.</param>
    /// <exception cref="DataException">It cannot be written.</exception>
    public static void CheckWritable(string folder, string place)
    {
        if (!FolderAccess.MayWrite(folder))
            throw new DataException(DataErrorKind.Usage, System.IO.Path.GetFullPath(place), "a folder that cannot be written", "a writable folder",
                "check its permissions, or give another");
    }
}

/// <summary>access(2), which .NET does not offer: asks without trying.</summary>
internal static partial class FolderAccess
{
    private const int WriteAndSearch = 2 | 1;

    public static bool MayWrite(string folder) => OperatingSystem.IsWindows() || Access(folder, WriteAndSearch) == 0;

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);
}
