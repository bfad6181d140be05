using Pipelines.Models.Numerics;

namespace Pipelines.Models.Mixtures;

/// <summary>Rows of a component, as one normal distribution: what it would cost to merge them with others, or gain to cut them into two.</summary>
internal sealed class RowGroup
{
    // Added to the variances, which are in units of the whole sample's: equal rows have no density.
    private const double Floor = 1e-8;

    // Shares of a row that are too small to matter.
    private const double LeastShare = 1e-6;

    private const int PowerSteps = 20;

    // Features to cut along.
    private const int MostFeatures = 4;

    private readonly double[,] values;
    private readonly double weight;
    private readonly double[] mean;
    private readonly double[,] scatter;

    // Shape [features, features]: lower triangle.
    private readonly double[,] factor;

    private RowGroup(double[,] values, double[] shares, double weight, double[] mean, double[,] scatter)
    {
        (this.values, Shares, this.weight, this.mean, this.scatter) = (values, shares, weight, mean, scatter);
        var features = mean.Length;
        factor = new double[features, features];
        var covariance = new double[features, features];
        for (var i = 0; i < features; i++)
        {
            for (var j = 0; j < features; j++) covariance[i, j] = scatter[i, j] / weight;
            covariance[i, i] += Floor;
        }
        if (!(weight > 0) || Cholesky.Factor(covariance, factor) >= 0)
        {
            Fit = double.NaN;
            return;
        }
        double logs = 0;
        for (var i = 0; i < features; i++) logs += Math.Log(factor[i, i]);
        Fit = weight * (Math.Log(weight) - logs);
    }

    /// <summary>Shape [rows]: the weight of each row in the group.</summary>
    public double[] Shares { get; }

    /// <summary>Sum of the shares.</summary>
    public double Weight => weight;

    /// <summary>What the group adds to the log-likelihood, if each row belonged to one group only; NaN if it has no density.</summary>
    public double Fit { get; }

    /// <summary>The group of some rows.</summary>
    /// <param name="values">Shape [rows, features], of about unit variance; NaN = missing, as good as the mean.</param>
    /// <param name="shares">Shape [rows].</param>
    public static RowGroup Of(double[,] values, double[] shares)
    {
        var features = values.GetLength(1);
        var mean = new double[features];
        var known = new double[features];
        double weight = 0;
        for (var i = 0; i < shares.Length; i++)
        {
            if (shares[i] < LeastShare) continue;
            weight += shares[i];
            for (var j = 0; j < features; j++)
            {
                if (double.IsNaN(values[i, j])) continue;
                mean[j] += shares[i] * values[i, j];
                known[j] += shares[i];
            }
        }
        for (var j = 0; j < features; j++) mean[j] = known[j] > 0 ? mean[j] / known[j] : 0;
        var scatter = new double[features, features];
        var d = new double[features];
        for (var i = 0; i < shares.Length; i++)
        {
            if (shares[i] < LeastShare) continue;
            Deviations(values, i, mean, d);
            for (var j = 0; j < features; j++)
                for (var m = 0; m <= j; m++) scatter[j, m] += shares[i] * d[j] * d[m];
        }
        for (var j = 0; j < features; j++)
            for (var m = 0; m < j; m++) scatter[m, j] = scatter[j, m];
        return new(values, shares, weight, mean, scatter);
    }

    /// <summary>The rows of both groups.</summary>
    public RowGroup With(RowGroup other)
    {
        var features = mean.Length;
        var total = weight + other.weight;
        var shares = new double[Shares.Length];
        for (var i = 0; i < shares.Length; i++) shares[i] = Shares[i] + other.Shares[i];
        var (middle, sum) = (new double[features], new double[features, features]);
        for (var j = 0; j < features; j++) middle[j] = ((weight * mean[j]) + (other.weight * other.mean[j])) / total;
        for (var j = 0; j < features; j++)
        {
            for (var m = 0; m < features; m++)
                sum[j, m] = scatter[j, m] + other.scatter[j, m] + (weight * other.weight / total * (mean[j] - other.mean[j]) * (mean[m] - other.mean[m]));
        }
        return new(values, shares, total, middle, sum);
    }

