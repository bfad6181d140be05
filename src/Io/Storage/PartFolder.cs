using System.Globalization;
using System.Security.Cryptography;

namespace Pipelines.Io.Storage;

/// <summary>Where a finished part is.</summary>
internal enum PartPlace
{
    /// <summary>Nowhere, or damaged.</summary>
    Nowhere,

    /// <summary>Among the unfinished files.</summary>
    Unfinished,

    /// <summary>Under its final name.</summary>
    Final,
}

/// <summary>
/// A folder of part files. They are written in <c>.unfinished</c>, under names that no reader takes for data, and get their final names all together; then the
/// manifest appears. Nothing but the folder's own plain names is written, and never through a link.
/// </summary>
internal sealed class PartFolder(FileLayer files, string path) : IDisposable
{
    private const string UnfinishedName = ".unfinished";
    private const string LockName = "lock";
    private const string Suffix = ".tmp";
    private readonly string target = Path.GetFullPath(path);
    private RunLock? runLock;
    private bool isMade, isManifestWritten;

    /// <summary>The file system.</summary>
    public FileLayer Files => files;

    /// <summary>The folder as the user named it.</summary>
    public string Name => path;

    /// <summary>Path of the journal.</summary>
    public string JournalPath => Unfinished(OutputJournal.FileName);

    /// <summary>The final name of a part.</summary>
    public static string FileName(int part) => string.Create(CultureInfo.InvariantCulture, $"part-{part:00000}.parquet");

    /// <summary>True if unfinished files are there.</summary>
    public static bool HasUnfinished(string folder) => Directory.Exists(Path.Combine(folder, UnfinishedName));

    /// <summary>The journal of a folder; null if it has none.</summary>
    public static string JournalOf(string folder) => Path.Combine(folder, UnfinishedName, OutputJournal.FileName);

    /// <summary>Makes the folder, if need be, and keeps other runs off it.</summary>
    /// <param name="isResumed">True: it may hold an output already.</param>
    /// <exception cref="DataException">It cannot be used.</exception>
    public void Enter(bool isResumed)
    {
        try
        {
            // Refused before anything is changed.
            CheckPlace(isResumed);
            if (!Directory.Exists(target))
            {
                isMade = true;
                files.CreateFolder(target);
                files.SyncFolder(Path.GetDirectoryName(target)!);
            }
            runLock = RunLock.Take(files, Unfinished(LockName), path, MakeUnfinished);
        }
        catch (Exception e) when (Refusal.Of(e, path) is { } refusal)
        {
            throw refusal;
        }
    }

    /// <summary>Checks, changing nothing, that the folder can be made or used.</summary>
    /// <param name="isResumed">True: it may hold an output already.</param>
    /// <exception cref="DataException">It cannot.</exception>
    public void CheckPlace(bool isResumed)
    {
        if (File.Exists(target))
            throw Usage("a file", "an empty folder, or a name that does not exist yet", "give a name that ends with .parquet, or another folder");
        var parent = Path.GetDirectoryName(target);
        if (!Directory.Exists(parent)) throw Usage($"no folder {parent}", "a folder that exists", "create it first");
        if (!isResumed && !HasUnfinished(target)) CheckNothingElse(new HashSet<string>());
    }

    /// <summary>Looks, changing nothing, whether another run writes the folder.</summary>
    /// <exception cref="DataException">One does.</exception>
    public void CheckFree() => RunLock.Look(Unfinished(LockName), path);

    /// <summary>Refuses a folder that holds anything but our own unfinished files and the given names.</summary>
    public void CheckNothingElse(IReadOnlySet<string> known)
    {
        var other = Entries(target).Where(e => e != UnfinishedName && e != ManifestTemporary && !known.Contains(e)).Order(StringComparer.Ordinal)
            .FirstOrDefault();
        if (other is not null) throw Usage($"a folder that holds '{other}'", "an empty folder", "empty it, or give another");
    }

