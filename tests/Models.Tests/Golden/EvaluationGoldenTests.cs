using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;

namespace Pipelines.Models.Tests.Golden;

/// <summary>Evaluations against scikit-learn 1.2.1 and a second program, on every kernel variant. Tolerances are the files' own.</summary>
public sealed class EvaluationGoldenTests
{
    public static TheoryData<string, KernelVariant> Given => KernelData.With("eval_binary_weights", "eval_ties", "eval_extreme", "eval_constant");

    [Theory]
    [MemberData(nameof(Given))]
    public void AGivenClassifierIsMeasuredAsExpected(string name, KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var golden = new GoldenFile(name);
        var given = golden.Inputs.GetProperty("model");
        var model = new NaiveBayes([.. given.GetProperty("distributions").EnumerateArray().Select(GoldenFile.Distribution)],
            GoldenFile.Numbers(given.GetProperty("priors")));
        var data = (name == "eval_ties" ? Coded(golden) : GoldenFile.Data(golden.Inputs, weights: "weights"))
            .WithLabels([.. golden.Inputs.GetProperty("labels").EnumerateArray().Select(l => l.GetInt32())]);
        foreach (var threads in new[] { 1, 2, -1 })
            Check(golden, golden.Expected.GetProperty("evaluation"), model.Evaluate(data, maxDegreeOfParallelism: threads));
    }

    [Theory]
    [MemberData(nameof(KernelData.Variants), MemberType = typeof(KernelData))]
    public void ClassesHaveNamesAndUnlabelledRowsAreCounted(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var golden = new GoldenFile("eval_names");
        var (all, train) = (GoldenFile.Matrix(golden.Inputs.GetProperty("data")), golden.Inputs.GetProperty("train_rows").GetInt32());
        string[] names = [.. golden.Inputs.GetProperty("classes").EnumerateArray().Select(c => c.GetString()!)];
        int[] labels = [.. golden.Inputs.GetProperty("labels").EnumerateArray().Select(l => Array.IndexOf(names, l.GetString()))];
        var fitted = new NaiveBayesEstimator(DistributionFamily.Of<NormalDistribution>())
            .Fit(Rows([.. Enumerable.Range(0, train).Where(i => labels[i] >= 0)])).Model;
        golden.Close(GoldenFile.Numbers(golden.Expected.GetProperty("fitted").GetProperty("priors")), fitted.Priors, "priors");
        var evaluation = fitted.Evaluate(Rows([.. Enumerable.Range(train, labels.Length - train)]));
        Assert.Equal(names, evaluation.Classes);
        Assert.Equal(golden.Expected.GetProperty("evaluation").GetProperty("unlabelled").GetInt64(), evaluation.Unlabeled);
        Check(golden, golden.Expected.GetProperty("evaluation"), evaluation);

        FeatureMatrix Rows(int[] rows)
        {
            var values = new double[rows.Length, all.GetLength(1)];
            for (var i = 0; i < rows.Length; i++)
                for (var j = 0; j < values.GetLength(1); j++) values[i, j] = all[rows[i], j];
            return FeatureMatrix.FromRows(values).WithLabels([.. rows.Select(r => labels[r])], names);
        }
    }

    /// <summary>Posteriors that do not fit are binned: the area then differs by no more than the stated bound.</summary>
    [Fact]
    public void BeyondItsMemoryTheAreaIsKnownWithinItsBound()
    {
        var golden = new GoldenFile("eval_binary_weights");
        var given = golden.Inputs.GetProperty("model");
        var model = new NaiveBayes([.. given.GetProperty("distributions").EnumerateArray().Select(GoldenFile.Distribution)],
            GoldenFile.Numbers(given.GetProperty("priors")));
        var data = GoldenFile.Data(golden.Inputs, weights: "weights").WithLabels([.. golden.Inputs.GetProperty("labels").EnumerateArray()
            .Select(l => l.GetInt32())]);
        var (exact, binned) = (model.Evaluate(data), model.Evaluate(data, mostBytes: 0));
        Assert.Equal(0, exact.RocAucError);
        // 64 bins for each power of two: few of 900 posteriors share one.
        Assert.InRange(binned.RocAucError, double.Epsilon, 0.01);
        for (var k = 0; k < 2; k++)
            Assert.InRange(binned.RocAucByClass[k]!.Value - exact.RocAucByClass[k]!.Value, -binned.RocAucError, binned.RocAucError);
        Assert.Equal(exact.LogLoss, binned.LogLoss);
    }

