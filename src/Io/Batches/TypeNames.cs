namespace Pipelines.Io;

/// <summary>The names of value types in messages: those common for data, not those of C#.</summary>
internal static class TypeNames
{
    /// <summary>The name of a type: <c>int32</c>, <c>double</c>, <c>string</c>, <c>date</c>, <c>uuid</c>, <c>binary</c> …</summary>
    public static string Of(Type type) => Of(type.Name);

    /// <summary>The name for a C# type name, ignoring case.</summary>
    public static string Of(string name) => name.ToLowerInvariant() switch
    {
        "byte[]" => "binary",
        "guid" => "uuid",
        "dateonly" => "date",
        "timeonly" => "time",
        "timespan" => "duration",
        "datetime" => "timestamp",
        "single" => "float",
        "sbyte" => "int8",
        "byte" => "uint8",
        var other => other,
    };
}
