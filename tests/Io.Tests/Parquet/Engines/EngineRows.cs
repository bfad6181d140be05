using Pipelines.Io.Format;
using Pipelines.Io.Reading;

namespace Pipelines.Io.Tests;

/// <summary>Reads files by one engine.</summary>
internal static class EngineRows
{
    /// <summary>Names of the engines that can run here.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. ParquetEngine.All.Where(e => e.IsAvailable).Select(e => e.Name)];

    /// <summary>All values of a column, null where a row is null; or the typed error. Any other exception fails the test.</summary>
    public static async Task<(List<object?>? Values, FlowException? Error)> Read(string path, string column, string? engine, int batchSize = 37,
        DecryptionKeys? keys = null)
    {
        var values = new List<object?>();
        try
        {
            var source = new ParquetSource([path], new ParquetSourceOptions { Engine = engine, DecryptionKeys = keys });
            await foreach (var batch in source.ReadAsync(new ReadOptions
            {
                Columns = [column],
                BatchSize = batchSize,
                ReuseMemory = true,
                ReadAheadBytes = batchSize % 2 == 0 ? 0 : 1 << 27
            }, default))
            {
                for (var i = 0; i < batch.Rows; i++) values.Add(batch.Columns[0]
                    .GetValue(i) switch
                { NestedValue nested => nested.ToString(), var value => value });
                batch.Release();
            }
            return (values, null);
        }
        catch (FlowException e)
        {
            return (null, e);
        }
    }

    /// <summary>The columns that the footer describes, or the error that refuses the file.</summary>
    public static (FileColumn[] Columns, FlowException? Error) Columns(string path)
    {
        try
        {
            return (FooterFile.Load(path, path).Columns, null);
        }
        catch (FlowException e)
        {
            return ([], e);
        }
    }
}
