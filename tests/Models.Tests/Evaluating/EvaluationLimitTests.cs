using Pipelines.Models.Fitting;

namespace Pipelines.Models.Tests.Evaluating;

/// <summary>The number of classes that an evaluation can count: the sums of each take less than 2 GiB, beyond which their number overflows.</summary>
public sealed class EvaluationLimitTests
{
    /// <remarks>3 sums, the confusion matrix and 4 sums of each bin, in 8 bytes each; whole numbers, found by trying.</remarks>
    [Theory]
    [InlineData(1), InlineData(10), InlineData(100), InlineData(10_000)]
    public void As_many_classes_are_taken_as_fit(int bins)
    {
        var most = 0L;
        while (8 * (3 + ((most + 1) * (most + 1)) + (4 * bins * (most + 1))) < 1L << 31) most++;
        Assert.Equal(most, EvaluationStatistics.MostClasses(bins));
    }

    [Theory]
    [InlineData(50_000, 10, 16_364)]
    [InlineData(65_536, 1, 16_382)]
    [InlineData(5_900, 10_000, 5_854)]
    public void More_are_refused_before_any_row_is_read(int classes, int bins, int most)
    {
        var model = new NaiveBayes([.. Enumerable.Repeat(new NormalDistribution(0, 1), classes)]);
        var e = Assert.Throws<ModelException>(() => new ClassifierEvaluator(model, bins).CreateStatistics());
        Assert.Equal((ErrorKind.Memory, $"evaluation: found {classes} classes with {bins} calibration bins each, expected at most {most} classes, whose "
            + "confusion matrix and bins take less than 2 GiB; merge rare classes, or score the rows and compare the labels"), (e.Kind, e.Message));
    }
}
