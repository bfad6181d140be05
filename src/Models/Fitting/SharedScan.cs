using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Fitting;

/// <summary>
/// Lets several fits share their passes over the data. Each fit runs as if it were alone, over its own pass, and waits there until all other running
/// fits wait too; then one real pass computes what all of them need, and each gets its part. Every part is folded as it would be alone, so the bits are the
/// same. A fit that ends or fails drops out. A fit may also wait for the others: it is asked again whenever all that still run wait.
/// </summary>
/// <param name="pass">The real pass.</param>
/// <param name="batchSize">Rows per batch.</param>
internal sealed class SharedScan(IDataPass pass, int batchSize)
{
    private readonly List<Member> members = [];
    private DataExtent? extent;

    /// <summary>Adds a fit and starts it; it runs until it requests its first pass.</summary>
    public Task<T> Begin<T>(Func<IDataPass, Task<T>> fit)
    {
        var member = new Member(this, members.Count);
        members.Add(member);
        var task = fit(member);
        member.Fit = task;
        return task;
    }

    /// <summary>Fits a model to each of several parts of the items, in shared passes.</summary>
    /// <typeparam name="TModel">Type of the models.</typeparam>
    /// <param name="pass">A pass over all items.</param>
    /// <param name="estimator">What is fitted to each part.</param>
    /// <param name="options">How to fit; the journal and the progress are those of the whole, and are not used.</param>
    /// <param name="parts">Shape [parts]: their names, for messages.</param>
    /// <param name="of">The pass over the items of a part.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ModelException">A fit failed; the part is named.</exception>
    public static async ValueTask<(List<TModel> Models, List<string> Warnings)> FitPartsAsync<TModel>(IDataPass pass, IEstimator<TModel> estimator,
        FitOptions options, IReadOnlyList<string> parts, Func<IDataPass, int, IDataPass> of, CancellationToken cancellationToken)
        where TModel : Model
    {
        var scan = new SharedScan(pass, options.BatchRows);
        var own = options with { Journal = null, Progress = null, MayContinue = null };
        var fits = parts.Select((_, k) => scan.Begin(shared => estimator.FitAsync(of(shared, k), own, cancellationToken).AsTask())).ToArray();
        await scan.RunAsync(static () => { }, cancellationToken).ConfigureAwait(false);
        var (models, warnings, open) = (new List<TModel>(), new List<string>(), new List<(string Part, string Warning)>());
        for (var k = 0; k < fits.Length; k++)
        {
            try
            {
                var result = await fits[k].ConfigureAwait(false);
                models.Add(result.Model);
                foreach (var warning in result.Warnings)
                {
                    if (FitDiagnosis.IsOfLimit(warning)) open.Add((parts[k], warning));
                    else warnings.Add($"{parts[k]}: {warning}");
                }
            }
            catch (ModelException e)
            {
                throw e.Within(parts[k]);
            }
        }
        // One limit, one warning.
        if (open.Count > 0) warnings.Add($"{open[0].Part}{(open.Count > 1 ? $" and {open.Count - 1} more" : "")}: {open[0].Warning}");
        return (models, warnings);
    }

    /// <summary>Waits until the verdict is known; it is asked for whenever every fit has ended or waits.</summary>
    /// <param name="pass">The pass that the fit was given.</param>
    /// <param name="verdict">Null = not yet. If all fits wait, at least one verdict is known.</param>
    public static Task<bool> HoldAsync(IDataPass pass, Func<bool?> verdict) => ((Member)pass).HoldAsync(verdict);

    /// <summary>Bytes that statistics of some rows take at most.</summary>
    /// <param name="pass">A pass over the rows.</param>
    /// <param name="empty">The statistics, without rows.</param>
    /// <param name="rows">Number of rows.</param>
    public static long MaxBytes(IDataPass pass, Statistics empty, long rows) =>
        empty.MaxBytes(rows, [.. pass.Features?.Select(f => f.Categories?.Count ?? 0) ?? []]) ?? StatisticsSize.Of(empty);

