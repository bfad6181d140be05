using Pipelines.Io;
using Pipelines.Io.Storage;

namespace Pipelines.Blocks;

/// <summary>What a run would do, determined without reading a row or writing anything.</summary>
/// <param name="Files">The files, in order; empty if the source is not a file.</param>
/// <param name="Rows">Number of rows; null if it is known only after reading.</param>
/// <param name="Options">How the run would be executed.</param>
/// <param name="Read">The columns that are read.</param>
/// <param name="Others">Columns that are not even decoded.</param>
/// <param name="Memory">How the memory is divided.</param>
public sealed record RunPlan(IReadOnlyList<InputFile> Files, long? Rows, PipelineOptions Options, BatchSchema Read, IReadOnlyList<string> Others,
    MemoryPlan Memory)
{
    /// <summary>Number of row groups or other units that each decoder decodes.</summary>
    public IReadOnlyList<(string Name, int RowGroups)> Engines { get; init; } = [];

    /// <summary>The columns that are written; null if nothing is written or they are known only from the first batch.</summary>
    public BatchSchema? Written { get; init; }

    /// <summary>Approximate size of the output in bytes; null if it cannot be estimated.</summary>
    public long? WrittenBytes { get; init; }

    /// <summary>Number of files to be written; null if the output is not a folder of parts.</summary>
    public long? Parts { get; init; }

    /// <summary>The output path and what currently exists there; empty if the sink is not a file.</summary>
    public IReadOnlyList<(string What, OutputPreview Preview)> Outputs { get; init; } = [];

    /// <summary>The cache of decoded features in a fit; null for a run that has none.</summary>
    public CachePlan? Cache { get; init; }

    /// <summary>What the user should know about the data that are read, one sentence each.</summary>
    public IReadOnlyList<string> Warnings => Read.Warnings;

    /// <summary>Number of batches; null if it is known only after reading.</summary>
    public long? Batches => Rows is { } rows ? (rows + Options.BatchSize - 1) / Options.BatchSize : null;

    /// <summary>The plan of a bound graph; the end of the pipeline adds its own details.</summary>
    internal static async ValueTask<RunPlan> OfAsync(BoundGraph bound, PipelineOptions options, MemoryPlan memory, CancellationToken cancellationToken)
    {
        var names = bound.Read.Fields.Select(f => f.Name).ToArray();
        return new RunPlan(bound.Info.Files, bound.Info.Rows, options, bound.Read,
            [.. bound.Info.Schema.Fields.Select(f => f.Name).Except(names, StringComparer.Ordinal)], memory)
        {
            Engines = bound.Graph.Source is IInspectableSource source
                ? await source.DecodersAsync(names, memory.DecoderBytes, cancellationToken).ConfigureAwait(false)
                : [],
        };
    }
}

/// <summary>The cache of decoded features.</summary>
/// <param name="BatchBytes">Bytes of one cached batch.</param>
/// <param name="Bytes">Bytes of all batches.</param>
/// <param name="InMemory">Bytes held in memory.</param>
/// <param name="Folder">Folder for the rest.</param>
public sealed record CachePlan(long BatchBytes, long Bytes, long InMemory, string Folder)
{
    /// <summary>Bytes written to the temporary file.</summary>
    public long Spilled => Bytes - InMemory;
}
