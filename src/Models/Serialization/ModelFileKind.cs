using System.Text.Json;
using Pipelines.Models.Serialization.Pomegranate;

namespace Pipelines.Models.Serialization;

/// <summary>
/// Determines from its content which program saved a model file. Only the root object's properties are read: a damaged model still counts as one.
/// </summary>
internal static class ModelFileKind
{
    private const int MostDepth = 64;

    /// <summary>True for a model that Pipelines saved.</summary>
    public static bool IsOurs(string path) => RootText(path, "format"u8) == SavedModel.Format;

    /// <summary>True for a model that pomegranate saved.</summary>
    public static bool IsPomegranate(string path) =>
        RootText(path, "class"u8) is { } name && (name == "Distribution" || (PomegranateClass.All.TryGetValue(name, out var found) && !found.IsDistribution));

    // The text of a property of the root object; null if it does not exist, or the file cannot be read.
    private static string? RootText(string path, ReadOnlySpan<byte> property)
    {
        try
        {
            if (new FileInfo(path).Length > SavedModel.MostBytes || !BeginsAsObject(path)) return null;
            var bytes = File.ReadAllBytes(path).AsSpan();
            if (bytes.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
            var reader = new Utf8JsonReader(bytes, new() { MaxDepth = MostDepth });
            while (reader.Read())
            {
                if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals(property)) continue;
                return reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            }
            return null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>True if the beginning of a file is as expected; false if it cannot be read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="most">Bytes to look at.</param>
    /// <param name="isSo">Looks at them.</param>
    public static bool Begins(string path, int most, Func<byte[], bool> isSo)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var head = new byte[most];
            return isSo(head[..RandomAccess.Read(file, head, 0)]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // Most files that are not models are recognised without reading all of them.
    private static bool BeginsAsObject(string path) => Begins(path, 256, bytes =>
    {
        ReadOnlySpan<byte> head = bytes;
        if (head.StartsWith("\uFEFF"u8)) head = head[3..];
        return head.TrimStart(" \t\r\n"u8).StartsWith("{"u8);
    });
}
