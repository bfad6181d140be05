using ParquetSharp;

namespace Pipelines.Io.Sharp;

/// <summary>Provides the keys of a file to Arrow.</summary>
internal static class ArrowKeys
{
    /// <summary>Keys by id and by column.</summary>
    public static FileDecryptionProperties For(DecryptionKeys keys)
    {
        using var builder = new FileDecryptionPropertiesBuilder();
        builder.KeyRetriever(new Retriever(keys));
        if (keys.Find(DecryptionKeys.Footer) is { } footer) builder.FooterKey(footer);
        // Columns whose keys have no id are looked up by name.
        var columns = keys.Ids.Where(id => id.Length > 0 && id != DecryptionKeys.Footer).Select(id =>
        {
            using var column = new ColumnDecryptionPropertiesBuilder(id);
            return column.Key(keys.Find(id)!).Build();
        }).ToArray();
        try
        {
            if (columns.Length > 0) builder.ColumnKeys(columns);
            return builder.Build();
        }
        finally
        {
            foreach (var column in columns) column.Dispose();
        }
    }

    private sealed class Retriever(DecryptionKeys keys) : DecryptionKeyRetriever
    {
        public override byte[] GetKey(string keyMetadata) =>
            keys.Find(keyMetadata) ?? throw new KeyNotFoundException($"no key with the id '{keyMetadata}' was given");
    }
}
