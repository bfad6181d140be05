using System.Diagnostics;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Tests;

/// <summary>Runs the tool: inside the test's process, which is cheap, or as the real process.</summary>
public static class Tool
{
    /// <summary>Runs the tool in this process.</summary>
    public static Task<ToolResult> RunAsync(params string[] args) => RunAsync(CancellationToken.None, args);

    /// <summary>Runs the tool in this process.</summary>
    public static async Task<ToolResult> RunAsync(CancellationToken cancellationToken, params string[] args)
    {
        var (output, error) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        var code = await PipelinesTool.RunAsync(args, new ToolConsole(output, TextWriter.Synchronized(error), ErrorIsTerminal: false), cancellationToken);
        return new(code, output.ToString(), error.ToString());
    }

    /// <summary>Runs the built tool as a process of its own.</summary>
    public static Task<ToolResult> RunProcessAsync(params string[] args) => RunProcessAsync(Command(args), null);

    /// <summary>Runs a process; <paramref name="seen"/> gets each line of the error stream as it comes.</summary>
    public static async Task<ToolResult> RunProcessAsync(ProcessStartInfo start, Action<Process, string>? seen)
    {
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = new StringWriter { NewLine = "\n" };
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            error.WriteLine(line);
            seen?.Invoke(process, line);
        }
        await process.WaitForExitAsync();
        return new(process.ExitCode, await output, error.ToString());
    }

    /// <summary>The command that starts the built tool.</summary>
    public static ProcessStartInfo Command(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(ToolPath);
        foreach (var arg in args) start.ArgumentList.Add(arg);
        return start;
    }

    /// <summary>Makes a process hear signals: what a shell starts in the background, or nohup, ignores some, and so would the tool, its grandchild.</summary>
    public static void HearSignals(ProcessStartInfo start)
    {
        if (!OperatingSystem.IsLinux()) return;
        start.ArgumentList.Insert(0, start.FileName);
        start.ArgumentList.Insert(0, "--default-signal=INT,TERM,HUP");
        start.FileName = "env";
    }

    /// <summary>The built tool.</summary>
    public static string ToolPath => Path.Combine(AppContext.BaseDirectory, "pipelines.dll");
}
