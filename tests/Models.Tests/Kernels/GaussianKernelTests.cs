using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Mixtures;

namespace Pipelines.Models.Tests.Kernels;

/// <summary>
/// Both Gaussian kernels against plain loops. The tolerance of 1e-12 is on the scale of the summed magnitudes: exponents of some tens to hundreds
/// carry rounding errors of 1e-14 to 1e-13 into each responsibility.
/// </summary>
public sealed class GaussianKernelTests
{
    private const double Tolerance = 1e-12;

    [Theory, MemberData(nameof(Variants.All), MemberType = typeof(Variants))]
    public void Any_number_of_features_is_right(KernelVariant variant)
    {
        foreach (var diagonal in new[] { false, true })
            for (var d = 1; d <= 40; d++) Check(variant, new GaussianMixtures(d, 3, diagonal, seed: d), rows: 75, $"diagonal {diagonal}, D={d}");
    }

    [Theory, MemberData(nameof(Variants.All), MemberType = typeof(Variants))]
    public void Any_number_of_rows_is_right(KernelVariant variant)
    {
        foreach (var diagonal in new[] { false, true })
            foreach (var d in new[] { 1, 2, 7 })
                foreach (var rows in Variants.RowCounts)
                    Check(variant, new GaussianMixtures(d, 3, diagonal, seed: 90 + d), rows, $"diagonal {diagonal}, D={d}, {rows} rows");
    }

    [Theory, MemberData(nameof(Variants.All), MemberType = typeof(Variants))]
    public void Any_number_of_components_is_right(KernelVariant variant)
    {
        foreach (var diagonal in new[] { false, true })
            foreach (var d in new[] { 1, 2, 3, 10 })
                foreach (var k in Variants.ComponentCounts)
                    Check(variant, new GaussianMixtures(d, k, diagonal, seed: 300 + d), rows: 300, $"diagonal {diagonal}, D={d}, K={k}");
    }

    [Theory, MemberData(nameof(Variants.All), MemberType = typeof(Variants))]
    public void A_component_of_weight_zero_gets_nothing(KernelVariant variant)
    {
        foreach (var diagonal in new[] { false, true })
        {
            foreach (var d in new[] { 1, 4 })
            {
                var mixture = new GaussianMixtures(d, 3, diagonal, seed: 17, zeroWeight: true);
                Check(variant, mixture, rows: 300, $"diagonal {diagonal}, D={d}");
                using var forced = KernelSelection.Force(variant);
                Assert.Equal(0, ((MixtureStatistics)GaussianMixtures.Summarize(mixture.Model, mixture.Rows(300, 1), [])).Responsibilities[1]);
            }
        }
    }

    [Theory, MemberData(nameof(Variants.All), MemberType = typeof(Variants))]
    public void Missing_entries_of_diagonal_mixtures_add_nothing(KernelVariant variant)
    {
        foreach (var d in new[] { 1, 2, 5, 10 })
        {
            var mixture = new GaussianMixtures(d, 3, diagonal: true, seed: 60 + d);
            foreach (var rows in new[] { 1, 16, 33, 256, 600 })
            {
                Check(variant, mixture, rows, $"D={d}, {rows} rows", missing: 0.2);
                Check(variant, mixture, rows, $"D={d}, {rows} rows", missing: 1);
            }
        }
    }

    [Theory, MemberData(nameof(Variants.All), MemberType = typeof(Variants))]
    public void A_large_offset_changes_nothing(KernelVariant variant)
    {
        const double offset = 1 << 20;
        foreach (var diagonal in new[] { false, true })
        {
            foreach (var d in new[] { 1, 3, 10 })
            {
                // The same numbers with an exact offset: x - mean is the same to the last bit, so is all that follows.
                using var forced = KernelSelection.Force(variant);
                var near = new GaussianMixtures(d, 3, diagonal, seed: 5);
                var far = new GaussianMixtures(d, 3, diagonal, seed: 5, offset: offset);
                var a = (MixtureStatistics)GaussianMixtures.Summarize(near.Model, near.Rows(600, 8), []);
                var b = (MixtureStatistics)GaussianMixtures.Summarize(far.Model, far.Rows(600, 8, offset), []);
                Assert.Equal(a.Objective, b.Objective);
                Assert.Equal(a.Responsibilities, b.Responsibilities);
                Assert.Equal(Bytes(a), Bytes(b));
            }
        }
    }

