namespace Pipelines.Models.Fitting;

/// <summary>
/// The minimum variances of a fit that has several components or states and no minimum variance of its own: a share of each feature's variance over a sample
/// of the rows. Without them, a component that closes in on equal values would end the fit.
/// </summary>
internal sealed class VarianceFloors
{
    /// <summary>
    /// Share of the variance: a standard deviation may fall to a ten thousandth of the feature's. A component on a spike, such as the days without rain, is
    /// then as narrow as the data say, and its likelihood is still bounded.
    /// </summary>
    public const double Share = 1e-8;

    private readonly double[] linear;
    private readonly double[] logarithmic;

    /// <summary>Measures the features.</summary>
    /// <param name="sample">The rows. A feature without any spread there has no floor.</param>
    public VarianceFloors(FeatureSample sample)
    {
        linear = new double[sample.Columns];
        logarithmic = new double[sample.Columns];
        for (var j = 0; j < sample.Columns; j++)
        {
            linear[j] = Share * Variance(sample, j, static x => x);
            logarithmic[j] = Share * Variance(sample, j, static x => x > 0 ? Math.Log(x) : double.NaN);
        }
    }

    /// <summary>Minimum variance of each feature, in its squared units, shape [features]; 0 = none.</summary>
    public ReadOnlySpan<double> Linear => linear;

    /// <summary>Minimum variance of the logarithm of each feature's positive values, shape [features]; 0 = none.</summary>
    public ReadOnlySpan<double> Logarithmic => logarithmic;

    // Two passes: sums around the mean keep their digits. Infinite values are reported by the fit.
    private static double Variance(FeatureSample sample, int column, Func<double, double> of)
    {
        double weight = 0, sum = 0, squares = 0;
        for (var i = 0; i < sample.Rows; i++)
        {
            var x = of(sample.Values[i, column]);
            if (!double.IsFinite(x)) continue;
            weight += sample.Weights[i];
            sum += sample.Weights[i] * x;
        }
        if (!(weight > 0)) return 0;
        var mean = sum / weight;
        for (var i = 0; i < sample.Rows; i++)
        {
            var d = of(sample.Values[i, column]) - mean;
            if (double.IsFinite(d)) squares += sample.Weights[i] * d * d;
        }
        return double.IsFinite(squares) ? squares / weight : 0;
    }
}

/// <summary>Which variances an M step has raised to their minimum, for warnings. Parts are estimated one after another.</summary>
internal sealed class RaisedVariances
{
    private readonly SortedDictionary<(string Part, int Feature), double> all = [];
    private readonly SortedSet<int> parts = [];
    private string part = "";
    private int index;

    /// <summary>The component or state whose parameters are estimated from now on.</summary>
    public void Begin(string name, int number) => (part, index) = (name, number);

    /// <summary>Numbers of the parts whose variances were raised, ascending.</summary>
    public IReadOnlyCollection<int> Parts => parts;

    /// <summary>Notes a variance that was raised.</summary>
    /// <param name="feature">Index of the feature; -1 = a direction that belongs to no single feature.</param>
    /// <param name="minimum">What it was raised to.</param>
    public void Add(int feature, double minimum)
    {
        all[(part, feature)] = minimum;
        parts.Add(index);
    }

    /// <summary>The parts, features and minimum variances, in order.</summary>
    public IEnumerable<(string Part, int Feature, double Minimum)> All => all.Select(one => (one.Key.Part, one.Key.Feature, one.Value));
}
