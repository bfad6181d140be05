using System.Runtime.InteropServices;

namespace Pipelines.Io.Storage;

/// <summary>Looks at a file or folder to be written, without a lock and without changing anything.</summary>
internal static class OutputInspection
{
    /// <summary>Inspects a single file.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="path">The file.</param>
    /// <param name="overwrite">True: an existing file of any kind is replaced.</param>
    /// <exception cref="FlowException">It cannot be written.</exception>
    public static OutputPreview OfFile(FileLayer files, string path, bool overwrite)
    {
        new FileOutput(files, path, overwrite).CheckPlace();
        var full = OutputTarget.Resolve(path);
        CheckWritable(Path.GetDirectoryName(full)!, path);
        return new OutputPreview(path, File.Exists(full)
            ? $"a file is there, of {new MemorySize(new FileInfo(full).Length)}: it is replaced at the end"
            : "new");
    }

    /// <summary>Inspects a folder of parts.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="path">The folder.</param>
    /// <param name="job">The job that produces the output; null if it cannot be resumed.</param>
    /// <param name="resume">True: the run resumes from what is there.</param>
    /// <exception cref="FlowException">It cannot be written, another run writes it, or it belongs to another job.</exception>
    public static OutputPreview OfFolder(FileLayer files, string path, JobIdentity? job, bool resume)
    {
        var folder = new PartFolder(files, path);
        folder.CheckPlace(resume);
        folder.CheckFree();
        var exists = Directory.Exists(path);
        CheckWritable(exists ? path : Path.GetDirectoryName(OutputTarget.Full(path))!, path);
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
        if (!resume) return new OutputPreview(path, $"{done}: they are discarded (ParquetSinkOptions.Resume continues from them)");
        FolderOutput.CheckSame(path, job, left.Head.Job, "an unfinished output");
        return new OutputPreview(path, $"{done}: they are checked, and the run resumes from them", left.RowsIn);
    }

    /// <summary>Throws if the user may not write to a folder.</summary>
    /// <param name="folder">The folder, which exists.</param>
    /// <param name="place">What is to be written, for the message.</param>
    /// <exception cref="FlowException">It cannot be written.</exception>
    public static void CheckWritable(string folder, string place)
    {
        if (!FolderAccess.MayWrite(folder))
            throw new FlowException(ErrorKind.Usage, Path.GetFullPath(place), "a folder that cannot be written", "a writable folder",
                "check its permissions, or give another");
    }
}

/// <summary>access(2), which .NET does not offer: checks write access without writing.</summary>
internal static partial class FolderAccess
{
    private const int WriteAndSearch = 2 | 1;

    public static bool MayWrite(string folder) => OperatingSystem.IsWindows() || Access(folder, WriteAndSearch) == 0;

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);
}