    /// <summary>The log-likelihood that is lost if the two groups become one.</summary>
    /// <param name="other">The other one.</param>
    /// <param name="both">Both together.</param>
    public double Loss(RowGroup other, RowGroup both)
    {
        // What each row gains by its doubt about its group goes as well.
        double doubt = 0;
        for (var i = 0; i < Shares.Length; i++)
        {
            var (a, b) = (Shares[i], other.Shares[i]);
            if (a < LeastShare || b < LeastShare) continue;
            doubt -= (a * Math.Log(a / (a + b))) + (b * Math.Log(b / (a + b)));
        }
        return Fit + other.Fit + doubt - both.Fit;
    }

    /// <summary>Ways to cut the group into two, and what each gains.</summary>
    public IEnumerable<(RowGroup Above, RowGroup Below, double Gain)> Cuts()
    {
        if (double.IsNaN(Fit)) yield break;
        foreach (var place in Places())
        {
            double sum = 0;
            for (var i = 0; i < place.Length; i++) sum += Shares[i] * place[i];
            var middle = sum / weight;
            var (above, below) = (new double[Shares.Length], new double[Shares.Length]);
            for (var i = 0; i < place.Length; i++) (place[i] > middle ? above : below)[i] = Shares[i];
            var (a, b) = (Of(values, above), Of(values, below));
            if (a.Fit + b.Fit - Fit is var gain && double.IsFinite(gain)) yield return (a, b, gain);
        }
    }

    // Where each row is along a line, or how far out.
    private IEnumerable<double[]> Places()
    {
        var features = mean.Length;
        var d = new double[features];
        yield return Along(Axis());
        if (features > 1)
            foreach (var feature in Enumerable.Range(0, features).OrderBy(Kurtosis).Take(MostFeatures)) yield return Along(j => j == feature ? 1 : 0);
        var inverse = Cholesky.InvertLower(factor);
        yield return Each(i =>
        {
            Deviations(values, i, mean, d);
            double sum = 0;
            for (var j = 0; j < features; j++)
            {
                double z = 0;
                for (var m = 0; m <= j; m++) z += inverse[j, m] * d[m];
                sum += z * z;
            }
            return sum;
        });

        double[] Along(Func<int, double> direction)
        {
            double[] u = [.. Enumerable.Range(0, features).Select(direction)];
            return Each(i =>
            {
                Deviations(values, i, mean, d);
                double sum = 0;
                for (var j = 0; j < features; j++) sum += u[j] * d[j];
                return sum;
            });
        }

        double[] Each(Func<int, double> of)
        {
            var place = new double[Shares.Length];
            for (var i = 0; i < place.Length; i++)
                if (Shares[i] >= LeastShare) place[i] = of(i);
            return place;
        }
    }

    // The direction of the largest variance.
    private Func<int, double> Axis()
    {
        var features = mean.Length;
        var widest = Enumerable.Range(0, features).MaxBy(j => scatter[j, j]);
        double[] u = [.. Enumerable.Range(0, features).Select(j => scatter[j, widest])];
        for (var step = 0; step < PowerSteps; step++)
        {
            double[] next = [.. Enumerable.Range(0, features).Select(j => Enumerable.Range(0, features).Sum(m => scatter[j, m] * u[m]))];
            var length = Math.Sqrt(next.Sum(x => x * x));
            if (!(length > 0)) break;
            for (var j = 0; j < features; j++) u[j] = next[j] / length;
        }
        return j => u[j];
    }

    // Two clusters apart along a feature have a kurtosis near 1; a normal distribution has 3.
    private double Kurtosis(int feature)
    {
        double fourth = 0;
        for (var i = 0; i < Shares.Length; i++)
        {
            var d = values[i, feature] - mean[feature];
            if (!double.IsNaN(d)) fourth += Shares[i] * d * d * d * d;
        }
        var second = scatter[feature, feature] / weight;
        return second > 0 ? fourth / weight / (second * second) : double.PositiveInfinity;
    }

    private static void Deviations(double[,] values, int row, double[] mean, double[] to)
    {
        for (var j = 0; j < mean.Length; j++) to[j] = double.IsNaN(values[row, j]) ? 0 : values[row, j] - mean[j];
    }
}
