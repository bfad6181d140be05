using System.Text.Json;
using Pipelines.Io;

namespace Pipelines.Cli.Reporting;

/// <summary>The columns of several files together, as JSON.</summary>
internal static class UnionJson
{
    /// <summary>
    /// Writes an array of columns: their type, whether they may be null, the files that lack them, and how they are stored if that differs.
    /// </summary>
    /// <param name="json">The writer.</param>
    /// <param name="name">Name of the property.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="writeMore">Writes what else is known of a column; null = nothing.</param>
    public static void Write(Utf8JsonWriter json, string name, IEnumerable<ColumnUnion> columns, Action<ColumnUnion>? writeMore = null)
    {
        json.WriteObjects(name, columns, column =>
        {
            json.WriteString("name", column.Name);
            json.WriteString("type", column is { IsRefused: false, Field: { } united } ? TypeNames.Of(united.ValueType) : null);
            if (column.Field is { } field) json.WriteBoolean("nullable", field.IsNullable);
            writeMore?.Invoke(column);
            if (column.Obstacle is { } obstacle) json.WriteString("obstacle", obstacle);
            json.WriteTexts("absentFrom", column.AbsentFrom);
            json.WriteObjects("storedAs", column.Types, item =>
            {
                var (stored, file) = item;
                json.WriteString("type", stored);
                json.WriteString("firstFile", file);
            });
        });
    }
}
