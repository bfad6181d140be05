using System.Globalization;
using System.Threading.Tasks.Dataflow;
using Pipelines.Io;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <summary>Scores of a sequence model: all sequences are scored first, then the rows are read again and receive their scores.</summary>
internal sealed record SequenceScoreStage(ScorePlan Plan, SequenceColumns Sequences) : Stage("score"), IDisposable
{
    /// <summary>The scores of the sequences' rows; null before the stage is prepared.</summary>
    private SequenceScores? Scores { get; init; }

    /// <summary>Sum of the sequences' log-probabilities, null if they were not computed, and the number of sequences.</summary>
    private (double? Sum, long Count) Total { get; init; }

    /// <summary>What the pass over the sequences warned about.</summary>
    private IReadOnlyList<string> Notes { get; init; } = [];

    public override long ExtraRowBytes => sizeof(double) * (Plan.Extractor.Columns + Plan.Extractor.Priors + (long)Plan.Scores.Count);

    public override IEnumerable<JobProperty> JobProperties => [.. Plan.JobProperties, new("sequences", Sequences.Description)];

    public override IEnumerable<string> Warnings => Notes;

    public override ScoreSummary? Summary => Plan.Tally.Summary(Total);

    public override IEnumerable<string> Used => [.. Plan.Extractor.Needed.Except(Parts, StringComparer.Ordinal), .. Sequences.Needed];

    public override IEnumerable<string> Parts => Plan.Extractor.PartColumns;

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
        await using var pass = new FeaturePass(before, Plan.Features, null, quiet, Sequences, priors: Plan.Options.Priors);
        using var scorer = new SequenceScorer(Plan, () => pass.Found, options.Budget / 4, pass.OpenSpill);
        pass.ForScores(sizeof(double) * (long)Plan.Scores.Count);
        var found = (SequenceTotals)await pass.RunAsync(scorer, cancellationToken).ConfigureAwait(false);
        string[] notes = [.. pass.Warnings, .. await ImpossibleAsync(pass, found, before.Source.Name, cancellationToken).ConfigureAwait(false)];
        using (Cancellation.Enter(cancellationToken))
            return this with { Scores = scorer.Take(), Notes = notes, Total = (found.LogLikelihood, found.Sequences) };
    }

    public override IPropagatorBlock<DataBatch, DataBatch> Create(RunSupervisor run) => new ScoreBlock(Plan, run, Name)
    {
        Sequences = Scores ?? throw new ModelException(ErrorKind.Usage, "pipeline", "scores of sequences as input of a fit", "columns of the data",
            "write the scores first, then fit to what was written"),
    };

    public void Dispose() => Scores?.Dispose();

    // A warning about sequences that the model cannot produce, if there are any.
    private async Task<IEnumerable<string>> ImpossibleAsync(FeaturePass pass, SequenceTotals impossible, string source,
        CancellationToken cancellationToken)
    {
        if (impossible.Impossible == 0) return [];
        var keys = FeaturePass.KeyList(await pass.KeysOfAsync(impossible.First, cancellationToken).ConfigureAwait(false), impossible.Impossible);
        var count = string.Create(CultureInfo.InvariantCulture, $"{impossible.Impossible:N0} of {pass.Sequences:N0} sequences");
        if (Plan.Options.Impossible == ImpossibleRows.Fail)
            throw new FlowException(ErrorKind.Data, $"{source}, column '{Sequences.Key}'", $"{count} that the model gives probability 0{keys}",
                "sequences that the model can produce", "look for unknown symbols and missing transitions, or score them -infinity (ImpossibleRows.Keep)");
        return [$"{count} {(impossible.Impossible == 1 ? "is" : "are")} impossible under the model{keys}: rows have the log-probability -infinity"];
    }
}
