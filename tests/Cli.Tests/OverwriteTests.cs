using System.Diagnostics;
using System.Text;
using Pipelines.Models.Serialization.Pomegranate;

namespace Pipelines.Cli.Tests;

/// <summary>A file is replaced only by one of its own kind, known by its content; all else needs --force. Nothing is read before that is settled.</summary>
public sealed class OverwriteTests : IDisposable
{
    // Neither can be read: whoever reads them before looking at the output reports that instead.
    private const string Fit = "fit mixture ~/text.parquet --distribution normal --components 2 --output";
    private const string Score = "score ~/plain.json ~/text.parquet --output";
    private const string DryFit = "fit kmeans ~/text.parquet --components 2 --dry-run --output";
    private const string DryScore = "score ~/plain.json ~/text.parquet --dry-run --output";
    private const string Sample = "sample ~/plain.json --rows 5 --output";
    private const string Plot = "plot ~/plain.json ~/text.parquet --output";
    private const string KMeans = "fit kmeans ~/data.parquet --features x,y --components 2 --iterations 2 --output";
    private const string ScoreOk = "score ~/m.json ~/data.parquet --output";
    private const string Convert = "convert ~/plain.json";

    private static readonly string noModel = IsNot("a Pipelines model");
    private static readonly string noPomegranate = IsNot("a pomegranate model");
    private static readonly string noParquet = IsNot("a Parquet file written by Pipelines");
    private static readonly string noPng = IsNot("a PNG picture");
    private static readonly string noSvg = IsNot("an SVG picture");

    private readonly Folder folder = new();

    /// <summary>The arguments up to the output, the output, the message behind the place.</summary>
    public static TheoryData<string, string, string> Refused => new()
    {
        { Fit, "~/other.parquet", noModel },
        { Fit, "~/data.parquet", noModel },
        { Fit, "~/precious.txt", noModel },
        { Fit, "~/plain.json", noModel },
        { Fit, "~/theirs.json", noModel },
        { Fit, "~/precious", noModel }, { Fit, "~/link.json", noModel }, { DryFit, "~/precious", noModel },
        { Fit, "~/new.parquet", IsNoModelName(".parquet") },
        { Fit, "~/new.PNG", IsNoModelName(".PNG") },
        { Fit, "~/empty.parquet", IsNoModelName(".parquet") }, { DryFit, "~/empty.png", IsNoModelName(".png") },
        { Fit, "-", NoFile("standard output", "model.json (./- is a file of that name)") },
        { Fit, "/dev/stdout", NoFile("a device") },
        { Fit, "~/null.json", NoFile("a device") },
        { Fit, "~/pipe.json", NoFile("a pipe or device") },
        { Fit, "~/circle.json", NoFile("symbolic links that lead in a circle") },
        { Fit, "~/lost/m.json", "found no folder '~/lost', expected a file that can be written; create the folder, or choose another" },
        { Score, "~/other.parquet", noParquet },
        { Score, "~/text.parquet.parquet", noParquet },
        { Score, "~/link.parquet", noParquet },
        { DryScore, "~/other.parquet", noParquet },
        { Score, "~/s.csv", WouldBeFolder(".csv", "scored") },
        { Score, "~/s.json", WouldBeFolder(".json", "scored") },
        { Score, "~/precious.txt", IsFile(".txt", "scored") },
        { Score, "-", NoParquetPlace("standard output", "scored.parquet (./- is a file of that name)") },
        { Score, "/dev/stdout", NoParquetPlace("a device") },
        { Score, "~/null.parquet", NoParquetPlace("a device") },
        { Score, "~/pipe.parquet", NoParquetPlace("a pipe or device") },
        { Score, "~/circle.json", NoParquetPlace("symbolic links that lead in a circle") },
        { Sample, "~/other.parquet", noParquet },
        { Sample, "~/s.arrow", WouldBeFolder(".arrow", "sample") },
        { Sample, "~/precious.txt", IsFile(".txt", "sample") },
        { Sample, "-", NoParquetPlace("standard output", "sample.parquet (./- is a file of that name)") },
        { Sample, "/dev/null", NoParquetPlace("a device", "sample.parquet") },
        { Plot, "~/text.png", noPng }, { Plot, "~/drawn.svg.png", noPng }, { Plot, "~/drawn.png.svg", noSvg }, { Plot, "~/page.svg", noSvg },
        { Convert, "~/precious.txt", noModel }, { Convert, "~/theirs.json", noModel }, { Convert, "~/data.parquet", noModel },
        { Convert + " --to pomegranate", "~/m.json", noPomegranate },
        { Convert + " --to pomegranate", "~/precious", noPomegranate },
        { Convert + " --to pomegranate", "~/shop.json", noPomegranate },
        { Convert, "~/new.csv", IsNoModelName(".csv") },
        { Convert, "-", NoFile("standard output", "model.json (./- is a file of that name)") },
        { Convert, "/dev/stderr", NoFile("a device") },
    };

