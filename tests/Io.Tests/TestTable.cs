using System.Globalization;

namespace Pipelines.Io.Tests;

/// <summary>Rows of every type with and without nulls, computed from the row number alone; the expected values of most tests.</summary>
public sealed class TestTable
{
    public TestTable(int rows)
    {
        Rows = rows;
        Add("bool", i => i % 3 == 0);
        Add("sbyte", i => (sbyte)(i * 7));
        Add("byte", i => (byte)(i * 11));
        Add("short", i => (short)(i * 1013));
        Add("ushort", i => (ushort)(i * 1019));
        Add("int", i => i * 999_983 - 5);
        Add("uint", i => (uint)i * 2_654_435_761);
        Add("long", i => i % 5 == 0 ? long.MinValue + i : i * 1_000_003L);
        Add("ulong", i => ulong.MaxValue - (ulong)i);
        Add("float", i => i % 11 == 0 ? float.NaN : i % 7 == 0 ? -0.0f : i / 3f);
        Add("double", i => i % 13 == 0 ? double.NegativeInfinity : i % 17 == 0 ? -0.0 : Math.Sin(i));
        Add("decimal", i => i * 123456789.0123456789m);
        Add("DateTime", i => new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Unspecified).AddTicks(i * 123_456_780L - 10_000_000_000_000));
        Add("DateOnly", i => new DateOnly(1960, 1, 1).AddDays(i));
        Add("TimeOnly", i => new TimeOnly(i * 12_345_670L % TimeSpan.TicksPerDay));
        Add("Guid", i => new Guid(i, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
        AddText("string", i => i % 4 == 0 ? "ä€😀" : string.Create(CultureInfo.InvariantCulture, $"row {i % 50}"));
        AddText("unique", i => string.Create(CultureInfo.InvariantCulture, $"value number {i}"));
        AddText("bytes", i => new byte[] { (byte)i, (byte)(i >> 8), 0, 255 }[..(i % 5)]);
    }

    public int Rows { get; private init; }

    /// <summary>Name and values, a null where a row is null.</summary>
    public List<(string Name, Array Values)> Columns { get; } = [];

    public MemorySource ToSource() => MemorySource.FromArrays(Columns);

    public TestTable Without(Func<string, bool> drop)
    {
        var table = new TestTable(0) { Rows = Rows };
        table.Columns.Clear();
        table.Columns.AddRange(Columns.Where(c => !drop(c.Name)));
        return table;
    }

    /// <summary>Reads a source and compares every row.</summary>
    public async Task ExpectFrom(IBatchSource source, ReadOptions options)
    {
        var index = options.FirstBatch;
        var row = index > Rows / options.BatchSize ? Rows : index * options.BatchSize;
        var expected = options.Columns is null ? Columns : [.. options.Columns.Select(n => Columns.Single(c => c.Name == n))];
        await foreach (var batch in source.ReadAsync(options, default))
        {
            Assert.Equal(index++, batch.Index);
            Assert.Equal(row, batch.FirstRow);
            Assert.Equal(expected.Select(c => c.Name), batch.Schema.Fields.Select(f => f.Name));
            Assert.True(batch.Rows == options.BatchSize || row + batch.Rows == expected[0].Values.Length, $"batch {batch.Index} holds {batch.Rows} rows");
            for (var c = 0; c < expected.Count; c++)
                for (var i = 0; i < batch.Rows; i++)
                    AssertSame(expected[c].Values.GetValue(row + i), batch.Columns[c].GetValue(i), $"{expected[c].Name} row {row + i}");
            row += batch.Rows;
            batch.Release();
        }
        Assert.Equal(expected[0].Values.Length, row);
    }

    /// <summary>Same to the bit: -0 is not 0, NaN is NaN.</summary>
    public static void AssertSame(object? expected, object? found, string where)
    {
        var same = (expected, found) switch
        {
            (double a, double b) => BitConverter.DoubleToInt64Bits(a) == BitConverter.DoubleToInt64Bits(b),
            (float a, float b) => BitConverter.SingleToInt32Bits(a) == BitConverter.SingleToInt32Bits(b),
            (byte[] a, byte[] b) => a.AsSpan().SequenceEqual(b),
            _ => Equals(expected, found) && expected?.GetType() == found?.GetType(),
        };
        Assert.True(same, $"{where}: expected {expected ?? "null"}, found {found ?? "null"}");
    }

    private void Add<T>(string name, Func<int, T> value) where T : struct
    {
        Columns.Add((name, Enumerable.Range(0, Rows).Select(value).ToArray()));
        Columns.Add((name + "?", Enumerable.Range(0, Rows).Select(i => i % 7 == 3 || i is >= 40 and < 90 ? null : (T?)value(i)).ToArray()));
    }

    private void AddText<T>(string name, Func<int, T> value) where T : class
    {
        Columns.Add((name, Enumerable.Range(0, Rows).Select(value).ToArray()));
        Columns.Add((name + "?", Enumerable.Range(0, Rows).Select(i => i % 5 == 1 || i is >= 40 and < 90 ? null : value(i)).ToArray()));
    }
}
