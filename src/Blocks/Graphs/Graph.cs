using System.Threading.Tasks.Dataflow;
using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>A source and its subsequent stages, checked and linked for each run.</summary>
internal sealed record Graph(IBatchSource Source, IReadOnlyList<Stage> Stages)
{
    /// <summary>True for the graph of one run, whose source always returns the files it found first.</summary>
    private bool IsOfOneRun { get; init; }

    /// <summary>The graph for one run. Everything that the run opens and reads, however often, goes through this graph.</summary>
    public Graph ForRun() => IsOfOneRun ? this : this with { Source = Source.ForRun(), IsOfOneRun = true };

    /// <summary>Opens the source and checks every stage against its columns before any row is read.</summary>
    /// <param name="wanted">Columns needed at the end of the graph; null = all.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <param name="keepsRows">True: bad rows may be written to quarantine with all their columns, so columns needed only there are read too.</param>
    public async Task<BoundGraph> BindAsync(IReadOnlyList<string>? wanted, CancellationToken cancellationToken, bool keepsRows = false)
    {
        var info = await Source.OpenAsync(cancellationToken).ConfigureAwait(false);
        var schema = Output(info.Schema);
        var columns = keepsRows ? null : wanted;
        for (var s = Stages.Count - 1; s >= 0; s--) columns = keepsRows && Stages[s] is not SelectStage ? null : Stages[s].Needs(columns);
        if (columns?.FirstOrDefault(c => info.Schema.IndexOf(c) < 0 && info.LeftOut.ContainsKey(c)) is { } unread)
            throw BoundGraph.Unread(Source, new(unread, info.LeftOut[unread]), "a plain column of numbers, booleans, texts or times", "leave the column out");
        // Requested columns that are absent are reported by whichever part requests them, with its own message.
        var bound = columns is null || columns.Any(c => info.Schema.IndexOf(c) < 0)
            ? new BoundGraph(this, info, null, schema)
            : new BoundGraph(this, info, columns, Output(new BatchSchema(columns.Select(c => info.Schema.Fields[info.Schema.IndexOf(c)]))));
        // What user code sees must match the files exactly; what quarantine stores is written like the output.
        var isForeign = Stages.Any(s => s.IsForeign);
        if (keepsRows || isForeign) bound.Read.CheckTypes(isForeign);
        if (keepsRows || isForeign) return bound;
        var read = bound.Read.Fields.Select(f => f.Name);
        return bound with { Rounded = [.. wanted is null ? read.Where(name => bound.Schema?.IndexOf(name) < 0) : read] };
    }

    /// <summary>The columns of whose dates and times the stages look at parts only.</summary>
    public IEnumerable<string> Parts => Stages.SelectMany(s => s.Parts).Except(Stages.SelectMany(s => s.Used), StringComparer.Ordinal);

    /// <summary>Prepares the stages for one run; dispose the result.</summary>
    public async Task<PreparedGraph> PrepareAsync(PipelineOptions options, CancellationToken cancellationToken)
    {
        var made = new PreparedGraph(this with { Stages = [] });
        try
        {
            foreach (var stage in Stages)
            {
                var ready = await stage.PrepareAsync(made.Graph, options, cancellationToken).ConfigureAwait(false);
                made = made with { Graph = made.Graph with { Stages = [.. made.Graph.Stages, ready] } };
            }
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    private BatchSchema? Output(BatchSchema input)
    {
        BatchSchema? schema = input;
        foreach (var stage in Stages) schema = stage.Bind(schema, Source.Name);
        return schema;
    }
}

/// <summary>A graph whose stages are ready to run once.</summary>
internal sealed record PreparedGraph(Graph Graph) : IDisposable
{
    public void Dispose()
    {
        foreach (var stage in Graph.Stages) (stage as IDisposable)?.Dispose();
    }
}

/// <summary>A checked graph.</summary>
/// <param name="Graph">Source and stages.</param>
/// <param name="Info">What the source contains.</param>
/// <param name="Columns">Columns to read; null = all.</param>
/// <param name="Schema">Columns at the end of the graph; null where they are known only from the first batch.</param>
internal sealed record BoundGraph(Graph Graph, SourceInfo Info, IReadOnlyList<string>? Columns, BatchSchema? Schema)
{
    /// <summary>Columns of which only doubles are needed, and none is written.</summary>
    public IReadOnlyCollection<string> Rounded { get; init; } = [];

    /// <summary>Rejects a run that would lose columns: it asks for all of them, and the source cannot read some.</summary>
    /// <param name="remedy">What the user can do.</param>
    /// <exception cref="FlowException">The run would lose columns.</exception>
    public void CheckNothingLost(string remedy)
    {
        if (Columns is null && Info.LeftOut.Count > 0) throw Unread(Graph.Source, Info.LeftOut.First(), "columns that can be read and written", remedy);
    }

    /// <summary>The error for a column that the source cannot read.</summary>
    public static FlowException Unread(IBatchSource source, KeyValuePair<string, string> column, string expected, string remedy) =>
        new(ErrorKind.Data, $"{source.Name}, column '{column.Key}'", $"a column that cannot be read: {column.Value}", expected, remedy);

    /// <summary>The columns that are read.</summary>
    public BatchSchema Read => Info.Schema.Project(Columns, Graph.Source.Name);

    /// <summary>Creates and links the blocks of a run; returns the last one.</summary>
    /// <param name="run">The run's supervisor.</param>
    /// <param name="firstBatch">Number of the first batch to read, at least 0.</param>
    /// <param name="extraRowBytes">Bytes that the end of the graph adds to each row.</param>
    public ISourceBlock<DataBatch> Create(RunSupervisor run, long firstBatch = 0, long extraRowBytes = 0)
    {
        ISourceBlock<DataBatch> last = new SourceBlock(Graph.Source, run, Columns, Info)
        {
            Rounded = Rounded,
            SendsEmpty = Schema is null,
            ReuseMemory = !Graph.Stages.Any(s => s.IsForeign),
            FirstBatch = firstBatch,
            ExtraRowBytes = extraRowBytes + Graph.Stages.Sum(s => s.ExtraRowBytes),
        };
        foreach (var stage in Graph.Stages)
        {
            var block = stage.Create(run);
            Linking.Link(last, block);
            last = block;
        }
        return last;
    }
}
