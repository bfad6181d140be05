using ParquetSharp;

namespace Pipelines.Cli.Tests;

/// <summary><c>--parquet-engine</c> and <c>--decryption-key-file</c>.</summary>
public sealed class ReadingOptionsTests : IDisposable
{
    private static readonly byte[] key = "0123456789abcdef"u8.ToArray();
    private readonly Folder folder = new();

    public static TheoryData<string> Verbs => ["fit kmeans {data} --components 2 --output {out}.json", "score {model} {data} --output {out}.parquet",
        "inspect {data}"];

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Every_engine_gives_the_same_bytes()
    {
        await TestData.TwoBlobsAsync(folder["d.parquet"], rows: 20_000);
        byte[]? model = null, scored = null;
        foreach (var engine in ParquetSourceOptions.Engines.Where(CanRun).Append("auto"))
        {
            string[] how = ["--parquet-engine", engine, "--batch-size", "1000", "--memory", "16MiB", "--quiet"];
            Assert.Equal(new ToolResult(0, "", ""),
                await Tool.RunAsync(["fit", "mixture", folder["d.parquet"], "--features", "x,y", "--distribution", "normal", "--components", "2",
                    "--iterations", "4", "--output", folder["m.json"], .. how]));
            Assert.Equal(new ToolResult(0, "", ""),
                await Tool.RunAsync(["score", folder["m.json"], folder["d.parquet"], "--output", folder["s.parquet"], .. how]));
            var (m, s) = (await File.ReadAllBytesAsync(folder["m.json"]), await File.ReadAllBytesAsync(folder["s.parquet"]));
            Assert.Equal(model ??= m, m);
            Assert.Equal(scored ??= s, s);
        }
    }

    [Theory, MemberData(nameof(Verbs))]
    public async Task An_unknown_engine_is_refused(string verb)
    {
        var result = await Tool.RunAsync([.. Arguments(verb), "--parquet-engine", "arrow"]);
        Assert.Equal(2, result.Code);
        Assert.StartsWith("pipelines: error: --parquet-engine: found 'arrow', expected auto, builtin, parquetsharp or parquet.net; for example "
            + "--parquet-engine parquetsharp\n", result.ErrorText, StringComparison.Ordinal);
    }

    [ParquetSharpTheory, MemberData(nameof(Verbs))]
    public async Task Encrypted_data_are_read_with_their_key_and_refused_without(string verb)
    {
        Encrypt(folder["d.parquet"]);
        TestData.SaveModel(folder["model.json"], "x", "y");
        var without = await Tool.RunAsync(Arguments(verb));
        Assert.Equal(3, without.Code);
        Assert.Equal($"pipelines: error: {folder["d.parquet"]}: found an encrypted file, expected a Parquet file without encryption, or a key; give its keys "
            + "(--decryption-key-file), or decrypt it first", without.ErrorText);

        await File.WriteAllTextAsync(folder["key"], Convert.ToHexString(key));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder["key"], UnixFileMode.UserRead | UnixFileMode.OtherRead);
        var with = await Tool.RunAsync([.. Arguments(verb), "--decryption-key-file", folder["key"], "--quiet"]);
        Assert.True(with.Code == 0, with.Error);
        if (!OperatingSystem.IsWindows())
            Assert.StartsWith($"pipelines: warning: {folder["key"]}: users other than its owner can read this key file; restrict its permissions (chmod 600)\n",
                with.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexString(key), with.Error + with.Out, StringComparison.OrdinalIgnoreCase);

        await File.WriteAllTextAsync(folder["key"], "no key, but a secret");
        var wrong = await Tool.RunAsync([.. Arguments(verb), "--decryption-key-file", folder["key"]]);
        Assert.Equal(2, wrong.Code);
        Assert.StartsWith($"pipelines: error: {folder["key"]}: found 20 bytes that are not a key, expected 16, 24 or 32 bytes", wrong.ErrorText,
            StringComparison.Ordinal);
        Assert.DoesNotContain("secret", wrong.Error, StringComparison.Ordinal);
    }

    private static bool CanRun(string engine)
    {
        try
        {
            new ParquetSourceOptions { Engine = engine }.Validate();
            return true;
        }
        catch (FlowException)
        {
            return false;
        }
    }

    private static void Encrypt(string path)
    {
        using var encryption = new FileEncryptionPropertiesBuilder(key);
        using var builder = new WriterPropertiesBuilder();
        using var properties = builder.Encryption(encryption.Build()).Build();
        using var file = new ParquetFileWriter(path, [new Column<double>("x"), new Column<double>("y")], LogicalTypeFactory.Default, properties);
        using var group = file.AppendRowGroup();
        for (var c = 0; c < 2; c++)
        {
            using var column = group.NextColumn().LogicalWriter<double>();
            column.WriteBatch([.. Enumerable.Range(0, 1_000).Select(i => (i % 2 * 10) + Math.Sin((i + 1) * (c + 1)))]);
        }
        file.Close();
    }

    private string[] Arguments(string verb) => [
        .. verb.Split(' ')
            .Select(a => a.Replace("{data}", folder["d.parquet"], StringComparison.Ordinal).Replace("{model}", folder["model.json"], StringComparison.Ordinal)
                .Replace("{out}", folder["out"], StringComparison.Ordinal))];
}
