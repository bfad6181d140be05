namespace Pipelines;

/// <content>The marginal distribution of a row.</content>
public sealed partial class HiddenMarkovModel
{
    // The chain is advanced by 2^60 steps through repeated squaring. Larger models are advanced step by step, so slowly mixing chains are only approximate.
    private const int Squarings = 60;
    private const int MostSquared = 150;
    private const int MostSteps = 100_000;
    private const double NoChange = 1e-15;

    // For rows of transitions that sum to 1.
    private const double Rounding = 1e-12;

    /// <summary>
    /// Long-run share of the rows emitted by each state: expected visits over expected rows. Sequences run until they end; in infinite models they run forever,
    /// so the start matters only for where the chain ends up. Accurate to 1e-10, or to 1e-15 divided by the smallest probability of leaving one group of states
    /// for another. Beyond 150 states the result is less accurate for chains that take more than a few thousand rows to forget their state.
    /// </summary>
    /// <returns>Shape [emitting states], sum 1.</returns>
    /// <exception cref="ModelException">The model cannot produce any row.</exception>
    public double[] StateShares()
    {
        var n = EmittingStates;
        var start = Scaled(Enumerable.Range(0, n).Select(k => chain.Probability[n, k]).ToArray())
            ?? throw new ModelException(ErrorKind.ModelFile, $"{FormatName} model", "no path from the start to an emitting state",
                "sequences of at least one row",
                "give the start transitions");
        // Sequences follow each other: a sequence that ends, or cannot continue, is followed by a new one. Half of the probability stays put, so that the chain
        // is not periodic.
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

    /// <inheritdoc/>
    /// <remarks>The states, weighted by <see cref="StateShares"/>.</remarks>
    /// <exception cref="ModelException">The model cannot produce any row.</exception>
    public override IReadOnlyList<WeightedPart> WeightedParts()
    {
        var shares = StateShares();
        return [.. emissions.Select((emission, k) => new WeightedPart($"state {graph.States[k].Name}", shares[k], emission))];
    }

    /// <inheritdoc/>
    public override string PartsName => "states";

    /// <inheritdoc/>
    /// <remarks>The marginal distribution of a row: a mixture of the states' emissions.</remarks>
    /// <exception cref="ModelException">The model cannot produce any row.</exception>
    public override Distribution RowDistribution() => Mixture.Combine(WeightedParts());

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

    // Rows are rescaled to sum to 1 after each squaring: otherwise rounding errors would double each time.
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
