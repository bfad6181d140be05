using System.Globalization;
using System.Security.Cryptography;

namespace Pipelines.Io.Storage;

/// <summary>Location of a finished part.</summary>
internal enum PartPlace
{
    /// <summary>Missing or damaged.</summary>
    Nowhere,

    /// <summary>Among the unfinished files.</summary>
    Unfinished,

    /// <summary>Under its final name.</summary>
    Final,
}

/// <summary>
/// A folder of part files. They are written in <c>.unfinished</c>, under names that readers do not take for data, and get their final names together; then the
/// manifest is written. Only plain file names within the folder are written, never through a link.
/// </summary>
internal sealed class PartFolder(FileLayer files, string path) : IDisposable
{
    private const string UnfinishedName = ".unfinished";
    private const string LockName = "lock";
    private const string Suffix = ".tmp";
    private readonly string target = OutputTarget.Full(path);
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

    /// <summary>True if there are unfinished files.</summary>
    public static bool HasUnfinished(string folder) => Directory.Exists(Path.Combine(folder, UnfinishedName));

    /// <summary>The journal of a folder; null if it has none.</summary>
    public static string JournalOf(string folder) => Path.Combine(folder, UnfinishedName, OutputJournal.FileName);

    /// <summary>Creates the folder if needed and locks it against other runs.</summary>
    /// <param name="isResumed">True: it may already contain an output.</param>
    /// <exception cref="FlowException">It cannot be used.</exception>
    public void Enter(bool isResumed)
    {
        try
        {
            // Fails before anything is changed.
            CheckPlace(isResumed);
            if (!Directory.Exists(target))
            {
                isMade = true;
                files.CreateFolder(target);
                files.SyncFolder(Path.GetDirectoryName(target)!);
            }
            runLock = RunLock.Take(files, Unfinished(LockName), path, MakeUnfinished);
        }
        catch (Exception e) when (DiskError.IsOne(e))
        {
            Leave();
            throw OutputRefusal.Of(e, path, rest: HasUnfinished(target) ? "what an earlier run left is kept" : "nothing was left behind")!;
        }
    }

    /// <summary>Checks that the folder can be created or used, without changing anything.</summary>
    /// <param name="isResumed">True: it may already contain an output.</param>
    /// <exception cref="FlowException">It cannot be used.</exception>
    public void CheckPlace(bool isResumed)
    {
        if (File.Exists(target))
            throw Usage("a file", "an empty folder, or a name that does not exist yet", "give a name that ends with .parquet, or another folder");
        if (OutputRefusal.OfPath(target, target) is { } refusal) throw refusal;
        if (!isResumed && !HasUnfinished(target)) CheckNothingElse(new HashSet<string>());
    }

    /// <summary>Checks that no other run is writing the folder, without changing anything.</summary>
    /// <exception cref="FlowException">Another run is writing it.</exception>
    public void CheckFree() => RunLock.Look(Unfinished(LockName), path);

    /// <summary>Throws if the folder contains anything but our own unfinished files and the given names.</summary>
    public void CheckNothingElse(IReadOnlySet<string> known)
    {
        var other = Entries(target).Where(e => e != UnfinishedName && e != ManifestTemporary && !known.Contains(e)).Order(StringComparer.Ordinal)
            .FirstOrDefault();
        if (other is not null) throw Usage($"a folder that holds '{other}'", "an empty folder", "empty it, or give another");
    }

    /// <summary>Deletes an output folder: its parts, its manifest and its unfinished files. Anything else in it is kept, and the folder too.</summary>
    /// <param name="folder">The folder; a link is left alone.</param>
    /// <returns>False if it contains anything else.</returns>
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

    /// <summary>Creates a part's file.</summary>
    public Stream Create(int part) => files.Create(Temporary(FileName(part)));

    /// <summary>Makes the names of the unfinished files durable.</summary>
    public void SyncUnfinished() => files.SyncFolder(UnfinishedFolder);

    /// <summary>Finds a finished part and checks its bytes.</summary>
    /// <param name="file">The part's file.</param>
    /// <param name="mayBeFinal">True: it may already have its final name.</param>
    /// <param name="isVerified">True except in the test that demonstrates the check: its checksum is compared.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
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

    /// <summary>Renames parts to their final names, unless they have them already. Durable after <see cref="WriteManifest"/>.</summary>
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

    /// <summary>Writes the manifest, which completes the output.</summary>
    public void WriteManifest(OutputManifest manifest)
    {
        isManifestWritten = true;
        DurableFile.Write(files, Final(OutputManifest.FileName), manifest.ToJson());
    }

    /// <summary>Reverts the final names of parts: not all parts are complete, so none must be visible.</summary>
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

    /// <summary>Deletes the unfinished files except the given parts, the journal and the lock. Files of other origin are kept.</summary>
    public void DeleteUnfinished(IReadOnlySet<string> keptParts)
    {
        foreach (var name in Entries(UnfinishedFolder).Where(IsUnfinished).ToList())
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
        // Must happen before the journal, which proves that they are ours, is deleted.
        if (any) files.SyncFolder(target);
    }

    /// <summary>Deletes all unfinished files and the lock. Failures do no harm at this point.</summary>
    public void Clean()
    {
        if (runLock is null) return;
        try
        {
            DeleteUnfinished(new HashSet<string>());
            files.Delete(JournalPath);
            if (File.Exists(Path.Combine(target, ManifestTemporary))) files.Delete(Path.Combine(target, ManifestTemporary));
            Leave();
            if (Directory.Exists(target)) files.SyncFolder(target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another run may already hold the folder; the next run discards the remaining files.
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Releases the folder. Unfinished files are kept; folders created in vain are deleted.</summary>
    public void Dispose()
    {
        if (runLock is null) return;
        Leave();
    }

    private static string ManifestTemporary => Path.GetFileName(DurableFile.TemporaryOf(OutputManifest.FileName));

    private static string JournalTemporary => Path.GetFileName(DurableFile.TemporaryOf(OutputJournal.FileName));

    // The file names that this class uses: no others are deleted.
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

    private string Unfinished(string file) => Path.Combine(UnfinishedFolder, file);

    private string UnfinishedFolder => Path.Combine(target, UnfinishedName);

    // Releases the folder. An empty folder that nobody needs is not left behind.
    private void Leave()
    {
        runLock?.Dispose();
        runLock = null;
        try
        {
            if (Directory.Exists(UnfinishedFolder) && !Entries(UnfinishedFolder).Any()) files.DeleteFolder(UnfinishedFolder);
            if (isMade && Directory.Exists(target) && !Entries(target).Any()) files.DeleteFolder(target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another run already holds the folder, or an empty folder remains.
        }
    }

    private void MakeUnfinished()
    {
        if (new DirectoryInfo(UnfinishedFolder).LinkTarget is { } link)
            throw Usage($"a symbolic link to {link} in place of {UnfinishedName}", "a folder of its own", "delete the link");
        if (Directory.Exists(UnfinishedFolder)) return;
        files.CreateFolder(UnfinishedFolder);
        files.SyncFolder(target);
    }

    private static bool IsWhole(string file, PartFile part, bool isVerified, CancellationToken cancellationToken)
    {
        var info = new FileInfo(file);
        return info.Exists && info.LinkTarget is null && info.Length == part.Bytes && (!isVerified || HashOf(file, cancellationToken) == part.Sha256);
    }

    private FlowException Usage(string found, string expected, string remedy) => new(ErrorKind.Usage, target, found, expected, remedy);
}
