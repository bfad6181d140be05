using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Structures;

/// <summary>Does other work with the weight 0 for rows that have missing values.</summary>
/// <param name="each">The work.</param>
internal sealed class CompleteRows(ISummarizer each) : ISummarizer
{
    private const string Kind = "complete-rows";

    private readonly ISummarizer each = each;

    public string SummarizerKind => Kind;

    [ModuleInitializer]
    internal static void Register() => SummarizerFormat.Register(Kind, json => new CompleteRows(SummarizerFormat.Read(json.Required("each"))));

    public void WriteSettings(Utf8JsonWriter writer)
    {
        writer.WritePropertyName("each");
        SummarizerFormat.Write(writer, each);
    }

    public bool IsSame(ISummarizer other) => other is CompleteRows rows && each.IsSame(rows.each);

    /// <summary>A pass over the complete rows.</summary>
    /// <param name="pass">The pass over all rows.</param>
    public static IDataPass Of(IDataPass pass) => new Pass(pass);

    public Statistics CreateStatistics() => each.CreateStatistics();

    public void Summarize(in FeatureBlock block, Statistics statistics)
    {
        using var scratch = Scratch.Enter();
        var weights = scratch.Take(block.Rows);
        weights.Fill(1);
        if (!block.Weights.IsEmpty) block.Weights.CopyTo(weights);
        var isChanged = false;
        for (var j = 0; j < block.Columns; j++)
        {
            var at = j * block.ColumnStride;
            for (var i = 0; i < weights.Length; i++, at += block.RowStride)
            {
                if (!double.IsNaN(block.Values[at])) continue;
                weights[i] = 0;
                isChanged = true;
            }
        }
        if (isChanged) each.Summarize(new(block.Values, block.Rows, block.Columns, block.RowStride, block.ColumnStride, weights, block.FirstRow), statistics);
        else each.Summarize(block, statistics);
    }

    private sealed class Pass(IDataPass pass) : IDataPass
    {
        public int Columns => pass.Columns;

        public IReadOnlyList<Feature>? Features => pass.Features;

        public long? StatisticsBytes => pass.StatisticsBytes;

        public int StatisticsInFlight => pass.StatisticsInFlight;

        public async ValueTask<Statistics> RunAsync(ISummarizer summarizer, CancellationToken cancellationToken)
        {
            var found = await pass.RunAsync(new CompleteRows(summarizer), cancellationToken).ConfigureAwait(false);
            return found.Rows == 0 || found.Weight > 0 ? found : throw new ModelException(ErrorKind.Data, "input",
                $"no row of weight above 0 without missing values, of {found.Rows}", "at least one",
                "leave out columns, or count the rows that have all of a family (MissingValues.Available)");
        }
    }
}
