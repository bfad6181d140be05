namespace Pipelines.Blocks.Incremental;

/// <summary>The current inputs compared with the processed files.</summary>
/// <param name="Work">Files to process, in order.</param>
/// <param name="Done">Number of inputs that were processed and have not changed.</param>
/// <param name="Changed">Inputs that were processed but have changed since; they are not processed again.</param>
/// <param name="Vanished">Full paths of processed files that no longer exist.</param>
internal sealed record FileChanges(IReadOnlyList<InputFile> Work, int Done, IReadOnlyList<InputFile> Changed, IReadOnlyList<string> Vanished)
{
    /// <summary>Compares the inputs with the processed files.</summary>
    /// <param name="inputs">The inputs, in order.</param>
    /// <param name="done">The processed files.</param>
    /// <param name="range">Process only these, whether processed before or not; null = all that have not been processed.</param>
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
            throw new FlowException(ErrorKind.Usage, $"range {range}", "no file of the inputs in it",
                $"names as messages spell them, such as {inputs[0].Name}", "correct the range (IncrementalOptions.Backfill)");
        return new FileChanges(work, same, changed, [.. done.Select(f => f.Path).Where(path => !File.Exists(path))]);
    }
}
