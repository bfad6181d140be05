using System.IO.Compression;
using Parquet;
using Parquet.Schema;

namespace Pipelines.Blocks.Tests.SameBits;

/// <summary>
/// The promise across all layers: the model's bytes and the scored values depend on the rows, the seed and the batch size, not on how the rows are split
/// into files and row groups, not on the parallelism, and not on whether the rows lie in memory, in Parquet or in a spilled cache.
/// </summary>
public sealed class SplitTests : IDisposable
{
    private const int Rows = 9_000;
    private const int BatchSize = 700;

    private static readonly string[] names = ["a", "b", "c"];
    private static readonly FitOptions fit = new() { MaxIterations = 4, StopThreshold = double.NegativeInfinity, BatchSize = BatchSize, Seed = 3 };

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("pipelines-tests-");
    private readonly double[][] columns = Columns();

    public static TheoryData<int, int> Splits => new()
    {
        { 1, 1 }, { 2, 2 }, { 3, 3 }, { 4, 8 }, { 5, 64 }, { 6, -1 },
    };

    [Theory]
    [MemberData(nameof(Splits))]
    public async Task ModelsAndScoresDependOnTheRowsAlone(int seed, int parallelism)
    {
        var memory = FeatureMatrix.FromColumns(columns);
        var expected = Mixture.Of<MultivariateGaussianDistribution>(3).Fit(memory, fit with { MaxDegreeOfParallelism = 1 });
        await WriteSplit(new SeededRandom(seed));

        // The least budget spills part of the cache; files stay in the order of their names.
        var options = new PipelineOptions { MaxDegreeOfParallelism = parallelism, BatchSize = BatchSize, MemoryBudget = new MemorySize(16L << 20) };
        var pipeline = Pipeline.FromParquet(folder.FullName).With(options);
        var fitted = await pipeline.Select(names).FitAsync(Mixture.Of<MultivariateGaussianDistribution>(3), fit);
        var features =
            names.Select((n, j) => new Feature(n)
            {
                Type = "double",
                IsNullable = false,
                Minimum = columns[j].Where(double.IsFinite).Min(),
                Maximum = columns[j].Where(double.IsFinite).Max()
            });
        Assert.Equal(SavedModel.From(expected, [.. features], fit).ToJson(), fitted.Saved.ToJson());

        var sink = new MemorySink();
        var result = await pipeline.Score(fitted, new ScoreOptions { Columns = ["log-probability", "label", "probability"], Keep = ["a"] }).To(sink).RunAsync();
        Assert.Equal((Rows, Rows), (result.RowsIn, result.RowsOut));
        Assert.Equal(columns[0], sink.Doubles("a"));
        Assert.Equal(expected.Model.LogProbability(memory, 1), sink.Doubles("log_probability"));
        Assert.Equal(expected.Model.Predict(memory, 1).Select(l => (double)l), sink.Doubles("label"));
        var posteriors = expected.Model.PredictProbability(memory, 1);
        for (var k = 0; k < 3; k++) Assert.Equal(Enumerable.Range(0, Rows).Select(i => posteriors[i, k]), sink.Doubles($"probability_{k}"));
    }

    public void Dispose() => folder.Delete(recursive: true);

    private static double[][] Columns()
    {
        var random = new SeededRandom(17);
        var columns = new[] { new double[Rows], new double[Rows], new double[Rows] };
        for (var i = 0; i < Rows; i++)
        {
            var center = 4 * random.NextInt64(3);
            for (var j = 0; j < 3; j++) columns[j][i] = (j == 0 ? center : 0) + random.NextNormal();
            if (i % 97 == 0) columns[1][i] = double.NaN;
        }
        return columns;
    }

    /// <summary>Cuts the rows into files and row groups of random lengths; Parquet.Net writes them, so that another writer's files are read.</summary>
    private async Task WriteSplit(SeededRandom random)
    {
        var schema = new ParquetSchema(names.Select(n => new DataField<double>(n)));
        for (int start = 0, file = 0; start < Rows; file++)
        {
            await using var stream = File.Create(Path.Combine(folder.FullName, $"part-{file:D3}.parquet"));
            await using var writer = await ParquetWriter.CreateAsync(schema, stream, new ParquetOptions { CompressionLevel = CompressionLevel.Fastest });
            for (var groups = 1 + random.NextInt64(4); groups > 0 && start < Rows; groups--)
            {
                var count = (int)Math.Min(Rows - start, 1 + random.NextInt64(Rows / 4));
                using var group = writer.CreateRowGroup();
                for (var j = 0; j < names.Length; j++) await group.WriteAsync<double>(schema.DataFields[j], columns[j].AsMemory(start, count));
                start += count;
            }
        }
    }
}
