using System.Security.Cryptography;
using ParquetSharp;
using Encoding = System.Text.Encoding;

namespace Pipelines.Io.Tests;

/// <summary>Encrypted files are read with their keys, and nothing else reads them; keys are never part of a message.</summary>
public class EncryptionTests
{
    private const string FooterKey = "0123456789012345";
    private const string Secret = "the key is secret";
    private static readonly string Corpus = Path.Combine(AppContext.BaseDirectory, "corpus", "encrypt_columns_and_footer.parquet.encrypted");
    private static readonly byte[] Key = Encoding.ASCII.GetBytes(FooterKey);

    // As the README of apache/parquet-testing states them.
    private static readonly Dictionary<string, byte[]> CorpusKeys = new()
    {
        ["kf"] = Key,
        ["kc1"] = Encoding.ASCII.GetBytes("1234567890123450"),
        ["kc2"] = Encoding.ASCII.GetBytes("1234567890123451"),
    };

    [ParquetSharpFact]
    public async Task A_file_of_another_writer_with_encrypted_footer_and_columns_is_read()
    {
        var keys = new DecryptionKeys(CorpusKeys);
        // The values are those that the tests of Apache Arrow, which wrote the file, compute: by row number.
        await Expect("int32_field", i => new TimeOnly(i * TimeSpan.TicksPerMillisecond));
        await Expect("float_field", i => (float)i * 1.1f);
        await Expect("double_field", i => i * 1.1111111);
        await Expect("boolean_field", i => i % 2 == 0);

        async Task Expect(string column, Func<int, object> value)
        {
            foreach (var engine in (string?[])[null, "parquetsharp"])
            {
                var (values, error) = await EngineRows.Read(Corpus, column, engine, 7, keys);
                Assert.True(error is null, error?.Message);
                Assert.Equal(50, values!.Count);
                for (var i = 0; i < 50; i++) TestTable.AssertSame(value(i), values[i], $"{column} row {i}");
            }
        }
    }

    [ParquetSharpTheory, InlineData(false), InlineData(true)]
    public async Task Files_with_one_key_are_read_like_others(bool hasPlainFooter)
    {
        using var folder = new TempFolder();
        Write(folder["a.parquet"], b => hasPlainFooter ? b.SetPlaintextFooter() : b);
        var source = new ParquetSource([folder["a.parquet"]], new ParquetSourceOptions { DecryptionKeys = new DecryptionKeys(Key) });
        Assert.Equal(SharpParquet.Rows, (await source.OpenAsync(default)).Rows);
        foreach (var (column, expected) in SharpParquet.Columns)
        {
            foreach (var size in (int[])[501, 800])
            {
                var (values, error) = await EngineRows.Read(folder["a.parquet"], column.Name, null, size, new DecryptionKeys(Key));
                Assert.True(error is null, error?.Message);
                for (var i = 0; i < expected.Length; i++) TestTable.AssertSame(expected.GetValue(i), values![i], $"{column.Name}, row {i}");
            }
        }
    }

    [Fact]
    public async Task A_missing_key_is_refused()
    {
        var none = await new ParquetSource(Corpus).FailsReading();
        Assert.Equal("an encrypted file", none.Found);
        Assert.Equal("give its keys (ParquetSourceOptions.DecryptionKeys), or decrypt it first", none.Remedy);
    }

    [ParquetSharpFact]
    public async Task Wrong_keys_are_refused_and_never_shown()
    {
        var wrong = new DecryptionKeys(Encoding.ASCII.GetBytes("543210987654321X"));
        var error = await With(wrong).FailsReading();
        Assert.Equal(ErrorKind.Data, error.Kind);
        Assert.EndsWith("encrypted, footer", error.Place, StringComparison.Ordinal);
        Assert.StartsWith("an encrypted file that cannot be opened", error.Found, StringComparison.Ordinal);
        Assert.DoesNotContain("543210987654321X", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexString(Encoding.ASCII.GetBytes("543210987654321X")), error.ToString(), StringComparison.OrdinalIgnoreCase);

        // Without a column's key the others are read, and the column is refused by name.
        var some = With(new DecryptionKeys(CorpusKeys.Where(k => k.Key != "kc2").ToDictionary()));
        Assert.DoesNotContain("float_field", (await some.OpenAsync(default)).Schema.Fields.Select(f => f.Name));
        var locked = await some.FailsReading(new ReadOptions { Columns = ["float_field"] });
        Assert.StartsWith("a column that cannot be read: it is encrypted, and its key was not given", locked.Found, StringComparison.Ordinal);

        // Only ParquetSharp decrypts: another engine refuses the file, and says so.
        var other =
            await new ParquetSource([Corpus], new ParquetSourceOptions { Engine = "builtin", DecryptionKeys = new DecryptionKeys(CorpusKeys) }).FailsReading();
        Assert.Equal("an encrypted file, which no engine can read (builtin does not decrypt)", other.Found);

        static ParquetSource With(DecryptionKeys keys) => new([Corpus], new ParquetSourceOptions { DecryptionKeys = keys });
    }

