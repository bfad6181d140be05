namespace Pipelines;

/// <summary>The permissions of an output once it is no longer a private temporary file.</summary>
internal static class Permissions
{
    /// <summary>Gives a temporary file the permissions of the file it will replace, or those of a new file under the user's umask.</summary>
    public static void LikeOrDefault(string temporary, string final)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(temporary, File.Exists(final) ? File.GetUnixFileMode(final) : Default());
    }

    private static UnixFileMode Default()
    {
        var mask = 0b000_010_010;
        try
        {
            var line = File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("Umask:", StringComparison.Ordinal));
            if (line is not null) mask = Convert.ToInt32(line[6..].Trim(), 8);
        }
        catch (IOException)
        {
            // Systems without /proc: the usual umask.
        }
        return (UnixFileMode)(0b110_110_110 & ~mask);
    }
}
