using Pipelines.Models.Fitting;
using Pipelines.Models.Mixtures;

namespace Pipelines.Models.Tests.Properties;

/// <summary>Compares statistics that were merged in different orders: to 1e-12 of the sizes of what was added.</summary>
internal static class StatisticsComparison
{
    public static void Close(Statistics left, Statistics right, Statistics[] parts)
    {
        Assert.Equal(left.Rows, right.Rows);
        Numbers([left.Weight], [right.Weight], [.. parts.Select(p => new[] { p.Weight })]);
        switch (left)
        {
            case MixtureStatistics or CompositeStatistics:
                var (l, r) = ((CompositeStatistics)left, (CompositeStatistics)right);
                for (var i = 0; i < l.Parts.Count; i++) Close(l.Parts[i], r.Parts[i], [.. parts.Select(p => ((CompositeStatistics)p).Parts[i])]);
                break;
            case TableStatistics table:
                Assert.Equal(table.Sizes, ((TableStatistics)right).Sizes);
                Numbers(table.Cells, ((TableStatistics)right).Cells, [((TableStatistics)right).Cells]);
                break;
            case RangeStatistics range:
                Assert.Equal((range.Minimum, range.Maximum), (((RangeStatistics)right).Minimum, ((RangeStatistics)right).Maximum));
                Numbers([range.Total], [((RangeStatistics)right).Total], [[range.Total]]);
                break;
            case PointStatistics points:
                Assert.Equal(points.Values, ((PointStatistics)right).Values);
                Assert.Equal(points.Weights, ((PointStatistics)right).Weights);
                break;
            case SumStatistics sums:
                Numbers(sums.Sums, ((SumStatistics)right).Sums, [.. parts.Select(p => ((SumStatistics)p).Sums)]);
                break;
            default:
                Assert.Fail($"{left.GetType()} has no comparison here");
                break;
        }
    }

    private static void Numbers(double[] left, double[] right, double[][] parts)
    {
        for (var i = 0; i < left.Length; i++)
        {
            var size = parts.Sum(p => Math.Abs(p[i]));
            Assert.True(Math.Abs(left[i] - right[i]) <= 1e-12 * size, $"number {i}: {left[i]:R} and {right[i]:R}, parts of size {size:R}");
        }
    }
}