    [ParquetSharpFact]
    public async Task A_changed_byte_of_an_encrypted_file_is_refused()
    {
        using var folder = new TempFolder();
        Write(folder["a.parquet"], b => b);
        var bytes = await File.ReadAllBytesAsync(folder["a.parquet"]);
        foreach (var at in (int[])[40, bytes.Length / 4, bytes.Length / 2, bytes.Length - 100])
        {
            bytes[at] ^= 1;
            await File.WriteAllBytesAsync(folder["b.parquet"], bytes);
            bytes[at] ^= 1;
            var source = new ParquetSource([folder["b.parquet"]], new ParquetSourceOptions { DecryptionKeys = new DecryptionKeys(Key) });
            Assert.Equal(ErrorKind.Data, (await source.FailsReading()).Kind);
        }
    }

    [ParquetSharpFact]
    public async Task A_file_with_a_plain_footer_gives_its_plain_columns_without_a_key()
    {
        using var folder = new TempFolder();
        using var secret = new ColumnEncryptionPropertiesBuilder("int");
        using var column = secret.Key(Key).KeyMetadata("id of it").Build();
        Write(folder["a.parquet"], b => b.SetPlaintextFooter().EncryptedColumns([column]));
        var expected = SharpParquet.Columns.Single(c => c.Column.Name == "double?").Values;
        foreach (var engine in (string[])["builtin", "parquetsharp"])
        {
            // Arrow itself wants no key for what is not encrypted; the built-in engine reads it as in any file.
            var (values, error) = await EngineRows.Read(folder["a.parquet"], "double?", engine);
            Assert.True(error is null, error?.Message);
            for (var i = 0; i < expected.Length; i++) TestTable.AssertSame(expected.GetValue(i), values![i], $"row {i}");
        }
        Assert.StartsWith("a column that cannot be read: it is encrypted, and no key was given",
            (await EngineRows.Read(folder["a.parquet"], "int", null)).Error!.Found, StringComparison.Ordinal);
        Assert.Null(
            (await EngineRows.Read(folder["a.parquet"], "int", null,
                keys: new DecryptionKeys(new Dictionary<string, byte[]> { ["footer"] = Key, ["id of it"] = Key }))).Error);
    }

    [Fact]
    public void Key_files_hold_bytes_hexadecimal_base64_or_JSON()
    {
        using var folder = new TempFolder();
        var key = RandomNumberGenerator.GetBytes(32);
        foreach (var content in (byte[][])[key, Encoding.ASCII.GetBytes(Convert.ToHexString(key)),
            Encoding.ASCII.GetBytes(Convert.ToHexStringLower(key) + "\r\n"), Encoding.ASCII.GetBytes(Convert.ToBase64String(key) + "\n"), [.. key, (byte)'\n']])
            Assert.Equal(key, Load(content).Find(DecryptionKeys.Footer));
        Assert.Equal(Key, Load(Encoding.ASCII.GetBytes(FooterKey + "\n")).Find(DecryptionKeys.Footer));
        var several = Load(Encoding.UTF8.GetBytes($$"""{"footer": "{{Convert.ToBase64String(Key)}}", "ä": "{{Convert.ToHexString(key)}}"}"""));
        Assert.Equal(Key, several.Find("footer"));
        Assert.Equal(key, several.Find("ä"));
        Assert.Equal("2 decryption keys", several.ToString());
        Assert.DoesNotContain(Convert.ToHexString(Key), new ParquetSourceOptions { DecryptionKeys = several }.ToString(), StringComparison.OrdinalIgnoreCase);

        DecryptionKeys Load(byte[] content)
        {
            File.WriteAllBytes(folder["key"], content);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder["key"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
            var keys = DecryptionKeys.Load(folder["key"]);
            Assert.Null(keys.Warning);
            return keys;
        }
    }

    [Theory]
    [InlineData("", "0 bytes that are not a key")]
    [InlineData(Secret, "17 bytes that are not a key")]
    [InlineData("{\"footer\": \"" + Secret + "\"}", "no key")]
    [InlineData("{\"footer\": 5}", "no key")]
    [InlineData("{\"footer\": \"" + Secret, "broken JSON in line 1")]
    [InlineData("{\"footer\": {\"a\": {\"b\": 1}}}", "broken JSON in line 1")]
    [InlineData("{}", "no key")]
    [InlineData("{\"a\": \"MDEyMzQ1Njc4OTAxMjM0NQ==\", \"a\": \"MDEyMzQ1Njc4OTAxMjM0NQ==\"}", "a second key of that id")]
    public void Files_without_a_key_are_refused_without_showing_them(string content, string found)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["key"], content);
        var error = Assert.Throws<FlowException>(() => DecryptionKeys.Load(folder["key"]));
        Assert.Equal((ErrorKind.Usage, found), (error.Kind, error.Found));
        Assert.DoesNotContain(Secret, error.ToString(), StringComparison.Ordinal);
        Assert.Equal(ErrorKind.Usage, Assert.Throws<FlowException>(() => DecryptionKeys.Load(folder["none"])).Kind);
    }

    [UnixFact]
    public void A_file_of_keys_that_others_may_read_gets_a_warning()
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder["key"], Key);
        File.SetUnixFileMode(folder["key"], UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Equal($"{folder["key"]}: users other than its owner can read this key file; restrict its permissions (chmod 600)",
            DecryptionKeys.Load(folder["key"]).Warning);
    }

    private static void Write(string path, Func<FileEncryptionPropertiesBuilder, FileEncryptionPropertiesBuilder> how) => SharpParquet.Write(path, b =>
    {
        using var encryption = new FileEncryptionPropertiesBuilder(Key);
        b.Encryption(how(encryption).Build());
    });
}