    private static FeatureMatrix Coded(GoldenFile golden)
    {
        var keys = golden.Inputs.GetProperty("model").GetProperty("distributions")[0].GetProperty("distributions").EnumerateArray()
            .Select(d => d.GetProperty("keys").EnumerateArray().Select(k => k.GetString()!).ToArray()).ToArray();
        var rows = golden.Inputs.GetProperty("data").EnumerateArray().ToArray();
        var values = new double[rows.Length, keys.Length];
        for (var i = 0; i < rows.Length; i++)
            for (var j = 0; j < keys.Length; j++) values[i, j] = GoldenFile.Codes(rows[i], keys[j])[j];
        return FeatureMatrix.FromRows(values, GoldenFile.Numbers(golden.Inputs.GetProperty("weights")));
    }

    internal static void Check(GoldenFile golden, JsonElement expected, Evaluation found)
    {
        Assert.Equal(expected.GetProperty("rows").GetInt64(), found.Rows);
        golden.Close(GoldenFile.Number(expected.GetProperty("weight")), found.Weight, "weight");
        var confusion = GoldenFile.Matrix(expected.GetProperty("confusion"));
        for (var i = 0; i < confusion.GetLength(0); i++)
            for (var j = 0; j < confusion.GetLength(1); j++) golden.Close(confusion[i, j], found.Confusion[i, j], $"confusion [{i},{j}]");
        golden.Close(GoldenFile.Number(expected.GetProperty("accuracy")), found.Accuracy, "accuracy");
        golden.Close(GoldenFile.Number(expected.GetProperty("logLoss")), found.LogLoss, "log-loss");
        golden.Close(GoldenFile.Number(expected.GetProperty("brier")), found.Brier, "Brier score");
        Close(golden, expected.GetProperty("rocAuc"), found.RocAuc, "area under the curve");
        Lists(golden, expected, "rocAucByClass", found.RocAucByClass);
        Lists(golden, expected, "precision", found.Precision);
        Lists(golden, expected, "recall", found.Recall);
        Lists(golden, expected, "f1", found.F1);
        Lists(golden, expected, "calibrationError", [.. found.CalibrationError.Select(e => (double?)e)]);
        if (!expected.TryGetProperty("calibration", out var calibration)) return;
        foreach (var (bins, k) in calibration.EnumerateArray().Select((b, k) => (b, k)))
        {
            foreach (var (bin, b) in bins.EnumerateArray().Select((x, b) => (x, b)))
            {
                var own = found.Calibration[k][b];
                Assert.Equal(bin.GetProperty("rows").GetInt64(), own.Rows);
                golden.Close(GoldenFile.Number(bin.GetProperty("weight")), own.Weight, $"weight of bin {b} of class {k}");
                Close(golden, bin.GetProperty("meanProbability"), own.MeanProbability, $"mean of bin {b} of class {k}");
                Close(golden, bin.GetProperty("share"), own.Share, $"share of bin {b} of class {k}");
            }
        }
    }

    private static void Lists(GoldenFile golden, JsonElement expected, string name, IReadOnlyList<double?> found)
    {
        if (!expected.TryGetProperty(name, out var list)) return;
        Assert.Equal(list.GetArrayLength(), found.Count);
        for (var k = 0; k < found.Count; k++) Close(golden, list[k], found[k], $"{name}[{k}]");
    }

    private static void Close(GoldenFile golden, JsonElement expected, double? found, string what)
    {
        Assert.Equal(expected.ValueKind == JsonValueKind.Null, found is null);
        if (found is { } value) golden.Close(GoldenFile.Number(expected), value, what);
    }
}
