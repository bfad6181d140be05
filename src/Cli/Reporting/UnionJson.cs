using System.Text.Json;
using Pipelines.Io;

namespace Pipelines.Cli.Reporting;

/// <summary>The columns of several files together, as JSON.</summary>
internal static class UnionJson
{
    /// <summary>
    /// Writes an array of columns: their type, whether they may be null, the files that lack them, and how they are stored if that differs.
    /// </summary>
    public static void Write(Utf8JsonWriter json, string name, IEnumerable<ColumnUnion> columns)
    {
        json.WriteStartArray(name);
        foreach (var column in columns)
        {
            json.WriteStartObject();
            json.WriteString("name", column.Name);
            json.WriteString("type", column is { IsRefused: false, Field: { } united } ? TypeNames.Of(united.ValueType) : null);
            if (column.Field is { } field) json.WriteBoolean("nullable", field.IsNullable);
            if (column.Obstacle is { } obstacle) json.WriteString("obstacle", obstacle);
            json.WriteStartArray("absentFrom");
            foreach (var file in column.AbsentFrom) json.WriteStringValue(file);
            json.WriteEndArray();
            json.WriteStartArray("storedAs");
            foreach (var (stored, file) in column.Types)
            {
                json.WriteStartObject();
                json.WriteString("type", stored);
                json.WriteString("firstFile", file);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
