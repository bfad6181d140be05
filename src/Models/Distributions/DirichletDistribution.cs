using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Numerics;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// The Dirichlet distribution over shares that sum to 1: log p(x) = log gamma(sum of alphas) - sum of log gamma(alpha_j) + sum of (alpha_j - 1) log x_j.
/// A row whose shares are not above 0 or do not sum to 1 (to 1e-6) has log-probability -infinity; a row with a missing share has 0 and is skipped.
/// Fitting by counts (as pomegranate does) sets alpha_j to the weighted sum of the shares plus the pseudocount, and accepts any rows of numbers of at
/// least 0. Fitting by maximum likelihood finds the most likely density (Newton steps, to 1e-12; a minimum variance is a lower bound for the widest share).
/// </summary>
/// <remarks>
/// Statistics: weights of rows and of rows outside the support, then for each share the sum of w x (counts) or of w log(x/m) (maximum likelihood), where
/// m is the mean at the time of summarising.
/// </remarks>
public sealed class DirichletDistribution : Distribution, IDistributionFamily<DirichletDistribution>
{
    private const double SumTolerance = 1e-6;

    private readonly double[] alphas;
    private readonly double[] exponents;
    private readonly double sum;
    private readonly double constant;

    /// <summary>Creates a Dirichlet distribution.</summary>
    /// <param name="alphas">Shape [shares], finite and above 0.</param>
    /// <param name="estimator">How it is fitted; by counts by default.</param>
    /// <exception cref="ModelException">A parameter is out of range.</exception>
    public DirichletDistribution(IReadOnlyList<double> alphas, ShareEstimator estimator = ShareEstimator.Counts)
    {
        ArgumentNullException.ThrowIfNull(alphas);
        sum = alphas.Sum();
        ModelException.CheckOptions("dirichlet distribution",
            (alphas.Count > 0, nameof(alphas), alphas.Count, "at least one"),
            (alphas.All(a => double.IsFinite(a) && a > 0 && a / sum > 1e-300) && double.IsFinite(sum), nameof(alphas), "an alpha out of range",
                "finite numbers above 0"),
            (Enum.IsDefined(estimator), nameof(estimator), estimator, "counts or maximum likelihood"));
        this.alphas = [.. alphas];
        exponents = [.. alphas.Select(a => a - 1)];
        Estimator = estimator;
        // log gamma(a) = a log a - a - excess(a): around the means all large terms cancel.
        constant = -GammaFunctions.Excess(sum);
        foreach (var a in alphas) constant += GammaFunctions.Excess(a) - (a * Math.Log(a / sum));
    }

    [ModuleInitializer]
    internal static void Register() => ModelFormat.RegisterFamily<DirichletDistribution>();

    /// <inheritdoc/>
    public static string FamilyName => "dirichlet";

    /// <inheritdoc/>
    public static bool IsUnivariate => false;

    /// <summary>The parameters, shape [Dimensions].</summary>
    public ReadOnlySpan<double> Alphas => alphas;

    /// <summary>How it is fitted.</summary>
    public ShareEstimator Estimator { get; }

    /// <summary>D concentrations.</summary>
    protected override long FreeParameters => Dimensions;

    /// <inheritdoc/>
    public override bool IsEstimatedInOnePass => true;

    /// <inheritdoc/>
    public override FitUses Uses => Estimator == ShareEstimator.Counts ? FitUses.Pseudocount : FitUses.MinVariance;

    /// <inheritdoc/>
    public override int Dimensions => alphas.Length;

    /// <inheritdoc/>
    public override string FixedSupport(int feature) => FormatName;

    /// <inheritdoc/>
    public override string FormatName => FamilyName;

    /// <summary>The flat distribution, set to be fitted by maximum likelihood: without given parameters a density of shares is fitted.</summary>
    public static DirichletDistribution Prototype(ReadOnlySpan<double> center)
    {
        var alphas = new double[center.Length];
        Array.Fill(alphas, 1);
        return new(alphas, ShareEstimator.MaximumLikelihood);
    }