    /// <summary>Deletes an output folder: its parts, its manifest, and what is unfinished in it. What else is there stays, and the folder with it.</summary>
    /// <param name="folder">The folder; nothing happens if it is a link.</param>
    /// <returns>False if something else is there.</returns>
    public static bool Delete(string folder)
    {
        var info = new DirectoryInfo(folder);
        if (info.LinkTarget is not null || !info.Exists) return true;
        var unfinished = Path.Combine(folder, UnfinishedName);
        foreach (var name in Entries(folder).Where(IsFinal)) File.Delete(Path.Combine(folder, name));
        foreach (var name in Entries(unfinished).Where(IsUnfinished)) File.Delete(Path.Combine(unfinished, name));
        foreach (var empty in (string[])[unfinished, folder])
            if (Directory.Exists(empty) && !Entries(empty).Any()) Directory.Delete(empty);
        return !Directory.Exists(folder);
    }

    /// <summary>Begins a part's file.</summary>
    public Stream Create(int part) => files.Create(Temporary(FileName(part)));

    /// <summary>Makes the names of the unfinished files durable.</summary>
    public void SyncUnfinished() => files.SyncFolder(Path.Combine(target, UnfinishedName));

    /// <summary>Looks a finished part up and checks its bytes.</summary>
    /// <param name="file">The part's file.</param>
    /// <param name="mayBeFinal">True: it may have got its final name already.</param>
    /// <param name="isVerified">True, but in the test that shows what the check is for: its checksum is compared.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public PartPlace Find(PartFile file, bool mayBeFinal, bool isVerified, CancellationToken cancellationToken)
    {
        if (IsWhole(Temporary(file.File), file, isVerified, cancellationToken)) return PartPlace.Unfinished;
        return mayBeFinal && IsWhole(Final(file.File), file, isVerified, cancellationToken) ? PartPlace.Final : PartPlace.Nowhere;
    }

    /// <summary>Path of a part that has its final name.</summary>
    public string PathOf(PartFile file) => Final(file.File);

    /// <summary>The SHA-256 of a file, in lower-case hexadecimal.</summary>
    public static string HashOf(string file, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var stream = new FileStream(file, new FileStreamOptions
        {
            Mode = FileMode.Open,
            Access = FileAccess.Read,
            Share = FileShare.Read | FileShare.Delete,
            BufferSize = 0,
            Options = FileOptions.SequentialScan
        });
        var buffer = new byte[1 << 17];
        while (stream.Read(buffer) is > 0 and var n)
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AppendData(buffer, 0, n);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Gives parts their final names, those that do not have them yet. Durable after <see cref="WriteManifest"/>.</summary>
    public void Publish(IEnumerable<PartFile> parts)
    {
        foreach (var part in parts)
        {
            var temporary = Temporary(part.File);
            if (!File.Exists(temporary)) continue;
            Permissions.LikeOrDefault(temporary, Final(part.File));
            files.Rename(temporary, Final(part.File));
        }
        files.SyncFolder(target);
    }

    /// <summary>Writes the manifest: from then on the output is whole.</summary>
    public void WriteManifest(OutputManifest manifest)
    {
        isManifestWritten = true;
        DurableFile.Write(files, Final(OutputManifest.FileName), manifest.ToJson());
    }

    /// <summary>Takes parts' final names back: not all of them are there, so none must be seen.</summary>
    public void Withdraw(IEnumerable<PartFile> parts)
    {
        if (isManifestWritten) files.Delete(Final(OutputManifest.FileName));
        isManifestWritten = false;
        foreach (var part in parts)
        {
            if (!File.Exists(Final(part.File))) continue;
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Final(part.File), UnixFileMode.UserRead | UnixFileMode.UserWrite);
            files.Rename(Final(part.File), Temporary(part.File));
        }
        files.SyncFolder(target);
        SyncUnfinished();
    }

