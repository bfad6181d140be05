namespace Pipelines.Examples.Congestion;

/// <summary>A description of a state of the model.</summary>
/// <param name="Index">Its index in the model.</param>
/// <param name="Rank">Its rank by mean delay, from 0.</param>
/// <param name="Name">Its name.</param>
/// <param name="Mean">Mean delay, minutes.</param>
/// <param name="Deviation">Standard deviation of the delay, minutes.</param>
/// <param name="Share">Share of the flights.</param>
/// <param name="To">Shape [states by rank]: probability of each state for the airport's next flight.</param>
internal sealed record CongestionState(int Index, int Rank, string Name, double Mean, double Deviation, double Share, double[] To)
{
    private static readonly string[] names = ["on time", "late", "disrupted"];

    /// <summary>The states, in ascending order of mean delay.</summary>
    public static IReadOnlyList<CongestionState> Of(HiddenMarkovModel model, AirportDays days)
    {
        var matrix = model.DenseTransitions();
        var order = Enumerable.Range(0, model.EmittingStates).OrderBy(s => ((NormalDistribution)model.Emission(s)).Mean).ToArray();
        return
        [
            .. order.Select((s, rank) =>
            {
                var normal = (NormalDistribution)model.Emission(s);
                var share = days.Airports.Keys.Sum(a => days.Of(a).Sum(d => (long)d.States[s])) / (double)days.Flights;
                return new CongestionState(s, rank, names[rank], normal.Mean, normal.StandardDeviation, share, [.. order.Select(t => matrix[s, t])]);
            }),
        ];
    }
}
