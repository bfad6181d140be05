using Pipelines.Io.Format;

namespace Pipelines.Io;

/// <summary>Finds the numeric type that represents every value of two others exactly.</summary>
internal static class NumericUnion
{
    // Width in bits of the integers that floats and doubles represent exactly.
    private const int SingleBits = 24;
    private const int DoubleBits = 53;

    // Digits of the widest decimals that are written.
    private const int MostDigits = 38;

    /// <summary>The common field, with the storage of the one that already has the common type; null if no type represents both.</summary>
    public static ColumnField? Of(ColumnField a, ColumnField b)
    {
        if (DecimalDigits(a) is var (whole, scale) && DecimalDigits(b) is var (otherWhole, otherScale))
        {
            (whole, scale) = (Math.Max(whole, otherWhole), Math.Max(scale, otherScale));
            var united = new ParquetStorage(PhysicalType.FixedLenByteArray, LogicalKind.Decimal, Length: 16, Precision: whole + scale, Scale: scale);
            if (a.ValueType == typeof(decimal) || b.ValueType == typeof(decimal))
                return whole + scale <= MostDigits ? a with { ValueType = typeof(decimal), Storage = united } : null;
        }
        if (Of(a.ValueType, b.ValueType) is not { } type) return null;
        // Half-precision and single-precision floats have the same type: write the more common one.
        var storage = a.ValueType == b.ValueType ? null : a.ValueType == type ? a.Storage : b.ValueType == type ? b.Storage : null;
        return a with { ValueType = type, Storage = storage };
    }

    /// <summary>The type that represents every value of both; null if there is none, or if one is neither integer nor floating-point.</summary>
    public static Type? Of(Type a, Type b)
    {
        var (x, y) = (Kind(a), Kind(b));
        if (x.Bits == 0 || y.Bits == 0) return null;
        if (a == b) return a;
        if (x.IsReal || y.IsReal)
        {
            // The sign bit of a signed integer is not counted as a digit, as for floating-point numbers.
            var digits = Math.Max(Digits(x), Digits(y));
            return digits <= SingleBits ? typeof(float) : digits <= DoubleBits ? typeof(double) : null;
        }
        var isSigned = x.IsSigned || y.IsSigned;
        var bits = Math.Max(Needed(x), Needed(y));
        return (bits, isSigned) switch
        {
            (8, true) => typeof(sbyte),
            (8, false) => typeof(byte),
            (16, true) => typeof(short),
            (16, false) => typeof(ushort),
            (32, true) => typeof(int),
            (32, false) => typeof(uint),
            (64, true) => typeof(long),
            (64, false) => typeof(ulong),
            _ => null,
        };

        // An unsigned number needs twice the bits if a sign must fit.
        int Needed((int Bits, bool IsSigned, bool IsReal) kind) => isSigned && !kind.IsSigned ? 2 * kind.Bits : kind.Bits;
    }

    // Digits before and after the point; null if it is neither a decimal nor an integer.
    private static (int Whole, int Scale)? DecimalDigits(ColumnField field) => field switch
    {
        { Storage: ParquetStorage { Kind: LogicalKind.Decimal } s } => (s.Precision - s.Scale, s.Scale),
        { IsInteger: true } => ((int)Math.Ceiling(Kind(field.ValueType).Bits * Math.Log10(2)), 0),
        _ => null,
    };

    private static int Digits((int Bits, bool IsSigned, bool IsReal) kind) =>
        kind.IsReal ? kind.Bits == 32 ? SingleBits : DoubleBits : kind.IsSigned ? kind.Bits - 1 : kind.Bits;

    private static (int Bits, bool IsSigned, bool IsReal) Kind(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.SByte => (8, true, false),
        TypeCode.Byte => (8, false, false),
        TypeCode.Int16 => (16, true, false),
        TypeCode.UInt16 => (16, false, false),
        TypeCode.Int32 => (32, true, false),
        TypeCode.UInt32 => (32, false, false),
        TypeCode.Int64 => (64, true, false),
        TypeCode.UInt64 => (64, false, false),
        TypeCode.Single => (32, true, true),
        TypeCode.Double => (64, true, true),
        _ => default,
    };
}
