using System.Threading.Tasks.Dataflow;
using Pipelines.Io;
using Pipelines.Models;

namespace Pipelines.Blocks;

/// <summary>Scores of a sequence model: all sequences are scored first, then the rows are read again and receive their scores.</summary>
internal sealed record SequenceScoreStage(ScorePlan Plan, SequenceColumns Sequences) : Stage("score"), IDisposable
{
    /// <summary>The scores of the sequences' rows; null before the stage is prepared.</summary>
    private SequenceScores? Scores { get; init; }

    /// <summary>What the pass over the sequences warned about.</summary>
    private IReadOnlyList<string> Notes { get; init; } = [];

    public override long ExtraRowBytes => sizeof(double) * (Plan.Extractor.Columns + (long)Plan.Added.Count);

    public override IEnumerable<JobProperty> JobProperties => [.. Plan.JobProperties, new("sequences", Sequences.Description)];

    public override IEnumerable<string> Warnings => Notes;

    public override IEnumerable<string> Used => [.. Plan.Extractor.Needed, .. Sequences.Needed];

    public override BatchSchema? Bind(BatchSchema? input, string place)
    {
        if (input is null) return null;
        Sequences.Check(input, place);
        return Plan.Bind(input, place).Schema;
    }

    public override IReadOnlyList<string>? Needs(IReadOnlyList<string>? wanted) =>
        Plan.Needed is { } needed ? [.. needed.Union(Sequences.Needed, StringComparer.Ordinal)] : null;

    public override async ValueTask<Stage> PrepareAsync(Graph before, PipelineOptions options, CancellationToken cancellationToken)
    {
        // Rejected rows are stored by the run that writes.
        var quiet = options with { BadRows = options.BadRows.Keeps ? new BadRowPolicy { Mode = BadRowMode.Skip } : options.BadRows, Checkpoints = null };
        await using var pass = new FeaturePass(before, Plan.Features, null, quiet, Sequences);
        var (scores, warnings) = await pass.ScoreAsync(Plan, cancellationToken).ConfigureAwait(false);
        return this with { Scores = scores, Notes = warnings };
    }

    public override IPropagatorBlock<DataBatch, DataBatch> Create(RunSupervisor run) => new ScoreBlock(Plan, run, Name)
    {
        Sequences = Scores ?? throw new ModelException(ErrorKind.Usage, "pipeline", "scores of sequences as input of a fit", "columns of the data",
            "write the scores first, then fit to what was written"),
    };

    public void Dispose() => Scores?.Dispose();
}
