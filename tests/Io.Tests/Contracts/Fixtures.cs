using Pipelines.Io.Reading;

namespace Pipelines.Io.Tests;

/// <summary>Makes a source for the contract suite. A new source needs one; the suite fails without it.</summary>
public interface ISourceFixture
{
    Type Source { get; }

    /// <summary>Name of the fixture.</summary>
    string Name => Source.Name;

    /// <summary>The fixture itself, and others of the same source with other options.</summary>
    IEnumerable<ISourceFixture> Variants => [this];

    /// <summary>Columns that the source cannot hold.</summary>
    bool Drops(string column) => false;

    /// <summary>False if the number of rows is known only after reading.</summary>
    bool KnowsRows => true;

    /// <summary>A source of the table's rows.</summary>
    Task<IBatchSource> Make(TestTable table, TempFolder folder);
}

/// <summary>Makes a sink for the contract suite. A new sink needs one; the suite fails without it.</summary>
public interface ISinkFixture
{
    Type Sink { get; }

    bool Drops(string column) => false;

    IBatchSink Make(TempFolder folder);

    /// <summary>What a complete sink holds.</summary>
    IBatchSource Read(IBatchSink sink, TempFolder folder);
}

public sealed class MemorySourceFixture : ISourceFixture
{
    public Type Source => typeof(MemorySource);

    public Task<IBatchSource> Make(TestTable table, TempFolder folder) => Task.FromResult<IBatchSource>(table.ToSource());
}

public sealed class DataFrameSourceFixture : ISourceFixture
{
    public Type Source => typeof(DataFrameSource);

    public bool Drops(string column) => column.StartsWith("bytes", StringComparison.Ordinal);

    public async Task<IBatchSource> Make(TestTable table, TempFolder folder)
    {
        await foreach (var batch in table.ToSource().ReadAsync(new ReadOptions { BatchSize = 1 << 20 }, default))
            return new DataFrameSource(batch.ToDataFrame());
        throw new InvalidOperationException("no rows");
    }
}

/// <summary>Blocks of other sizes than the batches.</summary>
public sealed class SequenceSourceFixture : ISourceFixture
{
    private static readonly ReadOptions Uneven = new() { BatchSize = 37 };

    public Type Source => Of(MemorySource.FromArrays(("x", new[] { 1.0 })), new([])).GetType();

    public async Task<IBatchSource> Make(TestTable table, TempFolder folder)
    {
        var rows = table.ToSource();
        return Of(rows, (await rows.OpenAsync(default)).Schema, table.Rows);
    }

    private static IBatchSource Of(MemorySource rows, BatchSchema schema, long? count = null) =>
        BatchSource.FromAsyncEnumerable("sequence", schema, token => rows.ReadAsync(Uneven, token), count);
}

/// <summary>The rows of a database reader.</summary>
public sealed class DataReaderSourceFixture : ISourceFixture
{
    public Type Source => typeof(DataReaderSource);

    public bool KnowsRows => false;

    public Task<IBatchSource> Make(TestTable table, TempFolder folder) =>
        Task.FromResult(BatchSource.FromDataReader("query", _ => new(new ArrayReader(table)), 29));
}

/// <summary>Three files of different sizes, one of them without rows; by the engine of the automatic choice and by each that can run here.</summary>
public sealed class ParquetSourceFixture(string? engine) : ISourceFixture
{
    public ParquetSourceFixture()
        : this(null)
    {
    }

    public Type Source => typeof(ParquetSource);

    public string Name => engine is null ? nameof(ParquetSource) : $"{nameof(ParquetSource)} by {engine}";

    public IEnumerable<ISourceFixture> Variants => [this, .. ParquetEngine.All.Where(e => e.IsAvailable).Select(e => new ParquetSourceFixture(e.Name))];

    public async Task<IBatchSource> Make(TestTable table, TempFolder folder)
    {
        int[] cuts = [0, table.Rows / 3, table.Rows / 3, table.Rows];
        for (var f = 0; f < 3; f++)
        {
            var part = MemorySource.FromArrays(table.Columns.Select(c =>
            {
                var values = Array.CreateInstance(c.Values.GetType().GetElementType()!, cuts[f + 1] - cuts[f]);
                Array.Copy(c.Values, cuts[f], values, 0, values.Length);
                return (c.Name, values);
            }));
            await part.CopyTo(new ParquetSink(folder[$"{f}.parquet"]));
        }
        return new ParquetSource([folder.Path], new ParquetSourceOptions { Engine = engine });
    }
}

public sealed class MemorySinkFixture : ISinkFixture
{
    public Type Sink => typeof(MemorySink);

    public IBatchSink Make(TempFolder folder) => new MemorySink();

    public IBatchSource Read(IBatchSink sink, TempFolder folder)
    {
        var batch = ((MemorySink)sink).ToBatch();
        return MemorySource.FromBatches(batch.Schema, [batch]);
    }
}

public sealed class DataFrameSinkFixture : ISinkFixture
{
    public Type Sink => typeof(DataFrameSink);

    public bool Drops(string column) => column.StartsWith("bytes", StringComparison.Ordinal);

    public IBatchSink Make(TempFolder folder) => new DataFrameSink();

    public IBatchSource Read(IBatchSink sink, TempFolder folder) => new DataFrameSource(((DataFrameSink)sink).ToDataFrame());
}

public sealed class ParquetSinkFixture : ISinkFixture
{
    public Type Sink => typeof(ParquetSink);

    public IBatchSink Make(TempFolder folder) => new ParquetSink(folder["out"], new ParquetSinkOptions { RowsPerFile = 77 });

    public IBatchSource Read(IBatchSink sink, TempFolder folder) => new ParquetSource(folder["out"]);
}

/// <summary>Functions that write to memory.</summary>
public sealed class FunctionSinkFixture : ISinkFixture
{
    private readonly MemorySink memory = new();

    public Type Sink => BatchSink.Create("functions", (_, _) => default).GetType();

    public IBatchSink Make(TempFolder folder) =>
        BatchSink.Create("functions", memory.WriteAsync, memory.OpenAsync, memory.CompleteAsync, memory.DisposeAsync);

    public IBatchSource Read(IBatchSink sink, TempFolder folder) => MemorySource.FromBatches(memory.Schema, [memory.ToBatch()]);
}
