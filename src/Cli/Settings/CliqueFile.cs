using System.Text.Json;
using Pipelines.Models;
using Pipelines.Models.Serialization;

namespace Pipelines.Cli.Settings;

/// <summary>Cliques given by names: a JSON list of lists.</summary>
/// <param name="Place">Where they come from, for messages.</param>
/// <param name="Cliques">Shape [cliques][]: the names of the variables of each.</param>
internal sealed record CliqueFile(string Place, IReadOnlyList<IReadOnlyList<string>> Cliques)
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="ModelException">It cannot be read, or is not what it should be.</exception>
    public static CliqueFile Load(string place, string path)
    {
        const string example = "for example [[\"A\", \"B\"], [\"B\", \"C\"]]";
        using var document = JsonSettingFile.Read(place, path, "cliques");
        return new(place, [.. Items(document.RootElement, "a list of cliques").Select(clique => (IReadOnlyList<string>)
            [.. Items(clique, "a list of variables' names for each clique").Select(name => name.ValueKind == JsonValueKind.String
                ? name.GetString()!
                : throw Wrong(name, "the names of variables in each clique"))])]);

        IEnumerable<JsonElement> Items(JsonElement element, string expected) =>
            element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : throw Wrong(element, expected);

        ModelException Wrong(JsonElement found, string expected) => new(ErrorKind.Usage, place, JsonHelpers.Kind(found), expected, example);
    }

    /// <summary>Shape [cliques][]: indexes of the variables of each.</summary>
    /// <param name="names">The variables' names.</param>
    /// <exception cref="ModelException">A name is no variable.</exception>
    public int[][] For(IReadOnlyList<string> names)
    {
        var index = names.Select((n, i) => (n, i)).ToDictionary(p => p.n, p => p.i, StringComparer.Ordinal);
        return [.. Cliques.Select(c => c.Select(n => index.TryGetValue(n, out var i) ? i : throw NamedStructure.Unknown(Place, n, names)).ToArray())];
    }
}
