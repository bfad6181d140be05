using Pipelines.Io;

namespace Pipelines.Cli.Commands;

/// <summary>Refuses an output that would replace what the run reads.</summary>
internal static class OutputCheck
{
    /// <summary>Compares the output with every file that is read, links followed.</summary>
    /// <param name="output">Path of the output.</param>
    /// <param name="inputs">Files, folders and globs of Parquet data.</param>
    /// <param name="others">Other files that are read: models.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="DataException">They are the same file.</exception>
    public static async Task NotAnInputAsync(string output, IEnumerable<string> inputs, IEnumerable<string> others, CancellationToken cancellationToken)
    {
        if (!File.Exists(output)) return;
        var target = Real(output);
        foreach (var file in (await new ParquetSource(inputs).FilesAsync(cancellationToken).ConfigureAwait(false)).Concat(others))
        {
            if (Real(file) == target)
                throw new DataException(DataErrorKind.Usage, $"--output {output}", "a file that is read too", "a file of its own", "name a new file; nothing was changed");
        }
    }

    /// <summary>Refuses a place among the devices: a rename would put a file where /dev/null is.</summary>
    /// <param name="output">Path of the output.</param>
    /// <param name="expected">What was expected.</param>
    /// <param name="example">A path that would do.</param>
    /// <exception cref="DataException">It is one.</exception>
    public static void NotADevice(string output, string expected, string example)
    {
        if (!OperatingSystem.IsWindows() && Path.GetFullPath(output).StartsWith("/dev/", StringComparison.Ordinal) && !Path.GetFullPath(output).StartsWith("/dev/shm/", StringComparison.Ordinal))
            throw new DataException(DataErrorKind.Usage, $"--output {output}", "a device", expected, $"name a file, such as {example}");
    }

    private static string Real(string path) => File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
}