    /// <inheritdoc/>
    public static DirichletDistribution ReadParameters(JsonElement json) => new(json.Numbers("alphas"), ShareEstimatorText.Read(json));

    /// <inheritdoc/>
    public override void WriteParameters(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteNumbers("alphas", alphas);
        ShareEstimatorText.Write(writer, Estimator);
    }

    /// <inheritdoc/>
    public override void LogProbability(in FeatureTile tile, Span<double> result) => ShareLogs.Fill(tile, exponents, constant, SumTolerance, result);

    /// <inheritdoc/>
    public override Statistics CreateStatistics() => new SumStatistics(FormatName, 2 + Dimensions);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Accumulate(in FeatureTile tile, ReadOnlySpan<double> weights, Statistics statistics)
    {
        var sums = ((SumStatistics)statistics).Sums;
        var counts = Estimator == ShareEstimator.Counts;
        using var scratch = Scratch.Enter();
        Span<double> logs = scratch.Take(FeatureTile.Capacity), total = scratch.Take(FeatureTile.Capacity), used = scratch.Take(FeatureTile.Capacity);
        var least = scratch.Take(FeatureTile.Capacity);
        total.Clear();
        least.Fill(double.PositiveInfinity);
        for (var j = 0; j < alphas.Length; j++)
        {
            var x = tile.Column(j);
            for (var i = 0; i < x.Length; i++)
            {
                total[i] += x[i];
                least[i] = Math.Min(least[i], x[i]);
            }
        }
        double all = 0, outside = 0;
        for (var i = 0; i < tile.Rows; i++)
        {
            var inside = counts ? least[i] >= 0 && double.IsFinite(total[i]) : least[i] > 0 && Math.Abs(total[i] - 1) <= SumTolerance;
            used[i] = inside ? weights[i] : 0;
            all += used[i];
            if (!inside && !double.IsNaN(total[i])) outside += weights[i];
        }
        sums[0] += all;
        sums[1] += outside;
        for (var j = 0; j < alphas.Length; j++)
        {
            var x = tile.Column(j);
            if (!counts)
            {
                ColumnMap.Fill(tile, j, new RelativeLog(alphas[j] / this.sum, alphas[j] / this.sum, ofComplement: false), logs);
                x = logs[..tile.Rows];
            }
            double own = 0;
            for (var i = 0; i < x.Length; i++) own += used[i] > 0 ? used[i] * x[i] : 0;
            sums[2 + j] += own;
        }
    }

    /// <inheritdoc/>
    public override void Recenter(Statistics statistics, Model from)
    {
        if (Estimator == ShareEstimator.Counts) return;
        var sums = ((SumStatistics)statistics).Sums;
        var before = (DirichletDistribution)from;
        for (var j = 0; j < alphas.Length; j++) sums[2 + j] += sums[0] * Math.Log(before.alphas[j] / before.sum / (alphas[j] / sum));
    }

    /// <inheritdoc/>
    public override DirichletDistribution Maximize(Statistics statistics, in MaximizeOptions options)
    {
        var sums = ((SumStatistics)statistics).Sums;
        if (IsFrozen) return this;
        if (sums[1] > 0)
            throw new ModelException(ErrorKind.Data, "dirichlet distribution", $"rows that are not shares (total weight {sums[1].Text()})",
                Estimator == ShareEstimator.Counts ? "finite numbers of at least 0" : "numbers above 0 that add up to 1",
                "divide each row by its sum, and leave zeros out or mark them as missing");
        if (sums[0] < Constants.LeastWeight) return this;
        var fitted = new double[Dimensions];
        if (Estimator == ShareEstimator.Counts)
        {
            for (var j = 0; j < fitted.Length; j++) fitted[j] = sums[2 + j] + options.Pseudocount;
        }
        else
        {
            Likeliest(sums, options, fitted);
        }
        for (var j = 0; j < fitted.Length; j++)
        {
            if (options.Inertia != 0) fitted[j] = (alphas[j] * options.Inertia) + (fitted[j] * (1 - options.Inertia));
            if (fitted[j] > 0 && double.IsFinite(fitted[j])) continue;
            throw new ModelException(ErrorKind.Data, $"dirichlet distribution, feature {j}",
                fitted[j] == 0 ? "only shares of 0" : "values so large that their sums overflow", "shares above 0",
                "leave the feature out, or add a pseudocount (FitOptions.Pseudocount)")
            { FeatureIndex = j };
        }
        return new(fitted, Estimator);
    }

