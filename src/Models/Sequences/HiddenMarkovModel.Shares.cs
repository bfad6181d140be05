namespace Pipelines.Models;

/// <content>What rows look like by themselves.</content>
public sealed partial class HiddenMarkovModel
{
    // The chain is run for 2^60 steps by squaring; larger models step by step, in which slow ones are shown nearly right only.
    private const int Squarings = 60;
    private const int MostSquared = 150;
    private const int MostSteps = 100_000;
    private const double NoChange = 1e-15;

    // Of a row of transitions that sums to 1.
    private const double Rounding = 1e-12;

    /// <summary>
    /// Share of the rows that each emitting state has in many sequences: expected visits over expected rows. Sequences go on until they end; where a model has
    /// no end, for ever, so that the start only tells where the chain ends up. To 1e-10, or 1e-15 over the least probability of leaving some states for others;
    /// beyond 150 states less for chains that take more than some thousand rows to forget where they were.
    /// </summary>
    /// <returns>Shape [emitting states], sum 1.</returns>
    /// <exception cref="ModelException">No sequence has a row.</exception>
    public double[] StateShares()
    {
        var n = EmittingStates;
        var start = Scaled(Enumerable.Range(0, n).Select(k => chain.Probability[n, k]).ToArray())
            ?? throw new ModelException(ErrorKind.Model, $"{FormatName} model", "no way from the start to a state that emits", "sequences of at least one row",
                "give the start transitions");
        // One sequence behind the other: what ends, or cannot go on, begins again. Half of the chain stays, so that it does not go round in circles.
        var step = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            double goesOn = 0;
            for (var j = 0; j < n; j++) goesOn += chain.Probability[i, j];
            var again = 1 - goesOn > Rounding ? 1 - goesOn : IsFinite ? chain.Probability[i, n] : 0;
            for (var j = 0; j < n; j++) step[i, j] = ((chain.Probability[i, j] + (again * start[j])) / 2) + (i == j ? 0.5 : 0);
        }
        if (n <= MostSquared)
        {
            for (var s = 0; s < Squarings; s++) step = Squared(step);
            return Scaled(Next(start, step))!;
        }
        for (var s = 0; s < MostSteps; s++)
        {
            var next = Scaled(Next(start, step))!;
            var change = next.Zip(start, (a, b) => Math.Abs(a - b)).Sum();
            start = next;
            if (change <= NoChange) break;
        }
        return start;
    }

    /// <summary>The distribution of a row by itself: a mixture of the states' emissions, weighted by <see cref="StateShares"/>.</summary>
    /// <exception cref="ModelException">No sequence has a row.</exception>
    public GeneralMixtureModel RowMixture() => new(emissions, StateShares());

    private static double[]? Scaled(double[] values)
    {
        var sum = values.Sum();
        return sum > 0 ? Array.ConvertAll(values, v => v / sum) : null;
    }

    private static double[] Next(double[] now, double[,] step)
    {
        var next = new double[now.Length];
        for (var i = 0; i < now.Length; i++)
            for (var j = 0; j < now.Length && now[i] > 0; j++) next[j] += now[i] * step[i, j];
        return next;
    }

    // Rows sum to 1 again after each: roundings must not double with the steps.
    private static double[,] Squared(double[,] step)
    {
        var n = step.GetLength(0);
        var result = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            double sum = 0;
            for (var k = 0; k < n; k++)
            {
                if (step[i, k] < 1e-300) continue;
                for (var j = 0; j < n; j++) result[i, j] += step[i, k] * step[k, j];
            }
            for (var j = 0; j < n; j++) sum += result[i, j];
            for (var j = 0; j < n; j++) result[i, j] /= sum;
        }
        return result;
    }
}
