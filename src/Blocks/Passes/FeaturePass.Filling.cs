using Pipelines.Io;
using Pipelines.Models;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks;

/// <content>The pass that reads the source.</content>
public sealed partial class FeaturePass
{
    /// <summary>A pass over the source. A pass that starts at the first batch fills the cache for later passes.</summary>
    private async Task<Statistics> ReadAsync(PassWork work)
    {
        if (extractor.Unknown.Count > 0) await FindCategoriesAsync(work.Token).ConfigureAwait(false);
        var filling = new FeatureCache(layout, OpenSpill) { IsOff = work.First > 0 };
        if (!filling.IsOff) Seen = new SeenData(extractor.Columns);
        try
        {
            var total = await FillAsync(filling, work).ConfigureAwait(false);
            if (!filling.IsOff) cache = filling;
            return total;
        }
        finally
        {
            if (cache is null) filling.Dispose();
        }
    }

    private SpillFile OpenSpill() => SpillFactory?.Invoke() ?? SpillFile.Create(options.SpillFolder);

    /// <summary>Source, features with cache and statistics, fold.</summary>
    private async Task<Statistics> FillAsync(FeatureCache filling, PassWork work)
    {
        var bound = await BindAsync(work.Token).ConfigureAwait(false);
        if (bound.Schema is { } schema)
        {
            extractor.Check(schema, graph.Source.Name);
            sequences?.Check(schema, graph.Source.Name);
            TakeIndexesAsLabels(schema);
        }
        filling.MemoryBytes = MemoryBytes ?? Plan(bound).CacheBytes;

        using var quarantine = OpenQuarantine(bound, work.Token);
        await using var run = new RunSupervisor(mostThreads < options.Parallelism ? options with { MaxDegreeOfParallelism = mostThreads } : options,
            work.Token);
        run.Accounts.Phase = "read";
        var before = run.Accounts.RejectedBefore = Seen.IsWhole ? 0 : Seen.RowsRejected;
        // While rows are sorted and stored, each of the two gets half.
        if (sequences is { Regroup: true }) filling.MemoryBytes /= 2;
        using var keys = sequences is null ? null : new SequenceFilling(sequences, layout, options, filling.MemoryBytes, OpenSpill);
        var fill = new FillBlock(extractor, layout, filling, Seen.Ranges, work.Summarizer, run, keys);
        var fold = new FoldBlock(work.Summarizer, run, work.Total, work.First)
        {
            Quarantine = quarantine,
            Runs = keys is null ? null : keys.Follow,
            Folded = (next, total) =>
            {
                if (!Seen.IsWhole) Seen.RowsRejected = before + run.Accounts.RowsRejected;
                work.Folded(next, total);
            },
        };
        Linking.Link(bound.Create(run, work.First, layout.Bytes / options.BatchSize), fill);
        Linking.Link(fill, fold);
        await run.RunAsync().ConfigureAwait(false);
        if (!filling.IsOff && keys?.Sorter is null) filling.Seal(run.Accounts.RowsOut);
        if (run.Accounts.RowsOut == 0 && work.First == 0 && !isScoring)
        {
            if (run.Accounts.RowsIn == 0) throw NoRow();
            throw new DataException(DataErrorKind.Data, graph.Source.Name, $"no row that can be used: all {RowsRejected} were rejected", "at least one",
                "look at the rows (BadRowMode.Quarantine)");
        }
        keys?.Finish(filling, work.Token);
        found = keys;
        Seen.IsWhole = true;
        decoded = [.. decoded.Select((f, i) => Describe(f, bound.Schema, Seen.Ranges[i]))];
        return await fold.Result.ConfigureAwait(false);
    }

    private DataException NoRow() => new(DataErrorKind.Data, graph.Source.Name, "no row", "at least one", "check the paths and filters");

    // Rows written to quarantine keep all their columns.
    private async Task<BoundGraph> BindAsync(CancellationToken cancellationToken)
    {
        var bound = await graph.BindAsync(Needed, cancellationToken, options.BadRows.Keeps).ConfigureAwait(false);
        if (options.BadRows.Keeps) bound.CheckNothingLost("leave bad rows out without keeping them (BadRowMode.Skip), or choose columns (Pipeline.Select)");
        return bound;
    }

    // Written by the pass that reads all rows; a resumed fit reads them again and writes the same.
    private QuarantineWriter? OpenQuarantine(BoundGraph bound, CancellationToken cancellationToken)
    {
        if (options.BadRows.QuarantineFolder is not { } folder) return null;
        var made = new QuarantineWriter(folder);
        try
        {
            var job = JobDescription.Of(bound, options, [new("features", string.Join(", ", extractor.Needed))]);
            made.Open(job, bound.Info.Schema.Project(bound.Columns, graph.Source.Name), options.Checkpoints?.Resume == true, cancellationToken);
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    // A schema known only from a transform's first batch says nothing certain about later batches.
    private static Feature Describe(Feature feature, BatchSchema? schema, ValueRange? range)
    {
        // The range of category codes says nothing about the values.
        if (feature.Categories is not null) range = null;
        var field = schema?.Fields[schema.IndexOf(feature.Name)];
        return feature with
        {
            Type = field?.ValueType.Name.ToLowerInvariant(),
            IsNullable = field?.IsNullable,
            Minimum = range?.Minimum,
            Maximum = range?.Maximum
        };
    }
}
