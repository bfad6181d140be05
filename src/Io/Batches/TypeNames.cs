namespace Pipelines.Io;

/// <summary>What messages call the types of values: by the names that data have for them, not by C#'s.</summary>
internal static class TypeNames
{
    /// <summary>The name of a type: <c>int32</c>, <c>double</c>, <c>string</c>, <c>date</c>, <c>uuid</c>, <c>binary</c> …</summary>
    public static string Of(Type type) => Of(type.Name);

    /// <summary>The name for a type that C# calls so, in any case of letters.</summary>
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
