using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;

namespace Pipelines.Models.Tests.Golden;

/// <summary>
/// Which rows are held out, and what cross-validation and tests measure, against scikit-learn 1.2.1 and a second program, on every kernel variant.
/// </summary>
public sealed class FoldGoldenTests
{
    private static readonly GoldenFile golden = new("eval_folds");

    private static readonly long seed = golden.Inputs.GetProperty("seed").GetInt64();
    private static readonly int folds = golden.Inputs.GetProperty("folds").GetInt32();
    private static readonly double share = golden.Inputs.GetProperty("test_share").GetDouble();

    [Theory]
    [InlineData(16_384)]
    [InlineData(77)]
    public async Task EveryRowIsInTheExpectedFold(int batchRows)
    {
        var data = Data();
        var keyed = data.WithFoldKeys([.. golden.Inputs.GetProperty("keys").EnumerateArray().Select(k => k.GetString()!)]);
        var ranks = (ClassRanks)await new InMemoryPass(data, batchRows).RunAsync(new ClassRanker(3), default);
        Assert.Equal(Whole("fold_of_row"), Assigned(new HashRule(folds, seed), data));
        Assert.Equal(Whole("fold_of_key"), Assigned(new HashRule(folds, seed), keyed));
        Assert.Equal(Whole("fold_stratified"), Assigned(new StratifiedRule(folds, seed, ranks), data));
        var held = Assigned(new ShareRule(share, seed), data);
        Assert.Equal(Whole("test_rows"), Enumerable.Range(0, data.Rows).Where(i => held[i] == 1));

        int[] Assigned(FoldRule rule, FeatureMatrix rows)
        {
            var found = new int[rows.Rows];
            for (var first = 0; first < found.Length; first += batchRows)
            {
                var count = Math.Min(batchRows, found.Length - first);
                rule.Assign(rows.Block(first, count), found.AsSpan(first, count));
            }
            return found;
        }
    }

    public static TheoryData<string, KernelVariant> Ways => KernelData.With("by_row", "by_key", "stratified");

    [Theory]
    [MemberData(nameof(Ways))]
    public void CrossValidationIsAsExpected(string way, KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var data = Data();
        if (way == "by_key") data = data.WithFoldKeys([.. golden.Inputs.GetProperty("keys").EnumerateArray().Select(k => k.GetString()!)]);
        var expected = golden.Expected.GetProperty(way);
        CrossValidation<NaiveBayes>? first = null;
        foreach (var threads in new[] { 1, 3, -1 })
        {
            var found = new NaiveBayesEstimator(DistributionFamily.Of<NormalDistribution>()).CrossValidate(data,
                new() { Folds = folds, Stratify = way == "stratified" }, new() { Seed = seed, MaxDegreeOfParallelism = threads, BatchSize = 77 });
            Assert.Equal(folds, found.Folds.Count);
            foreach (var (fold, f) in expected.GetProperty("folds").EnumerateArray().Select((e, f) => (e, f)))
                EvaluationGoldenTests.Check(golden, fold, (Evaluation)found.Folds[f]);
            EvaluationGoldenTests.Check(golden, expected.GetProperty("pooled"), (Evaluation)found.Pooled);
            // The same bits at any parallelism.
            first ??= found;
            Assert.Equal(first.Models, found.Models);
            Assert.Equal(Bits(first), Bits(found));
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Variants), MemberType = typeof(KernelData))]
    public void AHeldOutShareIsMeasuredAsExpected(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var (fitted, test) = new NaiveBayesEstimator(DistributionFamily.Of<NormalDistribution>())
            .FitAndTest(Data(), new() { Share = share }, new() { Seed = seed });
        Assert.Equal(1_200 - Whole("test_rows").Length, fitted.Rows);
        EvaluationGoldenTests.Check(golden, golden.Expected.GetProperty("test"), (Evaluation)test);
    }

    private static long[] Bits(CrossValidation<NaiveBayes> found) => [.. found.Folds.Append(found.Pooled).Cast<Evaluation>()
        .SelectMany(e => new[] { e.Weight, e.LogLoss, e.Brier, e.RocAuc!.Value }).Select(BitConverter.DoubleToInt64Bits)];

    private static int[] Whole(string name) => [.. golden.Expected.GetProperty(name).EnumerateArray().Select(e => e.GetInt32())];

    private static FeatureMatrix Data() => GoldenFile.Data(golden.Inputs, weights: "weights")
        .WithLabels([.. golden.Inputs.GetProperty("labels").EnumerateArray().Select(l => l.GetInt32())]);
}