    public void Dispose() => folder.Dispose();

    private static string NoFile(string found, string example = "model.json") =>
        $"found {found}, expected a file that can be written; name a file, such as {example}";

    private static string NoParquetPlace(string found, string example = "scored.parquet") =>
        $"found {found}, expected a Parquet file or a folder; name a file, such as {example}";

    private static string IsNoModelName(string ending) =>
        $"found the extension {ending}, expected a name that ends in .json; for example model.json; --force takes this name";

    private static string IsFile(string ending, string example) =>
        $"found a file with the extension {ending}, expected a name that ends in .parquet, or a new or empty folder; for example {example}.parquet";

    private static string WouldBeFolder(string ending, string example) =>
        $"found the extension {ending}, expected a name that ends in .parquet, or a folder; for example {example}.parquet; --force makes a folder of this name";

    private static string IsNot(string kind) =>
        $"found an existing file that is not {kind}, expected a new name, or {kind} to replace; choose another name, or replace the file with --force";

    [UnixTheory]
    [MemberData(nameof(Refused))]
    public async Task Is_refused_before_anything_is_read(string arguments, string output, string message)
    {
        await MakeFilesAsync();
        var before = Content();
        var place = arguments.StartsWith(Convert, StringComparison.Ordinal) ? "OUT" : "--output";
        var result = await RunAsync($"{arguments} {output}");
        var text = result.ErrorText.Replace(folder.Root, "~", StringComparison.Ordinal);
        Assert.Equal((2, $"pipelines: error: {place} {output}: {message}"), (result.Code, text));
        Assert.True(message.Length + place.Length <= 300);
        Assert.Equal(before, Content());
    }

    [UnixFact]
    public async Task A_link_to_a_file_that_does_not_exist_needs_the_right_name_too()
    {
        File.CreateSymbolicLink(folder["b.parquet"], "nowhere.parquet");
        var result = await RunAsync($"{Fit} ~/b.parquet");
        Assert.Equal((2, $"pipelines: error: --output ~/b.parquet: {IsNoModelName(".parquet")}"),
            (result.Code, result.ErrorText.Replace(folder.Root, "~", StringComparison.Ordinal)));
        Assert.Equal(["b.parquet"], folder.Names);
        File.CreateSymbolicLink(folder["b.json"], "nowhere.json");
        await TestData.TwoBlobsAsync(folder["data.parquet"], rows: 60);
        var dry = await RunAsync("fit kmeans ~/data.parquet --features x --components 2 --dry-run --output ~/b.json");
        Assert.Contains($"{folder["b.json"]} (new)", dry.Out, StringComparison.Ordinal);
    }

