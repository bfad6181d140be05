using Pipelines.Models.Kernels;

namespace Pipelines.Models.Tests.Kernels;

public sealed class SoftmaxTests
{
    private const int Capacity = FeatureTile.Capacity;

    public static TheoryData<KernelVariant, int> Cases
    {
        get
        {
            var cases = new TheoryData<KernelVariant, int>();
            foreach (var variant in KernelSelection.Supported)
                foreach (var k in Variants.ComponentCounts.Append(400)) cases.Add(variant, k);
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Responsibilities_agree_with_plain_exponentials(KernelVariant variant, int components)
    {
        using var forced = KernelSelection.Force(variant);
        foreach (var rows in Variants.RowCounts.Where(r => r <= Capacity))
        {
            foreach (var weighted in new[] { false, true })
            {
                var joint = Joint(components, rows, seed: (1000 * components) + rows);
                var weights = weighted ? Weights(rows) : [];
                var (expected, expectedTotal) = Oracle(joint, components, rows, weights);
                var total = Softmax.Responsibilities(joint, components, rows, weights);

                // Each is a quotient of sums of a few exponentials: some rounding errors of 1e-16.
                for (var k = 0; k < components; k++)
                    for (var i = 0; i < rows; i++) Close(expected[(k * Capacity) + i], joint[(k * Capacity) + i], 2e-14, 1e-200);
                Close(expectedTotal, total, 1e-13, 1e-12);
                for (var k = 0; k < components; k++)
                    Assert.All(joint[((k * Capacity) + rows)..((k * Capacity) + FeatureTile.Padded(rows))], v => Assert.Equal(0, v));
            }
        }
    }

    [Theory, MemberData(nameof(Variants.All), MemberType = typeof(Variants))]
    public void Impossible_and_infinite_rows_teach_nothing(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        foreach (var (value, weighted) in new[] { (double.NegativeInfinity, false), (double.PositiveInfinity, false), (double.NegativeInfinity, true),
            (double.PositiveInfinity, true) })
        {
            var joint = Joint(3, 40, seed: 5);
            var weights = weighted ? Weights(40) : [];
            for (var k = 0; k < 3; k++) joint[(k * Capacity) + 18] = value;
            var (expected, _) = Oracle(joint, 3, 40, weights);
            Assert.Equal(value, Softmax.Responsibilities(joint, 3, 40, weights));
            for (var k = 0; k < 3; k++)
            {
                Assert.Equal(0, joint[(k * Capacity) + 18]);
                for (var i = 0; i < 40; i++)
                    if (i != 18) Close(expected[(k * Capacity) + i], joint[(k * Capacity) + i], 2e-14, 1e-200);
            }
        }
    }

    [Theory, MemberData(nameof(Variants.All), MemberType = typeof(Variants))]
    public void An_impossible_row_of_weight_zero_does_not_count(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var joint = Joint(3, 40, seed: 6);
        var weights = Weights(40);
        weights[18] = 0;
        for (var k = 0; k < 3; k++) joint[(k * Capacity) + 18] = double.NegativeInfinity;
        var (_, expected) = Oracle(joint, 3, 40, weights);
        Close(expected, Softmax.Responsibilities(joint, 3, 40, weights), 1e-13, 1e-12);
    }

    [Theory, MemberData(nameof(Variants.All), MemberType = typeof(Variants))]
    public void Not_a_number_is_not_hidden(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        foreach (var weighted in new[] { false, true })
        {
            var joint = Joint(3, 40, seed: 7);
            joint[Capacity + 18] = double.NaN;
            Assert.True(double.IsNaN(Softmax.Responsibilities(joint, 3, 40, weighted ? Weights(40) : [])));
            Assert.True(double.IsNaN(joint[18]));
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void LogSumExp_and_ArgMax_agree_with_plain_loops(KernelVariant variant, int components)
    {
        using var forced = KernelSelection.Force(variant);
        foreach (var rows in Variants.RowCounts.Where(r => r <= Capacity))
        {
            var joint = Joint(components, rows, seed: (2000 * components) + rows);
            if (rows > 20)
            {
                for (var k = 0; k < components; k++)
                {
                    joint[(k * Capacity) + 3] = double.NegativeInfinity;
                    joint[(k * Capacity) + 4] = -12.5;
                    joint[(k * Capacity) + 19] = k == components - 1 ? double.PositiveInfinity : -3;
                }
            }
            var logs = new double[rows];
            var labels = new int[rows];
            Softmax.LogSumExp(joint, components, rows, logs);
            Softmax.ArgMax(joint, components, rows, labels);
            for (var i = 0; i < rows; i++)
            {
                var row = Enumerable.Range(0, components).Select(k => joint[(k * Capacity) + i]).ToArray();
                Assert.Equal(Array.IndexOf(row, row.Max()), labels[i]);
                var max = row.Max();
                var expected = double.IsInfinity(max) ? max : (max + Math.Log2(row.Sum(v => Math.Pow(2, v - max)))) * Math.Log(2);
                Close(expected, logs[i], 1e-15, 1e-15);
            }
        }
    }

    private static double[] Joint(int components, int rows, int seed)
    {
        var random = new SeededRandom(seed);
        var joint = new double[components * Capacity];
        for (var k = 0; k < components; k++)
        {
            // Padding may hold anything finite.
            for (var i = 0; i < FeatureTile.Padded(rows); i++)
                joint[(k * Capacity) + i] = i < rows ? (-20 * random.NextDouble()) + (40 * random.NextNormal()) : 123;
        }
        if (components > 1)
        {
            joint[Capacity] = double.NegativeInfinity;
            for (var i = 0; i < rows; i += 5) joint[i] = -3000;
        }
        return joint;
    }

    private static double[] Weights(int rows)
    {
        var random = new SeededRandom(3);
        return [.. Enumerable.Range(0, rows).Select(i => i % 7 == 2 ? 0 : 3 * random.NextDouble())];
    }

    private static (double[] Responsibilities, double Total) Oracle(double[] joint, int components, int rows, double[] weights)
    {
        var result = new double[joint.Length];
        double total = 0;
        for (var i = 0; i < rows; i++)
        {
            var weight = weights.Length == 0 ? 1 : weights[i];
            var row = Enumerable.Range(0, components).Select(k => joint[(k * Capacity) + i]).ToArray();
            var max = row.Max();
            if (double.IsInfinity(max)) continue;
            var sum = row.Sum(v => Math.Pow(2, v - max));
            for (var k = 0; k < components; k++) result[(k * Capacity) + i] = weight * Math.Pow(2, row[k] - max) / sum;
            if (weight > 0) total += weight * (max + Math.Log2(sum));
        }
        return (result, total);
    }

    private static void Close(double expected, double actual, double relative, double absolute) =>
        Assert.True(actual.Equals(expected) || Math.Abs(actual - expected) <= (relative * Math.Abs(expected)) + absolute,
            $"expected {expected:R}, found {actual:R}");
}
