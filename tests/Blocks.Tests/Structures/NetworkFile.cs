using Pipelines.Io;

namespace Pipelines.Blocks.Tests.Structures;

/// <summary>Rows sampled from a real network, from ../shared/networks beside the repository: codes of the values in ordinal order.</summary>
internal sealed class NetworkFile
{
    private NetworkFile(FeatureMatrix rows, int[] sizes, string[] names) => (Rows, Sizes, Names) = (rows, sizes, names);

    public FeatureMatrix Rows { get; }

    public int[] Sizes { get; }

    public string[] Names { get; }

    /// <summary>The folder; null where it is missing.</summary>
    public static string? Folder
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
                if (Path.Combine(folder.FullName, "shared", "networks") is var found && Directory.Exists(found)) return found;
            return null;
        }
    }

    public static async Task<NetworkFile> ReadAsync(string name)
    {
        List<string?>[] texts = [];
        string[] names = [];
        await foreach (var batch in new ParquetSource([Path.Combine(Folder!, name + ".parquet")]).ReadAsync(new ReadOptions(), default))
        {
            if (texts.Length == 0) (texts, names) = ([.. batch.Columns.Select(_ => new List<string?>())], [.. batch.Columns.Select(c => c.Field.Name)]);
            for (var j = 0; j < texts.Length; j++)
                for (var i = 0; i < batch.Rows; i++) texts[j].Add((string?)batch.Columns[j].GetValue(i));
        }
        var (columns, sizes) = (new double[texts.Length][], new int[texts.Length]);
        for (var j = 0; j < texts.Length; j++)
        {
            var values = texts[j].Distinct().Order(StringComparer.Ordinal).ToList();
            sizes[j] = values.Count;
            columns[j] = [.. texts[j].Select(t => (double)values.IndexOf(t))];
        }
        return new(FeatureMatrix.FromColumns(columns), sizes, names);
    }
}
