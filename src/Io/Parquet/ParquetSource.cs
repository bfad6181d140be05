using System.Globalization;
using System.Runtime.CompilerServices;
using Pipelines.Io;
using Pipelines.Io.Format;
using Pipelines.Io.Reading;

namespace Pipelines;

/// <summary>
/// Reads Parquet files given as paths, folders (recursively, without names that start with <c>_</c> or <c>.</c>) and globs (<c>*</c>, <c>?</c>,
/// <c>[ab]</c>, <c>**</c>), each once, in ordinal order of their full paths; Parquet is recognised by content. Columns are matched by name: one absent from
/// a file is null there, and different numeric types are widened to one that represents all exactly. Other values whose types differ are read as text, with
/// a warning. Only the columns that are read must be compatible. Lists, maps and structures are passed through as <see cref="NestedValue"/>, unless <see
/// cref="ParquetSourceOptions.Lists"/> selects list elements as rows. Row groups are decoded ahead, several at a time, and cut into batches by global row
/// number. Half-precision floats become floats; texts must be UTF-8, and times must fit DateTime or TimeOnly (years 1 to 9999, multiples of 100 ns); other
/// values are errors, unless a pipeline only passes them on to Parquet, which keeps them as they are stored.
/// </summary>
public sealed class ParquetSource : IInspectableSource, IStoredValueSource
{
    /// <summary>Name of the stored format.</summary>
    internal const string FormatName = "parquet";

    private readonly string[] paths;
    private readonly ParquetSourceOptions options;
    private readonly bool isForOneRun;

    // Kept only by the source of one run, in which the files need not have the same columns.
    private PlannedFile[]? files;

    // The most recently opened plan.
    private ParquetPlan? plan;
    private long emptyLists;

    // The columns whose values are used; null = all. The others are passed on as they are stored.
    private readonly IReadOnlySet<string>? used;

    // The columns of which only parts of dates and times are used.
    private readonly IReadOnlySet<string>? parts;

    // The warnings about columns that are read as text.
    private IReadOnlyList<string> texts = [];

    /// <summary>Creates a source; nothing is read yet.</summary>
    /// <param name="paths">Files, folders and globs; at least one.</param>
    public ParquetSource(params IEnumerable<string> paths)
        : this(paths, new ParquetSourceOptions())
    {
    }

