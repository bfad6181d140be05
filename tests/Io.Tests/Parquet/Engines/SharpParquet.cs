using ParquetSharp;

namespace Pipelines.Io.Tests;

/// <summary>ParquetSharp as a writer of encodings, codecs and encryption that our own writer does not know. Values follow from the row number.</summary>
internal static class SharpParquet
{
    public const int Rows = 5_000;

    /// <summary>Name, logical type and values of each column, a null where a row is null.</summary>
    public static IReadOnlyList<(Column Column, Array Values)> Columns { get; } =
    [
        Make("bool", i => i % 3 == 0 || i is > 1000 and < 2000),
        Make("bool?", i => i % 5 == 0 ? null : (bool?)(i % 7 < 3)),
        Make("int", i => i * 999_983 - 5),
        Make("int?", i => Gap(i) ? null : (int?)(i % 100)),
        Make("long", i => i % 50 == 0 ? long.MinValue + i : i * 1_000_003L),
        Make("long?", i => Gap(i) ? null : (long?)i),
        Make("float", i => i % 11 == 0 ? float.NaN : i % 7 == 0 ? -0.0f : i / 3f),
        Make("double?", i => Gap(i) ? null : (double?)(i % 13 == 0 ? double.NegativeInfinity : Math.Sin(i))),
        Make("string", i => i % 4 == 0 ? "ä€😀" : $"row {i % 700}"),
        Make("string?", i => Gap(i) ? null : $"value number {i}"),
        Make("bytes?", i => Gap(i) ? null : new byte[] { (byte)i, (byte)(i >> 8), 0, 255 }[..(i % 5)]),
        Make("Guid?", i => Gap(i) ? null : (Guid?)new Guid(i, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)),
        Make("decimal", i => i * 1234.5678m, LogicalType.Decimal(20, 4)),
        Make("DateOnly", i => new DateOnly(1960, 1, 1).AddDays(i)),
    ];

    /// <summary>Writes all columns, in row groups of 3,000 rows.</summary>
    public static void Write(string path, Action<WriterPropertiesBuilder> properties)
    {
        using var builder = new WriterPropertiesBuilder();
        builder.DataPagesize(4096).EnablePageChecksum();
        properties(builder);
        using var written = builder.Build();
        using var file = new ParquetFileWriter(path, [.. Columns.Select(c => c.Column)], LogicalTypeFactory.Default, written);
        for (var at = 0; at < Rows; at += 3_000)
        {
            var count = Math.Min(3_000, Rows - at);
            using var group = file.AppendRowGroup();
            foreach (var (_, values) in Columns)
            {
                using var column = group.NextColumn().LogicalWriter();
                var part = Array.CreateInstance(values.GetType().GetElementType()!, count);
                Array.Copy(values, at, part, 0, count);
                column.Apply(new Part(part));
            }
        }
        file.Close();
    }

    private static bool Gap(int row) => row % 7 == 3 || row is >= 400 and < 900;

    private static (Column Column, Array Values) Make<T>(string name, Func<int, T> value, LogicalType? type = null) =>
        (new Column<T>(name, type), Enumerable.Range(0, Rows).Select(value).ToArray());

    private sealed class Part(Array values) : ILogicalColumnWriterVisitor<bool>
    {
        public bool OnLogicalColumnWriter<T>(LogicalColumnWriter<T> writer)
        {
            writer.WriteBatch((T[])values);
            return true;
        }
    }
}
