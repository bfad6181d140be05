using Pipelines.Cli.Reporting;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Tests;

/// <summary>Exit codes, and what of an error is shown.</summary>
public sealed class ErrorReportTests
{
    public static TheoryData<Exception, int, string> Cases => new()
    {
        { new ModelException(ErrorKind.Data, "place", "a", "b", "try c"), 3, "pipelines: error: place: found a, expected b; try c\n" },
        { new ModelException(ErrorKind.Usage, "place", "a", "b", "try c"), 2, "pipelines: error: place: found a, expected b; try c\n" },
        { new ModelException(ErrorKind.ModelFile, "place", "a", "b", "try c"), 2, "pipelines: error: place: found a, expected b; try c\n" },
        { new FlowException(ErrorKind.Data, "place", "a", "b", "try c"), 3, "pipelines: error: place: found a, expected b; try c\n" },
        { new FlowException(ErrorKind.Usage, "place", "a", "b", "try c"), 2, "pipelines: error: place: found a, expected b; try c\n" },
        { new FlowException(ErrorKind.Storage, "place", "a", "b", "try c"), 1, "pipelines: error: place: found a, expected b; try c\n" },
        { new InvalidOperationException("broken"), 1, "pipelines: error: broken (an unforeseen error; --verbose shows where it occurred)\n" },
        { new FlowException(ErrorKind.Usage, "place", "a", "b", "try c", new IOException("Too many open files : '/x'", 24)), 1,
            "pipelines: error: place: found too many open files, expected room for another; raise the limit (ulimit -n), or lower --max-parallelism\n" },
        { new AggregateException(new IOException("Too many open files in system : '/x'", 23)), 1,
            "pipelines: error: pipelines: found too many open files, expected room for another; raise the limit (ulimit -n), or lower --max-parallelism\n" },
        { new InvalidOperationException("x", new FileNotFoundException("Could not load", "System.Memory, Version=10.0.0.0, Culture=neutral")), 1,
            "pipelines: error: pipelines: found that System.Memory, a part of the tool, cannot be opened; perhaps too many files are open, expected room for "
                + "another; raise the limit (ulimit -n), or lower --max-parallelism, or install the tool again\n" },
        // Nobody asked for it, so it is a mistake of ours.
        { new OperationCanceledException("stopped"), 1, "pipelines: error: stopped (an unforeseen error; --verbose shows where it occurred)\n" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Kind_decides_the_code(Exception exception, int code, string message)
    {
        var error = new StringWriter { NewLine = "\n" };
        Assert.Equal(code,
            ErrorReport.Write(new ToolConsole(TextWriter.Null, error, false), exception, verbose: false, StopRequest.From(CancellationToken.None)));
        Assert.Equal(message, error.ToString());
    }

    [Fact]
    public void A_cancelled_run_says_so()
    {
        var error = new StringWriter { NewLine = "\n" };
        Assert.Equal(130, ErrorReport.Write(new ToolConsole(TextWriter.Null, error, false), new OperationCanceledException(), verbose: false,
            StopRequest.From(new CancellationToken(canceled: true))));
        Assert.Equal("pipelines: cancelled; no output was written\n", error.ToString());
    }

    [Fact]
    public async Task Verbose_shows_where()
    {
        var (quiet, verbose) = (await Tool.RunAsync("inspect", "nix.parquet"), await Tool.RunAsync("inspect", "nix.parquet", "--verbose"));
        Assert.DoesNotContain("   at ", quiet.Error, StringComparison.Ordinal);
        Assert.StartsWith(quiet.Error, verbose.Error, StringComparison.Ordinal);
        Assert.Contains("   at ", verbose.Error, StringComparison.Ordinal);
    }
}