    /// <summary>Deletes the unfinished files but those of some parts, the journal and the lock. What somebody else put among them stays.</summary>
    public void DeleteUnfinished(IReadOnlySet<string> keptParts)
    {
        foreach (var name in Entries(Path.Combine(target, UnfinishedName)).Where(IsUnfinished).ToList())
            if (name is not (LockName or OutputJournal.FileName) && !keptParts.Contains(name[..^Suffix.Length])) files.Delete(Unfinished(name));
    }

    /// <summary>Deletes parts under their final names.</summary>
    public void DeleteFinal(IEnumerable<PartFile> parts)
    {
        var any = false;
        foreach (var part in parts)
        {
            if (!File.Exists(Final(part.File))) continue;
            files.Delete(Final(part.File));
            any = true;
        }
        // Before the journal goes, which says that they are ours.
        if (any) files.SyncFolder(target);
    }

    /// <summary>Takes away all that is unfinished, and the lock. What fails now does no harm.</summary>
    public void Clean()
    {
        if (runLock is null) return;
        try
        {
            DeleteUnfinished(new HashSet<string>());
            files.Delete(JournalPath);
            if (File.Exists(Path.Combine(target, ManifestTemporary))) files.Delete(Path.Combine(target, ManifestTemporary));
            Leave();
            files.DeleteFolder(Path.Combine(target, UnfinishedName));
            if (isMade && !Directory.EnumerateFileSystemEntries(target).Any()) files.DeleteFolder(target);
            else files.SyncFolder(target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another run may hold the folder already; files that stay are discarded by the next one.
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Gives the folder free; what is unfinished stays, and folders that were made for nothing go.</summary>
    public void Dispose()
    {
        if (runLock is null) return;
        Leave();
        try
        {
            if (!Directory.EnumerateFileSystemEntries(Path.Combine(target, UnfinishedName)).Any()) files.DeleteFolder(Path.Combine(target, UnfinishedName));
            if (isMade && !Directory.EnumerateFileSystemEntries(target).Any()) files.DeleteFolder(target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another run holds the folder already, or an empty folder stays.
        }
    }

    private static string ManifestTemporary => Path.GetFileName(DurableFile.TemporaryOf(OutputManifest.FileName));

    private static string JournalTemporary => Path.GetFileName(DurableFile.TemporaryOf(OutputJournal.FileName));

    // The names that this class gives to files: no others are deleted.
    private static bool IsFinal(string name) => IsPart(name) || name == OutputManifest.FileName || name == ManifestTemporary;

    private static bool IsUnfinished(string name) =>
        name is LockName or OutputJournal.FileName || name == JournalTemporary
            || (name.EndsWith(Suffix, StringComparison.Ordinal) && IsPart(name[..^Suffix.Length]));

    private static bool IsPart(string name) =>
        name.Length > 13 && int.TryParse(name.AsSpan(5, name.Length - 13), NumberStyles.None, CultureInfo.InvariantCulture, out var part)
            && name == FileName(part);

    private static IEnumerable<string> Entries(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder).Select(e => Path.GetFileName(e)!) : [];

    private string Final(string file) => Path.Combine(target, file);

    private string Temporary(string file) => Unfinished(file + Suffix);

    private string Unfinished(string file) => Path.Combine(target, UnfinishedName, file);

    private void Leave()
    {
        runLock?.Dispose();
        runLock = null;
    }

    private void MakeUnfinished()
    {
        var folder = Path.Combine(target, UnfinishedName);
        if (new DirectoryInfo(folder).LinkTarget is { } link)
            throw Usage($"a symbolic link to {link} in place of {UnfinishedName}", "a folder of its own", "delete the link");
        if (Directory.Exists(folder)) return;
        files.CreateFolder(folder);
        files.SyncFolder(target);
    }

    private static bool IsWhole(string file, PartFile part, bool isVerified, CancellationToken cancellationToken)
    {
        var info = new FileInfo(file);
        return info.Exists && info.LinkTarget is null && info.Length == part.Bytes && (!isVerified || HashOf(file, cancellationToken) == part.Sha256);
    }

    private DataException Usage(string found, string expected, string remedy) => new(DataErrorKind.Usage, target, found, expected, remedy);
}
