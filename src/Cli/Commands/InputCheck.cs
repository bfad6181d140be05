using Pipelines.Cli.Terminal;
using Pipelines.Io.Reading;

namespace Pipelines.Cli.Commands;

/// <summary>Warns about inputs that are probably not what the user meant.</summary>
internal static class InputCheck
{
    private const int MostShown = 3;

    /// <summary>Warns about files that are read once though they were found twice, files that a glob leaves out, and folders like columns.</summary>
    /// <exception cref="FlowException">An input does not exist.</exception>
    public static void Warn(ToolConsole console, IReadOnlyList<string> inputs)
    {
        var notes = ParquetPaths.Notes(inputs);
        Warn(notes.Repeated, "given more than once, read once");
        Warn(notes.LeftOut, "left out, as the names begin with _; name such files to read them");
        Warn(notes.Partitions, "names of folders are not read as columns");

        void Warn(IReadOnlyList<string> names, string text)
        {
            if (names.Count == 0) return;
            console.Warn($"{string.Join(", ", names.Take(MostShown))}{(names.Count > MostShown ? $" and {names.Count - MostShown} more" : "")}: {text}");
        }
    }
}
