namespace Pipelines.Examples.FlightDelays;

/// <summary>A component of the mixture, with a name and figures.</summary>
/// <param name="Index">Its index in the model.</param>
/// <param name="Weight">Its share of the flights.</param>
/// <param name="Gaussian">Its distribution over delay (minutes) and distance (miles).</param>
internal sealed record Group(int Index, double Weight, MultivariateGaussianDistribution Gaussian)
{
    /// <summary>Mean delay in minutes.</summary>
    public double Delay => Gaussian.Mean[0];

    /// <summary>Standard deviation of the delay in minutes.</summary>
    public double DelaySpread => Math.Sqrt(Gaussian.Covariance(0, 0));

    /// <summary>Mean distance in miles.</summary>
    public double Distance => Gaussian.Mean[1];

    /// <summary>Standard deviation of the distance in miles.</summary>
    public double DistanceSpread => Math.Sqrt(Gaussian.Covariance(1, 1));

    /// <summary>A short name: <c>short and on time</c>.</summary>
    public string Name => $"{Length} and {Punctuality}";

    private string Punctuality => Delay switch
    {
        // The Bureau of Transportation Statistics counts a flight as late at 15 minutes or more.
        < -15 => "early",
        < 15 => "on time",
        < 60 => "late",
        _ => "very late",
    };

    // If distances vary widely, the mean says little.
    private string Length => DistanceSpread > 0.5 * Distance ? "any length" : Distance switch
    {
        < 450 => "short",
        < 1000 => "medium",
        _ => "long",
    };

    /// <summary>The components, the largest first.</summary>
    public static IReadOnlyList<Group> Of(GeneralMixtureModel model)
    {
        var groups = new List<Group>();
        for (var k = 0; k < model.Components.Count; k++) groups.Add(new(k, model.Weights[k], (MultivariateGaussianDistribution)model.Components[k]));
        return [.. groups.OrderByDescending(g => g.Weight)];
    }
}
