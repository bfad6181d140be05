using DuckDB.NET.Data;

namespace Pipelines.EndToEnd;

/// <summary>
/// Scoring the flights end to end (read, score, write with log-probability and label) compared with DuckDB copying the same file with two computed columns and
/// the same codec. Run it on one processor (taskset -c 0) to compare one thread with one.
/// </summary>
internal static class FlightsSection
{
    public static async Task RunAsync(string path)
    {
        var folder = Directory.CreateTempSubdirectory("pipelines-bench-");
        try
        {
            var options = new PipelineOptions { MaxDegreeOfParallelism = 1 };
            var fitted = await Pipeline.FromParquet(path).With(options).Select("delay", "distance")
                .FitAsync(Mixture.Of<MultivariateGaussianDistribution>(4), new FitOptions { MaxIterations = 3 });
            using var duck = new DuckDBConnection("DataSource=:memory:");
            duck.Open();
            Execute(duck, "set threads = 1");
            var ours = Path.Combine(folder.FullName, "ours.parquet");
            var theirs = Path.Combine(folder.FullName, "theirs.parquet");
            var (a, b, ratio) = await Paired.RunAsync(7,
                async () => await Pipeline.FromParquet(path).With(options).Score(fitted).To(new ParquetSink(ours)).RunAsync(),
                () =>
                {
                    Execute(duck, $"copy (select *, -ln(1.0 + delay * delay) + distance * 0.001 as log_probability, cast(delay % 4 as integer) as label from "
                        + $"'{path}') to '{theirs}' (format parquet, codec '{Codec}')");
                    return Task.CompletedTask;
                });
            Console.WriteLine($"| flights scored end to end, one processor, {Codec} ({new FileInfo(ours).Length >> 20} MiB) | {a:F3} s | DuckDB copies with 2 "
                + $"columns {b:F3} s ({new FileInfo(theirs).Length >> 20} MiB) | {ratio:F3} times | at most 1.5 |");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private const string Codec = "snappy";

    private static void Execute(DuckDBConnection connection, string text)
    {
        using var command = connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }
}
