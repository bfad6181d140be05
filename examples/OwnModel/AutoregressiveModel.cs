using System.Globalization;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines.Examples.OwnModel;

/// <summary>
/// Sequences of one feature in which each value depends on the one before: x_1 ~ N(first, firstDeviation²), x_t ~ N(level + slope x_(t-1), deviation²).
/// Fitting is weighted least squares (Hamilton 1994, "Time Series Analysis", section 5.2), in one pass.
/// </summary>
public sealed class AutoregressiveModel(double level, double slope, double deviation, double first, double firstDeviation)
    : SequenceModel, IModelFormat<AutoregressiveModel>
{
    private readonly NormalDistribution start = new(first, firstDeviation);

    public static string Name => "autoregressive";

    public double Level => level;

    public double Slope => slope;

    public double Deviation => deviation;

    public override int Dimensions => 1;

    public override string FormatName => Name;

    public override bool IsEstimatedInOnePass => true;

    public static AutoregressiveModel ReadParameters(JsonElement json) => new(json.Number("level"), json.Number("slope"), json.Number("deviation"),
        json.Number("first"), json.Number("firstDeviation"));

    public override void WriteParameters(Utf8JsonWriter writer)
    {
        writer.WriteExact("level", level);
        writer.WriteExact("slope", slope);
        writer.WriteExact("deviation", deviation);
        writer.WriteExact("first", first);
        writer.WriteExact("firstDeviation", firstDeviation);
    }

    // Of first values: w, wx, wxx. Of pairs of neighbours (x, y): w, wx, wy, wxx, wxy, wyy.
    public override Statistics CreateStatistics() => new SumStatistics(Name, 9);

    public override void LogProbabilities(in FeatureBlock block, Span<double> logs)
    {
        for (var s = 0; s < block.SequenceCount; s++)
        {
            logs[s] = 0;
            var end = block.SequenceOffsets[s + 1];
            for (var t = block.SequenceOffsets[s]; t < end; t++)
                logs[s] += t == block.SequenceOffsets[s] ? Log(block[t, 0], first, firstDeviation) : Log(block[t, 0], Expected(block[t - 1, 0]), deviation);
        }
    }

    protected override void SummarizeSequences(in FeatureBlock block, Statistics statistics)
    {
        var sums = ((SumStatistics)statistics).Sums;
        var logs = new double[block.SequenceCount];
        LogProbabilities(block, logs);
        for (var s = 0; s < logs.Length; s++)
        {
            var (begin, end) = (block.SequenceOffsets[s], block.SequenceOffsets[s + 1]);
            if (begin == end) continue;
            var weight = block.Weights.IsEmpty ? 1 : block.Weights[begin];
            statistics.Objective += weight * logs[s];
            statistics.Weight += weight * (end - begin);
            Add(sums.AsSpan(0, 3), weight, 1, block[begin, 0]);
            for (var t = begin + 1; t < end; t++) Add(sums.AsSpan(3), weight, 1, block[t - 1, 0], block[t, 0]);
        }
        statistics.Rows += block.Rows;
    }

    public override AutoregressiveModel Maximize(Statistics statistics, in MaximizeOptions options)
    {
        if (IsFrozen || ((SumStatistics)statistics).Sums is not [> 0 and var w, var wx, var wxx, > 0 and var n, var nx, var ny, var nxx, var nxy, var nyy])
            return this;
        var (mean, old) = (wx / w, options.Inertia);
        var b = (nxy - (nx * ny / n)) / (nxx - (nx * nx / n));
        var a = (ny - (b * nx)) / n;
        var variance = (nyy - (a * ny) - (b * nxy)) / n;
        if (!(variance > 0) || !double.IsFinite(b))
            throw new ModelException(ErrorKind.Data, "feature 0", "values that determine the next one exactly", "some noise", "fit more rows");
        return new(Blend(level, a), Blend(slope, b), Blend(deviation, Math.Sqrt(Math.Max(variance, options.MinVariance))), Blend(first, mean),
            Blend(firstDeviation, Math.Sqrt(Math.Max((wxx / w) - (mean * mean), Math.Max(options.MinVariance, 1e-12)))));

        double Blend(double before, double after) => (old * before) + ((1 - old) * after);
    }

    public override void Sample(SeededRandom random, Span<double> rows, Span<int> labels)
    {
        labels.Fill(-1);
        for (var t = 0; t < rows.Length; t++)
            rows[t] = t == 0 ? first + (firstDeviation * random.NextNormal()) : Expected(rows[t - 1]) + (deviation * random.NextNormal());
    }

    /// <summary>The long-run distribution of a value, which pictures show.</summary>
    public override Distribution? RowDistribution() =>
        Math.Abs(slope) < 1 ? new NormalDistribution(level / (1 - slope), deviation / Math.Sqrt(1 - (slope * slope))) : null;

    public override string Describe(IReadOnlyList<Feature>? features = null) => string.Create(CultureInfo.InvariantCulture,
        $"{features?[0].Name ?? "x"}: {level:G4} + {slope:G4} times the value before, standard deviation {deviation:G4}");

    public override bool Equals(object? obj) => obj is AutoregressiveModel o
        && (o.Level, o.Slope, o.Deviation, o.IsFrozen).Equals((level, slope, deviation, IsFrozen)) && o.start.Equals(start);

    public override int GetHashCode() => HashCode.Combine(level, slope, deviation);

    private static double Log(double x, double mean, double deviation)
    {
        var z = (x - mean) / deviation;
        return (-0.5 * z * z) - Math.Log(deviation) - (0.5 * Math.Log(2 * Math.PI));
    }

    private static void Add(Span<double> sums, double weight, params ReadOnlySpan<double> values)
    {
        var at = 0;
        // 1, x, y, xx, xy, yy: the products that least squares needs.
        for (var degree = 0; degree < values.Length; degree++) sums[at++] += weight * values[degree];
        for (var i = 1; i < values.Length; i++)
            for (var j = i; j < values.Length; j++) sums[at++] += weight * values[i] * values[j];
    }

    private double Expected(double before) => level + (slope * before);
}
