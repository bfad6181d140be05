using ParquetSharp;

namespace Pipelines.Io.Tests;

/// <summary>
/// Every encoding, codec and page version that Arrow writes: each engine reads what was written, or refuses; the automatic choice reads everything.
/// </summary>
public class EncodingTests
{
    private static readonly Dictionary<string, Action<WriterPropertiesBuilder>> Encodings = new()
    {
        ["dictionary"] = _ => { },
        ["plain"] = b => b.DisableDictionary(),
        ["delta"] = b =>
        {
            b.DisableDictionary();
            foreach (var name in (string[])["int", "int?", "long", "long?", "DateOnly"]) b.Encoding(name, Encoding.DeltaBinaryPacked);
            foreach (var name in (string[])["string", "string?"]) b.Encoding(name, Encoding.DeltaLengthByteArray);
            foreach (var name in (string[])["bytes?", "Guid?"]) b.Encoding(name, Encoding.DeltaByteArray);
        },
        ["split and runs"] = b =>
        {
            b.DisableDictionary();
            foreach (var name in (string[])["int", "int?", "long", "long?", "float", "double?", "Guid?", "decimal"]) b.Encoding(name, Encoding.ByteStreamSplit);
            foreach (var name in (string[])["bool", "bool?"]) b.Encoding(name, Encoding.Rle);
            foreach (var name in (string[])["string", "string?"]) b.Encoding(name, Encoding.DeltaByteArray);
        },
    };

    public static TheoryData<string, string, bool> Files
    {
        get
        {
            var files = new TheoryData<string, string, bool>();
            foreach (var encoding in Encodings.Keys)
                foreach (var isV2 in (bool[])[false, true])
                    foreach (var codec in encoding == "dictionary" ? (string[])["Uncompressed", "Snappy", "Gzip", "Brotli", "Zstd", "Lz4"] : ["Snappy"])
                        files.Add(encoding, codec, isV2);
            return files;
        }
    }

    [ParquetSharpTheory, MemberData(nameof(Files))]
    public async Task Every_engine_reads_what_was_written_or_refuses(string encoding, string codec, bool isV2)
    {
        using var folder = new TempFolder();
        SharpParquet.Write(folder["a.parquet"], b =>
        {
            b.Compression(Enum.Parse<Compression>(codec)).DataPageVersion(isV2 ? ParquetDataPageVersion.V2 : ParquetDataPageVersion.V1);
            Encodings[encoding](b);
        });
        foreach (var engine in EngineRows.Names.Prepend(null))
        {
            foreach (var (column, expected) in SharpParquet.Columns)
            {
                // An odd size reads row groups whole, an even one in slices.
                foreach (var size in (int[])[501, 800])
                {
                    var (values, error) = await EngineRows.Read(folder["a.parquet"], column.Name, engine, size);
                    var where = $"{column.Name} by {engine ?? "auto"} in batches of {size}";
                    if (engine is null or "parquetsharp" || encoding is "plain" or "dictionary" && engine == "builtin")
                        Assert.True(error is null, $"{where}: {error?.Message}");
                    if (values is null) continue;
                    Assert.Equal(expected.Length, values.Count);
                    for (var i = 0; i < expected.Length; i++) TestTable.AssertSame(expected.GetValue(i), values[i], $"{where}, row {i}");
                }
            }
        }
    }
}
