using System.Text.Json;

namespace Pipelines.Models.Serialization;

/// <summary>Counts the numbers among a model's parameters.</summary>
internal static class ParameterCounter
{
    /// <summary>Counts the numbers that a model writes.</summary>
    public static long Numbers(Model model)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            model.WriteParameters(writer);
            writer.WriteEndObject();
        }
        var reader = new Utf8JsonReader(stream.GetBuffer().AsSpan(0, (int)stream.Length));
        var count = 0L;
        while (reader.Read())
            if (reader.TokenType == JsonTokenType.Number) count++;
        return count;
    }
}
