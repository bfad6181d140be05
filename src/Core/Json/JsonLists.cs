using System.Text.Json;

namespace Pipelines;

/// <summary>Lists as properties of the current JSON object.</summary>
internal static class JsonLists
{
    /// <summary>Writes a list.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="name">Name of the property.</param>
    /// <param name="items">What it holds.</param>
    /// <param name="write">Writes one item as a value.</param>
    public static void WriteList<T>(this Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items) write(item);
        json.WriteEndArray();
    }

    /// <summary>Writes a list of objects, given what writes the properties of one.</summary>
    public static void WriteObjects<T>(this Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> write) => json.WriteList(name, items, item =>
    {
        json.WriteStartObject();
        write(item);
        json.WriteEndObject();
    });

    /// <summary>Writes a list of texts.</summary>
    public static void WriteTexts(this Utf8JsonWriter json, string name, IEnumerable<string> texts) => json.WriteList(name, texts, json.WriteStringValue);
}
