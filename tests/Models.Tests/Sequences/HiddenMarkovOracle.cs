namespace Pipelines.Models.Tests.Sequences;

/// <summary>
/// Forward, backward and expected counts straight from the definitions: natural logarithms, one state and one edge at a time, silent states as they stand in
/// the graph.
/// </summary>
internal sealed class HiddenMarkovOracle(HiddenMarkovModel model)
{
    private readonly int[] from = [.. model.Transitions.Select(t => model.IndexOf(t.From))];
    private readonly int[] to = [.. model.Transitions.Select(t => model.IndexOf(t.To))];
    private readonly double[] logs = [.. model.Transitions.Select(t => Math.Log(t.Probability))];

    /// <summary>Log-probability, posteriors [T, E] and expected uses of each edge.</summary>
    /// <param name="rows">Shape [T, features].</param>
    /// <param name="priors">Shape [T, E]: what the emissions are multiplied by; null = 1.</param>
    public (double LogProbability, double[,] Posterior, double[] Uses) Run(double[,] rows, double[,]? priors = null)
    {
        var (e, n, length) = (model.EmittingStates, model.States.Count, rows.GetLength(0));
        var emission = new double[length, e];
        for (var k = 0; k < e; k++)
        {
            var own = length == 0 ? [] : model.Emission(k).LogProbability(rows, 1);
            for (var t = 0; t < length; t++) emission[t, k] = own[t] + Math.Log(model.States[k].Weight) + Math.Log(priors?[t, k] ?? 1);
        }
        var (forward, backward) = (Filled(length + 1, n), Filled(length + 1, n));
        forward[0, model.StartIndex] = 0;
        for (var t = 0; t <= length; t++)
        {
            for (var s = 0; s < e && t > 0; s++)
            {
                for (var x = 0; x < to.Length; x++)
                    if (to[x] == s) forward[t, s] = Sum(forward[t, s], forward[t - 1, from[x]] + logs[x] + emission[t - 1, s]);
            }
            for (var s = e; s < n; s++)
            {
                for (var x = 0; x < to.Length; x++)
                    if (to[x] == s) forward[t, s] = Sum(forward[t, s], forward[t, from[x]] + logs[x]);
            }
        }
        for (var t = length; t >= 0; t--)
        {
            for (var s = n - 1; s >= 0; s--)
            {
                if (t == length && (model.IsFinite ? s == model.EndIndex : s < e || length == 0)) backward[t, s] = 0;
                for (var x = 0; x < from.Length; x++)
                {
                    if (from[x] != s) continue;
                    if (to[x] >= e) backward[t, s] = Sum(backward[t, s], logs[x] + backward[t, to[x]]);
                    else if (t < length) backward[t, s] = Sum(backward[t, s], logs[x] + emission[t, to[x]] + backward[t + 1, to[x]]);
                }
            }
        }
        var total = backward[0, model.StartIndex];
        var posterior = new double[length, e];
        for (var t = 0; t < length; t++)
            for (var k = 0; k < e; k++) posterior[t, k] = Math.Exp(forward[t + 1, k] + backward[t + 1, k] - total);
        var uses = new double[from.Length];
        for (var x = 0; x < uses.Length; x++)
        {
            for (var t = 0; t <= length; t++)
            {
                if (to[x] >= e) uses[x] += Math.Exp(forward[t, from[x]] + logs[x] + backward[t, to[x]] - total);
                else if (t < length) uses[x] += Math.Exp(forward[t, from[x]] + logs[x] + emission[t, to[x]] + backward[t + 1, to[x]] - total);
            }
        }
        return (total, posterior, uses);
    }

    private static double[,] Filled(int rows, int columns)
    {
        var result = new double[rows, columns];
        for (var i = 0; i < rows; i++)
            for (var j = 0; j < columns; j++) result[i, j] = double.NegativeInfinity;
        return result;
    }

    private static double Sum(double a, double b)
    {
        var max = Math.Max(a, b);
        return double.IsNegativeInfinity(max) ? max : max + Math.Log(Math.Exp(a - max) + Math.Exp(b - max));
    }
}
