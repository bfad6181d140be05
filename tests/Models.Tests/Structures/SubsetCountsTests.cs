using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Structures;
using Pipelines.Models.Tests.Kernels;

namespace Pipelines.Models.Tests.Structures;

/// <summary>Counts are those of going through the rows, in every variant and in each of the ways to count.</summary>
public class SubsetCountsTests
{
    // Few and many rows, values, and combinations, so that sets, tables and groups are all used.
    public static TheoryData<KernelVariant, int, double, int> Cases
    {
        get
        {
            var cases = new TheoryData<KernelVariant, int, double, int>();
            foreach (var variant in KernelSelection.Supported)
                foreach (var (missing, weights) in ((double, int)[])[(0, 0), (0.1, 0), (0, 1), (0.1, 1), (0, 2), (0.1, 2)])
                    foreach (var rows in (int[])[1, 65, 700, 40_000]) cases.Add(variant, rows, missing, weights);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void CountsAreThoseOfTheRows(KernelVariant variant, int rows, double missing, int weights)
    {
        using var forced = KernelSelection.Force(variant);
        var data = StructureData.Make(rows, [2, 3, 4, 2, 40, 5, 300, 1], missing, weights);
        var coded = new CodedRows(data.Distinct(batch: 5_000), 2);
        var counts = new SubsetCounts(coded);
        // Sums of at most 40,000 weights of about 1, in another order: 1e-16 for each of them.
        var tolerance = weights == 2 ? 4e-11 * Math.Max(1, rows / 100.0) : 0;
        int[][] subsets = [[0], [4], [0, 1], [2, 3], [1, 4], [0, 1, 2], [0, 2, 3, 5], [4, 6], [0, 1, 2, 3, 5, 7], [2, 4, 5, 6], [0, 1, 2, 3, 4, 5, 6, 7]];
        foreach (var subset in subsets)
        {
            Same(data.Counts(subset, subset), counts.Joint(subset), tolerance);
            int[] family = [.. subset[1..], subset[0]];
            if (subset.Length == 1) continue;
            var joint = counts.Joint(family, out var marginals);
            Same(data.Counts(family, family), joint, tolerance);
            Same(data.Counts(family, family[..^1]), marginals, tolerance);
        }
        Assert.Equal(data.Weights?.Sum() ?? rows, counts.Joint([])[0], tolerance);
    }

    [Fact]
    public void EqualRowsAreOneInTheOrderOfTheirFirstAppearance()
    {
        var data = StructureData.Make(5_000, [2, 3, 2], 0.1, 2);
        var distinct = data.Distinct();
        var expected = new List<(string Row, double Weight)>();
        for (var i = 0; i < 5_000; i++)
        {
            var row = string.Join(',', data.Columns.Select((c, j) => double.IsNaN(c[i]) ? data.Sizes[j] : c[i]));
            var at = expected.FindIndex(e => e.Row == row);
            if (at < 0) expected.Add((row, data.Weights![i]));
            else expected[at] = (row, expected[at].Weight + data.Weights![i]);
        }
        var coded = new CodedRows(distinct, 1);
        Assert.Equal(expected.Select(e => e.Row), Enumerable.Range(0, coded.Rows).Select(i => string.Join(',', data.Sizes.Select((_, j) => coded.Code(i, j)))));
        for (var i = 0; i < coded.Rows; i++) Assert.Equal(expected[i].Weight, coded.Weights[i], 1e-9);
        Assert.Equal(distinct.ToBytes(), data.Distinct(threads: 4).ToBytes());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void RowsAreTheSameWithAnyNumberOfThreads(int weights)
    {
        // More different rows than a block has, and with whole weights more rows of several than a block has.
        var distinct = StructureData.Make(80_000, [2, 3, 4, 2, 40, 5, 300, 1], 0.1, weights).Distinct(batch: 5_000);
        var (one, three) = (new CodedRows(distinct, 1), new CodedRows(distinct, 3));
        Assert.True(one.Blocks > 2 && (weights != 1 || one.PlaneBlocks > 1), $"{one.Blocks} blocks, {one.PlaneBlocks} of them heavy");
        Assert.Equal(distinct.Weight, three.Weight, 1e-8);
        Assert.Equal((one.Weight, one.HasSets, one.PlaneBlocks), (three.Weight, three.HasSets, three.PlaneBlocks));
        Assert.Equal(one.Weights, three.Weights);
        Assert.Equal(one.Planes, three.Planes);
        for (var v = 0; v < one.Variables; v++)
        {
            Assert.Equal(one.Codes(v).Words, three.Codes(v).Words);
            Assert.Equal(v % 2 == 0, one.HasMissing(v));
            Assert.Equal((one.HasMissing(v), one.HasSetsOf(v)), (three.HasMissing(v), three.HasSetsOf(v)));
            if (one.HasSetsOf(v)) Assert.Equal(one.Sets(v), three.Sets(v));
        }
        // The heaviest rows come first, as far as the number of binary digits tells.
        if (one.HasSets) Assert.Equal(one.Weights.Take(one.Rows).Select(Math.ILogB), one.Weights.Take(one.Rows).Select(Math.ILogB).OrderDescending());
    }

    [Theory]
    [MemberData(nameof(Variants.All), MemberType = typeof(Variants))]
    public void PairsAreCountedAsTheRows(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        (int, double, int)[] cases = [(1, 0, 0), (700, 0, 0), (40_000, 0, 0), (40_000, 0.1, 0), (700, 0.1, 1), (40_000, 0.1, 2)];
        foreach (var (rows, missing, weights) in cases)
        {
            foreach (var layout in (string[])["columns", "rows"])
            {
                var data = StructureData.Make(rows, [2, 3, 4, 30, 7, 9, 1], missing, weights);
                var matrix = data.Rows;
                if (layout == "rows")
                {
                    var values = new double[rows, data.Sizes.Length];
                    for (var i = 0; i < rows; i++)
                        for (var j = 0; j < data.Sizes.Length; j++) values[i, j] = data.Columns[j][i];
                    matrix = FeatureMatrix.FromRows(values, data.Weights);
                }
                var found = ((SumStatistics)StructureData.Run(new InMemoryPass(matrix, 17_000, 2), new PairCounts(data.Sizes))).Sums;
                var table = new PairTable(data.Sizes);
                var expected = new double[table.Length];
                for (var i = 0; i < rows; i++)
                {
                    for (var a = 0; a < data.Sizes.Length; a++)
                    {
                        if (double.IsNaN(data.Columns[a][i])) continue;
                        expected[table.First(a) + (int)data.Columns[a][i]] += data.Weights?[i] ?? 1;
                        for (var b = a + 1; b < data.Sizes.Length; b++)
                        {
                            if (!double.IsNaN(data.Columns[b][i]))
                                expected[table.First(a, b) + ((int)data.Columns[a][i] * data.Sizes[b]) + (int)data.Columns[b][i]] += data.Weights?[i] ?? 1;
                        }
                    }
                }
                // Sums of up to 40,000 fractions in another order.
                for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], found[i], weights == 2 ? 1e-8 : 0);
            }
        }
    }

    [Theory]
    [InlineData(5.0, "the value 5")]
    [InlineData(-1.0, "the value -1")]
    [InlineData(0.5, "the value 0.5")]
    public void AValueThatIsNoCodeIsAnError(double value, string found)
    {
        var columns = new double[2][] { new double[1_000], new double[1_000] };
        columns[1][777] = value;
        var pass = new InMemoryPass(FeatureMatrix.FromColumns(columns), 100, 1);
        foreach (var summarizer in (ISummarizer[])[new DistinctRows([2, 3], null), new PairCounts([2, 3]), new PairCounts([2, 40])])
        {
            if (summarizer.IsSame(new PairCounts([2, 40])) && value == 5) continue;
            var error = Assert.Throws<ModelException>(() => StructureData.Run(pass, summarizer));
            var size = summarizer.IsSame(new PairCounts([2, 40])) ? 40 : 3;
            Assert.Equal($"variable 1, row 777: found {found}, expected a code from 0 to {size - 1}, or NaN for a missing value; code the values 0, 1, 2 …, "
                + "or count more values of this variable", error.Message);
        }
    }

    private static void Same(Dictionary<string, double> expected, ReadOnlySpan<double> found, double tolerance)
    {
        double[] sorted = [.. expected.Values.Where(w => w > 0).Order()], own = [.. found];
        Array.Sort(own);
        Assert.Equal(sorted.Length, own.Length);
        for (var i = 0; i < own.Length; i++) Assert.Equal(sorted[i], own[i], tolerance);
    }
}
