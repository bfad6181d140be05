using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Pipelines.Campaigns.Processes;

/// <summary>How a run of the tool is struck.</summary>
internal enum Strike
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>SIGKILL: nothing is cleaned up.</summary>
    Kill,

    /// <summary>SIGTERM, once.</summary>
    Terminate,

    /// <summary>SIGTERM, and another one at once.</summary>
    TerminateTwice,
}

/// <summary>When a run is struck: after so many changes in a folder, and then some work of the striker's own. No clock is asked.</summary>
/// <param name="How">What is sent.</param>
/// <param name="Changes">Changes of files and names in the watched folder before; 0 = as soon as the process is there.</param>
/// <param name="Work">Hashes of a kilobyte to compute then.</param>
internal sealed record StrikePoint(Strike How, int Changes, int Work);

/// <summary>How a run of the tool ended.</summary>
/// <param name="Code">Its exit code; 137 = killed.</param>
/// <param name="Out">What it wrote.</param>
/// <param name="Error">Its messages.</param>
/// <param name="WasStruck">True if it was struck before it ended.</param>
/// <param name="Changes">Changes that were seen in the watched folder.</param>
/// <param name="AfterStrike">Time from the strike to the end.</param>
internal sealed record ToolEnd(int Code, string Out, string Error, bool WasStruck, int Changes, TimeSpan AfterStrike)
{
    /// <summary>The error messages.</summary>
    public string ErrorText => string.Join(' ', Error.Split('\n').Where(l => l.StartsWith("pipelines:", StringComparison.Ordinal)));
}

/// <summary>The built tool as a process of its own.</summary>
internal static partial class ToolProcess
{
    // A backstop only: a run takes a second or two.
    private static readonly TimeSpan watchdog = TimeSpan.FromSeconds(180);

    /// <summary>Runs the tool.</summary>
    /// <param name="args">Its arguments.</param>
    /// <param name="watched">Folder whose changes are counted; null = none.</param>
    /// <param name="strike">When it is struck; null = never.</param>
    /// <param name="limitKilobytes">Largest file it may write; null = any. Stands for a full disk where none can be made.</param>
    public static async Task<ToolEnd> RunAsync(IEnumerable<string> args, string? watched = null, StrikePoint? strike = null, int? limitKilobytes = null)
    {
        var start = new ProcessStartInfo(limitKilobytes is null ? "dotnet" : "bash") { RedirectStandardOutput = true, RedirectStandardError = true };
        if (limitKilobytes is { } limit)
        {
            foreach (var arg in (string[])["-c", $"trap '' XFSZ; ulimit -f {limit}; exec dotnet \"$@\"", "bash"]) start.ArgumentList.Add(arg);
            // The runtime's own double mapping of code is a file too.
            start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        }
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "pipelines.dll"));
        foreach (var arg in args) start.ArgumentList.Add(arg);

        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        var (changes, struckAt) = (0, 0L);
        using var watcher = watched is null ? null : new FileSystemWatcher(watched)
        {
            IncludeSubdirectories = true,
            InternalBufferSize = 1 << 16,
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.Size | NotifyFilters.LastWrite
        };
        if (watcher is not null)
        {
            void Count(object sender, FileSystemEventArgs e)
            {
                if (++changes == strike?.Changes) Send();
            }
            watcher.Created += Count;
            watcher.Changed += Count;
            watcher.Deleted += Count;
            watcher.Renamed += Count;
            watcher.EnableRaisingEvents = true;
        }
        using var process = Process.Start(start)!;
        started.SetResult(process);
        if (strike?.Changes == 0) Send();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            await process.WaitForExitAsync().WaitAsync(watchdog);
        }
        catch (TimeoutException)
        {
            process.Kill();
            await process.WaitForExitAsync();
            return new(-1, await output, $"pipelines: still running after {watchdog.TotalSeconds} s", struckAt != 0, changes, watchdog);
        }
        var after = struckAt == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(struckAt);
        return new(process.ExitCode, await output, await error, struckAt != 0, changes, after);

        void Send()
        {
            var target = started.Task.Result;
            Span<byte> block = stackalloc byte[1024];
            for (var i = 0; i < strike!.Work; i++) SHA256.HashData(block, block[..32]);
            if (target.HasExited) return;
            struckAt = Stopwatch.GetTimestamp();
            _ = SendSignal(target.Id, strike.How == Strike.Kill ? 9 : 15);
            if (strike.How == Strike.TerminateTwice) _ = SendSignal(target.Id, 15);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
