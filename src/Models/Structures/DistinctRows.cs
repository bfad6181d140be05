using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Structures;

/// <summary>
/// Keeps rows of codes, equal rows as one with their total weight, in the order of their first appearance. Rows of weight 0 are only counted.
/// </summary>
internal sealed class DistinctRows : ISummarizer
{
    private const string Kind = "distinct-rows";

    private readonly RowLayout layout;
    private readonly long? maxBytes;

    /// <param name="sizes">Number of values of each variable, shape [variables].</param>
    /// <param name="maxBytes">Memory that the rows may take; null = no limit.</param>
    public DistinctRows(IReadOnlyList<int> sizes, long? maxBytes) => (layout, this.maxBytes) = (new(sizes), maxBytes);

    [ModuleInitializer]
    internal static void Register() => SummarizerFormat.Register(Kind, json =>
        new DistinctRows(CodeRows.ReadSizes(json), json.TryGetProperty("maxBytes", out var bytes) ? bytes.GetInt64() : null));

    public string SummarizerKind => Kind;

    public void WriteSettings(Utf8JsonWriter writer)
    {
        CodeRows.WriteSizes(writer, layout.Sizes);
        if (maxBytes is { } bytes) writer.WriteNumber("maxBytes", bytes);
    }

    public bool IsSame(ISummarizer other) =>
        other is DistinctRows rows && rows.maxBytes == maxBytes && layout.Sizes.AsSpan().SequenceEqual(rows.layout.Sizes);

    public Statistics CreateStatistics() => new DistinctRowsStatistics(layout, maxBytes);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Summarize(in FeatureBlock block, Statistics statistics)
    {
        var into = (DistinctRowsStatistics)statistics;
        into.Rows += block.Rows;
        using var scratch = Scratch.Enter();
        var words = MemoryMarshal.Cast<double, ulong>(scratch.Take(FeatureTile.Capacity * layout.Words));
        var keys = MemoryMarshal.Cast<double, ulong>(scratch.Take(FeatureTile.Capacity * layout.Words));
        for (var start = 0; start < block.Rows; start += FeatureTile.Capacity)
        {
            Cancellation.Poll();
            var rows = Math.Min(FeatureTile.Capacity, block.Rows - start);
            words.Clear();
            for (var j = 0; j < layout.Sizes.Length; j++) Pack(block, start, rows, j, words.Slice(layout.Word[j] * FeatureTile.Capacity, rows));
            for (var w = 0; w < layout.Words; w++)
                for (var i = 0; i < rows; i++) keys[(i * layout.Words) + w] = words[(w * FeatureTile.Capacity) + i];
            if (block.Weights.IsEmpty)
            {
                into.Weight += rows;
                into.Add(keys[..(rows * layout.Words)], default);
                continue;
            }
            for (var i = 0; i < rows; i++)
            {
                var weight = block.Weights[start + i];
                into.Weight += weight;
                if (weight > 0) into.Add(keys.Slice(i * layout.Words, layout.Words), new(in weight));
            }
        }
    }

    // Adds a variable's codes to the words of a tile's rows.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pack(in FeatureBlock block, int start, int rows, int variable, Span<ulong> words)
    {
        int size = layout.Sizes[variable], shift = layout.Shift[variable], stride = block.RowStride;
        var from = (start * stride) + (variable * block.ColumnStride);
        var done = stride == 1 && KernelSelection.Current != KernelVariant.Scalar ? PackedCodes.Add(block.Values.Slice(from, rows), size, shift, words) : 0;
        from += done * stride;
        for (var i = done; i < rows; i++, from += stride)
        {
            var value = block.Values[from];
            var code = (int)value;
            if (code != value || (uint)code >= (uint)size)
            {
                if (!double.IsNaN(value)) throw CodeRows.Unknown(block, start + i, variable, size);
                code = size;
            }
            words[i] |= (ulong)code << shift;
        }
    }
}

/// <summary>What the summarizers of codes share.</summary>
internal static class CodeRows
{
    /// <summary>Maximum number of values of a variable.</summary>
    public const int MostValues = 1 << 20;

    public static void WriteSizes(Utf8JsonWriter writer, int[] sizes)
    {
        writer.WriteStartArray("sizes");
        foreach (var size in sizes) writer.WriteNumberValue(size);
        writer.WriteEndArray();
    }

    public static int[] ReadSizes(JsonElement json)
    {
        int[] sizes = [.. json.Array("sizes").Select(e => e.TryGetInt32(out var size) ? size : 0)];
        return sizes.Length is > 0 and <= StructureOptions.MostVariables && Array.TrueForAll(sizes, s => s is >= 1 and <= MostValues)
            ? sizes
            : throw JsonHelpers.Bad("property 'sizes'", $"{json.Required("sizes")}", "numbers of values of at least 1");
    }

    /// <summary>The error of a value that is not a code.</summary>
    public static ModelException Unknown(in FeatureBlock block, int row, int variable, int size) =>
        new(ErrorKind.Data, $"variable {variable}, row {block.FirstRow + row}", $"the value {block[row, variable].Text()}",
            $"a code from 0 to {size - 1}, or NaN for a missing value", "code the values 0, 1, 2 …, or count more values of this variable")
        { FeatureIndex = variable };
}
