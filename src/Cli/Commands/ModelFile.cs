using Pipelines.Cli.Settings;
using Pipelines.Io;
using Pipelines.Io.Storage;

namespace Pipelines.Cli.Commands;

/// <summary>The path of a small output file, a fitted model or a picture: checked before any data are read, and written at the end.</summary>
/// <param name="path">The path as the user gave it.</param>
/// <param name="kind">What is written.</param>
/// <param name="force">True if an existing file of any kind may be replaced.</param>
/// <param name="option">The option or argument that names it.</param>
internal sealed class ModelFile(string path, FileKind kind, bool force, string option = "--output")
{
    private const string Writable = "a file that can be written";

    /// <summary>The path as the user gave it.</summary>
    public string Path => path;

    /// <summary>What is written.</summary>
    public FileKind Kind => kind;

    /// <summary>The state of the output as a fit would find it. Changes nothing.</summary>
    /// <exception cref="FlowException">The file cannot be written.</exception>
    public OutputPreview Preview()
    {
        CheckPlace();
        OutputCheck.MayReplace(path, kind, force, option);
        if (!FolderAccess.MayWrite(Folder))
            throw Wrong(ErrorKind.Usage, "a folder that cannot be written", "choose another folder, or check its permissions");
        return new OutputPreview(path, File.Exists(Target) ? "a file is there: it is replaced at the end" : "new");
    }

    /// <summary>Checks early that the file can be saved later.</summary>
    /// <exception cref="FlowException">The file cannot be written.</exception>
    public void Check()
    {
        CheckPlace();
        OutputCheck.MayReplace(path, kind, force, option);
        // Saving uses the same temporary name, so this also deletes a file left by a killed run.
        var probe = DurableFile.TemporaryOf(Target);
        try
        {
            FileLayer.Disk.Create(probe).Dispose();
            FileLayer.Disk.Delete(probe);
        }
        catch (Exception e) when (DiskError.IsOne(e))
        {
            throw DiskError.IsFull(e)
                ? NoRoom(e)
                : Wrong(ErrorKind.Usage, $"a folder that cannot be written ({DiskError.Reason(e)})", "choose another folder, or check its permissions",
                    e);
        }
    }

    /// <summary>Checks that a file can be created at the path. Changes nothing.</summary>
    /// <exception cref="FlowException">The path cannot be a file.</exception>
    public void CheckPlace()
    {
        OutputCheck.NotStandardOutput(path, Writable, kind.Example, option);
        if (Directory.Exists(path) || System.IO.Path.EndsInDirectorySeparator(path))
            throw Wrong(ErrorKind.Usage, "a folder", $"name a file, such as {kind.Example}");
        OutputCheck.NotADevice(path, Writable, kind.Example, $"{option} {path}");
        if (!Directory.Exists(Folder)) throw Wrong(ErrorKind.Usage, $"no folder '{Folder}'", "create the folder, or choose another");
    }

    /// <summary>Writes the model atomically.</summary>
    /// <exception cref="FlowException">The disk is full or fails.</exception>
    public void Save(SavedModel model) => Write(model.ToJson());

    /// <summary>Writes the file atomically.</summary>
    /// <exception cref="FlowException">The disk is full or fails.</exception>
    public void Write(ReadOnlySpan<byte> content)
    {
        // The file may have been created during the run.
        OutputCheck.MayReplace(path, kind, force, option, ErrorKind.Storage);
        try
        {
            DurableFile.Write(FileLayer.Disk, Target, content);
        }
        catch (Exception e) when (DiskError.IsOne(e))
        {
            throw NoRoom(e);
        }
    }

    private string Target => OutputTarget.Resolve(path);

    private string Folder => System.IO.Path.GetDirectoryName(Target)!;

    private FlowException NoRoom(Exception e) => Wrong(ErrorKind.Storage, $"an error when writing ({DiskError.Reason(e)})",
        "free space or choose another folder, and run again", e, $"space to write the {kind.What}");

    private FlowException Wrong(ErrorKind error, string found, string remedy, Exception? inner = null, string expected = Writable) =>
        new(error, $"{option} {path}", found, expected, remedy, inner);
}
