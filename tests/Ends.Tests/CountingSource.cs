using System.Globalization;
using System.Runtime.CompilerServices;
using Pipelines.Io;

namespace Pipelines.Ends.Tests;

/// <summary>A source of one's own: row i is i and its square, in blocks of uneven sizes. Every 50th row is infinite.</summary>
/// <param name="rows">Number of rows.</param>
/// <param name="version">What changes when the rows do; null = the source cannot tell.</param>
internal sealed class CountingSource(int rows, string? version = "1") : BatchSourceBase("counting"), IInspectableSource
{
    private static readonly BatchSchema Columns = new([new ColumnField("i", typeof(long), false), new ColumnField("x", typeof(double), true)]);

    /// <summary>The first row that was asked for in each pass.</summary>
    public List<long> Begun { get; } = [];

    /// <summary>Called before each block, with its first row.</summary>
    public Action<long>? Reading { get; init; }

    public override ValueTask<SourceInfo> OpenAsync(CancellationToken cancellationToken) => new(new SourceInfo(Columns, rows)
    {
        IsRepeatable = version is not null,
        JobProperties = version is null ? [] : [new("counting", version)],
    });

    public ValueTask<IReadOnlyList<SourcePart>> InspectAsync(CancellationToken cancellationToken) => new([new SourcePart("counting", rows,
        [.. Columns.Fields.Select(f => new InspectedColumn(f.Name, "computed", f.ValueType.Name, f.IsNullable, null) { CompressedBytes = 8L * rows })])]);

    public ValueTask<IReadOnlyList<(string Name, int RowGroups)>> DecodersAsync(IReadOnlyList<string>? columns, long heldBytes,
        CancellationToken cancellationToken) => new([("arithmetic", 1)]);

    protected override async IAsyncEnumerable<DataBatch> ReadBlocksAsync(IReadOnlyList<string> columns, long firstRow,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Begun.Add(firstRow);
        // It may begin before the first row that is needed.
        for (var (from, size) = (firstRow / 7 * 7, 7); from < rows; from += size, size = (size * 5 % 23) + 1)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            Reading?.Invoke(from);
            var count = (int)Math.Min(size, rows - from);
            var numbers = Enumerable.Range(0, count).Select(i => from + i).ToArray();
            yield return new DataBatch(Columns,
                [new BatchColumn<long>(Columns.Fields[0], numbers), new BatchColumn<double>(Columns.Fields[1], Array.ConvertAll(numbers, ValueOf))],
                count, 0, from);
            size = count;
        }
    }

    private static double ValueOf(long i) => i % 50 == 49 ? double.PositiveInfinity : Math.Sqrt(i);

    /// <summary>The lines that a <see cref="LinesSink"/> should contain.</summary>
    public static string[] Lines(int rows) =>
        [.. Enumerable.Range(0, rows).Where(i => i % 50 != 49).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i}"))];
}