    /// <summary>Runs passes until all fits have ended. Errors in a pass are thrown here; a fit's own errors are in its task.</summary>
    /// <param name="between">Called before each pass, when every fit has ended or is waiting.</param>
    /// <param name="cancellationToken">Stops the passes.</param>
    public async Task RunAsync(Action between, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                foreach (var member in members)
                {
                    await member.SettledAsync().ConfigureAwait(false);
                    // A fit may fail because of its data; any other error does not belong to a single fit.
                    if (member.Fit.IsCanceled || member.Fit.Exception?.InnerException is not (null or ModelException)) await member.Fit.ConfigureAwait(false);
                }
                between();
                var wanted = members.Where(m => m.Wanted is { Kind: not WishKind.Hold }).ToList();
                if (wanted.Count == 0)
                {
                    if (members.Where(m => m.Wanted is not null).ToList() is not { Count: > 0 } held) return;
                    foreach (var member in held)
                        if (member.Wanted!.Verdict!() is { } verdict) await member.FulfilAsync(verdict).ConfigureAwait(false);
                    continue;
                }
                // Fits that walk through the data in parts go first, so that the last passes over all rows of all fits coincide.
                if (wanted.Where(m => m.Wanted!.Kind == WishKind.Measure).ToList() is { Count: > 0 } measuring)
                {
                    extent ??= await pass.MeasureAsync(cancellationToken).ConfigureAwait(false);
                    foreach (var member in measuring) await member.FulfilAsync(extent).ConfigureAwait(false);
                }
                else if (wanted.Where(m => m.Wanted!.Kind == WishKind.Range).ToList() is { Count: > 0 } ranged)
                {
                    foreach (var group in ranged.GroupBy(m => m.Wanted!.Range).ToList())
                        await ScanAsync([.. group], group.Key, cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    await ScanAsync(wanted, null, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (Exception e)
        {
            foreach (var member in members.Where(m => m.Wanted is not null)) member.Take().Done.SetException(e);
            // Their exceptions are this one: observe them, so that they are not reported as unobserved.
            foreach (var member in members) _ = member.Fit.Exception;
            throw;
        }
    }

    /// <summary>One pass for all of these fits, or several if their statistics would exceed the memory limit.</summary>
    private async Task ScanAsync(List<Member> wanting, BatchRange? range, CancellationToken cancellationToken)
    {
        for (var next = 0; next < wanting.Count;)
        {
            var summarizer = new SharedSummarizer();
            var taken = new List<(Member Member, int Part)>();
            long bytes = 0;
            for (; next < wanting.Count; next++)
            {
                var wish = wanting[next].Wanted!.Summarizer!;
                if (summarizer.Find(wish) is not (>= 0 and var part))
                {
                    bytes += pass.StatisticsBytes is null ? 0 : Bytes(wish);
                    if (taken.Count > 0 && bytes > pass.StatisticsBytes) break;
                    part = summarizer.Add(wish, wanting[next].Number);
                }
                taken.Add((wanting[next], part));
            }
            var found = range is { } some
                ? await pass.RunAsync(summarizer, some, cancellationToken).ConfigureAwait(false)
                : await pass.RunAsync(summarizer, cancellationToken).ConfigureAwait(false);
            foreach (var (member, part) in taken) await member.FulfilAsync(((CompositeStatistics)found).Parts[part]).ConfigureAwait(false);
        }
    }

    // The statistics in flight, then the total and the open subtotal, each of which may come to hold what all rows leave behind.
    private long Bytes(ISummarizer summarizer)
    {
        var empty = summarizer.CreateStatistics();
        return (pass.StatisticsInFlight * MaxBytes(pass, empty, batchSize)) + (2 * MaxBytes(pass, empty, extent?.Rows ?? long.MaxValue));
    }

    private enum WishKind
    {
        All,
        Range,
        Measure,
        Hold,
    }

    private sealed record Wish(WishKind Kind, ISummarizer? Summarizer, BatchRange Range)
    {
        public TaskCompletionSource<object> Done { get; } = new();

        public Func<bool?>? Verdict { get; init; }
    }

    private sealed class Member(SharedScan scan, int number) : IDataPass
    {
        private readonly Lock gate = new();
        private TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Number => number;

        public Task Fit { get; set; } = Task.CompletedTask;

        public Wish? Wanted { get; private set; }

        public int Columns => scan.RealPass.Columns;

        public int PriorComponents => scan.RealPass.PriorComponents;

        public IReadOnlyList<Feature>? Features => scan.RealPass.Features;

        public IReadOnlyList<string>? LabelNames => scan.RealPass.LabelNames;

        public string? LabelType => scan.RealPass.LabelType;

        public async ValueTask<Statistics> RunAsync(ISummarizer summarizer, CancellationToken cancellationToken) =>
            (Statistics)await AskAsync(new(WishKind.All, summarizer, default)).ConfigureAwait(false);

        public async ValueTask<Statistics> RunAsync(ISummarizer summarizer, BatchRange range, CancellationToken cancellationToken) =>
            (Statistics)await AskAsync(new(WishKind.Range, summarizer, range)).ConfigureAwait(false);

        public async ValueTask<DataExtent> MeasureAsync(CancellationToken cancellationToken) =>
            (DataExtent)await AskAsync(new(WishKind.Measure, null, default)).ConfigureAwait(false);

        public async Task<bool> HoldAsync(Func<bool?> verdict) =>
            (bool)await AskAsync(new(WishKind.Hold, null, default) { Verdict = verdict }).ConfigureAwait(false);

        /// <summary>Completes when the fit requests a pass, or has ended.</summary>
        public Task SettledAsync() => Fit.IsCompleted ? Task.CompletedTask : Task.WhenAny(Fit, asked.Task);

        /// <summary>Takes the request; the caller must fulfil it.</summary>
        public Wish Take()
        {
            lock (gate)
            {
                var wish = Wanted!;
                Wanted = null;
                asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
                return wish;
            }
        }

        /// <summary>
        /// Gives the fit its result, and waits until it requests more or has ended: fits may share results, so only one runs at a time.
        /// </summary>
        public Task FulfilAsync(object found)
        {
            Take().Done.SetResult(found);
            return SettledAsync();
        }

        private Task<object> AskAsync(Wish wish)
        {
            lock (gate)
            {
                if (Wanted is not null) throw new InvalidOperationException("found a second pass at the same time, expected one after the other in each fit");
                Wanted = wish;
                asked.TrySetResult();
            }
            return wish.Done.Task;
        }
    }

    private IDataPass RealPass => pass;
}

/// <summary>Computes what several fits need in one pass.</summary>
internal sealed class SharedSummarizer : ISummarizer
{
    private const string Kind = "shared";

    private readonly List<ISummarizer> wishes = [];
    private readonly List<int> fits = [];

    [ModuleInitializer]
    internal static void Register() => SummarizerFormat.Register(Kind, json =>
    {
        var shared = new SharedSummarizer();
        foreach (var part in json.Array("parts")) shared.Add(SummarizerFormat.Read(part.Required("summarizer")), part.Required("fit").GetInt32());
        return shared;
    });

    public string SummarizerKind => Kind;

    public void WriteSettings(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("parts");
        foreach (var (fit, wish) in fits.Zip(wishes))
        {
            writer.WriteStartObject();
            writer.WriteNumber("fit", fit);
            writer.WritePropertyName("summarizer");
            SummarizerFormat.Write(writer, wish);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    /// <summary>Index of an identical computation; -1 if there is none.</summary>
    public int Find(ISummarizer summarizer) => wishes.FindIndex(w => w.IsSame(summarizer));

    /// <summary>Adds a request and returns the index of its part.</summary>
    /// <param name="summarizer">What to compute.</param>
    /// <param name="fit">Number of the requesting fit.</param>
    public int Add(ISummarizer summarizer, int fit)
    {
        wishes.Add(summarizer);
        fits.Add(fit);
        return wishes.Count - 1;
    }

    /// <remarks>They name their fits, so that those saved for other fits are rejected.</remarks>
    public Statistics CreateStatistics() => new CompositeStatistics($"fits {string.Join(", ", fits)}", [.. wishes.Select(w => w.CreateStatistics())]);

    public void Summarize(in FeatureBlock block, Statistics statistics)
    {
        var parts = ((CompositeStatistics)statistics).Parts;
        for (var i = 0; i < parts.Count; i++) wishes[i].Summarize(block, parts[i]);
        statistics.Rows += block.Rows;
    }
}
