using System.Threading.Tasks.Dataflow;
using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>A model's scores.</summary>
internal sealed record ScoreStage(ScorePlan Plan) : Stage("score")
{
    public override long ExtraRowBytes => sizeof(double) * (Plan.Extractor.Columns + (long)Plan.Scores.Count);

    public override IEnumerable<JobProperty> JobProperties => Plan.JobProperties;

    public override IEnumerable<string> Warnings => [.. Plan.Extractor.UnknownCategoryWarnings, .. Plan.Impossible?.Warnings ?? []];

    public override ScoreSummary? Summary => Plan.Tally.Summary(null);

    public override IEnumerable<string> Used => Plan.Extractor.Needed.Except(Parts, StringComparer.Ordinal);

    public override IEnumerable<string> Parts => Plan.Extractor.PartColumns;

    public override BatchSchema? Bind(BatchSchema? input, string place) => input is null ? null : Plan.Bind(input, place).Schema;

    public override IReadOnlyList<string>? Needs(IReadOnlyList<string>? wanted) => Plan.Needed;

    public override IPropagatorBlock<DataBatch, DataBatch> Create(RunSupervisor run) => new ScoreBlock(Plan, run, Name);
}
