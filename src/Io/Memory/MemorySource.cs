using System.Reflection;
using System.Runtime.CompilerServices;
using Pipelines.Io;

namespace Pipelines;

/// <summary>Rows in memory: arrays by column name, or batches.</summary>
public sealed class MemorySource : BatchSourceBase
{
    private readonly BatchSchema schema;
    private readonly IEnumerable<DataBatch> batches;
    private readonly long? rows;

    private MemorySource(BatchSchema schema, IEnumerable<DataBatch> batches, long? rows)
        : base("memory") => (this.schema, this.batches, this.rows) = (schema, batches, rows);

    /// <summary>A source with one array per column, all of the same length. The arrays are not copied, so they must not change while they are read.</summary>
    /// <param name="columns">Name and values. Elements are of a type listed in <see cref="ColumnField.ValueType"/>, or its nullable form; a null string
    /// is a null.</param>
    public static MemorySource FromArrays(params IEnumerable<(string Name, Array Values)> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var list = columns.ToList();
        if (list.Count == 0) throw new FlowException(ErrorKind.Usage, "memory", "no column", "at least one array", "give an array with a name");
        var length = list[0].Values.Length;
        if (list.Find(c => c.Values.Length != length) is { Name: { } other } different)
            throw new FlowException(ErrorKind.Usage, $"memory, column '{other}'", $"{different.Values.Length} rows",
                $"{length} rows, as column '{list[0].Name}' has", "give arrays of the same length");
        var made = list.ConvertAll(c => MakeColumn(c.Name, c.Values));
        var schema = new BatchSchema(made.Select(c => c.Field));
        return new MemorySource(schema, [new DataBatch(schema, made, length, 0, 0)], length);
    }

    /// <summary>A source of batches, which are recut to the requested batch size. The batches are not released.</summary>
    /// <param name="schema">Their columns.</param>
    /// <param name="batches">Enumerated on every read; must give the same batches each time.</param>
    public static MemorySource FromBatches(BatchSchema schema, IEnumerable<DataBatch> batches)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(batches);
        return new MemorySource(schema, batches, batches is IReadOnlyCollection<DataBatch> known ? known.Sum(b => (long)b.Rows) : null);
    }

    /// <inheritdoc/>
    public override ValueTask<SourceInfo> OpenAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(new SourceInfo(schema, rows));
    }

    /// <inheritdoc/>
    protected override async IAsyncEnumerable<DataBatch> ReadBlocksAsync(IReadOnlyList<string> columns, long firstRow,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var row = 0L;
        foreach (var batch in batches)
        {
            if (!batch.Schema.Fields.SequenceEqual(schema.Fields))
                throw new FlowException(ErrorKind.Usage, $"memory, batch {batch.Index}", $"the columns {batch.Schema}", $"the columns {schema}",
                    "give batches of one schema");
            yield return new DataBatch(batch.Schema, batch.Columns, batch.Rows, batch.Index, row);
            row += batch.Rows;
        }
        await Task.CompletedTask.ConfigureAwait(false);
    }

    private static BatchColumn MakeColumn(string name, Array values)
    {
        var element = values.GetType().GetElementType()!;
        var type = Nullable.GetUnderlyingType(element) ?? element;
        if (values.Rank != 1 || !ColumnField.ValueTypes.Contains(type))
            throw new FlowException(ErrorKind.Usage, $"memory, column '{name}'", $"an array of type {values.GetType().Name}",
                "numbers, booleans, strings, dates, times, Guid or byte[] in one dimension", "convert the values");
        var make = type == element ? nameof(Plain) : nameof(WithNulls);
        try
        {
            return (BatchColumn)typeof(MemorySource).GetMethod(make, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type)
                .Invoke(null, [name, values])!;
        }
        catch (TargetInvocationException e) when (e.InnerException is not null)
        {
            throw e.InnerException;
        }
    }

    private static BatchColumn<T> Plain<T>(string name, T[] values)
    {
        bool[]? present = null;
        if (!typeof(T).IsValueType && Array.Exists(values, v => v is null)) present = Array.ConvertAll(values, v => v is not null);
        return new BatchColumn<T>(new ColumnField(name, typeof(T), !typeof(T).IsValueType), values, present);
    }

    private static BatchColumn<T> WithNulls<T>(string name, T?[] values) where T : struct =>
        new(new ColumnField(name, typeof(T), true), Array.ConvertAll(values, v => v.GetValueOrDefault()),
            Array.Exists(values, v => v is null) ? Array.ConvertAll(values, v => v.HasValue) : null);
}
