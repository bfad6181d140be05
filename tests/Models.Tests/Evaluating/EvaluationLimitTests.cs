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

    /// <summary>Posteriors of more items than an array holds are kept in several parts.</summary>
    [Theory]
    [InlineData(1), InlineData(2), InlineData(1_000), InlineData(16_382)]
    public void Kept_posteriors_fit_an_array(int classes) =>
        Assert.InRange((long)classes * KeptPosteriors.MostItems(classes), 1, Array.MaxLength);

    [Theory]
    [InlineData(1, false), InlineData(7, true), InlineData(300, false), InlineData(999, true)]
    public void Parts_change_nothing(int together, bool isWeighted)
    {
        const int rows = 1_000;
        var random = new SeededRandom(3);
        double[,] values = new double[rows, 1];
        for (var i = 0; i < rows; i++) values[i, 0] = random.NextNormal() + (i % 3);
        var data = FeatureMatrix.FromRows(values).WithLabels([.. Enumerable.Range(0, rows).Select(i => i % 4 == 3 ? -1 : i % 3)]);
        if (isWeighted) data = data.WithWeights([.. Enumerable.Range(0, rows).Select(_ => random.NextDouble())]);
        var model = new NaiveBayes([new NormalDistribution(0, 1), new NormalDistribution(1, 1), new NormalDistribution(2, 1)]);
        var (whole, parts) = (Of(new(model)), Of(new(model) { KeptTogether = together }));
        Assert.Equal((whole.Rows, whole.Unlabeled), (parts.Rows, parts.Unlabeled));
        // Sums of a thousand weights in another order.
        const double close = 1e-12;
        Assert.Equal(whole.LogLoss, parts.LogLoss, close);
        Assert.Equal(whole.Brier, parts.Brier, close);
        for (var k = 0; k < 3; k++)
        {
            Assert.Equal(whole.RocAucByClass[k]!.Value, parts.RocAucByClass[k]!.Value, close);
            for (var l = 0; l < 3; l++) Assert.Equal(whole.Confusion[k, l], parts.Confusion[k, l], close);
            for (var b = 0; b < 10; b++)
            {
                Assert.Equal(whole.Calibration[k][b].Rows, parts.Calibration[k][b].Rows);
                Assert.Equal(whole.Calibration[k][b].Weight, parts.Calibration[k][b].Weight, close);
            }
        }

        Evaluation Of(ClassifierEvaluator evaluator)
        {
            var pass = new InMemoryPass(data, rows, 1);
            return evaluator.Evaluate(pass.RunAsync(evaluator, default).AsTask().GetAwaiter().GetResult(), 1);
        }
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
