namespace Pipelines.Cli.Tests;

/// <summary>Each bad input gives one clear error with the right exit code, and leaves no output.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly Folder folder = new();

    /// <summary>Input that is wrong; the arguments after the verb; exit code; the whole message. <c>~</c> stands for the test's folder.</summary>
    public static TheoryData<string, string, int, string> Cases => new()
    {
        { "missing file", "fit mixture ~/nix.parquet --distribution normal --components 2 --output ~/out.json", 2, "" },
        { "glob without a match", "fit mixture ~/*.nix --distribution normal --components 2 --output ~/out.json", 2, "" },
        { "empty folder", "fit mixture ~/empty --distribution normal --components 2 --output ~/out.json", 2, "" },
        { "not Parquet", "fit mixture ~/text.parquet --distribution normal --components 2 --output ~/out.json", 3, "" },
        { "truncated Parquet", "fit mixture ~/truncated.parquet --distribution normal --components 2 --output ~/out.json", 3, "" },
        { "damaged page header", "fit mixture ~/damaged.parquet --distribution normal --components 2 --output ~/out.json", 3, "" },
        { "no row", "fit mixture ~/none.parquet --distribution normal --components 2 --output ~/out.json", 3, "" },
        { "feature absent", "fit mixture ~/blobs.parquet --features x,z --distribution normal --components 2 --output ~/out.json", 3, "" },
        { "feature not numeric", "fit mixture ~/blobs.parquet --features x,name --distribution normal --components 2 --output ~/out.json", 3, "" },
        { "no numeric column", "fit mixture ~/words.parquet --distribution normal --components 2 --output ~/out.json", 3, "" },
        { "weights absent", "fit mixture ~/blobs.parquet --features x --weights z --distribution normal --components 2 --output ~/out.json", 3, "" },
        { "weight negative", "fit kmeans ~/negative.parquet --features x --weights w --components 2 --output ~/out.json", 3, "" },
        { "all values missing", "fit mixture ~/missing.parquet --features x,gone --distribution normal --components 2 --output ~/out.json", 3, "" },
        { "K larger than distinct rows", "fit mixture ~/few.parquet --distribution normal --components 4 --output ~/out.json", 3, "" },
        { "K larger than distinct rows, k-means", "fit kmeans ~/few.parquet --components 4 --output ~/out.json", 3, "" },
        { "infinite value", "fit mixture ~/infinite.parquet --features x --distribution normal --components 2 --output ~/out.json", 3, "" },
        { "constant column", "fit mixture ~/constant.parquet --features x,c --distribution normal --components 2 --output ~/out.json", 3, "" },
        { "collinear columns", "fit mixture ~/collinear.parquet --features x,twice --distribution multivariate-gaussian --components 2 --output ~/out.json", 3, "" },
        { "initial model of other dimensions", "fit mixture ~/blobs.parquet --features x,y --initial ~/one.json --output ~/out.json", 2, "" },
        { "initial model of another kind", "fit kmeans ~/blobs.parquet --features x,y --initial ~/model.json --output ~/out.json", 2, "" },
        { "initial model truncated", "fit mixture ~/blobs.parquet --initial ~/truncated.json --output ~/out.json", 2, "" },
        { "output in no folder", "fit mixture ~/blobs.parquet --distribution normal --components 2 --output ~/nix/out.json", 2, "" },
        { "output is a folder", "fit mixture ~/blobs.parquet --distribution normal --components 2 --output ~/empty", 2, "" },
        { "output is a device", "fit mixture ~/blobs.parquet --distribution normal --components 2 --output /dev/null", 2, "" },
        { "output not writable", "fit mixture ~/blobs.parquet --distribution normal --components 2 --output /proc/out.json", 1, "" },
        { "model missing", "score ~/nix.json ~/blobs.parquet --output ~/out.parquet", 2, "" },
        { "model truncated", "score ~/truncated.json ~/blobs.parquet --output ~/out.parquet", 2, "" },
        { "model of another version", "score ~/version.json ~/blobs.parquet --output ~/out.parquet", 2, "" },
        { "model of another format", "score ~/other.json ~/blobs.parquet --output ~/out.parquet", 2, "" },
        { "Parquet as model", "score ~/blobs.parquet ~/blobs.parquet --output ~/out.parquet", 2, "" },
        { "model's features not in the data", "score ~/features.json ~/blobs.parquet --output ~/out.parquet", 3, "" },
        { "model's feature not numeric in the data", "score ~/name.json ~/blobs.parquet --output ~/out.parquet", 3, "" },
        { "score the model does not have", "score ~/model.json ~/blobs.parquet --columns distance --output ~/out.parquet", 2, "" },
        { "kept column absent", "score ~/model.json ~/blobs.parquet --keep z --output ~/out.parquet", 2, "" },
        { "score column taken", "score ~/model.json ~/taken.parquet --output ~/out.parquet", 2, "" },
        { "score an infinite value", "score ~/x.json ~/infinite.parquet --output ~/out.parquet", 3, "" },
        { "score no row", "score ~/x.json ~/none.parquet --output ~/out.parquet", 3, "" },
        { "output folder not empty", "score ~/model.json ~/blobs.parquet --output ~/full", 2, "" },
        { "output folder not writable", "score ~/model.json ~/blobs.parquet --output /proc/out", 1, "" },
        { "files of different columns", "score ~/x.json ~/blobs.parquet ~/few.parquet --output ~/out.parquet", 3, "" },
        { "inspect a missing file", "inspect ~/nix", 2, "" },
        { "inspect a text", "inspect ~/text.parquet", 3, "" },
        { "inspect a truncated model", "inspect ~/truncated.json", 2, "" },
    };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Is_refused(string what, string arguments, int code, string message)
    {
        await MakeFilesAsync();
        var before = folder.Names.ToArray();
        var result = await Tool.RunAsync(arguments.Replace("~", folder.Root, StringComparison.Ordinal).Split(' '));

        var text = result.ErrorText.Replace(folder.Root, "~", StringComparison.Ordinal);
        Assert.True(message == text && code == result.Code, $"{what}: [{result.Code}]\n@@{arguments}|{text}\nexpected [{code}]\n{message}");
        Assert.Equal("", result.Out);
        Assert.Equal(before, folder.Names);
    }

    private async Task MakeFilesAsync()
    {
        double[] few = [1, 2, 3, 1, 2, 3, 1, 2, 3];
        Directory.CreateDirectory(folder["empty"]);
        Directory.CreateDirectory(folder["full"]);
        await File.WriteAllTextAsync(folder["full/notes.txt"], "mine");
        await File.WriteAllTextAsync(folder["text.parquet"], "delay,distance\n1,2\n");
        await TestData.TwoBlobsAsync(folder["blobs.parquet"]);
        var blobs = await File.ReadAllBytesAsync(folder["blobs.parquet"]);
        await File.WriteAllBytesAsync(folder["truncated.parquet"], blobs[..(blobs.Length / 2)]);
        var damaged = blobs.ToArray();
        damaged[5] ^= 0xFF;
        await File.WriteAllBytesAsync(folder["damaged.parquet"], damaged);
        await TestData.WriteAsync(folder["none.parquet"], ("x", Array.Empty<double>()));
        await TestData.WriteAsync(folder["words.parquet"], ("a", new[] { "p", "q" }), ("b", new[] { "r", "s" }));
        await TestData.WriteAsync(folder["negative.parquet"], ("x", few), ("w", new double[] { 1, 1, 1, 1, -1, 1, 1, 1, 1 }));
        await TestData.WriteAsync(folder["missing.parquet"], ("x", few), ("gone", new double?[9]));
        await TestData.WriteAsync(folder["few.parquet"], ("x", few));
        await TestData.WriteAsync(folder["infinite.parquet"], ("x", new double[] { 1, 2, 3, double.PositiveInfinity, 5, 6, 7, 8, 9 }));
        await TestData.WriteAsync(folder["constant.parquet"], ("x", new double[] { 1, 2, 3, 11, 12, 13, 14, 4, 5 }), ("c", Enumerable.Repeat(7.0, 9).ToArray()));
        double[] x = [1, 2, 3, 11, 12, 13, 14, 4, 5];
        await TestData.WriteAsync(folder["collinear.parquet"], ("x", x), ("twice", x.Select(v => 2 * v).ToArray()));
        await TestData.WriteAsync(folder["taken.parquet"], ("x", few), ("y", few), ("label", few));
        TestData.SaveModel(folder["model.json"], "x", "y");
        TestData.SaveModel(folder["x.json"], "x");
        TestData.SaveModel(folder["one.json"], "x");
        TestData.SaveModel(folder["features.json"], "delay", "distance");
        TestData.SaveModel(folder["name.json"], "x", "name");
        var model = await File.ReadAllTextAsync(folder["model.json"]);
        await File.WriteAllTextAsync(folder["truncated.json"], model[..(model.Length / 2)]);
        await File.WriteAllTextAsync(folder["version.json"], model.Replace("\"version\": 1", "\"version\": 2", StringComparison.Ordinal));
        await File.WriteAllTextAsync(folder["other.json"], "{\"class\": \"GeneralMixtureModel\"}");
    }
}
