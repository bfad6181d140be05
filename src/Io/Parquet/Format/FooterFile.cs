using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Pipelines.Io.Writing;
using static System.FormattableString;

namespace Pipelines.Io.Format;

/// <summary>Finds and checks the footer of a Parquet file before any other code reads the file.</summary>
internal static class FooterFile
{
    private const int Tail = 8;

    /// <summary>Largest footer that is read, in bytes.</summary>
    private const int MaxFooter = 256 << 20;

    /// <summary>Number of bytes at the end of the footer that are compared each time a file is reopened.</summary>
    private const int QuickTail = 1 << 16;

    /// <summary>True if the file starts like a Parquet file, regardless of its name.</summary>
    public static bool HasMagic(string path)
    {
        if (new FileInfo(path) is { Exists: true, Length: 0 }) return false;
        using var file = Open(path);
        Span<byte> head = stackalloc byte[4];
        return Read(file, head, 0, path) == 4 && (head.SequenceEqual("PAR1"u8) || head.SequenceEqual("PARE"u8));
    }

    /// <summary>True for a complete Parquet file that Pipelines wrote.</summary>
    public static bool IsOurs(string path)
    {
        try
        {
            return Load(path, path).CreatedBy.StartsWith(FooterWriter.Creator, StringComparison.Ordinal);
        }
        catch (FlowException)
        {
            return false;
        }
    }

    /// <summary>Opens a file for reading.</summary>
    public static SafeFileHandle Open(string path)
    {
        // Opening a pipe would wait for a writer, perhaps forever. Pipes and devices have length 0.
        if (new FileInfo(path) is { Exists: true, Length: 0 })
            throw NotParquet(path, "an empty file, or a pipe or device", "a Parquet file");
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            if (new FileInfo(path).LinkTarget is { } target)
                throw new FlowException(ErrorKind.Storage, path, $"a link to {target}, which is not there", "a Parquet file",
                    "restore the file, or delete the link", e);
            throw new FlowException(ErrorKind.Usage, path, "no such file", "a Parquet file", "correct the path", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FlowException(ErrorKind.Storage, path, $"a file that cannot be opened ({DiskError.Reason(e)})", "a readable file",
                "check its permissions", e);
        }
    }

    /// <summary>Reads the available bytes, at most the length of <paramref name="target"/>.</summary>
    public static int Read(SafeFileHandle file, Span<byte> target, long offset, string path)
    {
        try
        {
            var total = 0;
            while (total < target.Length)
            {
                var n = RandomAccess.Read(file, target[total..], offset + total);
                if (n == 0) break;
                total += n;
            }
            return total;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FlowException(ErrorKind.Storage, path, $"an error when reading at byte {offset} ({DiskError.Reason(e)})", $"{target.Length} bytes",
                "check the storage", e);
        }
    }

    /// <summary>Reads and checks a file's footer.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">Its name for messages.</param>
    /// <param name="decrypt">Reads the footer of a file that is encrypted or has encrypted columns; null if no key was given.</param>
    public static FileFooter Load(string path, string name, Func<FileFooter>? decrypt = null)
    {
        using var file = Open(path);
        return Load(file, name, decrypt);
    }

    private static FileFooter Load(SafeFileHandle file, string path, Func<FileFooter>? decrypt)
    {
        var length = LengthOf(file, path);
        Span<byte> head = stackalloc byte[4], tail = stackalloc byte[Tail];
        if (OtherFormat.Of(file, length, path) is { } other) throw NotParquet(path, other.Found, "a Parquet file", other.Remedy);
        if (length < 4 + Tail) throw NotParquet(path, $"a file of {length} bytes", "a Parquet file, which has at least 12 bytes");
        if (Read(file, head, 0, path) != 4 || Read(file, tail, length - Tail, path) != Tail)
            throw NotParquet(path, "a file that shrank while it was read", $"{length} bytes");
        var isEncrypted = head.SequenceEqual("PARE"u8) && tail[4..].SequenceEqual("PARE"u8);
        if (isEncrypted && decrypt is null)
            throw NotParquet(path, "an encrypted file", "a Parquet file without encryption, or a key",
                "give its keys (ParquetSourceOptions.DecryptionKeys), or decrypt it first");
        if (!isEncrypted && !head.SequenceEqual("PAR1"u8))
            throw NotParquet(path, $"the bytes {Convert.ToHexString(head)} at its beginning", "the letters PAR1");
        if (!isEncrypted && !tail[4..].SequenceEqual("PAR1"u8))
            throw NotParquet(path, $"the bytes {Convert.ToHexString(tail[4..])} at its end", "the letters PAR1",
                "the file is cut off or damaged: fetch it again");
        var footer = BinaryPrimitives.ReadInt32LittleEndian(tail);
        if (footer <= 0 || footer > length - 4 - Tail || footer > MaxFooter)
            throw NotParquet(path, $"a footer of {footer} bytes",
                length > 4 + Tail ? $"1 to {Math.Min(length - 4 - Tail, MaxFooter)} bytes" : "a file that has one");
        var bytes = new byte[footer];
        if (Read(file, bytes, length - Tail - footer, path) != footer) throw NotParquet(path, "a file that shrank while it was read", $"{length} bytes");
        try
        {
            var parsed = isEncrypted ? decrypt!() : FooterParser.Parse(bytes, length - Tail - footer);
            if (parsed.IsEncrypted && !isEncrypted && decrypt is not null) parsed = decrypt();
            return parsed with
            {
                Identity = new FileIdentity(length, File.GetLastWriteTimeUtc(file), Hash(bytes), Hash(bytes.AsSpan(Math.Max(0, footer - QuickTail)))),
            };
        }
        catch (BrokenFileException e)
        {
            throw NotParquet(path + ", footer", e.Found, e.Expected);
        }
    }

    /// <summary>Describes how an open file has changed since its footer was read; null if it has not.</summary>
    public static (string Found, string Expected)? Change(SafeFileHandle file, FileFooter footer, string path)
    {
        var was = footer.Identity;
        if (RandomAccess.GetLength(file) is var length && length != was.Bytes)
            return ($"a file of {length} bytes", $"{was.Bytes} bytes, as when it was opened");
        if (File.GetLastWriteTimeUtc(file) is var modified && modified != was.Modified)
            return (Invariant($"a file changed at {modified:O}"), Invariant($"one last changed at {was.Modified:O}, as when it was opened"));
        Span<byte> tail = stackalloc byte[Tail];
        if (Read(file, tail, length - Tail, path) != Tail) return ("a file that shrank while it was read", $"{was.Bytes} bytes");
        var bytes = new byte[(int)Math.Clamp(BinaryPrimitives.ReadInt32LittleEndian(tail), 0, Math.Min(QuickTail, length - Tail))];
        if (Read(file, bytes, length - Tail - bytes.Length, path) != bytes.Length || Hash(bytes) != was.TailHash)
            return ("a file with another footer", "the footer that it had when it was opened");
        return null;
    }

    private static long LengthOf(SafeFileHandle file, string path)
    {
        try
        {
            return RandomAccess.GetLength(file);
        }
        // Parquet is read from its end; a pipe cannot seek.
        catch (NotSupportedException e)
        {
            throw new FlowException(ErrorKind.Usage, path, "a pipe or a device", "a Parquet file, which is read from its end",
                "save the data to a file first, and name that", e);
        }
    }

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static FlowException NotParquet(string place, string found, string expected, string remedy = "rewrite the file, or leave it out") =>
        new(ErrorKind.Data, place, found, expected, remedy);
}
