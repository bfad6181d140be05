namespace Pipelines.Models.Fitting;

/// <summary>
/// Weight, mean, squared deviations and range of each feature over its values of weight above 0, and the weighted sum of the logarithms of the slopes of its
/// transforms. Merged by the formulas of Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances" (1979).
/// </summary>
/// <param name="columns">Number of features.</param>
internal sealed class MomentStatistics(int columns) : Statistics
{
    private const int Fields = 6;

    // Shape [columns, Fields]: weight, mean, squared deviations, minimum, maximum, slopes.
    private double[] moments = Empty(columns);

    /// <inheritdoc/>
    public override string Kind => $"moments[{columns}]";

    /// <inheritdoc/>
    public override long? MaxBytes(long rows, ReadOnlySpan<int> codes) => CommonBytes + (sizeof(double) * (long)moments.Length);

    /// <summary>Total weight of a feature's values.</summary>
    public double Observed(int feature) => moments[feature * Fields];

    /// <summary>Mean of a feature's values; 0 if there are none.</summary>
    public double Mean(int feature) => moments[(feature * Fields) + 1];

    /// <summary>Variance of a feature's values, divided by their weight; NaN if there are none.</summary>
    public double Variance(int feature) => moments[(feature * Fields) + 2] / Observed(feature);

    /// <summary>Smallest of a feature's values; infinity if there are none.</summary>
    public double Minimum(int feature) => moments[(feature * Fields) + 3];

    /// <summary>True if all values of a feature are the same, or there is at most one.</summary>
    public bool IsConstant(int feature) => !(moments[(feature * Fields) + 4] > Minimum(feature));

    /// <summary>Σ w ln f'(x) over a feature's values.</summary>
    public double LogSlopes(int feature) => moments[(feature * Fields) + 5];

    /// <summary>Adds the values of a feature.</summary>
    /// <param name="feature">Index of the feature.</param>
    /// <param name="block">The rows.</param>
    /// <param name="transforms">What has been applied to them.</param>
    public void Add(int feature, in FeatureBlock block, FeatureTransforms transforms)
    {
        var hasSlopes = transforms[feature].Count > 0;
        var (weight, sum, slopes, low, high) = (0.0, 0.0, 0.0, double.PositiveInfinity, double.NegativeInfinity);
        for (var i = 0; i < block.Rows; i++)
        {
            var (x, w) = (block[i, feature], block.Weights.IsEmpty ? 1 : block.Weights[i]);
            if (double.IsNaN(x) || !(w > 0)) continue;
            weight += w;
            sum += w * x;
            if (x < low) low = x;
            if (x > high) high = x;
            if (hasSlopes) slopes += w * transforms.LogSlope(feature, x);
        }
        if (weight == 0) return;
        var (mean, squares) = (sum / weight, 0.0);
        for (var i = 0; i < block.Rows; i++)
        {
            var (d, w) = (block[i, feature] - mean, block.Weights.IsEmpty ? 1 : block.Weights[i]);
            if (!double.IsNaN(d) && w > 0) squares += w * d * d;
        }
        Merge(moments.AsSpan(feature * Fields, Fields), [weight, mean, squares, low, high, slopes]);
    }

    /// <inheritdoc/>
    protected override void MergeCore(Statistics other)
    {
        var from = ((MomentStatistics)other).moments;
        for (var at = 0; at < from.Length; at += Fields) Merge(moments.AsSpan(at, Fields), from.AsSpan(at, Fields));
    }

    /// <inheritdoc/>
    protected override void ClearCore() => moments = Empty(columns);

    /// <inheritdoc/>
    protected override void Unshare() => moments = [.. moments];

    /// <inheritdoc/>
    protected override void SaveCore(BinaryWriter writer) => WriteDoubles(writer, moments);

    /// <inheritdoc/>
    protected override void LoadCore(BinaryReader reader) => ReadDoubles(reader, moments);

    private static void Merge(Span<double> into, ReadOnlySpan<double> from)
    {
        if (from[0] == 0) return;
        var (weight, shift) = (into[0] + from[0], from[1] - into[1]);
        // The first values keep their mean to the last bit.
        into[1] = into[0] == 0 ? from[1] : into[1] + (shift * (from[0] / weight));
        into[2] += from[2] + (into[0] == 0 ? 0 : shift * shift * (into[0] * from[0] / weight));
        into[0] = weight;
        into[3] = Math.Min(into[3], from[3]);
        into[4] = Math.Max(into[4], from[4]);
        into[5] += from[5];
    }

    private static double[] Empty(int columns)
    {
        var empty = new double[columns * Fields];
        for (var at = 0; at < empty.Length; at += Fields) (empty[at + 3], empty[at + 4]) = (double.PositiveInfinity, double.NegativeInfinity);
        return empty;
    }
}
