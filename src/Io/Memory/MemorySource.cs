using System.Reflection;
using System.Runtime.CompilerServices;
using Pipelines.Io;

namespace Pipelines;

/// <summary>Rows in memory: arrays by column name, or batches.</summary>
public sealed class MemorySource : IBatchSource
{
    private readonly BatchSchema schema;
    private readonly IEnumerable<RowBlock> blocks;
    private readonly long? rows;

    private MemorySource(string name, BatchSchema schema, IEnumerable<RowBlock> blocks, long? rows) =>
        (Name, this.schema, this.blocks, this.rows) = (name, schema, blocks, rows);

    /// <inheritdoc/>
    public string Name { get; }

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
        return new MemorySource("memory", new BatchSchema(made.Select(c => c.Field)),
            [new RowBlock("memory", -1, length, [.. made.Select(ColumnBlock.Of)])], length);
    }

    /// <summary>A source of batches, which are recut to the requested batch size. The batches are not released.</summary>
    /// <param name="schema">Their columns.</param>
    /// <param name="batches">Enumerated on every read; must give the same batches each time.</param>
    public static MemorySource FromBatches(BatchSchema schema, IEnumerable<DataBatch> batches)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(batches);
        return new MemorySource("memory", schema, batches.Select(b => ToBlock(b, schema)),
            batches is IReadOnlyCollection<DataBatch> known ? known.Sum(b => (long)b.Rows) : null);
    }

    /// <inheritdoc/>
    public ValueTask<SourceInfo> OpenAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(new SourceInfo(schema, rows));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<DataBatch> ReadAsync(ReadOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        options.Validate();
        var projected = schema.Project(options.Columns, Name);
        var indexes = projected.Fields.Select(f => schema.IndexOf(f.Name)).ToArray();
        var cutter = new BatchCutter(projected, options.BatchSize, options.FirstBatch);
        var skipped = options.FirstBatch > long.MaxValue / options.BatchSize ? long.MaxValue : options.FirstBatch * options.BatchSize;
        foreach (var block in blocks)
        {
            var selected = block with { Columns = [.. indexes.Select(i => block.Columns[i])] };
            var first = (int)Math.Min(skipped, block.Rows);
            skipped -= first;
            for (var at = first; at < block.Rows;)
            {
                at += cutter.Add(selected, at);
                if (cutter.IsFull) yield return await cutter.CutAsync(options.Credits, cancellationToken).ConfigureAwait(false);
            }
        }
        if (cutter.Rows > 0) yield return await cutter.CutAsync(options.Credits, cancellationToken).ConfigureAwait(false);
    }

    private static RowBlock ToBlock(DataBatch batch, BatchSchema schema)
    {
        if (!batch.Schema.Fields.SequenceEqual(schema.Fields))
            throw new FlowException(ErrorKind.Usage, $"memory, batch {batch.Index}", $"the columns {batch.Schema}", $"the columns {schema}",
                "give batches of one schema");
        return new RowBlock("memory", -1, batch.Rows, [.. batch.Columns.Select(ColumnBlock.Of)]);
    }

    private static BatchColumn MakeColumn(string name, Array values)
    {
        var element = values.GetType().GetElementType()!;
        var type = Nullable.GetUnderlyingType(element) ?? element;
        if (values.Rank != 1 || !ValueTypesInMemory.Contains(type))
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

    private static readonly HashSet<Type> ValueTypesInMemory =
    [
        typeof(bool), typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong), typeof(float),
        typeof(double),
        typeof(decimal), typeof(string), typeof(byte[]), typeof(DateTime), typeof(DateOnly), typeof(TimeOnly), typeof(TimeSpan), typeof(Guid),
    ];

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