    [UnixTheory]
    [InlineData(KMeans, "m.json", true)]
    [InlineData(KMeans, "precious", false)]
    [InlineData(KMeans, "empty.json", true)]
    [InlineData(KMeans, "new.csv", false)]
    [InlineData(ScoreOk, "ours.parquet", true)]
    [InlineData(ScoreOk, "other.parquet", false)]
    [InlineData(ScoreOk, "empty.parquet", true)]
    [InlineData("sample ~/m.json --rows 10 --output", "ours.parquet", true)]
    [InlineData("sample ~/m.json --rows 10 --output", "text.parquet.parquet", false)]
    [InlineData("sample ~/m.json --rows 10 --output", "new.csv", false)]
    [InlineData("plot ~/m.json --output", "drawn.png", true)]
    [InlineData("plot ~/m.json --output", "drawn.svg", true)]
    [InlineData("plot ~/m.json --output", "text.png", false)]
    [InlineData("plot ~/m.json --output", "empty.png", true)]
    [InlineData("convert ~/theirs.json", "m.json", true), InlineData("convert ~/theirs.json", "precious.txt", false)]
    [InlineData("convert ~/m.json --to pomegranate", "theirs.json", true), InlineData("convert ~/m.json --to pomegranate", "shop.json", false)]
    public async Task Its_own_kind_is_replaced_and_with_force_any(string arguments, string output, bool isOfKind)
    {
        await MakeFilesAsync();
        var before = Content();
        var plain = await RunAsync($"{arguments} {folder[output]} --quiet");
        Assert.Equal((isOfKind ? 0 : 2, plain.ErrorText), (plain.Code, isOfKind ? "" : plain.ErrorText));
        if (!isOfKind)
        {
            Assert.Equal(before, Content());
            var forced = await RunAsync($"{arguments} {folder[output]} --force --quiet");
            Assert.Equal((0, ""), (forced.Code, forced.ErrorText));
        }
        var after = Content();
        Assert.NotEqual(before, after);
        // Nothing but the output, which is a folder only where the name says so.
        var expected = before.Keys.Append(output).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(expected, after.Keys.Select(n => n.Split('/')[0]).Distinct().Order(StringComparer.Ordinal));
    }

    [UnixTheory]
    [InlineData("fit kmeans ~/data.parquet --features x,y --components 2 --output", "m.json", "new/m.json")]
    [InlineData("score ~/x.json ~/data.parquet --output", "ours.parquet", "new/s.parquet")]
    [InlineData("sample ~/x.json --rows 9 --output", "ours.parquet", "new/s.parquet")]
    [InlineData("plot ~/m.json --output", "drawn.png", "new/p.png")]
    [InlineData("convert ~/theirs.json", "m.json", "new/m.json")]
    public async Task A_link_stays_and_what_it_leads_to_is_written(string arguments, string old, string fresh)
    {
        await MakeFilesAsync();
        Directory.CreateDirectory(folder["new"]);
        Directory.CreateDirectory(folder["links"]);
        // A chain of two links, the second one relative to its own folder.
        foreach (var (name, target) in ((string, string)[])[("old", old), ("fresh", fresh)])
        {
            File.CreateSymbolicLink(folder[$"links/{name}"], $"../{target}");
            var link = folder[$"{name}{Path.GetExtension(target)}"];
            File.CreateSymbolicLink(link, folder[$"links/{name}"]);
            var before = File.Exists(folder[target]) ? Content()[target] : "";
            var result = await RunAsync($"{arguments} {link} --quiet");
            Assert.Equal((0, ""), (result.Code, result.ErrorText));
            Assert.NotEqual(before, Content()[target]);
            Assert.Equal((folder[$"links/{name}"], $"../{target}"), (new FileInfo(link).LinkTarget, new FileInfo(folder[$"links/{name}"]).LinkTarget));
        }
        Assert.DoesNotContain(folder.Names, n => n.EndsWith(".tmp", StringComparison.Ordinal) || n.EndsWith(".lock", StringComparison.Ordinal));
    }

    [UnixFact]
    public async Task Force_does_not_replace_an_input_or_a_folder_or_another_output()
    {
        await MakeFilesAsync();
        Directory.CreateDirectory(folder["full.csv"]);
        await File.WriteAllTextAsync(folder["full.csv/notes.txt"], "mine");
        Directory.CreateSymbolicLink(folder["way"], folder.Root);
        var before = Content();
        const string read = "found a file that is also read, expected a file of its own; name a new file; nothing was changed";
        foreach (var (arguments, message) in ((string, string)[])
        [
            ("fit kmeans ~/data.parquet --features x,y --components 2 --output ~/data.parquet", $"--output ~/data.parquet: {read}"),
            ("fit kmeans ~/data.parquet --features x,y --components 2 --output ~/way/data.parquet", $"--output ~/way/data.parquet: {read}"),
            ("score ~/m.json ~/data.parquet --output ~/data.parquet", $"--output ~/data.parquet: {read}"),
            ("score ~/m.json ~/data.parquet --output ~/full.csv",
                "~/full.csv: found a folder that holds 'notes.txt', expected an empty folder; empty it, or give another"),
            ("score ~/m.json ~/data.parquet --output ~/precious",
                "~/precious: found a file, expected an empty folder, or a name that does not exist yet; "
                    + "give a name that ends with .parquet, or another folder"),
            ("fit kmeans ~/data.parquet --features x --components 2 --incremental ~/state.json --output ~/state.json",
                "--output ~/state.json: found the file of --incremental, expected a file of its own; choose another name"),
        ])
        {
            var result = await RunAsync($"{arguments} --force");
            Assert.Equal((2, $"pipelines: error: {message}"), (result.Code, result.ErrorText.Replace(folder.Root, "~", StringComparison.Ordinal)));
        }
        Assert.Equal(before, Content());
    }

