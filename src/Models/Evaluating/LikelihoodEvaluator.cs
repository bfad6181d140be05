using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Kernels;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Fitting;

/// <summary>Adds up the log-likelihood of items under a model.</summary>
/// <param name="model">The model.</param>
/// <param name="transforms">What has been applied to the rows; the log-likelihood is that of the original ones. Null = nothing.</param>
internal sealed class LikelihoodEvaluator(ProbabilityModel model, FeatureTransforms? transforms = null) : IModelEvaluator
{
    private const string Kind = "likelihood";

    [ModuleInitializer]
    internal static void Register() => SummarizerFormat.Register(Kind, json =>
        new LikelihoodEvaluator(ModelFormat.ReadProbabilityModel(json.Required("model")), FeatureTransformFormat.ReadAll(json)));

    public string SummarizerKind => Kind;

    public void WriteSettings(Utf8JsonWriter writer)
    {
        writer.WritePropertyName("model");
        ModelFormat.Write(writer, model);
        if (transforms is not null) FeatureTransformFormat.WriteAll(writer, transforms, model.Dimensions);
    }

    public Statistics CreateStatistics() => new SumStatistics(Kind, 0);

    public void Summarize(in FeatureBlock block, Statistics statistics)
    {
        statistics.Rows += block.Rows;
        model.CheckItems(block);
        if (block.Rows == 0) return;
        using var scratch = Scratch.Enter();
        var logs = scratch.Take(model.IsOfSequences ? block.SequenceCount : block.Rows);
        model.LogProbabilities(block, logs);
        transforms?.AddLogSlopes(block, logs);
        double sum = 0, total = 0;
        for (var i = 0; i < logs.Length; i++)
        {
            var (row, rows) = model.IsOfSequences ? (block.SequenceOffsets[i], block.SequenceOffsets[i + 1] - block.SequenceOffsets[i]) : (i, 1);
            var weight = rows == 0 ? 0 : block.Weights.IsEmpty ? 1 : block.Weights[row];
            // An item of weight 0 counts nothing, even if it is impossible.
            if (weight > 0) sum += weight * logs[i];
            total += weight * rows;
        }
        statistics.Objective += sum;
        statistics.Weight += total;
    }

    public ModelEvaluation ToEvaluation(string place, Statistics statistics, int maxDegreeOfParallelism) => statistics.Weight > 0
        ? new LikelihoodEvaluation(statistics.Rows, statistics.Weight, statistics.Objective, model.ParameterCount)
        : throw new ModelException(ErrorKind.Data, place, statistics.Rows == 0 ? "no row" : "a total weight of 0", "rows of weight above 0",
            "check the weights and the paths");
}
