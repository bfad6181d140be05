using System.Text.Json;
using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Tests;

/// <summary>Scoring in parts: stopped and resumed to the same bytes, verified, and what is said of it.</summary>
public sealed class ResumeTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_run_that_was_stopped_resumes_to_the_same_bytes()
    {
        await PrepareAsync();
        Assert.Equal(0, (await ScoreAsync("ref")).Code);
        var stopped = await StoppedAsync("out");
        Assert.Equal(130, stopped.Code);
        Assert.EndsWith("pipelines: cancelled; no output was written; --resume continues after the finished files, if any\n", stopped.Error,
            StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.GetFiles(folder["out"]), f => f.EndsWith(".parquet", StringComparison.Ordinal));
        Assert.True(Directory.GetFiles(folder["out/.unfinished"], "part-*.tmp").Length > 0);

        var unfinished = await Tool.RunAsync("verify", folder["out"]);
        Assert.Equal(3, unfinished.Code);
        Assert.Matches("^pipelines: error: .*out: found an unfinished output \\([0-9]+ parts of [0-9]+ input rows are done\\), expected a finished one, with "
            + "_manifest.json; resume the run that wrote it \\(--resume\\)$", unfinished.ErrorText);

        var other = await ScoreAsync("out", "--resume", "--keep", "x");
        Assert.Equal((2, $"pipelines: error: {folder["out"]}: found an unfinished output of another job: columns kept was all and is now x, expected the job "
            + "that wrote it; repeat that job, or give another output"), (other.Code, other.ErrorText));

        var resumed = await ScoreAsync("out", "--resume", "--json");
        Assert.Equal(0, resumed.Code);
        using var json = JsonDocument.Parse(resumed.Out);
        Assert.Equal((20_000, 20_000), (json.RootElement.GetProperty("rows").GetInt32(), json.RootElement.GetProperty("rowsIn").GetInt32()));
        Assert.True(json.RootElement.GetProperty("rowsResumed").GetInt32() >= 1_000);
        AssertSame("ref", "out");
        Assert.StartsWith("all 20,000 rows were done before; the output was checked\n", (await ScoreAsync("out", "--resume")).Out, StringComparison.Ordinal);
        AssertSame("ref", "out");
    }

    [Fact]
    public async Task Without_resume_what_was_left_is_discarded_with_a_warning()
    {
        await PrepareAsync();
        Assert.Equal(130, (await StoppedAsync("out")).Code);
        var again = await ScoreAsync("out");
        Assert.Equal(0, again.Code);
        Assert.Matches("(?m)^pipelines: warning: .*out: discarded what an unfinished run had left there \\([0-9]+ parts of [0-9]+ input rows\\); resuming "
            + "would have continued from it$", again.Error);
        Assert.Equal(0, (await Tool.RunAsync("verify", folder["out"], "--quiet")).Code);
    }

    [Fact]
    public async Task Verify_names_what_is_wrong()
    {
        await PrepareAsync();
        await ScoreAsync("out");
        Assert.Matches("^.*out is intact: 20 files, 20,000 rows, .*\n$", (await Tool.RunAsync("verify", folder["out"])).Out);
        File.Delete(folder["out/part-00003.parquet"]);
        var wrong = await Tool.RunAsync("verify", folder["out"], "--json");
        Assert.Equal((3, $"pipelines: error: {folder["out/part-00003.parquet"]}: found no such file, expected a part of 1000 rows"),
            (wrong.Code, wrong.ErrorText));
        using var json = JsonDocument.Parse(wrong.Out);
        Assert.False(json.RootElement.GetProperty("ok").GetBoolean());
        Assert.Equal($"{folder["out/part-00003.parquet"]}: found no such file, expected a part of 1000 rows",
            json.RootElement.GetProperty("discrepancies")[0].GetString());
        Assert.Equal(0, (await Tool.RunAsync("verify", folder["d.parquet"])).Code);
    }

    [Fact]
    public async Task Rows_per_file_need_a_folder()
    {
        await PrepareAsync();
        var wrong = await Tool.RunAsync("score", folder["m.json"], folder["d.parquet"], "--output", "s.parquet", "--rows-per-file", "10");
        Assert.Equal(2, wrong.Code);
        Assert.StartsWith("pipelines: error: --rows-per-file and --output: found a single file, 's.parquet', expected a folder, which takes several files; for "
            + "example --output scored", wrong.ErrorText, StringComparison.Ordinal);
    }

    private async Task PrepareAsync()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"], rows: 20_000);
        TestData.SaveModel(folder["m.json"], "x", "y");
    }

    private string[] Args(string output, params string[] more) =>
        ["score", folder["m.json"], folder["d.parquet"], "--output", folder[output], "--rows-per-file", "1000", "--batch-size", "100", .. more];

    private Task<ToolResult> ScoreAsync(string output, params string[] more) => Tool.RunAsync(Args(output, more));

    // Stopped as by a signal at the first progress, with time to come to the end of the part.
    private async Task<ToolResult> StoppedAsync(string output)
    {
        using var stop = new StopRequest(TimeProvider.System);
        var (text, error) = (new StringWriter { NewLine = "\n" }, new StoppingWriter(stop) { NewLine = "\n" });
        var code = await PipelinesTool.RunAsync(Args(output, "--max-parallelism", "1", "--grace", "1000"),
            new ToolConsole(text, TextWriter.Synchronized(error), ErrorIsTerminal: false), stop);
        return new(code, text.ToString(), error.ToString());
    }

    /// <summary>Asks the run to end at the first line that is written.</summary>
    private sealed class StoppingWriter(StopRequest stop) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            stop.Ask();
            base.WriteLine(value);
        }
    }

    private void AssertSame(string expected, string found)
    {
        Assert.Equal(Directory.GetFileSystemEntries(folder[expected]).Select(Path.GetFileName).Order(StringComparer.Ordinal),
            Directory.GetFileSystemEntries(folder[found]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        foreach (var file in Directory.GetFiles(folder[expected]))
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(folder[found], Path.GetFileName(file))));
    }
}
