using Pipelines.Io;
using Pipelines.Io.Storage;
using Pipelines.Models.Serialization;

namespace Pipelines.Cli.Commands;

/// <summary>Where a small file goes, a fitted model or a picture: found to be writable before any data are read, and written at the end.</summary>
/// <param name="path">The path as the user gave it.</param>
/// <param name="kind">What is written.</param>
/// <param name="force">True: an existing file of any kind is replaced.</param>
/// <param name="option">What the user names it by.</param>
internal sealed class ModelFile(string path, FileKind kind, bool force, string option = "--output")
{
    private const string Writable = "a file that can be written";

    /// <summary>The path as the user gave it.</summary>
    public string Path => path;

    /// <summary>What a fit would find; nothing is changed.</summary>
    /// <exception cref="DataException">The file cannot be written.</exception>
    public OutputPreview Preview()
    {
        CheckPlace();
        OutputCheck.MayReplace(path, kind, force, option);
        if (!FolderAccess.MayWrite(Folder))
            throw Wrong(DataErrorKind.Usage, "a folder that cannot be written", "choose another folder, or check its permissions");
        return new OutputPreview(path, File.Exists(path) ? "a file is there: it is replaced at the end" : "new");
    }

    /// <summary>Fails early where saving would fail late.</summary>
    /// <exception cref="DataException">The file cannot be written.</exception>
    public void Check()
    {
        CheckPlace();
        OutputCheck.MayReplace(path, kind, force, option);
        // The name that saving uses: a leftover of a run that was killed goes with it.
        var probe = DurableFile.TemporaryOf(Target);
        try
        {
            FileLayer.Disk.Create(probe).Dispose();
            FileLayer.Disk.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Wrong(DataErrorKind.Usage, "a folder that cannot be written", "choose another folder, or check its permissions", e);
        }
    }

    /// <summary>Checks, changing nothing, that a file can be there.</summary>
    /// <exception cref="DataException">It cannot.</exception>
    public void CheckPlace()
    {
        OutputCheck.NotStandardOutput(path, Writable, kind.Example, option);
        if (Directory.Exists(path)) throw Wrong(DataErrorKind.Usage, "a folder", $"name a file, such as {kind.Example}");
        OutputCheck.NotADevice(path, Writable, kind.Example, $"{option} {path}");
        if (!Directory.Exists(Folder)) throw Wrong(DataErrorKind.Usage, $"no folder '{Folder}'", "make the folder, or choose another");
    }

    /// <summary>Writes the model, all or nothing.</summary>
    /// <exception cref="DataException">The disk is full or fails.</exception>
    public void Save(SavedModel model) => Write(model.ToJson());

    /// <summary>Writes the file, all or nothing.</summary>
    /// <exception cref="DataException">The disk is full or fails.</exception>
    public void Write(ReadOnlySpan<byte> content)
    {
        // It may have come while the run was at work.
        OutputCheck.MayReplace(path, kind, force, option, DataErrorKind.Storage);
        try
        {
            DurableFile.Write(FileLayer.Disk, Target, content);
        }
        // The last of them is how .NET reports a file that grows beyond what the file system or the user's limit allows.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException { ParamName: "value" })
        {
            throw Wrong(DataErrorKind.Storage, e.Message, "free space or choose another folder, and run again", e, $"room to write the {kind.What}");
        }
    }

    private string Target => OutputTarget.Resolve(path);

    private string Folder => System.IO.Path.GetDirectoryName(Target)!;

    private DataException Wrong(DataErrorKind error, string found, string remedy, Exception? inner = null, string expected = Writable) =>
        new(error, $"{option} {path}", found, expected, remedy, inner);
}
