using Pipelines.Models.Inference;

namespace Pipelines;

/// <summary>The score columns of a network, and how answers get there.</summary>
internal sealed class NetworkScores
{
    private readonly NetworkVariable[] variables;
    // Shape [variables]: the first column of its posteriors; -1 = not reported.
    private readonly int[] first;
    private readonly int[] place;

    /// <summary>Makes the columns.</summary>
    /// <param name="variables">The network's variables.</param>
    /// <param name="options">Which of them are reported.</param>
    public NetworkScores(NetworkVariable[] variables, InferenceOptions options)
    {
        this.variables = variables;
        Reported = [.. Enumerable.Range(0, variables.Length).Where(v => options.Variables?.Contains(variables[v].Name) != false)];
        (first, place) = (new int[variables.Length], new int[variables.Length]);
        Array.Fill(first, -1);
        Array.Fill(place, -1);
        var columns = 0;
        for (var i = 0; i < Reported.Count; i++)
        {
            (first[Reported[i]], place[Reported[i]]) = (columns, i);
            columns += variables[Reported[i]].Values.Count;
        }
        var own = Reported.Select(v => (Index: v, Variable: variables[v])).ToArray();
        Kinds =
        [
            new(ScoreKind.LogProbability, [new("log_probability")], IsDefault: true),
            new(ScoreKind.Probability,
                [.. own.SelectMany(o => o.Variable.Values, (o, value) => new ScoreColumn($"probability_{o.Variable.Name}_{value}") { IsNullable = true })]),
            new(ScoreKind.Fill, [.. own.Select(o => new ScoreColumn(o.Variable.Name, true, o.Variable.Values) { Feature = o.Index, Fills = true })]),
            new(ScoreKind.Explanation,
            [
                .. own.Select(o => new ScoreColumn($"explanation_{o.Variable.Name}", true, o.Variable.Values) { Feature = o.Index }),
                new("explanation_log_probability"),
            ]),
        ];
        Posteriors = new(QueryKind.Posteriors, Reported.Count == variables.Length ? null : [.. place.Select(p => p >= 0)]);
    }

    /// <summary>Indexes of the variables that are reported, ascending.</summary>
    public IReadOnlyList<int> Reported { get; }

    /// <summary>The kinds of scores.</summary>
    public IReadOnlyList<ScoreKind> Kinds { get; }

    /// <summary>The query for posteriors and fills.</summary>
    public InferenceQuery Posteriors { get; }

    /// <summary>The query for explanations.</summary>
    public InferenceQuery Explanation { get; } = new(QueryKind.Explanation);

    /// <summary>True if posteriors have to be computed.</summary>
    public static bool WantsPosteriors(ScoreBatch scores) => scores.Wants(ScoreKind.Probability) || scores.Wants(ScoreKind.Fill);

    /// <summary>Fills in what is known without inference: observed variables have no posterior and no explanation.</summary>
    /// <param name="block">The rows.</param>
    /// <param name="isExcluded">Shape [rows]: rows without inference, which are complete or have unknown values.</param>
    /// <param name="scores">Receives the scores.</param>
    public void Begin(in FeatureBlock block, ReadOnlySpan<bool> isExcluded, ScoreBatch scores)
    {
        foreach (var v in Reported)
        {
            if (scores.Wants(ScoreKind.Probability))
            {
                for (var k = 0; k < variables[v].Values.Count; k++)
                {
                    var column = scores.Doubles(ScoreKind.Probability, first[v] + k);
                    for (var i = 0; i < block.Rows; i++) column[i] = double.IsNaN(block[i, v]) ? double.NaN : ScoreBatch.Null;
                }
            }
            if (scores.Wants(ScoreKind.Fill))
            {
                var column = scores.Integers(ScoreKind.Fill, place[v]);
                for (var i = 0; i < block.Rows; i++) column[i] = Known(block[i, v], variables[v].Values.Count);
            }
            if (scores.Wants(ScoreKind.Explanation)) scores.Integers(ScoreKind.Explanation, place[v])[..block.Rows].Fill(-1);
        }
    }

    /// <summary>Takes posteriors from a program's tables.</summary>
    public void TakePosteriors(InferenceProgram program, in ProgramRun run, ReadOnlySpan<int> rows, ReadOnlySpan<int> lanes, ScoreBatch scores)
    {
        var (probabilities, fills) = (scores.Wants(ScoreKind.Probability), scores.Wants(ScoreKind.Fill));
        foreach (var result in program.Results)
        {
            for (var k = 0; k < result.Size && probabilities; k++)
            {
                var column = scores.Doubles(ScoreKind.Probability, first[result.Owner] + k);
                var from = run.Entry(result.Target + k);
                for (var i = 0; i < rows.Length; i++) column[rows[i]] = from[lanes[i]];
            }
            if (!fills) continue;
            var filled = scores.Integers(ScoreKind.Fill, place[result.Owner]);
            for (var i = 0; i < rows.Length; i++)
            {
                var (best, most) = (-1, double.NegativeInfinity);
                for (var k = 0; k < result.Size; k++)
                {
                    var p = run.Entry(result.Target + k)[lanes[i]];
                    // False for NaN, the posterior given something impossible.
                    if (p > most) (best, most) = (k, p);
                }
                filled[rows[i]] = best;
            }
        }
    }

    /// <summary>Takes the most probable explanation from a program's tables.</summary>
    /// <param name="program">The program.</param>
    /// <param name="run">Holds its tables.</param>
    /// <param name="rows">Numbers of rows in the block.</param>
    /// <param name="lanes">Shape [rows]: the lane that holds each row's answer.</param>
    /// <param name="scores">Receives the scores.</param>
    /// <param name="logTotal">Natural logarithm of what all products of the tables sum to.</param>
    public void TakeExplanation(InferenceProgram program, in ProgramRun run, ReadOnlySpan<int> rows, ReadOnlySpan<int> lanes, ScoreBatch scores,
        double logTotal)
    {
        Span<double> logs = stackalloc double[run.Lanes];
        run.EvidenceLogs(logs);
        var log = scores.Doubles(ScoreKind.Explanation, Reported.Count);
        var (values, last) = (new int[variables.Length], -1);
        double found = 0;
        for (var i = 0; i < rows.Length; i++)
        {
            var lane = lanes[i];
            // Rows with equal evidence follow each other.
            if (lane != last)
            {
                found = logs[lane];
                if (!double.IsNegativeInfinity(found)) Explanations.Decode(program, run, lane, values);
                if (program.Loopy is not null && !double.IsNegativeInfinity(found)) found = Explanations.LogOf(program, run, lane, values);
            }
            last = lane;
            log[rows[i]] = found - logTotal;
            if (double.IsNegativeInfinity(found)) continue;
            foreach (var v in Reported)
                if (Array.BinarySearch(program.Observed, v) < 0) scores.Integers(ScoreKind.Explanation, place[v])[rows[i]] = values[v];
        }
    }

    private static int Known(double code, int values) => code >= 0 && code < values && code == (int)code ? (int)code : -1;
}
