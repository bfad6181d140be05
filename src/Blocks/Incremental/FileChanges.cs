using Pipelines.Io;

namespace Pipelines.Blocks.Incremental;

/// <summary>The inputs as they are now, against what is done.</summary>
/// <param name="Work">Files to work on, in order.</param>
/// <param name="Done">Number of inputs that are done and as they were.</param>
/// <param name="Changed">Inputs that are done, but have changed since; they are not worked on again.</param>
/// <param name="Vanished">Full paths of files that are done and no longer there.</param>
internal sealed record FileChanges(IReadOnlyList<InputFile> Work, int Done, IReadOnlyList<InputFile> Changed, IReadOnlyList<string> Vanished)
{
    /// <summary>Compares.</summary>
    /// <param name="inputs">The inputs, in order.</param>
    /// <param name="done">The files that are done.</param>
    /// <param name="range">Work on these alone, done or not; null = on all that are not done.</param>
    public static FileChanges Of(IReadOnlyList<InputFile> inputs, IReadOnlyList<DoneFile> done, FileRange? range)
    {
        var known = done.ToDictionary(f => f.Path, StringComparer.Ordinal);
        var (work, same, changed) = (new List<InputFile>(), 0, new List<InputFile>());
        foreach (var file in inputs)
        {
            if (range is not null ? range.Contains(file.Name) : !known.ContainsKey(file.Path)) work.Add(file);
            else if (known.GetValueOrDefault(file.Path) is { } before)
            {
                if (before.Is(file)) same++;
                else changed.Add(file);
            }
        }
        if (range is not null && work.Count == 0)
            throw new DataException(DataErrorKind.Usage, $"range {range}", "no file of the inputs in it",
                $"names as messages spell them, such as {inputs[0].Name}", "correct the range (IncrementalOptions.Backfill)");
        return new FileChanges(work, same, changed, [.. done.Select(f => f.Path).Where(path => !File.Exists(path))]);
    }
}
