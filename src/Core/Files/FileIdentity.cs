using System.Globalization;
using System.Runtime.InteropServices;

namespace Pipelines;

/// <summary>Tells whether two paths are the same file, which may have several names through symbolic and hard links.</summary>
internal static partial class FileIdentity
{
    private const int WorkingFolder = -100;
    private const uint InodeOnly = 0x100;
    private const int InodeAt = 32;
    private const int DeviceAt = 136;
    private const int StatxBytes = 256;

    /// <summary>A text that all names of a file share: its device and inode on Linux, otherwise its path after following symbolic links.</summary>
    public static string Of(string path)
    {
        if (OperatingSystem.IsLinux() && OfInode(path) is { } inode) return inode;
        try
        {
            return OutputTarget.Resolve(path);
        }
        catch (IOException)
        {
            return path;
        }
    }

    // .NET does not offer it. The kernel defines the layout of statx for all architectures.
    private static string? OfInode(string path)
    {
        var found = new byte[StatxBytes];
        try
        {
            if (Statx(WorkingFolder, path, 0, InodeOnly, found) != 0) return null;
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
        return string.Create(CultureInfo.InvariantCulture, $"{BitConverter.ToUInt64(found, DeviceAt):x}:{BitConverter.ToUInt64(found, InodeAt):x}");
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, Span<byte> found);
}
