using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Kernels;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Fitting;

/// <summary>Computes something of transformed rows.</summary>
/// <param name="each">What to compute.</param>
/// <param name="transforms">What is applied to the rows.</param>
internal sealed class TransformedSummarizer(ISummarizer each, FeatureTransforms transforms) : ISummarizer
{
    private const string Kind = "transformed";

    // Columns a multiple of 4 KiB apart would map to the same few cache sets.
    private const int Padding = 8;

    [ModuleInitializer]
    internal static void Register() => SummarizerFormat.Register(Kind, json =>
        new TransformedSummarizer(SummarizerFormat.Read(json.Required("each")), FeatureTransformFormat.ReadAll(json)));

    public string SummarizerKind => Kind;

    public void WriteSettings(Utf8JsonWriter writer)
    {
        writer.WritePropertyName("each");
        SummarizerFormat.Write(writer, each);
        FeatureTransformFormat.WriteAll(writer, transforms, transforms.Features);
    }

    public bool IsSame(ISummarizer other) => other is TransformedSummarizer same && ReferenceEquals(same.Transforms, transforms) && each.IsSame(same.Each);

    public Statistics CreateStatistics() => each.CreateStatistics();

    public void Summarize(in FeatureBlock block, Statistics statistics)
    {
        using var scratch = Scratch.Enter();
        var stride = block.Rows + Padding;
        var values = scratch.Take(stride * block.Columns);
        for (var j = 0; j < block.Columns; j++)
        {
            var column = values.Slice(j * stride, block.Rows);
            if (block.RowStride == 1 && block.Rows > 0) block.Values.Slice(j * block.ColumnStride, block.Rows).CopyTo(column);
            else
                for (var i = 0; i < column.Length; i++) column[i] = block[i, j];
            transforms.Apply(j, column);
        }
        each.Summarize(block.Over(values, stride), statistics);
    }

    private FeatureTransforms Transforms => transforms;

    private ISummarizer Each => each;
}
