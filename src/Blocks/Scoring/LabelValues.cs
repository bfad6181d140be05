using System.Globalization;
using Pipelines.Io;
using Pipelines.Models;

namespace Pipelines.Blocks;

/// <summary>The values that label numbers stand for, in the type in which they are written.</summary>
internal abstract class LabelValues
{
    /// <summary>Type of the values.</summary>
    public abstract Type ValueType { get; }

    /// <summary>Values of a type, given as text.</summary>
    /// <param name="names">Shape [K]: the values in the order of their numbers.</param>
    /// <param name="type">Their type, as in <see cref="ClassLabels"/>; null = text.</param>
    public static LabelValues Of(IReadOnlyList<string> names, string? type) => type switch
    {
        ClassLabels.Boolean => new Typed<bool>([.. names.Select(n => n is "1" or "true" or "True")]),
        "sbyte" => Numbers<sbyte>(names),
        "byte" => Numbers<byte>(names),
        "int16" => Numbers<short>(names),
        "uint16" => Numbers<ushort>(names),
        "int32" => Numbers<int>(names),
        "uint32" => Numbers<uint>(names),
        "int64" => Numbers<long>(names),
        "uint64" => Numbers<ulong>(names),
        "single" => Numbers<float>(names),
        "double" => Numbers<double>(names),
        "decimal" => Numbers<decimal>(names),
        _ => new Typed<string>([.. names]),
    };

    /// <summary>A column of some labels.</summary>
    /// <param name="field">Name and type of the column.</param>
    /// <param name="numbers">Shape [rows]: the labels' numbers, also in null rows.</param>
    /// <param name="present">Shape [rows], false for null rows; a null reference if no row is null.</param>
    public abstract BatchColumn Column(ColumnField field, ReadOnlyMemory<int> numbers, bool[]? present);

    private static Typed<T> Numbers<T>(IReadOnlyList<string> names)
        where T : IParsable<T> => new([.. names.Select(n => T.Parse(Number(n), CultureInfo.InvariantCulture))]);

    // A model of booleans also takes columns of numbers.
    private static string Number(string name) => name switch { "false" => "0", "true" => "1", _ => name };

    private sealed class Typed<T>(T[] values) : LabelValues
    {
        private readonly ColumnDictionary<T> dictionary = new(values);

        /// <inheritdoc/>
        public override Type ValueType => typeof(T);

        /// <inheritdoc/>
        public override BatchColumn Column(ColumnField field, ReadOnlyMemory<int> numbers, bool[]? present) =>
            new BatchColumn<T>(field, dictionary, numbers, present);
    }
}
