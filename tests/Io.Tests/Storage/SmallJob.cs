namespace Pipelines.Io.Tests;

/// <summary>A small scoring run without a model: 400 rows in batches of 40, four parts, some rows refused in all but the third.</summary>
internal static class SmallJob
{
    public const int BatchRows = 40;
    public const int Batches = 10;

    public static readonly JobIdentity Identity = new([new("model", "one"), new("input /data/a.parquet", "400 rows")])
    {
        Inputs = [new InputFile("/data/a.parquet", "a.parquet", 1234, new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), "abc", 400)],
    };

    private static readonly BatchSchema Output = new([new ColumnField("x", typeof(double), false), new ColumnField("name", typeof(string), true)]);

    private static readonly BatchSchema Read = new([new ColumnField("x", typeof(double), true)]);

    /// <summary>How a run went.</summary>
    /// <param name="Point">From where it went on.</param>
    /// <param name="IsDone">True: it came to its end.</param>
    /// <param name="IsCommitting">True: all parts were written when it ended.</param>
    public sealed record Run(ResumePoint? Point, bool IsDone, bool IsCommitting, IReadOnlyList<string> Warnings);

    public static ParquetSinkOptions Options(string root, FileLayer files, bool verifies = true, bool isFile = false) =>
        new() { RowsPerFile = isFile ? null : 100, QuarantineFolder = Path.Combine(root, "q"), Files = files, VerifiesParts = verifies };

    /// <summary>Runs it, or goes on; ends quietly where the simulated machine stops.</summary>
    public static async Task<Run> RunAsync(string root, FileLayer files, bool resume, JobIdentity? job = null, bool verifies = true, bool isFile = false)
    {
        ResumePoint? point = null;
        var isCommitting = false;
        var sink = new ParquetSink(Path.Combine(root, isFile ? "out.parquet" : "out"), Options(root, files, verifies, isFile) with { Resume = resume });
        try
        {
            point = await sink.ResumeAsync(job ?? Identity, default);
            if (!point.IsComplete)
            {
                await sink.OpenAsync(Output, default);
                for (var b = point.NextBatch; b < Batches; b++) await sink.WriteAsync(Batch(b), default);
                isCommitting = true;
                await sink.CompleteAsync(default);
            }
            await sink.DisposeAsync();
            return new Run(point, true, true, sink.Warnings);
        }
        catch (Exception e)
        {
            try
            {
                await sink.DisposeAsync();
            }
            catch (Pipelines.Testing.KilledException)
            {
                // A killed process clears nothing up.
            }
            if (e is not Pipelines.Testing.KilledException) throw;
            return new Run(point, false, isCommitting, sink.Warnings);
        }
    }

    /// <summary>Every file below the two folders, with its bytes.</summary>
    public static SortedDictionary<string, byte[]> Files(string root) => new(
        new[] { "out", "q" }.Where(f => Directory.Exists(Path.Combine(root, f)))
            .SelectMany(
                f => Directory.EnumerateFiles(Path.Combine(root, f), "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
            .ToDictionary(f => Path.GetRelativePath(root, f), File.ReadAllBytes), StringComparer.Ordinal);

    public static DataBatch Batch(long index)
    {
        var rows = Enumerable.Range((int)index * BatchRows, BatchRows).ToList();
        var refused = rows.Where(r => r % 30 == 7 && r / 120 != 2).ToList();
        var kept = rows.Except(refused).ToList();
        return new DataBatch(
            Output,
            [
                new BatchColumn<double>(Output.Fields[0], kept.Select(r => Math.Sin(r)).ToArray()),
                new BatchColumn<string>(Output.Fields[1], kept.Select(r => r % 3 == 0 ? null! : $"name {r % 20}").ToArray()),
            ],
            kept.Count, index, index * BatchRows)
        {
            Rejected = refused.Count == 0 ? null : new RejectedRows(Read, [new BatchColumn<double>(Read.Fields[0], refused.Select(r => (double)r).ToArray())],
                [.. refused.Select(r => new RejectedRow(r, "/data/a.parquet", 0, r, "x", "infinity, expected a finite number"))]),
        };
    }
}
