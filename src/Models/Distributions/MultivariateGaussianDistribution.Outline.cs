using System.Globalization;

using Pipelines.Models.Features;
namespace Pipelines;

/// <content>What people and pictures are shown.</content>
public sealed partial class MultivariateGaussianDistribution
{
    // The first hundred features are compared, which bounds the number of pairs.
    private const int MostCompared = 100;
    private const int MostCorrelations = 5;

    /// <inheritdoc/>
    public override GaussianShape AsGaussian() => new([.. mean], (double[,])covariance.Clone());

    /// <inheritdoc/>
    public override IEnumerable<OutlineEntry> Outline(IReadOnlyList<Feature>? features = null)
    {
        foreach (var entry in base.Outline(features)) yield return entry;
        var pairs = new List<(int I, int J, double R)>();
        var width = Math.Min(Dimensions, MostCompared);
        for (var i = 0; i < width; i++)
            for (var j = i + 1; j < width; j++) pairs.Add((i, j, covariance[i, j] / Math.Sqrt(covariance[i, i] * covariance[j, j])));
        if (pairs.Count == 0) yield break;
        var strongest = pairs.OrderByDescending(p => Math.Abs(p.R)).Take(MostCorrelations)
            .Select(p => string.Create(CultureInfo.InvariantCulture, $"{Name(p.I)} and {Name(p.J)} {p.R:0.###}"));
        yield return new($"{(pairs.Count > MostCorrelations ? "strongest correlations" : "correlation")}: {string.Join(", ", strongest)}");

        string Name(int j) => FeatureUnits.Of(features, j).LinearName;
    }
}
