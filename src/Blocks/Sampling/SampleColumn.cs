using System.Globalization;
using System.Numerics;
using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>
/// How drawn values of a feature are written: numbers as doubles, with their transforms undone; categories as their original text, booleans or numbers.
/// </summary>
internal abstract class SampleColumn
{
    /// <summary>Name and type of the column.</summary>
    public abstract ColumnField Field { get; }

    /// <summary>Creates a column from values.</summary>
    /// <param name="values">Numbers or category codes. Shape [rows]; the column may keep the array.</param>
    public abstract BatchColumn Make(double[] values);

    /// <summary>The columns of a model's features; with numbered names if it has none.</summary>
    /// <param name="saved">The model.</param>
    public static SampleColumn[] Of(SavedModel saved) =>
        saved.Features is { } features ? [.. features.Select(Of)] : [.. Enumerable.Range(0, saved.Model.Dimensions).Select(j => new Numbers($"x{j}"))];

    /// <summary>The column of a feature.</summary>
    /// <param name="feature">Name and categories.</param>
    private static SampleColumn Of(Feature feature)
    {
        if (feature.Categories is not { } categories) return new Numbers(feature.Name, FeatureTransforms.Of([feature]));
        if (feature.Type is "string") return new Texts(feature.Name, [.. categories]);
        var map = feature.ToMap()!;
        if (feature.Type is "boolean" && categories.All(c => c is "0" or "1")) return new Categories<bool>(feature.Name, [.. categories.Select(c => c == "1")]);
        SampleColumn? asFitted = feature.Type switch
        {
            "sbyte" => Whole<sbyte>(),
            "byte" => Whole<byte>(),
            "int16" => Whole<short>(),
            "uint16" => Whole<ushort>(),
            "int32" => Whole<int>(),
            "uint32" => Whole<uint>(),
            "uint64" => All<ulong>(categories, map.Code) is { } large ? new Categories<ulong>(feature.Name, large) : null,
            "single" => All<float>(categories, v => map.Code((double)v)) is { } real ? new Categories<float>(feature.Name, real) : null,
            _ => null,
        };
        if (asFitted is not null) return asFitted;
        // Numeric categories are identified by value, whatever the type of their column: use the first type that represents all of them exactly.
        if (All<long>(categories, map.Code) is { } whole) return new Categories<long>(feature.Name, whole);
        if (All<ulong>(categories, map.Code) is { } natural) return new Categories<ulong>(feature.Name, natural);
        return All<double>(categories, map.Code) is { } numbers ? new Categories<double>(feature.Name, numbers) : new Texts(feature.Name, [.. categories]);

        Categories<T>? Whole<T>()
            where T : struct, INumber<T> => All<T>(categories, v => map.Code(long.CreateChecked(v))) is { } numbers ? new(feature.Name, numbers) : null;
    }

    // The categories as numbers of a type; null if this type cannot represent one of them, or changes it into another category.
    private static T[]? All<T>(IReadOnlyList<string> categories, Func<T, double> code)
        where T : struct, INumber<T>
    {
        var numbers = new T[categories.Count];
        for (var c = 0; c < numbers.Length; c++)
        {
            if (!T.TryParse(categories[c], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[c])) return null;
            if (T.IsFinite(numbers[c]) && code(numbers[c]) != c) return null;
        }
        return numbers;
    }

    /// <summary>A column of components or states.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="names">Names of the components or states; null = they are written as numbers (INT32).</param>
    public static SampleColumn OfLabels(string name, IReadOnlyList<string>? names) => names is null ? new Labels(name) : new Texts(name, [.. names]);

    private sealed class Labels(string name) : SampleColumn
    {
        public override ColumnField Field { get; } = new(name, typeof(int), false);

        public override BatchColumn Make(double[] values) => new BatchColumn<int>(Field, Array.ConvertAll(values, v => (int)v));
    }

    private sealed class Numbers(string name, FeatureTransforms? transforms = null) : SampleColumn
    {
        public override ColumnField Field { get; } = new(name, typeof(double), false);

        public override BatchColumn Make(double[] values) =>
            new BatchColumn<double>(Field, transforms is null or { IsEmpty: true } ? values : Array.ConvertAll(values, v => transforms.Invert(0, v)));
    }

    private sealed class Categories<T>(string name, T[] values) : SampleColumn
        where T : struct
    {
        public override ColumnField Field { get; } = new(name, typeof(T), false);

        public override BatchColumn Make(double[] codes)
        {
            var made = new T[codes.Length];
            for (var i = 0; i < made.Length; i++) made[i] = values[Code(codes[i], values.Length, Field.Name)];
            return new BatchColumn<T>(Field, made);
        }
    }

    private sealed class Texts(string name, string[] values) : SampleColumn
    {
        private readonly ColumnDictionary<string> dictionary = new(values);

        public override ColumnField Field { get; } = new(name, typeof(string), false);

        public override BatchColumn Make(double[] codes)
        {
            var indexes = new int[codes.Length];
            for (var i = 0; i < indexes.Length; i++) indexes[i] = Code(codes[i], values.Length, Field.Name);
            return new BatchColumn<string>(Field, dictionary, indexes);
        }
    }

    private static int Code(double value, int categories, string name) => value >= 0 && value < categories && value == Math.Floor(value)
        ? (int)value
        : throw new ModelException(ErrorKind.ModelFile, $"feature '{name}'", FormattableString.Invariant($"a draw of {value}"),
            $"the code of one of its {categories} categories", "the model's distribution of this feature has other categories than the feature; fit it again");
}
