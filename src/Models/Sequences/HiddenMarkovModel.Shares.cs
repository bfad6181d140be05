namespace Pipelines.Models;

/// <content>What rows look like by themselves.</content>
public sealed partial class HiddenMarkovModel
{
    // Relative change at which a limit is reached, and steps after which the limit is taken for reached: chains that mix more slowly are shown nearly right.
    private const double ShareTolerance = 1e-13;
    private const int MostShareSteps = 100_000;

    /// <summary>
    /// Share of the rows that each emitting state has: in infinite models the limit of long sequences, which is where the chain ends up from its start; in finite ones
    /// the expected visits of a sequence over its expected length. Found by iteration, to 1e-10 in all but chains that hardly ever leave a state.
    /// </summary>
    /// <returns>Shape [emitting states], sum 1.</returns>
    public double[] StateShares()
    {
        var now = new double[EmittingStates];
        for (var k = 0; k < now.Length; k++) now[k] = chain.Probability[EmittingStates, k];
        var shares = IsFinite ? new double[now.Length] : now;
        var next = new double[now.Length];
        for (var step = 0; step < MostShareSteps; step++)
        {
            Array.Clear(next);
            for (var i = 0; i < now.Length; i++)
                for (var j = 0; j < now.Length && now[i] > 0; j++) next[j] += now[i] * chain.Probability[i, j];
            if (IsFinite)
            {
                // Visits in this row of a sequence, as far as it goes.
                for (var k = 0; k < now.Length; k++) shares[k] += now[k];
                (now, next) = (next, now);
                if (now.Sum() <= ShareTolerance * shares.Sum()) break;
                continue;
            }
            // Half of the chain stays: the same limit, and no going round in circles.
            double change = 0;
            for (var k = 0; k < now.Length; k++)
            {
                change += Math.Abs(next[k] - now[k]);
                now[k] = (now[k] + next[k]) / 2;
            }
            if (change <= ShareTolerance) break;
        }
        var sum = shares.Sum();
        for (var k = 0; k < shares.Length; k++) shares[k] /= sum;
        return shares;
    }

    /// <summary>The distribution of a row by itself: a mixture of the states' emissions, weighted by <see cref="StateShares"/>.</summary>
    public GeneralMixtureModel RowMixture() => new(emissions, StateShares());
}
