using ParquetSharp;
using ParquetSharp.Schema;
using Encoding = ParquetSharp.Encoding;
using Repetition = ParquetSharp.Repetition;

namespace Pipelines.Io.Tests;

/// <summary>Lists in every form, type, encoding and page version that Arrow writes, by every engine that reads lists, against the lists in memory.</summary>
public sealed class ListFormTests : IDisposable
{
    private static readonly string?[] engines = [null, "builtin", "parquetsharp"];
    private readonly TempFolder folder = new();

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var form in ListFiles.Forms.Keys)
                foreach (var kind in ListFiles.Kinds.Keys) cases.Add(form, kind);
            return cases;
        }
    }

    public void Dispose() => folder.Dispose();

    [ParquetSharpTheory, MemberData(nameof(Cases))]
    public async Task Every_form_of_every_type_is_read(string form, string kind)
    {
        var (listNull, elementNull, _) = ListFiles.Forms[form];
        var lists = ListFiles.Random(form.Length + kind.Length, 200, listNull, elementNull);
        foreach (var (encoding, isV2) in (IEnumerable<(Encoding?, bool)>)[(null, false), (null, true), (Encoding.Plain, false), (Encoding.Plain, true),
            (Other(kind), true)])
        {
            ListFiles.Write(folder["a.parquet"], "x", form, ListFiles.Kinds[kind], lists, 90, b =>
            {
                if (isV2) b.DataPageVersion(ParquetDataPageVersion.V2);
                b.Compression(isV2 ? Compression.Zstd : Compression.Snappy);
                if (encoding is { } chosen) b.DisableDictionary().Encoding(chosen).Encoding("id", Encoding.Plain);
            });
            foreach (var engine in engines)
            {
                // What it does not know the built-in engine says so of; the automatic choice reads it.
                if (engine == "builtin" && encoding is not (null or Encoding.Plain or Encoding.Rle))
                {
                    var error = await Assert.ThrowsAsync<FlowException>(() => ReadAsync(engine, 64));
                    Assert.Equal("lists that cannot be read: its lists are delta encoded or split into bytes", error.Found);
                    continue;
                }
                foreach (var batchSize in (int[])[7, 64, 5_000]) Assert.Equal(Expected(lists, kind), await ReadAsync(engine, batchSize));
            }
        }
    }

    [ParquetSharpFact]
    public async Task Lists_are_numbered_over_files_and_row_groups_whatever_their_forms()
    {
        var (kind, all) = (ListFiles.Kinds["double"], new List<int?[]?>());
        foreach (var (form, i) in ListFiles.Forms.Keys.Select((f, i) => (f, i)))
        {
            var lists = ListFiles.Random(i, 40 + (60 * (i % 3)), ListFiles.Forms[form].List, ListFiles.Forms[form].Element);
            ListFiles.Write(folder[$"part-{i}.parquet"], "x", form, kind, lists, 1 + (33 * (i % 2)),
                i == 2 ? b => b.DisableDictionary().Encoding(Encoding.ByteStreamSplit) : null);
            all.AddRange(lists);
        }
        var source = new ParquetSource([folder["."]], new ParquetSourceOptions { Lists = ["x"] });
        var found = await ReadAsync(source, 100);
        Assert.Equal(Expected([.. all], "double").Select(e => (e.Item1, e.Item3)), found.Select(e => (e.Item1, e.Item3)));
        Assert.Equal([$"{all.Count(l => l is null or [])} lists are empty or null: they have no rows"], source.Warnings);
    }

    [ParquetSharpFact]
    public async Task What_only_looks_like_a_list_is_passed_on()
    {
        var kind = ListFiles.Kinds["int"];
        Node leaf = ListFiles.Leaf("item", Repetition.Required, kind);
        (string Name, Node Node)[] nodes =
        [
            ("array", ListFiles.List("array", Repetition.Optional, ListFiles.Group("array", leaf))),
            ("tuple", ListFiles.List("tuple", Repetition.Optional, ListFiles.Group("tuple_tuple", leaf))),
            ("map", new GroupNode("map", Repetition.Optional,
                [new GroupNode("key_value", Repetition.Repeated, [ListFiles.Leaf("key", Repetition.Required, kind)])], LogicalType.Map())),
            ("bare", new GroupNode("bare", Repetition.Optional, [ListFiles.Leaf("item", Repetition.Repeated, kind)])),
            ("structures", new GroupNode("structures", Repetition.Repeated, [ListFiles.Leaf("item", Repetition.Optional, kind)])),
        ];
        foreach (var (name, node) in nodes)
        {
            var levels = node.Repetition == Repetition.Repeated ? (List: false, Element: true) : (List: true, Element: false);
            ListFiles.Write(folder["a.parquet"], [node], [(kind, levels.List, levels.Element, [[1, 2], []])], 10);
            Assert.Equal($"a map, a structure or a list of such",
                (await Assert.ThrowsAsync<FlowException>(
                    async () => await new ParquetSource([folder["a.parquet"]], new ParquetSourceOptions { Lists = [name] }).OpenAsync(default))).Found);
            var schema = (await new ParquetSource(folder["a.parquet"]).OpenAsync(default)).Schema;
            Assert.Equal([("id", false), (name, true)], schema.Fields.Select(f => (f.Name, f.IsNested)));
        }
    }

    [ParquetSharpFact]
    public async Task Encrypted_lists_are_read_with_their_key()
    {
        var lists = ListFiles.Random(3, 60, nullLists: true, nullElements: true);
        var key = Enumerable.Range(0, 16).Select(i => (byte)i).ToArray();
        using var footer = new FileEncryptionPropertiesBuilder(key);
        using var encryption = footer.Build();
        ListFiles.Write(folder["a.parquet"], "x", "three levels", ListFiles.Kinds["text"], lists, 25, b => b.Encryption(encryption));
        var options = new ParquetSourceOptions { Lists = ["x"], DecryptionKeys = new DecryptionKeys(key) };
        Assert.Equal(Expected(lists, "text"), await ReadAsync(new ParquetSource([folder["a.parquet"]], options), 9));
    }

    // Every byte of a small file in turn: levels, lengths, counts of values, offsets, types.
    [ParquetSharpFact]
    public async Task A_file_with_any_byte_changed_gives_an_error_or_elements()
    {
        var (_, _, make) = ListFiles.Forms["three levels"];
        var kinds = (Numbers: ListFiles.Kinds["double"], Texts: ListFiles.Kinds["text"]);
        int?[]?[] lists = [[1, null, 3], null, [], [4, 5]];
        ListFiles.Write(folder["a.parquet"], [make("x", kinds.Numbers), make("s", kinds.Texts)],
            [(kinds.Numbers, true, true, lists), (kinds.Texts, true, true, lists)], 3, b => b.Compression(Compression.Uncompressed).DisableStatistics());
        var bytes = await File.ReadAllBytesAsync(folder["a.parquet"]);
        var refused = 0;
        for (var at = 4; at < bytes.Length; at++)
        {
            var kept = bytes[at];
            foreach (var other in (byte[])[0, 255, (byte)(kept ^ 1), (byte)(kept + 2), (byte)(kept ^ 128)])
            {
                bytes[at] = other;
                await File.WriteAllBytesAsync(folder["b.parquet"], bytes);
                try
                {
                    await foreach (var _1 in new ParquetSource([folder["b.parquet"]], new ParquetSourceOptions
                    {
                        Lists = ["x", "s"],
                        Engine =
                        "builtin"
                    }).ReadAsync(new ReadOptions { BatchSize = 3, LargestBatchBytes = 1 << 20, DecoderBytes = 1 << 20 }, default)) continue;
                }
                catch (FlowException)
                {
                    refused++;
                }
            }
            bytes[at] = kept;
        }
        Assert.True(refused > bytes.Length, $"{refused} of {5 * bytes.Length} refused");
    }

    private static Encoding Other(string kind) => kind switch
    {
        "double" or "float" => Encoding.ByteStreamSplit,
        "text" => Encoding.DeltaByteArray,
        "bool" => Encoding.Rle,
        _ => Encoding.DeltaBinaryPacked,
    };

    private static List<(long, long, object?)> Expected(int?[]?[] lists, string kind) =>
        [.. lists.SelectMany((l, i) => (l ?? []).Select(code => ((long)i, (long)i, code is { } c ? ListFiles.Kinds[kind].Value(c) : null)))];

    private Task<List<(long, long, object?)>> ReadAsync(string? engine, int batchSize) =>
        ReadAsync(new ParquetSource([folder["a.parquet"]], new ParquetSourceOptions { Lists = ["x"], Engine = engine }), batchSize);

    private static async Task<List<(long, long, object?)>> ReadAsync(ParquetSource source, int batchSize)
    {
        var found = new List<(long, long, object?)>();
        await foreach (var batch in source.ReadAsync(new ReadOptions { BatchSize = batchSize }, default))
            for (var r = 0; r < batch.Rows; r++) found.Add(((long)batch["sequence"].GetValue(r)!, (long)batch["id"].GetValue(r)!, batch["x"].GetValue(r)));
        return found;
    }
}
