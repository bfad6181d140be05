using Pipelines.Campaigns.Parquet;
using Pipelines.Io.Format;
using Pipelines.Io.Reading;

namespace Pipelines.Campaigns.Fuzzing;

/// <summary>A whole Parquet file: footer, page headers, levels, dictionaries and values of every column.</summary>
internal sealed class FileTarget : FuzzTarget
{
    // A file of a few bytes may hold a million rows of one value, and says so; that is no damage, only slow to fuzz.
    private const long MostRows = 100_000;
    private readonly ParquetEngine engine = new BuiltinEngine();
    private readonly string path = Path.Combine(Path.GetTempPath(), $"pipelines-fuzz-{Environment.ProcessId}.parquet");

    public override string Name => "parquet-file";

    // A page may claim a mebibyte whatever its size, and each column has pages.
    public override long MostAllocated => 128L << 20;

    public override Task<IReadOnlyList<byte[]>> SeedsAsync() => SmallFiles.AllAsync();

    public override void Run(byte[] input)
    {
        File.WriteAllBytes(path, input);
        try
        {
            var file = new PlannedFile(path, "fuzz.parquet", FooterFile.Load(path, "fuzz.parquet"));
            for (var g = 0; g < Math.Min(4, file.Footer.RowGroups.Length); g++)
            {
                if (file.Footer.RowGroups[g].Rows is 0 or > MostRows) continue;
                var columns = Array.FindAll(file.Footer.Columns, c => c.Field is not null && EngineChoice.Obstacle([engine], file, c) is null);
                if (columns.Length == 0) continue;
                var rows = (int)file.Footer.RowGroups[g].Rows;
                using var group = EngineChoice.Open([engine], file, g, columns, new ReaderLimits(64 << 20, 64 << 20));
                for (var (at, next) = (0, Math.Max(1, rows / 3)); at < rows; at += next, next = rows - at)
                {
                    var blocks = group.Read(next, null, CancellationToken.None);
                    for (var c = 0; c < columns.Length; c++)
                    {
                        var slice = blocks[c].Slice(columns[c].Field!, 0, next);
                        for (var i = 0; i < Math.Min(next, 100); i++) _ = slice.GetValue(i);
                    }
                }
            }
        }
        catch (FlowException e) when (e.InnerException is null or BrokenFileException or InvalidDataException || IsKnownCause(e.InnerException))
        {
            // Refused.
        }
        finally
        {
            File.Delete(path);
        }
    }

    // Decompressors and Parquet.Net refuse bad bytes with exceptions of many types; the reader turns them into its own error, which is what counts. Those of
    // the runtime that mean a mistake of ours are not let through.
    private static bool IsKnownCause(Exception cause) =>
        cause is not (NullReferenceException or OutOfMemoryException or AccessViolationException or StackOverflowException)
        || (cause.StackTrace?.Split('\n')[0].Contains("at Pipelines.", StringComparison.Ordinal) == false);
}
