namespace Pipelines.Io.Reading;

/// <summary>What the user should know about the files that paths, folders and globs resolve to.</summary>
/// <param name="Repeated">Files that were found more than once, or under several names. They are read once.</param>
/// <param name="LeftOut">Parquet files that a glob matches but does not take, as their names begin with an underscore.</param>
/// <param name="Partitions">Names of folders such as <c>year=2026</c>, which are not read as columns.</param>
internal sealed record PathNotes(IReadOnlyList<string> Repeated, IReadOnlyList<string> LeftOut, IReadOnlyList<string> Partitions);
