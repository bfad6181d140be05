using Pipelines.Io;
using Pipelines.Io.Storage;

namespace Pipelines.Blocks;

/// <summary>What a run would do, found without reading a row or writing anything.</summary>
/// <param name="Files">The files, in order; empty where the source is no file.</param>
/// <param name="Rows">Number of rows; null if only reading tells.</param>
/// <param name="Options">How it would run.</param>
/// <param name="Read">The columns that are read.</param>
/// <param name="Others">Columns that are not even decoded.</param>
/// <param name="Memory">How the memory is divided.</param>
internal sealed record RunPlan(IReadOnlyList<InputFile> Files, long? Rows, PipelineOptions Options, BatchSchema Read, IReadOnlyList<string> Others,
    MemoryPlan Memory)
{
    /// <summary>Which engine decodes how many row groups.</summary>
    public IReadOnlyList<(string Name, int RowGroups)> Engines { get; init; } = [];

    /// <summary>The columns that are written; null where nothing is, or only the first batch tells.</summary>
    public BatchSchema? Written { get; init; }

    /// <summary>Bytes that the output will have, about; null if nothing tells.</summary>
    public long? WrittenBytes { get; init; }

    /// <summary>Number of files that are written; null where it is no folder of parts.</summary>
    public long? Parts { get; init; }

    /// <summary>Where the run writes, and what is there; empty for a sink that is no file.</summary>
    public IReadOnlyList<(string What, OutputPreview Preview)> Outputs { get; init; } = [];

    /// <summary>The decoded features that a fit keeps; null for a run that keeps none.</summary>
    public CachePlan? Cache { get; init; }

    /// <summary>Number of batches; null if only reading tells.</summary>
    public long? Batches => Rows is { } rows ? (rows + Options.BatchSize - 1) / Options.BatchSize : null;

    /// <summary>The plan of a bound graph; its ends add what they know.</summary>
    public static async ValueTask<RunPlan> OfAsync(BoundGraph bound, PipelineOptions options, MemoryPlan memory, CancellationToken cancellationToken)
    {
        var names = bound.Read.Fields.Select(f => f.Name).ToArray();
        return new RunPlan(bound.Info.Files, bound.Info.Rows, options, bound.Read,
            [.. bound.Info.Schema.Fields.Select(f => f.Name).Except(names, StringComparer.Ordinal)], memory)
        {
            Engines = bound.Graph.Source is ParquetSource parquet
                ? await parquet.EnginesAsync(names, memory.DecoderBytes, cancellationToken).ConfigureAwait(false)
                : [],
        };
    }
}

/// <summary>The cache of decoded features.</summary>
/// <param name="BatchBytes">Bytes of one batch in it.</param>
/// <param name="Bytes">Bytes of all batches.</param>
/// <param name="InMemory">Bytes of those that memory holds.</param>
/// <param name="Folder">Where the others go.</param>
internal sealed record CachePlan(long BatchBytes, long Bytes, long InMemory, string Folder)
{
    /// <summary>Bytes that go to the temporary file.</summary>
    public long Spilled => Bytes - InMemory;
}
