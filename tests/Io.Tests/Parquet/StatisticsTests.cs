using System.Buffers.Binary;
using Pipelines.Io.Format;

namespace Pipelines.Io.Tests.Parquet;

/// <summary>What files tell of their values is believed only where it can be right.</summary>
public sealed class StatisticsTests
{
    private static readonly ParquetStorage int32 = new(PhysicalType.Int32);
    private static readonly ParquetStorage unsigned = new(PhysicalType.Int32, LogicalKind.Integer, Bits: 32, IsSigned: false);
    private static readonly ParquetStorage int64 = new(PhysicalType.Int64);
    private static readonly ParquetStorage real = new(PhysicalType.Double);
    private static readonly ParquetStorage single = new(PhysicalType.Float);
    private static readonly ParquetStorage money = new(PhysicalType.Int64, LogicalKind.Decimal, Precision: 18, Scale: 2);
    private static readonly ParquetStorage date = new(PhysicalType.Int32, LogicalKind.Date);

    [Fact]
    public void Ranges_are_read_as_the_column_stores_them()
    {
        Assert.Equal((-5, 7), Read((6, Bytes(-5)), (5, Bytes(7))).Range(int32));
        Assert.Equal((-5e12, 7e12), Read((6, Bytes(-5_000_000_000_000)), (5, Bytes(7_000_000_000_000))).Range(int64));
        Assert.Equal((1, 4_294_967_295), Read((6, Bytes(1)), (5, Bytes(-1))).Range(unsigned));
        Assert.Equal((-0.5, 1e308), Read((6, Bytes(BitConverter.DoubleToInt64Bits(-0.5))), (5, Bytes(BitConverter.DoubleToInt64Bits(1e308)))).Range(real));
        Assert.Equal((-0.5, 2), Read((6, Bytes(BitConverter.SingleToInt32Bits(-0.5f))), (5, Bytes(BitConverter.SingleToInt32Bits(2)))).Range(single));
        Assert.Equal((-1.25, 3.5), Read((6, Bytes(-125L)), (5, Bytes(350L))).Range(money));
    }

    [Fact]
    public void The_older_fields_serve_where_comparison_was_right()
    {
        var old = Read((2, Bytes(-5)), (1, Bytes(7)));
        Assert.Equal((-5, 7), old.Range(int32));
        Assert.Null(Read((2, Bytes(1)), (1, Bytes(7))).Range(unsigned));
        // Both: the newer ones.
        Assert.Equal((-4, 6), Read((2, Bytes(-5)), (1, Bytes(7)), (6, Bytes(-4)), (5, Bytes(6))).Range(int32));
    }

    [Fact]
    public void What_cannot_be_believed_is_left_out()
    {
        Assert.Null(Read().Range(int32));
        Assert.Equal(-1, Read().Nulls);
        Assert.Null(Read((5, Bytes(7))).Range(int32));
        Assert.Null(Read((6, Bytes(7)), (5, Bytes(-7))).Range(int32));
        Assert.Null(Read((6, Bytes(-5)), (5, Bytes(7))).Range(int64));
        Assert.Null(Read((6, Bytes(-5)), (5, Bytes(7))).Range(date));
        Assert.Null(Read((6, Bytes(BitConverter.DoubleToInt64Bits(double.NaN))), (5, Bytes(BitConverter.DoubleToInt64Bits(1)))).Range(real));
        Assert.Null(Read((6, "abc"u8.ToArray()), (5, "abd"u8.ToArray())).Range(new ParquetStorage(PhysicalType.ByteArray, LogicalKind.String)));
    }

    [Fact]
    public void A_structure_that_is_cut_off_is_an_error_of_the_file()
    {
        var whole = Write((6, Bytes(-5)), (5, Bytes(7)));
        for (var length = 0; length < whole.Length; length++)
        {
            var part = whole[..length];
            Assert.Throws<BrokenFileException>(() =>
            {
                var reader = new ThriftReader(part);
                ChunkStatistics.Read(ref reader, ThriftType.Struct);
            });
        }
    }

    private static byte[] Bytes(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Bytes(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes;
    }

    private static ChunkStatistics Read(params (short Id, byte[] Value)[] fields)
    {
        var reader = new ThriftReader(Write(fields));
        return ChunkStatistics.Read(ref reader, ThriftType.Struct);
    }

    // Thrift's compact protocol: a field is (difference of numbers << 4 | type 8 for bytes), its length, its bytes; 0 ends the structure.
    private static byte[] Write(params (short Id, byte[] Value)[] fields)
    {
        var bytes = new List<byte>();
        short before = 0;
        foreach (var (id, value) in fields.OrderBy(f => f.Id))
        {
            bytes.Add((byte)(((id - before) << 4) | 8));
            bytes.Add((byte)value.Length);
            bytes.AddRange(value);
            before = id;
        }
        bytes.Add(0);
        return [.. bytes];
    }
}
