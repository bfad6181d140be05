using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace Pipelines.Io.Format;

/// <summary>Creates the <see cref="PlainCodec{T}"/> of a column.</summary>
internal static class PlainCodecs
{
    private static readonly UTF8Encoding Utf8 = new(false, true);
    private static readonly DateOnly Epoch = new(1970, 1, 1);

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private readonly record struct Int96(long Nanos, int Day);

    /// <summary>The codec for values stored as <paramref name="s"/>; its type is that of <see cref="ValueTypes.Of"/>.</summary>
    public static object For(ParquetStorage s)
    {
        var type = ValueTypes.Of(s).Type ?? throw new InvalidOperationException($"no values of {s}");
        return Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean => new BooleanCodec(),
            TypeCode.SByte => new ConvertingCodec<int, sbyte>(v => Narrow<sbyte>(v), v => v),
            TypeCode.Byte => new ConvertingCodec<int, byte>(v => Narrow<byte>(v), v => v),
            TypeCode.Int16 => new ConvertingCodec<int, short>(v => Narrow<short>(v), v => v),
            TypeCode.UInt16 => new ConvertingCodec<int, ushort>(v => Narrow<ushort>(v), v => v),
            TypeCode.Int32 => new BlittableCodec<int>(),
            TypeCode.UInt32 => new BlittableCodec<uint>(),
            TypeCode.Int64 => new BlittableCodec<long>(),
            TypeCode.UInt64 => new BlittableCodec<ulong>(),
            TypeCode.Single when s.Kind == LogicalKind.Float16 => new ConvertingCodec<Half, float>(v => (float)v, v => (Half)v),
            TypeCode.Single => new BlittableCodec<float>(),
            TypeCode.Double => new BlittableCodec<double>(),
            TypeCode.Decimal => Decimals(s),
            TypeCode.DateTime => s.Physical == PhysicalType.Int96 ? new ConvertingCodec<Int96, DateTime>(ReadInt96, WriteInt96) : Timestamps(s),
            TypeCode.String when s.Physical == PhysicalType.FixedLenByteArray =>
                new FixedBytesCodec<string>(s.Length, Text, (v, target) => WriteFixed(Utf8.GetBytes(v), target)),
            TypeCode.String => new VariableBytesCodec<string>(Text, WriteText),
            _ => Others(s, type),
        };
    }

    private static object Others(ParquetStorage s, Type type)
    {
        if (type == typeof(ReadOnlyMemory<byte>)) return s.Physical == PhysicalType.ByteArray ? new StoredBytesCodec()
            : new StoredFixedCodec(s.Physical == PhysicalType.Int96 ? 12 : s.Length);
        if (type == typeof(DateOnly)) return new ConvertingCodec<int, DateOnly>(ReadDate, v => v.DayNumber - Epoch.DayNumber);
        if (type == typeof(Guid))
            return new FixedBytesCodec<Guid>(16, v => new Guid(v, bigEndian: true), (v, target) => v.TryWriteBytes(target, bigEndian: true, out _));
        if (type == typeof(TimeOnly))
        {
            return s.Unit switch
            {
                TimeUnit.Millis => new ConvertingCodec<int, TimeOnly>(v => Time(v, TimeSpan.TicksPerMillisecond, 1),
                    v => (int)(v.Ticks / TimeSpan.TicksPerMillisecond)),
                TimeUnit.Micros => new ConvertingCodec<long, TimeOnly>(v => Time(v, 10, 1), v => v.Ticks / 10),
                _ => new ConvertingCodec<long, TimeOnly>(v => Time(v, 1, 100), v => v.Ticks * 100),
            };
        }
        return s.Physical == PhysicalType.FixedLenByteArray
            ? new FixedBytesCodec<byte[]>(s.Length, v => v.ToArray(), (v, target) => WriteFixed(v, target))
            : new VariableBytesCodec<byte[]>(v => v.ToArray(), (v, target) => target.Write(v));
    }

    private static T Narrow<T>(int value) where T : struct, INumber<T>
    {
        var narrow = T.CreateTruncating(value);
        return int.CreateTruncating(narrow) == value ? narrow : throw new BrokenFileException($"the value {value}", $"one that fits into {typeof(T).Name}");
    }

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new BrokenFileException($"text with the bytes {Convert.ToHexString(bytes[..Math.Min(bytes.Length, 16)])}", "UTF-8");
        }
    }

    private static void WriteText(string value, ByteBuffer target)
    {
        var at = target.Length;
        try
        {
            // For long texts, computing the exact length is cheaper than reserving three times their length.
            var space = target.Reserve(value.Length > 1 << 16 ? Utf8.GetByteCount(value) : value.Length * 3);
            target.Shrink(at + Utf8.GetBytes(value, space));
        }
        catch (EncoderFallbackException)
        {
            throw new BrokenFileException("text with half a surrogate pair", "text that UTF-8 can represent");
        }
    }

    private static void WriteFixed(ReadOnlySpan<byte> value, Span<byte> target)
    {
        if (value.Length != target.Length)
            throw new BrokenFileException($"a value of {value.Length} bytes", $"{target.Length} bytes, the column's fixed length");
        value.CopyTo(target);
    }

    private static DateOnly ReadDate(int days)
    {
        var number = (long)Epoch.DayNumber + days;
        return number >= 0 && number <= DateOnly.MaxValue.DayNumber
            ? DateOnly.FromDayNumber((int)number)
            : throw new BrokenFileException($"the date {days} days after 1970-01-01", "the years 1 to 9999");
    }

    private static TimeOnly Time(long value, long ticks, long parts)
    {
        if (value % parts != 0) throw new BrokenFileException($"the time {value} ns", "a multiple of 100 ns");
        return value >= 0 && value / parts < TimeSpan.TicksPerDay / ticks
            ? new TimeOnly(value / parts * ticks)
            : throw new BrokenFileException($"the time {value}", "less than a day");
    }

    private static ConvertingCodec<long, DateTime> Timestamps(ParquetStorage s)
    {
        var kind = s.IsUtc ? DateTimeKind.Utc : DateTimeKind.Unspecified;
        var epoch = DateTime.UnixEpoch.Ticks;
        var (min, max) = (-epoch, DateTime.MaxValue.Ticks - epoch);
        return s.Unit switch
        {
            TimeUnit.Millis => new(v => Make(v, TimeSpan.TicksPerMillisecond), v => Floor(v.Ticks - epoch, TimeSpan.TicksPerMillisecond)),
            TimeUnit.Micros => new(v => Make(v, 10), v => Floor(v.Ticks - epoch, 10)),
            _ => new(
                v => v % 100 == 0 ? Make(v / 100, 1) : throw new BrokenFileException($"the timestamp {v} ns", "a multiple of 100 ns"),
                v => Math.Abs(v.Ticks - epoch) <= long.MaxValue / 100
                    ? (v.Ticks - epoch) * 100
                    : throw new BrokenFileException($"the timestamp {v:O}", "the years 1678 to 2262, the range of nanoseconds")),
        };

        DateTime Make(long value, long ticks) => value >= min / ticks && value <= max / ticks
            ? new DateTime(epoch + value * ticks, kind)
            : throw new BrokenFileException($"the timestamp {value} {s.Unit.ToString().ToLowerInvariant()} after 1970-01-01", "the years 1 to 9999");
    }

    private static long Floor(long value, long by) => value >= 0 ? value / by : (value - by + 1) / by;

    private static DateTime ReadInt96(Int96 value)
    {
        // Day 2,440,588 of the Julian calendar is 1970-01-01.
        var days = (long)value.Day - 2_440_588;
        if (value.Nanos % 100 != 0) throw new BrokenFileException($"the timestamp of day {days} and {value.Nanos} ns", "a multiple of 100 ns");
        if (value.Nanos is < 0 or >= 86_400_000_000_000 || days < -719_162 || days > 2_932_896)
            throw new BrokenFileException($"the timestamp {days} days after 1970-01-01", "the years 1 to 9999");
        return new DateTime(DateTime.UnixEpoch.Ticks + days * TimeSpan.TicksPerDay + value.Nanos / 100, DateTimeKind.Unspecified);
    }

    private static Int96 WriteInt96(DateTime value)
    {
        var days = (int)((value.Ticks - DateTime.UnixEpoch.Ticks - value.TimeOfDay.Ticks) / TimeSpan.TicksPerDay);
        return new Int96(value.TimeOfDay.Ticks * 100, days + 2_440_588);
    }

    private static object Decimals(ParquetStorage s)
    {
        var scale = s.Scale;
        return s.Physical switch
        {
            PhysicalType.Int32 => new ConvertingCodec<int, decimal>(v => Scaled(v, scale), v => (int)Unscaled(v, s, int.MaxValue)),
            PhysicalType.Int64 => new ConvertingCodec<long, decimal>(v => Scaled(v, scale), v => (long)Unscaled(v, s, long.MaxValue)),
            PhysicalType.FixedLenByteArray => new FixedBytesCodec<decimal>(s.Length, v => FromBytes(v, scale), (v, target) => ToBytes(v, s, target)),
            _ => new VariableBytesCodec<decimal>(v => FromBytes(v, scale), (v, target) => ToBytes(v, s, target.Reserve(16))),
        };
    }

    private static decimal Scaled(long value, int scale)
    {
        var magnitude = value < 0 ? 0UL - (ulong)value : (ulong)value;
        return new decimal((int)(uint)magnitude, (int)(magnitude >> 32), 0, value < 0, (byte)scale);
    }

    private static decimal FromBytes(ReadOnlySpan<byte> bytes, int scale)
    {
        var value = new BigInteger(bytes, isUnsigned: false, isBigEndian: true);
        var magnitude = BigInteger.Abs(value);
        if (magnitude.GetBitLength() > 96) throw new BrokenFileException($"the decimal {value}e-{scale}", "at most 28 digits");
        return new decimal((int)(uint)(magnitude & uint.MaxValue), (int)(uint)((magnitude >> 32) & uint.MaxValue), (int)(uint)(magnitude >> 64), value.Sign < 0,
            (byte)scale);
    }

    private static Int128 Unscaled(decimal value, ParquetStorage s, Int128 limit)
    {
        var rounded = decimal.Round(value, Math.Min(28, s.Scale));
        if (rounded != value) throw new BrokenFileException($"the decimal {value}", $"at most {s.Scale} digits after the point");
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var magnitude = ((Int128)(uint)bits[2] << 64) | ((Int128)(uint)bits[1] << 32) | (uint)bits[0];
        var have = (bits[3] >> 16) & 255;
        for (; have < s.Scale; have++) magnitude = magnitude <= Int128.MaxValue / 10 ? magnitude * 10 : throw TooLarge();
        for (; have > s.Scale; have--) magnitude /= 10;
        if (magnitude > limit || (s.Precision is > 0 and < 38 && magnitude >= Power(s.Precision))) throw TooLarge();
        return value < 0 ? -magnitude : magnitude;

        BrokenFileException TooLarge() => new($"the decimal {value}", $"at most {s.Precision} digits, {s.Scale} of them after the point");
    }

    private static Int128 Power(int digits)
    {
        Int128 p = 1;
        for (var i = 0; i < digits; i++) p *= 10;
        return p;
    }

    private static void ToBytes(decimal value, ParquetStorage s, Span<byte> target)
    {
        var unscaled = Unscaled(value, s, target.Length >= 16 ? Int128.MaxValue : ((Int128)1 << (8 * target.Length - 1)) - 1);
        Span<byte> wide = stackalloc byte[16];
        BinaryPrimitives.WriteInt128BigEndian(wide, unscaled);
        if (target.Length > 16) target[..^16].Fill((byte)(unscaled < 0 ? 255 : 0));
        if (target.Length > 16) wide.CopyTo(target[^16..]);
        else wide[^target.Length..].CopyTo(target);
    }
}
