using Pipelines.Models.Inference;
using Pipelines.Models.Kernels;

namespace Pipelines;

/// <content>Log-probabilities, posteriors, fills and explanations of rows.</content>
public abstract partial class CategoricalNetwork
{
    private protected static readonly InferenceQuery evidenceQuery = new(QueryKind.Evidence);

    private NetworkScores? scoring;

    /// <inheritdoc/>
    public override IReadOnlyList<ScoreKind> ScoreKinds => Scoring.Kinds;

    private NetworkScores Scoring => scoring ??= new(variables, Inference);

    /// <inheritdoc/>
    public override void LogProbability(in FeatureTile tile, Span<double> result)
    {
        using var scratch = Scratch.Enter();
        var logs = scratch.Take(FeatureTile.Capacity);
        LogProbabilities(Block(tile), logs);
        logs[..tile.Rows].CopyTo(result);
    }

    /// <inheritdoc/>
    public override void LogProbabilities(in FeatureBlock block, Span<double> logs)
    {
        this.CheckBlock(block);
        using var scratch = Scratch.Enter();
        var incomplete = new IncompleteRows(block.Rows, sizes, scratch);
        LookUp(block, default, null, logs, ref incomplete);
        if (!incomplete.All) engine.Value.SeeComplete();
        FillIncomplete(block, incomplete, logs);
    }

    /// <inheritdoc/>
    public override void Score(in FeatureBlock block, ScoreBatch scores)
    {
        this.CheckBlock(block);
        ArgumentNullException.ThrowIfNull(scores);
        var (posteriors, explanation) = (NetworkScores.WantsPosteriors(scores), scores.Wants(ScoreKind.Explanation));
        var wantsLogs = scores.Wants(ScoreKind.LogProbability);
        using var scratch = Scratch.Enter();
        var incomplete = new IncompleteRows(block.Rows, sizes, scratch);
        var logs = scratch.Take(wantsLogs || explanation ? block.Rows : 0);
        LookUp(block, default, null, logs, ref incomplete);
        if (!incomplete.All) engine.Value.SeeComplete();
        if (wantsLogs)
        {
            logs.CopyTo(scores.Doubles(ScoreKind.LogProbability));
            FillIncomplete(block, incomplete, scores.Doubles(ScoreKind.LogProbability));
        }
        Scoring.Begin(block, incomplete.Excluded, scores);
        if (posteriors)
            Ask(block, Scoring.Posteriors, incomplete.Excluded, (program, in run, rows, lanes) => Scoring.TakePosteriors(program, run, rows, lanes, scores));
        if (!explanation) return;
        // Complete rows explain themselves.
        incomplete.Fill(logs, double.NegativeInfinity);
        logs.CopyTo(scores.Doubles(ScoreKind.Explanation, Scoring.Reported.Count));
        var total = LogTotal;
        Ask(block, Scoring.Explanation, incomplete.Excluded,
            (program, in run, rows, lanes) => Scoring.TakeExplanation(program, run, rows, lanes, scores, total));
    }

    private static FeatureBlock Block(in FeatureTile tile) => FeatureBlock.ColumnMajor(tile.Values, tile.Rows, tile.Columns, FeatureTile.Capacity);

    // Rows with missing values: the logarithm of the probability of what is observed. A value that is not known has probability 0.
    private unsafe void FillIncomplete(in FeatureBlock block, in IncompleteRows incomplete, Span<double> logs)
    {
        if (!incomplete.Any) return;
        incomplete.Fill(logs, double.NegativeInfinity);
        var total = LogTotal;
        fixed (double* l = logs)
        {
            var to = (nint)l;
            Ask(block, evidenceQuery, incomplete.Excluded, (program, in run, rows, lanes) =>
            {
                Span<double> own = stackalloc double[run.Lanes];
                run.EvidenceLogs(own);
                for (var i = 0; i < rows.Length; i++) ((double*)to)[rows[i]] = own[lanes[i]] - total;
            });
        }
    }

    /// <summary>Answers a query about rows.</summary>
    private protected void Ask(in FeatureBlock block, InferenceQuery query, ReadOnlySpan<bool> isExcluded, Answered answered)
    {
        try
        {
            engine.Value.Run(block, query, isExcluded, answered);
        }
        catch (JunctionTreeTooWideException e)
        {
            var names = e.Clique.Select(v => variables[v].Name).ToArray();
            throw new ModelException(ErrorKind.Memory, "exact inference", $"a clique of {names.Length} variables ({string.Join(", ", names.Take(3))}"
                + $"{(names.Length > 3 ? ", …" : "")}) with {e.Entries:0.##e0} entries, and {e.Bytes / (1 << 20):0} MB in all",
                $"at most {e.MostBytes >> 20} MB", "allow more memory (InferenceOptions.MaxBytes), or use loopy inference (InferenceOptions.Method)", e);
        }
    }
}
