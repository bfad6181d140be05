namespace Pipelines.Cli.Tests;

/// <summary>Each bad input gives one clear error with the right exit code, and leaves no output.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly Folder folder = new();

    /// <summary>Input that is wrong; the arguments after the verb; exit code; the whole message. <c>~</c> stands for the test's folder.</summary>
    public static TheoryData<string, string, int, string> Cases => new()
    {
        { "missing file", "fit mixture ~/nix.parquet --distribution normal --components 2 --output ~/out.json", 2,
            "pipelines: error: ~/nix.parquet: found no such file or folder, expected a file, folder or glob; correct the path" },
        { "glob without a match", "fit mixture ~/*.nix --distribution normal --components 2 --output ~/out.json", 2,
            "pipelines: error: ~/*.nix: found no Parquet file, expected at least one; correct the path, the folder or the glob" },
        { "empty folder", "fit mixture ~/empty --distribution normal --components 2 --output ~/out.json", 2,
            "pipelines: error: ~/empty: found no Parquet file, expected at least one; correct the path, the folder or the glob" },
        { "not Parquet", "fit mixture ~/text.parquet --distribution normal --components 2 --output ~/out.json", 3,
            "pipelines: error: ~/text.parquet: found text that looks like CSV, expected a Parquet file; convert it to Parquet first, for example with DuckDB: "
                + "COPY (FROM 'data.csv') TO 'data.parquet'" },
        { "truncated Parquet", "fit mixture ~/truncated.parquet --distribution normal --components 2 --output ~/out.json", 3,
            "pipelines: error: ~/truncated.parquet: found the bytes 00000000 at its end, expected the letters PAR1; the file is cut off or damaged: "
                + "fetch it again" },
        { "damaged page header", "fit mixture ~/damaged.parquet --distribution normal --components 2 --output ~/out.json", 3,
            "pipelines: error: ~/damaged.parquet, row group 0, column 'x': found field type 128, expected a Thrift field type; rewrite the file, or leave "
                + "the column out" },
        { "no row", "fit mixture ~/none.parquet --distribution normal --components 2 --output ~/out.json", 3,
            "pipelines: error: ~/none.parquet: found no row, expected at least one; check the paths and filters" },
        { "output is an input of score", "score ~/model.json ~/blobs.parquet --output ~/blobs.parquet", 2,
            "pipelines: error: --output ~/blobs.parquet: found a file that is also read, expected a file of its own; name a new file; nothing was changed" },
        { "output is an input of fit", "fit kmeans ~/blobs.parquet --features x,y --components 2 --output ~/blobs.parquet", 2,
            "pipelines: error: --output ~/blobs.parquet: found a file that is also read, expected a file of its own; name a new file; nothing was changed" },
        { "feature absent", "fit mixture ~/blobs.parquet --features x,z --distribution normal --components 2 --output ~/out.json", 3,
            "pipelines: error: ~/blobs.parquet: found no column 'z', expected the feature 'z' among its columns; correct the column's name" },
        { "feature not numeric", "fit mixture ~/blobs.parquet --features x,name --distribution normal --components 2 --output ~/out.json", 3,
            "pipelines: error: ~/blobs.parquet, column 'name': found values of type string, expected a numeric feature; leave the column out, fit a "
                + "distribution of categories to it (discrete), or for k-means one-hot encode it (--one-hot)" },
        { "no numeric column", "fit mixture ~/words.parquet --distribution normal --components 2 --output ~/out.json", 3,
            "pipelines: error: ~/words.parquet: found no numeric column, expected at least one feature; choose data with numeric columns" },
        { "weights absent", "fit mixture ~/blobs.parquet --features x --weights z --distribution normal --components 2 --output ~/out.json", 3,
            "pipelines: error: ~/blobs.parquet: found no column 'z', expected the weight 'z' among its columns; correct the column's name" },
        { "weight negative", "fit kmeans ~/negative.parquet --features x --weights w --components 2 --output ~/out.json", 3,
            "pipelines: error: ~/negative.parquet, row group 0, row 4, column 'w': found -1, expected a finite weight of at least 0; correct the weight, or "
                + "choose another weight column" },
        { "all values missing", "fit mixture ~/missing.parquet --features x,gone --distribution normal --components 2 --output ~/out.json", 3,
            "pipelines: error: feature 'gone': found no value at all: all 9 rows are missing, expected at least one value; leave the feature out" },
        { "K larger than distinct rows", "fit mixture ~/few.parquet --distribution normal --components 4 --output ~/out.json", 3,
            "pipelines: error: input: found 3 distinct rows, expected at least 4, one for each component; use at most 3 components" },
        { "K larger than distinct rows, k-means", "fit kmeans ~/few.parquet --components 4 --output ~/out.json", 3,
            "pipelines: error: input: found 3 distinct rows, expected at least 4, one for each component; use at most 3 components" },
        { "infinite value", "fit mixture ~/infinite.parquet --features x --distribution normal --components 2 --output ~/out.json", 3,
            "pipelines: error: ~/infinite.parquet, row group 0, row 3, column 'x': found Infinity, expected a finite number, null or NaN; replace infinite "
                + "values, or leave the column out of the features" },
        { "constant column", "fit mixture ~/constant.parquet --features x,c --distribution normal --components 2 --output ~/out.json", 3,
            "pipelines: error: feature 'c', normal distribution at 7: found a variance of 0 (values equal as doubles), expected values that "
                + "differ; leave the constant column out, use fewer components, or set a minimum variance (--min-variance)" },
        { "collinear columns",
            "fit mixture ~/collinear.parquet --features x,twice --distribution multivariate-gaussian --components 2 --min-variance 0 --output ~/out.json", 3,
            "pipelines: error: covariance, feature 'twice': found a linear combination of the features before it, expected "
                + "features that vary independently; leave out the constant or collinear feature, use fewer components, or set a minimum variance "
                + "(--min-variance)" },
        { "initial model of other dimensions", "fit mixture ~/blobs.parquet --features x,y --initial ~/one.json --output ~/out.json", 2,
            "pipelines: error: mixture model: found data of 2 features, expected 1; give it the features it was made for, in their order" },
        { "initial model of another kind", "fit kmeans ~/blobs.parquet --features x,y --initial ~/model.json --output ~/out.json", 2,
            "pipelines: error: --initial ~/model.json: found a mixture model, expected a kmeans model; give a model of the kind to fit" },
        { "initial model truncated", "fit mixture ~/blobs.parquet --initial ~/truncated.json --output ~/out.json", 2,
            "pipelines: error: ~/truncated.json, line 27, byte 5: found text that is not JSON (truncated or damaged), expected a model in JSON; save the "
                + "model again" },
        { "output in no folder", "fit mixture ~/blobs.parquet --distribution normal --components 2 --output ~/nix/out.json", 2,
            "pipelines: error: --output ~/nix/out.json: found no folder '~/nix', expected a file that can be written; create the folder, or choose another" },
        { "output is a folder", "fit mixture ~/blobs.parquet --distribution normal --components 2 --output ~/empty", 2,
            "pipelines: error: --output ~/empty: found a folder, expected a file that can be written; name a file, such as model.json" },
        { "output is a device", "fit mixture ~/blobs.parquet --distribution normal --components 2 --output /dev/null", 2,
            "pipelines: error: --output /dev/null: found a device, expected a file that can be written; name a file, such as model.json" },
        { "output not writable", "fit mixture ~/blobs.parquet --distribution normal --components 2 --output /proc/out.json", 2,
            "pipelines: error: --output /proc/out.json: found a folder that cannot be written (no such file), expected a file that can be written; choose "
                + "another folder, or check its permissions" },
        { "model missing", "score ~/nix.json ~/blobs.parquet --output ~/out.parquet", 2,
            "pipelines: error: ~/nix.json: found no such file, expected a model file; check the path" },
        { "model truncated", "score ~/truncated.json ~/blobs.parquet --output ~/out.parquet", 2,
            "pipelines: error: ~/truncated.json, line 27, byte 5: found text that is not JSON (truncated or damaged), expected a model in JSON; save the "
                + "model again" },
        { "model of another version", "score ~/version.json ~/blobs.parquet --output ~/out.parquet", 2,
            "pipelines: error: ~/version.json, property 'version': found 3, expected 1 or 2; use the version of Pipelines that wrote the file, or fit the "
                + "model again" },
        { "model of another format", "score ~/other.json ~/blobs.parquet --output ~/out.parquet", 2,
            "pipelines: error: ~/other.json, property 'format': found no such property or another value, expected 'pipelines-model'; give a model that "
                + "Pipelines saved" },
        { "Parquet as model", "score ~/blobs.parquet ~/blobs.parquet --output ~/out.parquet", 2,
            "pipelines: error: ~/blobs.parquet: found a Parquet file, expected a model file; give a model here, and data as INPUT" },
        { "model's features not in the data", "score ~/features.json ~/blobs.parquet --output ~/out.parquet", 3,
            "pipelines: error: ~/blobs.parquet: found no column 'delay' (and one more missing or unusable column), expected the model's feature 'delay' "
                + "among its columns; give files with the columns that the model was fitted to, or another model" },
        { "model's feature not numeric in the data", "score ~/name.json ~/blobs.parquet --output ~/out.parquet", 3,
            "pipelines: error: ~/blobs.parquet, column 'name': found values of type string, expected numbers; give files with the columns that the model was "
                + "fitted to, or another model" },
        { "begin with a model of other columns", "fit mixture ~/blobs.parquet --initial ~/features.json --output ~/out.json", 3,
            "pipelines: error: ~/blobs.parquet: found no column 'delay' (and one more missing or unusable column), expected the model's feature 'delay' "
                + "among its columns; give files with the columns that the model was fitted to, or another model" },
        { "too many bad rows", "score ~/x.json ~/infinite.parquet --output ~/out.parquet --on-bad-row skip --max-bad-rows 0", 3,
            "pipelines: error: ~/infinite.parquet, row group 0, row 3, column 'x': found more than 0 bad rows (the last one here: Infinity instead of a finite "
                + "number, null or NaN), expected at most 0; correct the data, or allow more (--max-bad-rows)" },
        { "too many bad rows in a fit", "fit kmeans ~/infinite.parquet --features x --components 2 --output ~/out.json --on-bad-row quarantine ~/q "
            + "--max-bad-rows 0", 3, "pipelines: error: ~/infinite.parquet, row group 0, row 3, column 'x': found more than 0 bad rows (the last one here: "
                + "Infinity instead of a finite number, null or NaN), expected at most 0; correct the data, or allow more (--max-bad-rows)" },
        { "output in an input", "score ~/x.json ~/inner --output ~/inner/scored", 2,
            "pipelines: error: --output ~/inner/scored: found a place within the input ~/inner, expected a place outside the inputs, as the next run would "
                + "read it as data; choose another place" },
        { "state that is named as data", "score ~/x.json ~/blobs.parquet --output ~/out --incremental ~/state.parquet", 2,
            "pipelines: error: ~/state.parquet: found a name that Parquet files have, expected the state of incremental runs, or a file that does not exist "
                + "yet; give another name, such as state.json: it could be read as an input" },
        { "quarantine is the output", "score ~/x.json ~/infinite.parquet --output ~/out --on-bad-row quarantine ~/out", 2,
            "pipelines: error: --on-bad-row quarantine ~/out: found a folder that is, contains or lies in the output ~/out, expected a new or empty folder "
                + "of its own; name another folder; nothing was read" },
        { "quarantine in the output", "score ~/x.json ~/infinite.parquet --output ~/out --on-bad-row quarantine ~/out/refused", 2,
            "pipelines: error: --on-bad-row quarantine ~/out/refused: found a folder that is, contains or lies in the output ~/out, expected a new or empty "
                + "folder of its own; name another folder; nothing was read" },
        { "output in the quarantine", "score ~/x.json ~/infinite.parquet --output ~/empty/out.parquet --on-bad-row quarantine ~/empty", 2,
            "pipelines: error: --on-bad-row quarantine ~/empty: found a folder that is, contains or lies in the output ~/empty/out.parquet, expected a new or "
                + "empty folder of its own; name another folder; nothing was read" },
        { "quarantine in an input", "score ~/x.json ~/inner --output ~/out.parquet --on-bad-row quarantine ~/inner/refused", 2,
            "pipelines: error: --on-bad-row quarantine ~/inner/refused: found a folder that is, contains or lies in the input ~/inner, expected a new or empty "
                + "folder of its own; name another folder; nothing was read" },
        { "quarantine that a glob reads", "score ~/x.json ~/in*/*.parquet --output ~/out.parquet --on-bad-row quarantine ~/inner", 2,
            "pipelines: error: --on-bad-row quarantine ~/inner: found a folder that is, contains or lies in the input ~/in*/*.parquet, expected a new or empty "
                + "folder of its own; name another folder; nothing was read" },
        { "quarantine through a link", "score ~/x.json ~/inner --output ~/out.parquet --on-bad-row quarantine ~/link/refused", 2,
            "pipelines: error: --on-bad-row quarantine ~/link/refused: found a folder that is, contains or lies in the input ~/inner, expected a new or empty "
                + "folder of its own; name another folder; nothing was read" },
        { "quarantine is a file", "score ~/x.json ~/infinite.parquet --output ~/out.parquet --on-bad-row quarantine ~/text.parquet", 2,
            "pipelines: error: --on-bad-row quarantine ~/text.parquet: found a file, expected a new or empty folder of its own; name another folder; "
                + "nothing was read" },
        { "quarantine not empty", "score ~/x.json ~/infinite.parquet --output ~/out.parquet --on-bad-row quarantine ~/full", 2,
            "pipelines: error: ~/full: found a folder that holds 'notes.txt', expected an empty folder; empty it, or give another" },
        { "quarantine of a fit not empty", "fit kmeans ~/infinite.parquet --features x --components 2 --output ~/out.json --on-bad-row quarantine ~/full", 2,
            "pipelines: error: ~/full: found a folder that holds 'notes.txt', expected an empty folder; empty it, or give another" },
        { "quarantine's names taken", "score ~/x.json ~/row.parquet --output ~/out.parquet --on-bad-row quarantine ~/q", 3,
            "pipelines: error: ~/q, column '_row': found an input column of a name that the quarantine uses, expected no column named _file, _row_group, _row, "
                + "_column, _reason; rename the column in the input, or do not keep rejected rows" },
        { "score the model does not have", "score ~/model.json ~/blobs.parquet --columns distance --output ~/out.parquet", 2,
            "pipelines: error: score columns of a mixture model: found 'distance', expected a score that this model has; it has "
                + "log-probability, label, probability, posterior-log-probability" },
        { "model with two features of a name", "score ~/twice.json ~/blobs.parquet --output ~/out.parquet", 2,
            "pipelines: error: ~/twice.json, property 'features': found two features named 'x', expected distinct names; the file is damaged or was edited; "
                + "save the model again" },
        { "kept column absent", "score ~/model.json ~/blobs.parquet --keep z --output ~/out.parquet", 3,
            "pipelines: error: ~/blobs.parquet: found no column 'z', expected the column to keep 'z' among its columns; correct the column's name" },
        { "score column taken", "score ~/model.json ~/taken.parquet --output ~/out.parquet", 3,
            "pipelines: error: ~/taken.parquet: found an input column 'label', expected no column of a score's name; keep only other columns (--keep), or "
                + "rename 'label' in the input" },
        { "score an infinite value", "score ~/x.json ~/infinite.parquet --output ~/out.parquet", 3,
            "pipelines: error: ~/infinite.parquet, row group 0, row 3, column 'x': found Infinity, expected a finite number, null or NaN; replace infinite "
                + "values, or leave the column out of the features" },
        { "output folder not empty", "score ~/model.json ~/blobs.parquet --output ~/full", 2,
            "pipelines: error: ~/full: found a folder that holds 'notes.txt', expected an empty folder; empty it, or give another" },
        { "output folder not writable", "score ~/model.json ~/blobs.parquet --output /proc/out", 2,
            "pipelines: error: /proc/out: found a folder that cannot be written (no such file), expected a writable folder; check its "
                + "permissions, or give another" },
        { "files of which one lacks a feature", "score ~/model.json ~/blobs.parquet ~/few.parquet --output ~/out.parquet", 3,
            "pipelines: error: ~/few.parquet: found no column 'y', expected the model's feature 'y' among its columns; give files with the columns that "
                + "the model was "
                + "fitted to, or another model" },
        { "plot without values", "plot ~/gone.json ~/missing.parquet --output ~/out.svg", 3,
            "pipelines: error: feature 'gone': found no value at all: all 9 rows are missing, expected at least one value; leave the feature out" },
        { "empty footer", "inspect ~/footer.parquet", 3,
            "pipelines: error: ~/footer.parquet: found a footer of 0 bytes, expected a file that has one; rewrite the file, or leave it out" },
        { "no output to convert to", "convert ~/model.json", 2,
            "pipelines: error: OUT: found none, expected where to write the converted model. An existing model of the same format is replaced; for example "
                + "pipelines convert model.json converted.json …\nSee pipelines convert --help." },
        { "inspect a missing file", "inspect ~/nix", 2,
            "pipelines: error: ~/nix: found no such file or folder, expected a file, folder or glob; correct the path" },
        { "inspect a text", "inspect ~/text.parquet", 3, "pipelines: error: ~/text.parquet: found text that looks like CSV, expected a Parquet file; convert "
            + "it to Parquet first, for example with DuckDB: COPY (FROM 'data.csv') TO 'data.parquet'" },
        { "inspect a truncated model", "inspect ~/truncated.json", 2,
            "pipelines: error: ~/truncated.json, line 27, byte 5: found text that is not JSON (truncated or damaged), expected a model in JSON; save the "
                + "model again" },
    };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Is_refused(string what, string arguments, int code, string message)
    {
        await MakeFilesAsync(folder);
        var before = folder.Names.ToArray();
        var result = await Tool.RunAsync(arguments.Replace("~", folder.Root, StringComparison.Ordinal).Split(' '));

        var text = result.ErrorText.Replace(folder.Root, "~", StringComparison.Ordinal);
        Assert.True(message == text && code == result.Code, $"{what}: [{result.Code}]\n@@{arguments}|{text}\nexpected [{code}]\n{message}");
        Assert.Equal("", result.Out);
        Assert.Equal(before, folder.Names);
    }

    /// <summary>Makes the files that the cases name.</summary>
    internal static async Task MakeFilesAsync(Folder folder)
    {
        double[] few = [1, 2, 3, 1, 2, 3, 1, 2, 3];
        Directory.CreateDirectory(folder["empty"]);
        Directory.CreateDirectory(folder["full"]);
        await File.WriteAllTextAsync(folder["full/notes.txt"], "mine");
        Directory.CreateSymbolicLink(folder["link"], folder["inner"]);
        Directory.CreateDirectory(folder["inner"]);
        await TestData.WriteAsync(folder["inner/x.parquet"], ("x", few));
        await TestData.WriteAsync(folder["row.parquet"], ("x", few), ("_row", few));
        await File.WriteAllTextAsync(folder["text.parquet"], "delay,distance\n1,2\n");
        await TestData.TwoBlobsAsync(folder["blobs.parquet"]);
        var blobs = await File.ReadAllBytesAsync(folder["blobs.parquet"]);
        await File.WriteAllBytesAsync(folder["truncated.parquet"], [.. blobs[..(blobs.Length / 2)], 0, 0, 0, 0]);
        var damaged = blobs.ToArray();
        damaged[5] ^= 0xFF;
        await File.WriteAllBytesAsync(folder["damaged.parquet"], damaged);
        await TestData.WriteAsync(folder["none.parquet"], ("x", Array.Empty<double>()));
        await TestData.WriteAsync(folder["words.parquet"], ("a", new[] { "p", "q" }), ("b", new[] { "r", "s" }));
        await TestData.WriteAsync(folder["negative.parquet"], ("x", few), ("w", new double[] { 1, 1, 1, 1, -1, 1, 1, 1, 1 }));
        await TestData.WriteAsync(folder["missing.parquet"], ("x", few), ("gone", new double?[9]));
        await TestData.WriteAsync(folder["few.parquet"], ("x", few));
        await TestData.WriteAsync(folder["infinite.parquet"], ("x", new double[] { 1, 2, 3, double.PositiveInfinity, 5, 6, 7, 8, 9 }));
        await TestData.WriteAsync(folder["constant.parquet"], ("x", new double[] { 1, 2, 3, 11, 12, 13, 14, 4, 5 }),
            ("c", Enumerable.Repeat(7.0, 9).ToArray()));
        double[] x = [1, 2, 3, 11, 12, 13, 14, 4, 5];
        await TestData.WriteAsync(folder["collinear.parquet"], ("x", x), ("twice", x.Select(v => 2 * v).ToArray()));
        await TestData.WriteAsync(folder["taken.parquet"], ("x", few), ("y", few), ("label", few));
        TestData.SaveModel(folder["model.json"], "x", "y");
        TestData.SaveModel(folder["x.json"], "x");
        TestData.SaveModel(folder["one.json"], "x");
        TestData.SaveModel(folder["gone.json"], "gone");
        await File.WriteAllBytesAsync(folder["footer.parquet"], "PAR1\0\0\0\0PAR1"u8.ToArray());
        TestData.SaveModel(folder["features.json"], "delay", "distance");
        TestData.SaveModel(folder["name.json"], "x", "name");
        var model = await File.ReadAllTextAsync(folder["model.json"]);
        await File.WriteAllTextAsync(folder["truncated.json"], model[..(model.Length / 2)]);
        await File.WriteAllTextAsync(folder["version.json"], model.Replace("\"version\": 1", "\"version\": 3", StringComparison.Ordinal));
        await File.WriteAllTextAsync(folder["twice.json"], model.Replace("\"y\"", "\"x\"", StringComparison.Ordinal));
        await File.WriteAllTextAsync(folder["other.json"], "{\"kind\": \"GeneralMixtureModel\"}");
    }
}
