using Pipelines.Io;
using Pipelines.Io.Storage;
using Pipelines.Models.Serialization;

namespace Pipelines.Cli.Commands;

/// <summary>Where a small file goes, a fitted model or a picture: found to be writable before any data are read, and written at the end.</summary>
/// <param name="path">The path as the user gave it.</param>
/// <param name="what">What is written, in a word.</param>
/// <param name="example">A name that would do.</param>
/// <param name="option">What the user names it by.</param>
internal sealed class ModelFile(string path, string what = "model", string example = "model.json", string option = "--output")
{
    /// <summary>The path as the user gave it.</summary>
    public string Path => path;

    /// <summary>What a fit would find; nothing is changed.</summary>
    /// <exception cref="DataException">The file cannot be written.</exception>
    public OutputPreview Preview()
    {
        CheckPlace();
        if (!FolderAccess.MayWrite(Folder)) throw Wrong(DataErrorKind.Usage, "a folder that cannot be written", "choose another folder, or check its permissions");
        return new OutputPreview(path, File.Exists(path) ? "a file is there: it is replaced at the end" : "new");
    }

    /// <summary>Fails early where saving would fail late.</summary>
    /// <exception cref="DataException">The file cannot be written.</exception>
    public void Check()
    {
        CheckPlace();
        // The name that saving uses: a leftover of a run that was killed goes with it.
        var probe = System.IO.Path.Combine(Folder, $".{System.IO.Path.GetFileName(path)}.tmp");
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

    private string Folder => System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;

    private void CheckPlace()
    {
        if (Directory.Exists(path)) throw Wrong(DataErrorKind.Usage, "a folder", $"name a file, such as {example}");
        if (!Directory.Exists(Folder)) throw Wrong(DataErrorKind.Usage, $"no folder '{Folder}'", "make the folder, or choose another");
        OutputCheck.NotADevice(path, "a file that can be written", example, $"{option} {path}");
    }

    /// <summary>Writes the model, all or nothing.</summary>
    /// <exception cref="DataException">The disk is full or fails.</exception>
    public void Save(SavedModel model) => Write(model.ToJson());

    /// <summary>Writes the file, all or nothing.</summary>
    /// <exception cref="DataException">The disk is full or fails.</exception>
    public void Write(ReadOnlySpan<byte> content)
    {
        try
        {
            DurableFile.Write(FileLayer.Disk, path, content);
        }
        // The last of them is how .NET reports a file that grows beyond what the file system or the user's limit allows.
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException { ParamName: "value" })
        {
            throw Wrong(DataErrorKind.Storage, e.Message, "free space or choose another folder, and run again", e, $"room to write the {what}");
        }
    }

    private DataException Wrong(DataErrorKind kind, string found, string remedy, Exception? inner = null, string expected = "a file that can be written") =>
        new(kind, $"{option} {path}", found, expected, remedy, inner);
}
