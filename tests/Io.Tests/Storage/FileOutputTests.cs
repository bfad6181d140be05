using System.Text;

namespace Pipelines.Io.Tests;

/// <summary>A single Parquet file as the output: what it replaces, and what links and leftovers become of.</summary>
public sealed class FileOutputTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("text"), InlineData("foreign"), InlineData("truncated")]
    public async Task Only_Parquet_of_ours_is_replaced_unless_overwriting_is_asked_for(string what)
    {
        var path = folder["a.parquet"];
        await WriteAsync(path, 3);
        var ours = await File.ReadAllBytesAsync(path);
        var text = Encoding.Latin1.GetString(ours).Replace("Pipelines version ", "Elsewhere version ", StringComparison.Ordinal);
        var old = what switch
        {
            "text" => "delay,distance\n"u8.ToArray(),
            "foreign" => Encoding.Latin1.GetBytes(text),
            _ => ours[..^9],
        };
        await File.WriteAllBytesAsync(path, old);
        var error = await Assert.ThrowsAsync<FlowException>(() => WriteAsync(path, 5));
        Assert.Equal(ErrorKind.Usage, error.Kind);
        Assert.Equal(
            $"{path}: found an existing file that is not a Parquet file written by Pipelines, "
            + "expected a new name, or a Parquet file written by Pipelines to replace; give another name, or allow any file to be overwritten", error.Message);
        Assert.Equal(old, await File.ReadAllBytesAsync(path));
        Assert.Equal([path], folder.Entries);
        await WriteAsync(path, 3, overwrite: true);
        Assert.Equal(ours, await File.ReadAllBytesAsync(path));
        Assert.Equal([path], folder.Entries);
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public async Task Ours_and_an_empty_file_are_replaced(bool isEmpty)
    {
        var path = folder["a.parquet"];
        if (isEmpty) await File.WriteAllBytesAsync(path, []);
        else await WriteAsync(path, 3);
        await WriteAsync(path, 5);
        Assert.Equal(5, (await OutputVerification.OfAsync(path)).Rows);
        Assert.Equal([path], folder.Entries);
    }

    [Fact]
    public async Task A_file_that_came_while_the_rows_were_written_stays()
    {
        var path = folder["a.parquet"];
        await using (var sink = new ParquetSink(path))
        {
            await sink.OpenAsync(SmallJob.Batch(0).Schema, default);
            await sink.WriteAsync(SmallJob.Batch(0), default);
            await File.WriteAllTextAsync(path, "precious");
            var error = await Assert.ThrowsAsync<FlowException>(async () => await sink.CompleteAsync(default));
            Assert.Equal((ErrorKind.Storage, "an existing file that is not a Parquet file written by Pipelines"), (error.Kind, error.Found));
        }
        Assert.Equal("precious", await File.ReadAllTextAsync(path));
        Assert.Equal([path], folder.Entries);
    }

    [UnixFact]
    public async Task A_link_stays_and_runs_on_the_same_file_refuse_each_other()
    {
        Directory.CreateDirectory(folder["real"]);
        File.CreateSymbolicLink(folder["link.parquet"], "real/a.parquet");
        await using (var first = new ParquetSink(folder["link.parquet"]))
        {
            await first.OpenAsync(SmallJob.Batch(0).Schema, default);
            var error = await Assert.ThrowsAsync<FlowException>(() => WriteAsync(folder["real/a.parquet"], 3));
            Assert.StartsWith("a run that writes it now", error.Found, StringComparison.Ordinal);
        }
        await WriteAsync(folder["link.parquet"], 7);
        Assert.Equal("real/a.parquet", new FileInfo(folder["link.parquet"]).LinkTarget);
        Assert.Equal(7, (await OutputVerification.OfAsync(folder["real/a.parquet"])).Rows);
        Assert.Equal([folder["link.parquet"], folder["real"], folder["real/a.parquet"]], folder.Entries);
    }

    [UnixTheory]
    [InlineData("/dev/none.parquet", "a device"), InlineData("circle.parquet", "symbolic links that lead in a circle")]
    public async Task Devices_and_circles_are_refused(string name, string found)
    {
        File.CreateSymbolicLink(folder["circle.parquet"], "circle.parquet");
        var path = folder[name];
        var error = await Assert.ThrowsAsync<FlowException>(() => WriteAsync(path, 3, overwrite: true));
        Assert.Equal($"{path}: found {found}, expected a file that can be written; give another name", error.Message);
    }

    [Fact]
    public async Task What_a_killed_run_left_is_gone_after_the_next_even_if_that_fails()
    {
        foreach (var isFailing in new[] { false, true })
        {
            await File.WriteAllTextAsync(folder[".a.parquet.tmp"], "half");
            await File.WriteAllTextAsync(folder[".a.parquet.lock"], "{\"Host\":\"");
            if (isFailing) await OpenOnlyAsync(new ParquetSink(folder["a.parquet"]));
            else await WriteAsync(folder["a.parquet"], 3);
            Assert.Equal([folder["a.parquet"]], folder.Entries);
        }
    }

    [Fact]
    public async Task Foreign_files_among_unfinished_ones_stay()
    {
        Directory.CreateDirectory(folder["out/.unfinished"]);
        string[] mine = ["notes.txt", "part-00000.parquet", "part-1.parquet.tmp"];
        foreach (var name in (string[])[.. mine, "part-00007.parquet.tmp", ".journal.tmp"])
            await File.WriteAllTextAsync(folder[$"out/.unfinished/{name}"], "left");
        await WriteAsync(folder["out"], 3);
        Assert.Equal(mine, Names("out/.unfinished"));
        Assert.Equal([".unfinished", "_manifest.json", "part-00000.parquet"], Names("out"));
    }

    private IEnumerable<string?> Names(string name) => Directory.GetFileSystemEntries(folder[name]).Select(Path.GetFileName).Order(StringComparer.Ordinal);

    private static async Task OpenOnlyAsync(ParquetSink sink)
    {
        await using (sink) await sink.OpenAsync(SmallJob.Batch(0).Schema, default);
    }

    private static Task WriteAsync(string path, int rows, bool overwrite = false) =>
        new TestTable(rows).ToSource().CopyTo(new ParquetSink(path, new ParquetSinkOptions { Overwrite = overwrite }));
}
