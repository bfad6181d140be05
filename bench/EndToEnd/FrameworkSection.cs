using Pipelines.Blocks;
using Pipelines.Io;
using Pipelines.Models;
using Pipelines.Models.Fitting;

namespace Pipelines.EndToEnd;

/// <summary>
/// What blocks, credits and ordering cost: a fit of 20 iterations through the pipeline against the bare loop, which also copies the columns side by side
/// once (the decode-once cache) but knows no block, credit or batch message.
/// </summary>
internal static class FrameworkSection
{
    private const int Rows = 1_000_000;

    public static async Task RunAsync()
    {
        var memory = SyntheticSource.Matrix(Rows);
        var columns = Enumerable.Range(0, SyntheticSource.Columns).Select(j => $"x{j}").ToArray();
        var values = columns.Select((_, j) => Column(memory, j)).ToArray();
        var source = MemorySource.FromArrays(columns.Select((c, j) => (c, (Array)values[j])));
        var fit = new FitOptions { MaxIterations = 20, StopThreshold = double.NegativeInfinity };
        var (a, b, ratio) = await Paired.RunAsync(9,
            async () =>
            {
                await using var pass = new FeaturePass(source, columns, null, new PipelineOptions { MemoryBudget = MemorySize.Parse("1GB") });
                await ExpectationMaximization.FitAsync(SyntheticSource.Start, pass, fit);
            },
            async () => await ExpectationMaximization.FitAsync(SyntheticSource.Start, new InMemoryPass(FeatureMatrix.FromColumns(values)), fit));
        Console.WriteLine($"| fit of 20 iterations through blocks, {Rows:N0} rows | {a:F3} s | bare loop {b:F3} s | {ratio:F3} times | at most 1.02 |");
    }

    private static double[] Column(FeatureMatrix matrix, int column)
    {
        var values = new double[matrix.Rows];
        for (var start = 0; start < matrix.Rows; start += 16_384)
        {
            var block = matrix.Block(start, Math.Min(16_384, matrix.Rows - start));
            for (var i = 0; i < block.Rows; i++) values[start + i] = block[i, column];
        }
        return values;
    }
}