    [Fact]
    public async Task A_folder_that_has_the_name_of_a_file_is_taken_as_it_is()
    {
        await MakeFilesAsync();
        Directory.CreateDirectory(folder["s.csv"]);
        Assert.Equal(0, (await RunAsync("score ~/m.json ~/data.parquet --output ~/s.csv --quiet")).Code);
        Assert.Equal(["_manifest.json", "part-00000.parquet"], Directory.GetFiles(folder["s.csv"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private Task<ToolResult> RunAsync(string arguments) => Tool.RunAsync(arguments.Replace("~", folder.Root, StringComparison.Ordinal).Split(' '));

    // Every file but pipes, with its bytes; of links what they lead to.
    private SortedDictionary<string, string> Content() => new(
        folder.Names.Where(n => !n.StartsWith("pipe.", StringComparison.Ordinal) && !n.StartsWith("way", StringComparison.Ordinal))
            .Where(n => File.Exists(folder[n]) && new FileInfo(folder[n]).LinkTarget is null)
            .ToDictionary(n => n, n => System.Convert.ToHexString(File.ReadAllBytes(folder[n]))), StringComparer.Ordinal);

    private async Task MakeFilesAsync()
    {
        await TestData.TwoBlobsAsync(folder["data.parquet"], rows: 60);
        await TestData.TwoBlobsAsync(folder["ours.parquet"], rows: 3);
        // What another program wrote says so in its footer.
        var text = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(folder["data.parquet"]));
        Assert.Contains("Pipelines version ", text, StringComparison.Ordinal);
        var others = text.Replace("Pipelines version ", "Elsewhere version ", StringComparison.Ordinal);
        await File.WriteAllBytesAsync(folder["other.parquet"], Encoding.Latin1.GetBytes(others));
        foreach (var name in (string[])["text.parquet", "text.parquet.parquet", "precious.txt", "precious", "text.png"])
            await File.WriteAllTextAsync(folder[name], "delay,distance\n1,2\n");
        foreach (var name in (string[])["empty.json", "empty.parquet", "empty.png"]) await File.WriteAllBytesAsync(folder[name], []);
        await File.WriteAllTextAsync(folder["plain.json"], "{\"note\": {\"format\": \"pipelines-model\"}}");
        await File.WriteAllTextAsync(folder["shop.json"], "{\"class\": \"economy\", \"price\": 3}");
        TestData.SaveModel(folder["m.json"], "x", "y");
        TestData.SaveModel(folder["x.json"], "x");
        await File.WriteAllBytesAsync(folder["theirs.json"], PomegranateFile.Write(SavedModel.Load(folder["x.json"]), out _));
        foreach (var name in (string[])["drawn.png", "drawn.svg"]) await RunAsync($"plot ~/x.json --output ~/{name} --quiet");
        File.Copy(folder["drawn.png"], folder["drawn.png.svg"]);
        File.Copy(folder["drawn.svg"], folder["drawn.svg.png"]);
        await File.WriteAllTextAsync(folder["page.svg"], "<html><svg></svg></html>");
        if (OperatingSystem.IsWindows()) return;
        File.CreateSymbolicLink(folder["link.json"], folder["precious.txt"]);
        File.CreateSymbolicLink(folder["link.parquet"], folder["other.parquet"]);
        File.CreateSymbolicLink(folder["null.json"], "/dev/null");
        File.CreateSymbolicLink(folder["null.parquet"], "/dev/null");
        File.CreateSymbolicLink(folder["circle.json"], folder["circle2.json"]);
        File.CreateSymbolicLink(folder["circle2.json"], folder["circle.json"]);
        using var pipes = Process.Start("mkfifo", [folder["pipe.json"], folder["pipe.parquet"]]);
        await pipes.WaitForExitAsync();
    }
}
