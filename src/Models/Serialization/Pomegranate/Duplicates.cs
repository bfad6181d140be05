using System.Text.Json;

namespace Pipelines.Models.Serialization.Pomegranate;

/// <summary>Python silently takes the last of several duplicate properties; a file that has them is damaged.</summary>
internal static class Duplicates
{
    /// <summary>Throws if an object has a duplicate property.</summary>
    /// <exception cref="ModelException">There is one; the error's place is its path.</exception>
    public static void Refuse(ReadOnlySpan<byte> json, int mostDepth)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = mostDepth });
        var levels = new Stack<Level>();
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    var (level, name) = (levels.Peek(), reader.GetString()!);
                    if (!level.Names!.Add(name))
                        throw new ModelException(ErrorKind.ModelFile, Path(levels), $"the key {JsonHelpers.Quote(name)} twice", "each key once",
                            "the file is damaged or was edited; save the model again");
                    level.Name = name;
                    break;
                case JsonTokenType.StartObject:
                    Next(levels);
                    levels.Push(new Level { Names = new(StringComparer.Ordinal) });
                    break;
                case JsonTokenType.StartArray:
                    Next(levels);
                    levels.Push(new Level());
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    levels.Pop();
                    break;
                default:
                    Next(levels);
                    break;
            }
        }
    }

    private static void Next(Stack<Level> levels)
    {
        if (levels.TryPeek(out var level)) level.Index++;
    }

    private static string Path(Stack<Level> levels) =>
        string.Concat(levels.Skip(1).Reverse().Select(l => l.Names is null ? $"[{l.Index}]" : PomegranateNode.Step(l.Name!)).Prepend("$"));

    private sealed class Level
    {
        public HashSet<string>? Names { get; init; }

        public string? Name { get; set; }

        public int Index { get; set; } = -1;
    }
}
