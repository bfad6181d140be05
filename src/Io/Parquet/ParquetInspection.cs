using Pipelines.Io;
using Pipelines.Io.Format;
using Pipelines.Io.Reading;

namespace Pipelines;

/// <summary>Describes a Parquet file without reading rows.</summary>
/// <param name="Name">The file.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="CreatedBy">The program that wrote it, according to the file.</param>
/// <param name="Columns">Its columns, in order.</param>
/// <param name="RowGroups">Its row groups, in order.</param>
/// <param name="MemoryBytes">Minimum memory for reading, in bytes: one batch of the default size with all columns, plus the decoders' memory. Row
/// groups that do not fit are read in slices.</param>
public sealed record ParquetInspection(string Name, long Bytes, long Rows, string CreatedBy, IReadOnlyList<InspectedColumn> Columns,
    IReadOnlyList<InspectedRowGroup> RowGroups, long MemoryBytes) : SourcePart(Name, Rows, Columns)
{
    /// <summary>Default number of rows per batch.</summary>
    public static int BatchRows { get; } = new ReadOptions().BatchSize;

    /// <summary>Inspects files, folders and globs; one result per file, in order.</summary>
    public static Task<IReadOnlyList<ParquetInspection>> OfAsync(IEnumerable<string> paths, CancellationToken cancellationToken = default) =>
        OfAsync(paths, new ParquetSourceOptions(), cancellationToken);

    /// <summary>Inspects files, folders and globs; one result per file, in order.</summary>
    /// <param name="paths">Files, folders and globs; at least one.</param>
    /// <param name="options">How to read them.</param>
    /// <param name="cancellationToken">Cancels the inspection.</param>
    public static async Task<IReadOnlyList<ParquetInspection>> OfAsync(IEnumerable<string> paths, ParquetSourceOptions options,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return await Task.Run(
            () => ParquetPaths.Resolve(paths)
                .ConvertAll(f => Of(PlannedFile.Load(f.Path, f.Name, options.Allowed(), options.DecryptionKeys), options.Allowed())),
                cancellationToken).ConfigureAwait(false);
    }

    /// <summary>True if a file starts like a Parquet file, regardless of its name.</summary>
    public static bool IsParquet(string path) => FooterFile.HasMagic(path);

    /// <summary>Inspects a file whose footer was read.</summary>
    /// <param name="file">The file.</param>
    /// <param name="engines">The engines that may read it.</param>
    /// <param name="lists">Lists whose elements are read as rows; null = none.</param>
    internal static ParquetInspection Of(PlannedFile file, IReadOnlyList<ParquetEngine> engines, ListColumns? lists = null)
    {
        var footer = file.Footer;
        var obstacles = footer.Columns.ToDictionary(c => c, c => c.Obstacle ?? EngineChoice.Obstacle(engines, file, c));
        var readable = Array.FindAll(footer.Columns, c => obstacles[c] is null);
        var groups = footer.RowGroups.Select(g => new InspectedRowGroup(
            g.Rows, g.Chunks.Sum(c => c.CompressedBytes), g.Chunks.Sum(c => c.UncompressedBytes), DecodedSize.Of(g, readable),
            string.Join(", ", g.Chunks.Select(c => c.Codec.ToString()).Distinct()))).ToList();
        List<InspectedColumn> columns = [.. footer.Columns.Select(Inspect)];
        return new ParquetInspection(file.Name, footer.FileLength, footer.Rows, footer.CreatedBy, columns, groups,
            Enumerable.Range(0, groups.Count).Select(Needed).DefaultIfEmpty().Max());

        InspectedColumn Inspect(FileColumn column)
        {
            var isNullable = column.Repetition == Repetition.Optional;
            var list = column.Nested is null ? null : Array.Find(footer.Lists, l => l.Name == column.Name);
            InspectedColumn made;
            if (column.Nested is not { } nested)
            {
                made = new InspectedColumn(column.Name, column.StoredAs, obstacles[column] is null ? column.Field!.ValueType.Name : null, isNullable,
                    obstacles[column]);
                made = made with
                {
                    Nulls = Nulls(footer, column),
                    Range = Range(footer, column, c => c.Range(column.Storage)),
                    Times = Range(footer, column, c => c.Times(column.Storage)),
                    ClockTimes = Range(footer, column, c => c.ClockTimes(column.Storage)),
                    Texts = Range(footer, column, c => c.Texts(column.Storage)),
                };
            }
            else if (list is not null && lists?.Names.Contains(column.Name) == true)
                made = new InspectedColumn(column.Name, $"list of {list.Storage}", list.Field?.ValueType.Name, isNullable, list.Obstacle);
            else
                made = new InspectedColumn(column.Name, list is null ? column.StoredAs : $"list of {list.Storage}", null, isNullable,
                    obstacles[column] ?? nested.Obstacle)
                { IsPassedOn = obstacles[column] is null };
            return made with
            {
                CompressedBytes = footer.RowGroups.Sum(g => column.Leaves.Sum(l => g.Chunks[l.Chunk].CompressedBytes)),
                Elements = list is null ? null : footer.RowGroups.Sum(g => g.Chunks[list.Chunk].Values),
            };
        }

        long Needed(int group)
        {
            var rows = Math.Max(1, groups[group].Rows);
            var leaves = readable.SelectMany(c => c.Leaves).ToArray();
            var held = engines.Count == 0 ? 0 : engines.Min(e => e.HeldBytes(file, group, leaves));
            return held + (long)((double)groups[group].DecodedBytes / rows * Math.Min(rows, BatchRows));
        }
    }

    private static long? Nulls(FileFooter footer, FileColumn column)
    {
        var chunks = footer.RowGroups.Select(g => g.Chunks[column.Chunk]).ToArray();
        return Array.TrueForAll(chunks, c => c.Statistics.Nulls >= 0 && c.Statistics.Nulls <= c.Values) ? chunks.Sum(c => c.Statistics.Nulls) : null;
    }

    // Chunks that contain only nulls have no range, whatever their statistics say.
    private static (T Minimum, T Maximum)? Range<T>(FileFooter footer, FileColumn column, Func<ChunkStatistics, (T Minimum, T Maximum)?> read)
        where T : IComparable<T>
    {
        (T Minimum, T Maximum)? all = null;
        foreach (var chunk in footer.RowGroups.Select(g => g.Chunks[column.Chunk]))
        {
            if (chunk.Statistics.Nulls == chunk.Values) continue;
            if (read(chunk.Statistics) is not { } range) return null;
            all = Both(all, range);
        }
        return all;
    }

    /// <summary>The range of both.</summary>
    internal static (T Minimum, T Maximum) Both<T>((T Minimum, T Maximum)? one, (T Minimum, T Maximum) other)
        where T : IComparable<T> => one is not var (low, high) ? other
        : (Compare(low, other.Minimum) < 0 ? low : other.Minimum, Compare(high, other.Maximum) > 0 ? high : other.Maximum);

    // Texts are compared as they are in the file, not as a language has them.
    private static int Compare<T>(T one, T other)
        where T : IComparable<T> => one is string text ? string.CompareOrdinal(text, other as string) : one.CompareTo(other);
}

/// <summary>A row group of an inspected file.</summary>
/// <param name="Rows">Number of rows.</param>
/// <param name="CompressedBytes">Its size in the file, in bytes.</param>
/// <param name="UncompressedBytes">Its size before compression, in bytes.</param>
/// <param name="DecodedBytes">Its approximate size in memory, in bytes.</param>
/// <param name="Codecs">The codecs of its columns.</param>
public sealed record InspectedRowGroup(long Rows, long CompressedBytes, long UncompressedBytes, long DecodedBytes, string Codecs);