    [Theory, MemberData(nameof(Variants.All), MemberType = typeof(Variants))]
    public void Far_outliers_stay_finite_and_meet_no_denormals(KernelVariant variant)
    {
        foreach (var diagonal in new[] { false, true })
        {
            foreach (var d in new[] { 1, 3 })
            {
                var mixture = new GaussianMixtures(d, 3, diagonal, seed: 44);
                var rows = mixture.Rows(600, 4);
                for (var i = 0; i < rows.Length; i += 7) rows[i][0] = (i % 2 == 0 ? 1e5 : -1e5) * (1 + i);
                using var forced = KernelSelection.Force(variant);
                var found = (MixtureStatistics)GaussianMixtures.Summarize(mixture.Model, rows, []);

                // A far row belongs to one component alone: its exponents differ by more than their rounding errors.
                mixture.Oracle.Run(rows, []).Check(found, Tolerance, $"diagonal {diagonal}, D={d}");
                MixtureOracle.Near(600, found.Responsibilities.Sum(), 1e-9, "all rows");
            }
        }
    }

    [Theory, MemberData(nameof(Variants.All), MemberType = typeof(Variants))]
    public void Log_probabilities_agree_with_the_likelihood(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        foreach (var diagonal in new[] { false, true })
        {
            var mixture = new GaussianMixtures(4, 3, diagonal, seed: 21);
            var rows = mixture.Rows(77, 9);
            var buffer = new double[4 * FeatureTile.Capacity];
            for (var i = 0; i < rows.Length; i++)
                for (var j = 0; j < 4; j++) buffer[(j * FeatureTile.Capacity) + i] = rows[i][j];
            var logs = new double[77];
            mixture.Model.LogProbability(new FeatureTile(buffer, 77, 4, false), logs);
            for (var i = 0; i < rows.Length; i++)
            {
                var expected = mixture.Oracle.Run([rows[i]], []).Objective;
                MixtureOracle.Near(expected, logs[i], 1e-13 * (1 + Math.Abs(expected)), $"row {i}");
            }
        }
    }

    [Fact]
    public void Kernels_exist_where_they_should()
    {
        Distribution normal = new NormalDistribution(0, 1);
        var two = new IndependentComponentsDistribution([normal, normal]);
        var full = new MultivariateGaussianDistribution([0, 0], new double[,] { { 1, 0 }, { 0, 1 } });
        Assert.IsType<DiagonalNormalKernel>(normal.CreateMixtureKernel([normal, normal]));
        Assert.IsType<DiagonalNormalKernel>(two.CreateMixtureKernel([two, two]));
        Assert.IsType<FullGaussianKernel>(full.CreateMixtureKernel([full, full]));
        Assert.Null(two.CreateMixtureKernel([two, full]));
        Assert.Null(full.CreateMixtureKernel([full, two]));
        var weighted = new IndependentComponentsDistribution([normal, normal], [1, 2]);
        Assert.Null(two.CreateMixtureKernel([two, weighted]));
    }

    private static byte[] Bytes(Statistics statistics)
    {
        using var stream = new MemoryStream();
        statistics.Save(new BinaryWriter(stream));
        return stream.ToArray();
    }

    private static void Check(KernelVariant variant, GaussianMixtures mixture, int rows, string what, double missing = 0)
    {
        using var forced = KernelSelection.Force(variant);
        var data = mixture.Rows(rows, seed: rows, missing: missing);
        mixture.Oracle.Run(data, []).Check(GaussianMixtures.Summarize(mixture.Model, data, []), Tolerance, what);
        var weights = GaussianMixtures.RowWeights(rows, seed: rows);
        mixture.Oracle.Run(data, weights).Check(GaussianMixtures.Summarize(mixture.Model, data, weights), Tolerance, $"{what}, weighted");
    }
}
