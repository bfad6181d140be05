namespace Pipelines.Plotting;

/// <summary>
/// The distribution of one feature, split into densities and masses of single values. Mixtures and zero-inflated distributions may have both.
/// </summary>
internal sealed class DensityOfFeature
{
    private const int Draws = 1_000;

    private readonly List<(double Weight, Distribution Leaf)> densities = [];
    private readonly List<(double Weight, Distribution Leaf)> masses = [];
    private readonly List<(double Weight, Spike Spike)> spikes = [];

    /// <summary>Splits a distribution of one feature.</summary>
    /// <param name="distribution">The distribution.</param>
    /// <param name="axis">An axis for which densities are spikes that are too narrow for a line; null (default) = none is.</param>
    public DensityOfFeature(Distribution distribution, Bins? axis = null)
    {
        TakeApart(distribution, 1, axis);
        // The same distribution gives the same draws, independent of the run's seed.
        var draws = distribution.Sample(Draws, seed: 0);
        SortedDraws = [.. Enumerable.Range(0, Draws).Select(i => draws[i, 0]).Where(double.IsFinite).Order()];
    }

    /// <summary>Random draws, in ascending order.</summary>
    public double[] SortedDraws { get; }

    /// <summary>True if there is a density.</summary>
    public bool HasDensity => densities.Count > 0;

    /// <summary>True if single values have probability mass.</summary>
    public bool HasMasses => masses.Count > 0;

    /// <summary>Single values with probability mass, not necessarily whole numbers.</summary>
    public IEnumerable<double> Atoms => masses.Select(m => m.Leaf.PointMass).OfType<double>();

    /// <summary>Densities that are too narrow for a line.</summary>
    public IEnumerable<Spike> Spikes => spikes.Select(s => s.Spike);

    /// <summary>True if values have probability mass that are not among the <see cref="Atoms"/>, such as counts.</summary>
    public bool HasOtherMasses => masses.Exists(m => m.Leaf.PointMass is null);

    /// <summary>Densities at the given values.</summary>
    /// <param name="x">Shape [values].</param>
    public double[] Density(double[] x) => Sum(densities, x);

    /// <summary>Masses of the given values.</summary>
    /// <param name="x">Shape [values].</param>
    public double[] Mass(double[] x) => Sum(masses, x);

    /// <summary>Masses of single-valued distributions and spikes.</summary>
    /// <param name="ranges">Shape [ranges]: where they are.</param>
    public double[] AtomMass(IEnumerable<(double Low, double High)> ranges) => [.. ranges.Select(r =>
        masses.Sum(m => m.Leaf.PointMass >= r.Low && m.Leaf.PointMass <= r.High ? m.Weight : 0)
            + spikes.Sum(s => s.Spike.Center >= r.Low && s.Spike.Center <= r.High ? s.Weight : 0))];

    private static double[] Sum(List<(double Weight, Distribution Leaf)> leaves, double[] x)
    {
        var sum = new double[x.Length];
        if (x.Length == 0) return sum;
        foreach (var (weight, leaf) in leaves)
        {
            var logs = leaf.LogProbability(x, maxDegreeOfParallelism: 1);
            for (var i = 0; i < sum.Length; i++) sum[i] += weight * Math.Exp(logs[i]);
        }
        return sum;
    }

    private void TakeApart(Distribution distribution, double weight, Bins? axis)
    {
        foreach (var (share, term) in distribution.Terms())
        {
            if (!ReferenceEquals(term, distribution)) TakeApart(term, weight * share, axis);
            else if (axis is not null && !distribution.IsDiscrete && Spike.Of(distribution, axis) is { } spike) spikes.Add((weight * share, spike));
            else (distribution.IsDiscrete ? masses : densities).Add((weight * share, distribution));
        }
    }
}
