using Pipelines.Cli.Terminal;

namespace Pipelines.Cli.Tests;

/// <summary>Places that cannot be written or read: what is wrong with them, and what helps.</summary>
public sealed class OutputPlaceTests : IDisposable
{
    private const string Score = "score ~/m.json ~/d.parquet --output ";
    private const string Fit = "fit kmeans ~/d.parquet --features x --components 2 --output ";

    // Nobody can make a file or a folder there.
    private const string Barred = "/sys";

    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [LinuxTheory]
    [InlineData(Score + $"~/s --incremental {Barred}/state.json", $"--incremental {Barred}/state.json")]
    [InlineData(Fit + $"~/o.json --incremental {Barred}/state.json", $"--incremental {Barred}/state.json")]
    [InlineData(Fit + $"~/o.json --checkpoint {Barred}/c", $"checkpoint folder {Barred}/c")]
    [InlineData(Score + $"{Barred}/s", $"{Barred}/s")]
    public async Task A_folder_that_cannot_be_written_is_wrong_usage(string arguments, string place)
    {
        await MakeFilesAsync();
        var result = await RunAsync(arguments);
        Assert.Equal(2, result.Code);
        Assert.Matches(
            $"^pipelines: error: {place}: found a folder that cannot be written( \\([A-Z][a-z -]+\\))?, expected a writable folder; "
                + "check its permissions, or give another$", result.ErrorText);
        Assert.Equal(["d.parquet", "m.json"], folder.Names);
    }

    [UnixTheory]
    [InlineData(Score + "~/s --incremental ~/no/state.json", "--incremental ~/no/state.json: found no folder ~/no, " + CreateIt)]
    [InlineData(Score + "~/s --incremental ~/no/state.json --dry-run", "--incremental ~/no/state.json: found no folder ~/no, " + CreateIt)]
    [InlineData(Fit + "~/o.json --incremental ~/no/state.json", "--incremental ~/no/state.json: found no folder ~/no, " + CreateIt)]
    [InlineData(Score + "~/no/s.parquet", "~/no/s.parquet: found no folder ~/no, " + CreateIt)]
    [InlineData(Score + "~/no/s", "~/no/s: found no folder ~/no, " + CreateIt)]
    [InlineData(Score + "~/no/s/", "~/no/s: found no folder ~/no, " + CreateIt)]
    [InlineData(Fit + "~/o.json --checkpoint ~/no/c/", "checkpoint folder ~/no/c/: found no folder ~/no, " + CreateIt)]
    [InlineData(Fit + "~/o.json/", "--output ~/o.json/: found a folder, expected a file that can be written; name a file, such as model.json")]
    [InlineData(Score + "~/s --incremental ~/state.json/",
        "~/state.json/: found a folder, expected the state of incremental runs, or a file that does not exist yet; give a file, such as state.json")]
    public async Task A_place_without_a_folder_is_wrong_usage(string arguments, string message)
    {
        await MakeFilesAsync();
        var result = await RunAsync(arguments);
        Assert.Equal((2, $"pipelines: error: {message}"), (result.Code, Text(result)));
        Assert.Equal(["d.parquet", "m.json"], folder.Names);
    }

    private const string CreateIt = "expected a folder that exists; create it first";

