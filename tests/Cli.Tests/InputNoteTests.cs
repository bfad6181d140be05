using System.Text.Json;

namespace Pipelines.Cli.Tests;

/// <summary>Inputs that are probably not what the user meant: one warning for each kind, on standard error and in the JSON object.</summary>
public sealed class InputNoteTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [UnixFact]
    public async Task A_file_of_several_names_is_read_once()
    {
        await WriteAsync("in/b.parquet", "in/other.parquet");
        File.CreateSymbolicLink(folder["in/a.parquet"], "b.parquet");
        File.CreateSymbolicLink(folder["in/latest.parquet"], folder["in/a.parquet"]);
        Directory.CreateSymbolicLink(folder["linked"], folder["in"]);
        await ExpectAsync(60, [$"{folder["in/b.parquet"]}: given more than once, read once"], folder["in"]);
        await ExpectAsync(30, [$"{folder["linked/b.parquet"]}: given more than once, read once"], folder["in/a.parquet"], folder["linked/b.parquet"]);
        await ExpectAsync(30, [], folder["in/a.parquet"]);
        var fit = await Tool.RunAsync("fit", "kmeans", folder["in"], "--features", "x", "--components", "2", "--output", folder["k.json"], "--quiet");
        Assert.Equal((0, $"pipelines: warning: {folder["in/b.parquet"]}: given more than once, read once\n"), (fit.Code, fit.Error));
    }

    [LinuxFact]
    public async Task A_hard_link_is_another_name()
    {
        await WriteAsync("in/a.parquet");
        using (var made = System.Diagnostics.Process.Start("ln", [folder["in/a.parquet"], folder["in/b.parquet"]])) await made.WaitForExitAsync();
        await ExpectAsync(30, [$"{folder["in/a.parquet"]}: given more than once, read once"], folder["in"]);
    }

    [Fact]
    public async Task A_glob_tells_which_files_it_leaves_out()
    {
        await WriteAsync("in/a.parquet", "in/_under.parquet", "in/.hidden.parquet");
        await File.WriteAllTextAsync(folder["in/_notes"], "text");
        await ExpectAsync(30, [$"{folder["in/_under.parquet"]}: left out, as the names begin with _; name such files to read them"], folder["in/*"]);
        await ExpectAsync(60, [], folder["in/*.parquet"], folder["in/_under.parquet"]);
        await ExpectAsync(30, [], folder["in/_*.parquet"]);
        await ExpectAsync(30, [], folder["in"]);
    }

    [Fact]
    public async Task Folders_that_look_like_values_of_a_column_are_named()
    {
        await WriteAsync("in/y=1/a.parquet", "in/y=2/a.parquet", "in/y=2/m=1/a.parquet", "in/y=2/m=2/a.parquet");
        await ExpectAsync(120, ["m=1, m=2, y=1 and 1 more: names of folders are not read as columns"], folder["in"]);
        await ExpectAsync(30, ["y=1: names of folders are not read as columns"], folder["in/*1/*.parquet"]);
        await ExpectAsync(30, [], folder["in/y=2/m=1"]);
        var inspection = await Tool.RunAsync("inspect", folder["in"]);
        Assert.Equal((0, "pipelines: warning: m=1, m=2, y=1 and 1 more: names of folders are not read as columns\n"), (inspection.Code, inspection.Error));

        // The folders of incremental runs are the tool's own.
        Assert.Equal(0, (await Tool.RunAsync("score", folder["m.json"], folder["in/y=1"], "--output", folder["runs"], "--incremental", folder["s.json"])).Code);
        await ExpectAsync(30, [], "--keep", "x", folder["runs"]);
    }

    [UnixFact]
    public async Task A_link_in_a_folder_to_a_file_that_is_gone_is_named()
    {
        await WriteAsync("in/a.parquet");
        File.CreateSymbolicLink(folder["in/b.parquet"], "gone.parquet");
        var result = await Tool.RunAsync("score", folder["m.json"], folder["in"], "--output", folder["out.parquet"]);
        Assert.Equal((1, $"pipelines: error: {folder["in/b.parquet"]}: found a link to gone.parquet, which is not there, expected a Parquet file; restore the "
            + "file, or delete the link"), (result.Code, result.ErrorText));
    }

    private async Task WriteAsync(params string[] names)
    {
        TestData.SaveModel(folder["m.json"], "x");
        foreach (var name in names)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
            await TestData.TwoBlobsAsync(folder[name], rows: 30);
        }
    }

    private async Task ExpectAsync(long rows, string[] warnings, params string[] inputs)
    {
        var result = await Tool.RunAsync(["score", folder["m.json"], .. inputs, "--output", folder["out.parquet"], "--quiet", "--json"]);
        Assert.Equal((0, string.Concat(warnings.Select(w => $"pipelines: warning: {w}\n"))), (result.Code, result.Error));
        using var document = JsonDocument.Parse(result.Out);
        Assert.Equal(rows, document.RootElement.GetProperty("rows").GetInt64());
        Assert.Equal(warnings, document.RootElement.GetProperty("warnings").EnumerateArray().Select(w => w.GetString()));
    }
}
