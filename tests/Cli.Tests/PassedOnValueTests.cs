using System.Runtime.InteropServices;
using ParquetSharp;
using ParquetSharp.Schema;

namespace Pipelines.Cli.Tests;

/// <summary>Values that are only passed on stay as they are stored, even if no .NET type holds them.</summary>
public sealed class PassedOnValueTests : IDisposable
{
    private const string Columns =
        """
        CASE WHEN i % 100 = 99 THEN 'infinity'::DOUBLE ELSE i * 0.5 END AS x, make_timestamp_ns(1700000000000000001 + i * 7) AS ns,
        CASE WHEN i % 7 = 0 THEN NULL WHEN i % 7 = 1 THEN 'infinity'::TIMESTAMP WHEN i % 7 = 2 THEN TIMESTAMP '290000-01-01'
            ELSE TIMESTAMP '2020-01-01' + INTERVAL (i) SECOND END AS ts,
        CASE WHEN i % 3 = 0 THEN 'infinity'::DATE WHEN i % 3 = 1 THEN '-infinity'::DATE ELSE DATE '2000-01-01' + i::INT END AS d,
        CASE WHEN i % 3 = 0 THEN TIME '24:00:00' ELSE TIME '01:02:03.000001' END AS t,
        (i::HUGEINT * 99999999999999999999999999999999999)::DECIMAL(38, 0) AS whole,
        (12345678901234567890123456789.123456789::DECIMAL(38, 9) + i) AS part, (i / 3)::DECIMAL(9, 2) AS small, (i / 3)::DECIMAL(18, 4) AS medium,
        ('00000000-0000-0000-0000-' || lpad(i::VARCHAR, 12, '0'))::UUID AS u, (18446744073709551615 - i)::UBIGINT AS large, INTERVAL (i) MONTH AS span
        """;

    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory, InlineData(7, 1), InlineData(1000, 2)]
    public async Task Times_and_decimals_that_DuckDB_writes(int batch, int threads)
    {
        TestData.SaveModel(folder["m.json"], "x");
        Directory.CreateDirectory(folder["in"]);
        await DuckParquet.WriteAsync(folder["in/a.parquet"], 500, "", Columns);
        await DuckParquet.WriteAsync(folder["in/b.parquet"], 500, "", Columns, from: 500);
        string[] score = ["score", folder["m.json"], folder["in"], "--output", folder["out.parquet"], "--on-bad-row", "quarantine", folder["bad"],
            "--batch-size", $"{batch}", "--max-parallelism", $"{threads}", "--quiet"];
        Assert.Contains("they stay as they are", (await Tool.RunAsync([.. score, "--dry-run"])).Out, StringComparison.Ordinal);
        var result = await Tool.RunAsync(score);
        Assert.Equal((0, ""), (result.Code, result.Error));
        await DuckParquet.RunAsync($"COPY (SELECT * FROM read_parquet('{folder["in/*.parquet"]}') WHERE isfinite(x)) TO '{folder["good.parquet"]}' (FORMAT "
            + "parquet)");
        await DuckParquet.RunAsync($"COPY (SELECT * FROM read_parquet('{folder["in/*.parquet"]}') WHERE NOT isfinite(x)) TO '{folder["rest.parquet"]}' (FORMAT "
            + "parquet)");
        const string all = "x, ns, ts, d, t, whole, part, small, medium, u, large, span";
        await DuckParquet.AssertSameAsync(folder["good.parquet"], folder["out.parquet"], all);
        await DuckParquet.AssertSameAsync(folder["rest.parquet"], folder["bad/*.parquet"], all);
        foreach (var made in new[] { "out.parquet", "bad/*.parquet" })
            Assert.Equal(await TypesAsync(folder["in/a.parquet"], all), await TypesAsync(folder[made], all));
    }

    [ParquetSharpFact]
    public async Task Half_precision_Int96_and_wide_decimals_bit_for_bit()
    {
        TestData.SaveModel(folder["m.json"], "x");
        Write(folder["a.parquet"]);
        var result = await Tool.RunAsync("score", folder["m.json"], folder["a.parquet"], "--output", folder["out.parquet"], "--quiet");
        Assert.Equal((0, ""), (result.Code, result.Error));
        var before = Stored(folder["a.parquet"]);
        Assert.Equal(before, Stored(folder["out.parquet"]));
        Assert.Contains("017C", before, StringComparison.Ordinal);
    }

    private static async Task<string> TypesAsync(string path, string columns) => (string)(await DuckParquet.ValueAsync(
        $"SELECT string_agg(column_name || ' ' || column_type, ', ') FROM (DESCRIBE SELECT {columns} FROM read_parquet('{path}'))"))!;

    private static readonly byte[][] halves = [[0x01, 0x7C], [0x00, 0x80], [0xFF, 0x7B]];
    private static readonly byte[][] decimals = [[.. Enumerable.Repeat((byte)0x5A, 25)], [.. Enumerable.Repeat((byte)0xA5, 25)], new byte[25]];

    private static void Write(string path)
    {
        Node[] nodes =
        [
            new PrimitiveNode("x", Repetition.Required, LogicalType.None(), PhysicalType.Double),
            new PrimitiveNode("old", Repetition.Required, LogicalType.None(), PhysicalType.Int96),
            new PrimitiveNode("time", Repetition.Required, LogicalType.Time(true, TimeUnit.Nanos), PhysicalType.Int64),
            new PrimitiveNode("half", Repetition.Required, LogicalType.Float16(), PhysicalType.FixedLenByteArray, 2),
            new PrimitiveNode("fixed", Repetition.Required, LogicalType.Decimal(59, 3), PhysicalType.FixedLenByteArray, 25),
            new PrimitiveNode("bytes", Repetition.Required, LogicalType.Decimal(59, 3), PhysicalType.ByteArray),
        ];
        using var schema = new GroupNode("schema", Repetition.Required, nodes);
        using var properties = new WriterPropertiesBuilder().Build();
        using var file = new ParquetFileWriter(path, schema, properties);
        using var group = file.AppendRowGroup();
        List<GCHandle> pinned = [];
        using (var x = (ColumnWriter<double>)group.NextColumn()) x.WriteBatch([1, 2, 3]);
        using (var old = (ColumnWriter<Int96>)group.NextColumn())
            old.WriteBatch([new Int96(1, 0, 2_440_588), new Int96(-1, -1, int.MinValue), new Int96(0, 0, 0)]);
        using (var time = (ColumnWriter<long>)group.NextColumn()) time.WriteBatch([86_399_999_999_999, 1, 150]);
        using (var half = (ColumnWriter<FixedLenByteArray>)group.NextColumn()) half.WriteBatch([.. halves.Select(v => new FixedLenByteArray(Pin(v)))]);
        using (var wide = (ColumnWriter<FixedLenByteArray>)group.NextColumn()) wide.WriteBatch([.. decimals.Select(v => new FixedLenByteArray(Pin(v)))]);
        using (var bytes = (ColumnWriter<ByteArray>)group.NextColumn()) bytes.WriteBatch([.. decimals.Select(v => new ByteArray(Pin(v), v.Length))]);
        file.Close();
        foreach (var handle in pinned) handle.Free();
        foreach (var node in nodes) node.Dispose();

        IntPtr Pin(byte[] value)
        {
            pinned.Add(GCHandle.Alloc(value, GCHandleType.Pinned));
            return pinned[^1].AddrOfPinnedObject();
        }
    }

    // The columns' types and stored bytes, as ParquetSharp reads them.
    private static string Stored(string path)
    {
        using var file = new ParquetFileReader(path);
        using var group = file.RowGroup(0);
        var found = new List<string>();
        for (var c = 0; c < 6; c++)
        {
            using var reader = group.Column(c);
            using var type = reader.ColumnDescriptor.LogicalType;
            found.Add($"{reader.ColumnDescriptor.Name} {reader.ColumnDescriptor.PhysicalType} {type}");
            found.AddRange(reader switch
            {
                ColumnReader<double> typed => Values(typed, v => $"{v}"),
                ColumnReader<long> typed => Values(typed, v => $"{v}"),
                ColumnReader<Int96> typed => Values(typed, v => $"{v.A} {v.B} {v.C}"),
                ColumnReader<ByteArray> typed => Values(typed, v => Hex(v.Pointer, v.Length)),
                ColumnReader<FixedLenByteArray> typed => Values(typed, v => Hex(v.Pointer, reader.ColumnDescriptor.TypeLength)),
                _ => ["none"],
            });
        }
        return string.Join("\n", found);

        static string Hex(IntPtr at, int length)
        {
            var bytes = new byte[length];
            Marshal.Copy(at, bytes, 0, length);
            return Convert.ToHexString(bytes);
        }
    }

    private static string[] Values<T>(ColumnReader<T> reader, Func<T, string> text)
        where T : unmanaged, IEquatable<T>
    {
        var values = new T[3];
        reader.ReadBatch(3, default, default, values, out var read);
        return Array.ConvertAll(values[..(int)read], v => text(v));
    }
}