    [Theory]
    [InlineData(Score + "~/new/", "new"), InlineData(Score + "~/new.parquet/", "new.parquet")]
    [InlineData("sample ~/m.json --rows 5 --output ~/new/", "new")]
    [InlineData(Score + "~/new --incremental ~/s.json --on-bad-row quarantine ~/q/", "new")]
    [InlineData(Score + "~/new/ --incremental ~/s.json", "new")]
    public async Task A_slash_at_the_end_makes_a_folder(string arguments, string name)
    {
        await MakeFilesAsync();
        var result = await RunAsync($"{arguments} --quiet");
        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Contains(folder.Names, n => n.StartsWith(name, StringComparison.Ordinal) && n.EndsWith("part-00000.parquet", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_slash_at_the_end_makes_the_folders_of_a_quarantine_and_of_checkpoints_and_names_the_same_job()
    {
        await MakeFilesAsync();
        foreach (var arguments in (string[])
        [
            Fit + "~/o.json --checkpoint ~/c/ --on-bad-row quarantine ~/q/", Score + "~/parts/ --on-bad-row quarantine ~/refused/",
            Score + "~/parts --on-bad-row quarantine ~/refused --resume", Score + "~/daily --incremental ~/state.json",
            Score + "~/daily/ --incremental ~/state.json",
        ])
        {
            var result = await RunAsync($"{arguments} --quiet");
            Assert.Equal((0, ""), (result.Code, result.Error));
        }
        Assert.Superset(new HashSet<string> { "c", "q", "parts", "refused", "daily" }, folder.Names.ToHashSet());
    }

    [LinuxTheory]
    [InlineData(255), InlineData(250), InlineData(249)]
    public async Task Names_of_up_to_255_bytes_can_be_written(int bytes)
    {
        await MakeFilesAsync();
        // Two bytes for each letter.
        string Name(string end) => new string('ä', (bytes - end.Length) / 2) + new string('a', (bytes - end.Length) % 2) + end;
        foreach (var arguments in (string[])
        [
            $"{Score}~/{Name(".parquet")}", $"{Score}~/{Name("")}", $"{Fit}~/{Name(".json")} --checkpoint ~/{Name("c")}",
            $"{Score}~/s --incremental ~/{Name("state")}", $"plot ~/m.json --output ~/{Name(".svg")}",
        ])
        {
            var result = await RunAsync($"{arguments} --quiet");
            Assert.Equal((0, ""), (result.Code, result.ErrorText));
        }
        Assert.DoesNotContain(folder.Names, n => Path.GetFileName(n).StartsWith('.'));
    }

    [LinuxTheory]
    [InlineData(Score + "~/@.parquet", "--output ~/@.parquet", "a Parquet file or a folder; name a file, such as scored.parquet", 8)]
    [InlineData(Score + "~/@", "--output ~/@", "a Parquet file or a folder; name a file, such as scored.parquet", 0)]
    [InlineData(Fit + "~/@.json", "--output ~/@.json", "a file that can be written; name a file, such as model.json", 5)]
    [InlineData(Score + "~/s --on-bad-row quarantine ~/@", "--on-bad-row quarantine ~/@", "a folder; name a folder, such as bad-rows", 0)]
    [InlineData(Score + "~/s --incremental ~/@", "IncrementalOptions.StateFile ~/@", "a shorter name; give another", 0)]
    [InlineData(Fit + "~/o.json --checkpoint ~/@", "checkpoint folder ~/@", "a shorter name; give another", 0)]
    public async Task A_longer_name_is_refused_with_its_length(string arguments, string place, string rest, int ending)
    {
        await MakeFilesAsync();
        var name = new string('a', 300 - ending);
        var result = await RunAsync(arguments.Replace("@", name, StringComparison.Ordinal));
        var message = ErrorText.Of(place.Replace("@", name, StringComparison.Ordinal).Replace("~", folder.Root, StringComparison.Ordinal),
            "a name of 300 bytes, 45 more than names can have", rest[..rest.IndexOf(';')], rest[(rest.IndexOf(';') + 2)..]);
        Assert.Equal((2, $"pipelines: error: {OptionNames.AsTyped(message)}"), (result.Code, result.ErrorText));
        Assert.Equal(["d.parquet", "m.json"], folder.Names);
    }

    [UnixTheory]
    [InlineData(Score + "/"), InlineData("sample ~/m.json --rows 5 --output /")]
    public async Task The_root_is_a_folder_that_is_not_empty(string arguments)
    {
        await MakeFilesAsync();
        var result = await RunAsync(arguments);
        var first = Directory.EnumerateFileSystemEntries("/").Select(e => Path.GetFileName(e)).Order(StringComparer.Ordinal).First();
        Assert.Equal((2, $"pipelines: error: /: found a folder that holds '{first}', expected an empty folder; empty it, or give another"),
            (result.Code, result.ErrorText));
    }

    [LinuxFact]
    public async Task A_folder_of_temporary_files_that_does_not_exist_is_named()
    {
        await TestData.WriteAsync(folder["d.parquet"], ("x", Enumerable.Range(0, 1_500_000).Select(i => i % 1_000.0).ToArray()));
        var start = Tool.Command(
            "fit", "kmeans", folder["d.parquet"], "--features", "x", "--components", "2", "--memory", "16MiB", "--output", folder["o.json"]);
        start.Environment["TMPDIR"] = folder["no"];
        var result = await Tool.RunProcessAsync(start, null);
        Assert.Equal(
            (1, "pipelines: error: temporary files in ~/no: found no such folder, expected a writable folder for decoded features; choose another spill "
                + "folder (TMPDIR), or give more memory (--memory)"),
            (result.Code, Text(result)));
    }

    [UnixFact]
    public async Task Warnings_of_incremental_runs_name_files_as_the_user_does()
    {
        await MakeFilesAsync();
        Directory.CreateDirectory(folder["in"]);
        foreach (var name in (string[])["a", "b"]) File.Copy(folder["d.parquet"], folder[$"in/{name}.parquet"]);
        var arguments = "score m.json in --output out --incremental state.json --quiet".Split(' ');
        Assert.Equal(0, (await RunThereAsync(arguments)).Code);
        File.Delete(folder["in/b.parquet"]);
        await TestData.TwoBlobsAsync(folder["in/a.parquet"], rows: 70);
        var result = await RunThereAsync(arguments);
        Assert.Equal(
            (0, "pipelines: warning: in/a.parquet has changed since it was processed; its rows were not processed again\n"
                + "pipelines: warning: in/b.parquet was processed and no longer exists\n"),
            (result.Code, result.Error));
    }

    private Task<ToolResult> RunThereAsync(string[] arguments)
    {
        var start = Tool.Command(arguments);
        start.WorkingDirectory = folder.Root;
        return Tool.RunProcessAsync(start, null);
    }

    private async Task MakeFilesAsync()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"], rows: 60);
        TestData.SaveModel(folder["m.json"], "x");
    }

    private Task<ToolResult> RunAsync(string arguments) => Tool.RunAsync(arguments.Replace("~", folder.Root, StringComparison.Ordinal).Split(' '));

    private string Text(ToolResult result) => result.ErrorText.Replace(folder.Root, "~", StringComparison.Ordinal);
}
