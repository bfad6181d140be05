using System.Globalization;
using Pipelines.Io;

namespace Pipelines.Cli.Tests;

/// <summary>Small files with known contents.</summary>
public static class TestData
{
    /// <summary>Rows from two well-separated Gaussians over <c>x</c> and <c>y</c>, with a text column <c>name</c> and positive weights <c>w</c>.</summary>
    public static Task TwoBlobsAsync(string path, int rows = 3_000, long seed = 5)
    {
        var random = new SeededRandom(seed);
        var (x, y, w, name) = (new double[rows], new int[rows], new double[rows], new string[rows]);
        for (var i = 0; i < rows; i++)
        {
            var far = i % 3 == 0;
            x[i] = (far ? 10 : 0) + random.NextNormal();
            y[i] = (int)Math.Round(((far ? -5 : 5) + random.NextNormal()) * 100);
            w[i] = 1 + random.NextDouble();
            name[i] = i.ToString(CultureInfo.InvariantCulture);
        }
        return WriteAsync(path, ("x", x), ("y", y), ("w", w), ("name", name));
    }

    /// <summary>Writes columns to a Parquet file.</summary>
    public static async Task WriteAsync(string path, params (string Name, Array Values)[] columns)
    {
        var source = MemorySource.FromArrays(columns);
        await using var sink = new ParquetSink(path);
        await sink.OpenAsync((await source.OpenAsync(CancellationToken.None)).Schema, CancellationToken.None);
        if (columns[0].Values.Length > 0)
            await foreach (var batch in source.ReadAsync(new ReadOptions(), CancellationToken.None)) await sink.WriteAsync(batch, CancellationToken.None);
        await sink.CompleteAsync(CancellationToken.None);
    }

    /// <summary>Reads all columns of a Parquet file, by name.</summary>
    public static async Task<Dictionary<string, List<object>>> ColumnsAsync(string path)
    {
        var columns = new Dictionary<string, List<object>>();
        await foreach (var batch in new ParquetSource([path]).ReadAsync(new ReadOptions(), CancellationToken.None))
        {
            foreach (var column in batch.Columns)
            {
                var values = columns.TryGetValue(column.Field.Name, out var known) ? known : columns[column.Field.Name] = [];
                for (var i = 0; i < batch.Rows; i++) values.Add(column.GetValue(i)!);
            }
        }
        return columns;
    }

    /// <summary>Reads a column of numbers from a Parquet file.</summary>
    public static async Task<double[]> DoublesAsync(string path, string column)
    {
        var values = new List<double>();
        await foreach (var batch in new ParquetSource(path).ReadAsync(new ReadOptions { Columns = [column] }, CancellationToken.None))
        {
            var room = new double[batch.Rows];
            batch.Columns[0].CopyTo(room);
            values.AddRange(room);
        }
        return [.. values];
    }

    /// <summary>The values of a column of texts; null where one is missing.</summary>
    public static async Task<string?[]> TextsAsync(string path, string column)
    {
        var values = new List<string?>();
        await foreach (var batch in new ParquetSource(path).ReadAsync(new ReadOptions { Columns = [column] }, CancellationToken.None))
            values.AddRange(Enumerable.Range(0, batch.Rows).Select(r => (string?)batch.Columns[0].GetValue(r)));
        return [.. values];
    }

    /// <summary>Saves a mixture of two Gaussians over the named features.</summary>
    public static void SaveModel(string path, params string[] features)
    {
        var identity = new double[features.Length, features.Length];
        for (var j = 0; j < features.Length; j++) identity[j, j] = 1;
        var components = new[] { 0.0, 10.0 }.Select(m => new MultivariateGaussianDistribution(Enumerable.Repeat(m, features.Length).ToArray(), identity));
        new SavedModel(new GeneralMixtureModel([.. components]), [.. features.Select(f => new Feature(f))]).Save(path);
    }
}