    /// <summary>Creates a source; nothing is read yet.</summary>
    /// <param name="paths">Files, folders and globs; at least one.</param>
    /// <param name="options">How to read them.</param>
    /// <exception cref="FlowException">The options are wrong.</exception>
    public ParquetSource(IEnumerable<string> paths, ParquetSourceOptions options)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        this.options = options;
        this.paths = [.. paths];
        Name = string.Join(", ", this.paths);
    }

    private ParquetSource(ParquetSource source) => (paths, options, Name, isForOneRun) = (source.paths, source.options, source.Name, true);

    private ParquetSource(ParquetSource source, IReadOnlySet<string>? used, IReadOnlySet<string> parts)
        : this(source) => (this.used, this.parts, files) = (used, parts, source.files);

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    /// <remarks>The returned source resolves the files at its first use and reads each footer once.</remarks>
    public IBatchSource ForRun() => isForOneRun ? this : new ParquetSource(this);

    /// <inheritdoc/>
    public string StoredFormat => FormatName;

    /// <inheritdoc/>
    public IBatchSource PassingOn(IReadOnlySet<string>? used, IReadOnlySet<string> parts) => new ParquetSource(this, used, parts);

    /// <inheritdoc/>
    /// <remarks>Resolves the files again; <see cref="ReadAsync"/> then reads those.</remarks>
    public async ValueTask<SourceInfo> OpenAsync(CancellationToken cancellationToken)
    {
        var opened = await PlanAsync(isOpening: true, cancellationToken).ConfigureAwait(false);
        var largest = 0L;
        foreach (var file in opened.Files)
        {
            FileColumn[] columns = [.. opened.Schema.Fields.Select(f => opened.Column(file, f.Name)).OfType<FileColumn>()];
            for (var g = 0; g < file.Footer.RowGroups.Length; g++) largest = Math.Max(largest, DecodedSize.Of(file.Footer.RowGroups[g], columns));
        }
        // The number of list elements is known only after reading.
        return new SourceInfo(opened.Schema, opened.Lists is null ? opened.Rows : null, largest)
        {
            Files = [.. opened.Files.Select(f => f.Identity)],
            LeftOut = opened.Obstacles,
            JobProperties = opened.Lists is { } lists ? [new JobProperty("lists", $"{string.Join(", ", lists.Names)}, numbered in {lists.Key}")] : [],
        };
    }

    /// <summary>
    /// The files that paths, folders and globs currently resolve to, in the order in which they would be read. Their columns are not compared.
    /// </summary>
    /// <exception cref="FlowException">A file cannot be found or opened.</exception>
    public static async Task<IReadOnlyList<InputFile>> IdentifyAsync(IEnumerable<string> paths, CancellationToken cancellationToken = default) =>
        await Task.Run(() => ParquetPaths.Resolve(paths).ConvertAll(f => new PlannedFile(f.Path, f.Name, FooterFile.Load(f.Path, f.Name)).Identity),
            cancellationToken).ConfigureAwait(false);

    /// <summary>Full paths of the files, resolved again, in the order in which they are read.</summary>
    /// <exception cref="FlowException">The files cannot be found or opened.</exception>
    public async ValueTask<IReadOnlyList<string>> FilesAsync(CancellationToken cancellationToken) =>
        [.. (await PlanAsync(isOpening: true, cancellationToken).ConfigureAwait(false)).Files.Select(f => f.Path)];

    /// <inheritdoc/>
    /// <remarks>Reads the files found when the source was last opened, or the current files if it never was. A file that has changed since is
    /// an error.</remarks>
    public async IAsyncEnumerable<DataBatch> ReadAsync(ReadOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        options.Validate();
        var opened = await PlanAsync(isOpening: false, cancellationToken).ConfigureAwait(false);
        var schema = opened.Project(options.Columns);
        if (schema.Warnings is [_, ..] found) texts = found;
        if (opened.Lists is not null)
        {
            await foreach (var batch in ReadListsAsync(opened, schema, options, cancellationToken).ConfigureAwait(false)) yield return batch;
            yield break;
        }
        await using var groups = new RowGroupQueue(opened, schema, options, cancellationToken);
        var cutter = new BatchCutter(schema, options.BatchSize, options.FirstBatch);
        while (await groups.NextAsync().ConfigureAwait(false) is { } group)
        {
            for (var at = 0; at < group.Rows;)
            {
                at += cutter.Add(group, at);
                if (cutter.IsFull) yield return await cutter.CutAsync(options.Credits, cancellationToken).ConfigureAwait(false);
            }
            group.Lease?.Release();
        }
        if (cutter.Rows > 0) yield return await cutter.CutAsync(options.Credits, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Warnings =>
        emptyLists == 0
            ? texts
            : [.. texts, string.Create(CultureInfo.InvariantCulture,
                $"{emptyLists:N0} {(emptyLists == 1 ? "list is" : "lists are")} empty or null: they have no rows")];

    // Elements are numbered across all files, so those before the first requested batch are read too.
    private async IAsyncEnumerable<DataBatch> ReadListsAsync(ParquetPlan opened, BatchSchema schema, ReadOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new ListReader(opened, schema, options);
        var cutter = new BatchCutter(schema, options.BatchSize, options.FirstBatch);
        var skip = options.FirstBatch > long.MaxValue / options.BatchSize ? long.MaxValue : options.FirstBatch * options.BatchSize;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var next = Task.Run(() => reader.Next(stop.Token), stop.Token);
        try
        {
            while (await next.ConfigureAwait(false) is { } block)
            {
                // The next slice is decoded while this one is processed.
                next = Task.Run(() => reader.Next(stop.Token), stop.Token);
                var at = (int)Math.Min(skip, block.Rows);
                skip -= at;
                while (at < block.Rows)
                {
                    at += cutter.Add(block, at);
                    if (cutter.IsFull) yield return await cutter.CutAsync(options.Credits, cancellationToken).ConfigureAwait(false);
                }
            }
            if (cutter.Rows > 0) yield return await cutter.CutAsync(options.Credits, cancellationToken).ConfigureAwait(false);
            emptyLists = reader.EmptyLists;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    async ValueTask<IReadOnlyList<SourcePart>> IInspectableSource.InspectAsync(CancellationToken cancellationToken) =>
        await InspectAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Inspects each file, even if the files are incompatible.</summary>
    /// <exception cref="FlowException">The files cannot be found or opened.</exception>
    internal async ValueTask<IReadOnlyList<ParquetInspection>> InspectAsync(CancellationToken cancellationToken) =>
        Array.ConvertAll(await FootersAsync(cancellationToken).ConfigureAwait(false), f => ParquetInspection.Of(f, options.Allowed(), ListColumns.Of(options)));

    /// <summary>Each column across all files, even if the files are incompatible.</summary>
    /// <exception cref="FlowException">The files cannot be found or opened.</exception>
    internal async ValueTask<IReadOnlyList<ColumnUnion>> ColumnsAsync(CancellationToken cancellationToken) =>
        ColumnUnion.Of(await FootersAsync(cancellationToken).ConfigureAwait(false), options.Allowed());

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<(string Name, int RowGroups)>> DecodersAsync(IReadOnlyList<string>? columns, long heldBytes,
        CancellationToken cancellationToken)
    {
        var opened = await PlanAsync(isOpening: false, cancellationToken).ConfigureAwait(false);
        var schema = opened.Project(columns);
        return
        [
            .. opened.Files
                .SelectMany(f => Enumerable.Range(0, f.Footer.RowGroups.Length)
                    .SelectMany(g => Together(f).Select(columns => EngineChoice.Choose(opened.Engines, f, g, columns, heldBytes).Name).Distinct()))
                .GroupBy(name => name, StringComparer.Ordinal)
                .Select(g => (g.Key, g.Count()))
                .OrderByDescending(e => e.Item2),
        ];

        // Groups of columns that share a reader: the plain ones together, each list column and each leaf of a nested column separately.
        IEnumerable<FileColumn[]> Together(PlannedFile file)
        {
            var lists = opened.Lists;
            var fields = schema.Fields.Where(f => f.Name != lists?.Key).ToLookup(f => lists?.Names.Contains(f.Name) == true);
            var stored = new FileProjection(file, new BatchSchema(fields[false]), []).Stored.ToLookup(c => c.Nested is null);
            var alone = stored[false].SelectMany(c => c.Leaves).Concat(fields[true].Select(f => ListColumns.Find(file, f.Name)));
            return [.. stored[true].Any() ? new[] { stored[true].ToArray() } : [], .. alone.Select(l => new[] { l })];
        }
    }

    private async ValueTask<ParquetPlan> PlanAsync(bool isOpening, CancellationToken cancellationToken)
    {
        if (plan is { } known && (isForOneRun || !isOpening)) return known;
        var made = ParquetPlan.Make(await FootersAsync(cancellationToken).ConfigureAwait(false), options.Allowed(), ListColumns.Of(options), used, parts);
        if (isForOneRun || isOpening) plan = made;
        return made;
    }

    private async ValueTask<PlannedFile[]> FootersAsync(CancellationToken cancellationToken)
    {
        if (files is not null) return files;
        var found = await Task.Run(() => ParquetPlan.Find(paths, options.Allowed(), options.DecryptionKeys, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        if (isForOneRun) files = found;
        return found;
    }
}