    /// <inheritdoc/>
    public override string? Impossible(Statistics statistics) => ((SumStatistics)statistics).Sums[1] is > 0 and var outside
        ? $"rows of total weight {outside.Text()} are outside the support of the dirichlet distribution (shares above 0 that add up to 1): they have "
            + "log-probability -infinity"
        : null;

    /// <inheritdoc/>
    public override IEnumerable<string> Diagnose(Statistics statistics)
    {
        var sums = ((SumStatistics)statistics).Sums;
        if (IsFrozen || Estimator == ShareEstimator.Counts || !(sums[0] >= Constants.LeastWeight)) return [];
        try
        {
            return Likeliest(sums, default, new double[Dimensions]) ? [] : [DirichletEstimate.Unsettled("dirichlet")];
        }
        catch (ModelException)
        {
            // With a minimum variance such rows are accepted.
            return [];
        }
    }

    /// <inheritdoc/>
    public override void Sample(SeededRandom random, Span<double> row)
    {
        double total = 0;
        for (var j = 0; j < alphas.Length; j++) total += row[j] = random.NextGamma(alphas[j]);
        for (var j = 0; j < alphas.Length; j++) row[j] /= total;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) =>
        obj is DirichletDistribution o && o.alphas.AsSpan().SequenceEqual(alphas) && o.Estimator == Estimator && o.IsFrozen == IsFrozen;

    /// <inheritdoc/>
    public override int GetHashCode() => alphas.Aggregate(17, HashCode.Combine);

    /// <inheritdoc/>
    public override string ToString() => $"Dirichlet(alphas {string.Join(", ", alphas.Take(8).Select(a => a.Text()))}{(alphas.Length > 8 ? ", …" : "")})";

    /// <inheritdoc/>
    public override string Describe(IReadOnlyList<Feature>? features = null)
    {
        const int most = 20;
        var shares = alphas.Take(most).Select((a, j) => $"{features?[j].Name ?? $"x{j}"} {(a / sum).Text()} on average (alpha {a.Text()})");
        return $"shares {string.Join(", ", shares)}{(alphas.Length > most ? $" and {alphas.Length - most} more" : "")}";
    }

    /// <inheritdoc/>
    /// <remarks>For one share: a beta distribution. For several: none, as they leave a remainder.</remarks>
    public override Distribution? Marginal(params ReadOnlySpan<int> features)
    {
        CheckMarginal(features);
        return features.Length == 1 && Dimensions > 1 ? new BetaDistribution(alphas[features[0]], sum - alphas[features[0]]) : base.Marginal(features);
    }

    private bool Likeliest(double[] sums, in MaximizeOptions options, Span<double> fitted)
    {
        if (fitted.Length == 1)
        {
            // A single share is always 1: every alpha is equally likely.
            fitted[0] = alphas[0];
            return true;
        }
        Span<double> center = new double[fitted.Length], logs = new double[fitted.Length];
        double widest = 0;
        for (var j = 0; j < fitted.Length; j++)
        {
            center[j] = alphas[j] / sum;
            logs[j] = sums[2 + j] / sums[0];
            var mean = center[j] * Math.Exp(logs[j]);
            widest = Math.Max(widest, mean * (1 - mean));
        }
        var most = options.MinVariance > 0 ? Math.Max(1e-3, (widest / options.MinVariance) - 1) : double.PositiveInfinity;
        if (!DirichletEstimate.Solve(center, logs, most, fitted, out var settled))
            throw new ModelException(ErrorKind.Data, "dirichlet distribution", "a variance of 0 (all its rows are equal)", "rows that differ",
                "use fewer components, or set a minimum variance (FitOptions.MinVariance)");
        return settled;
    }
}
