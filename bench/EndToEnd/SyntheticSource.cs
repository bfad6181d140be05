using System.Runtime.CompilerServices;
using Pipelines.Io;

namespace Pipelines.EndToEnd;

/// <summary>Rows of ten doubles around eight centres; batch b depends only on its number.</summary>
internal sealed class SyntheticSource(long rows) : IBatchSource
{
    public const int Columns = 10;
    public const int Centres = 8;

    private readonly BatchSchema schema = new(Enumerable.Range(0, Columns).Select(j => new ColumnField($"x{j}", typeof(double), false)));

    public string Name => "synthetic rows";

    /// <summary>A mixture to start from: slightly shifted centres with unit covariances.</summary>
    public static GeneralMixtureModel Start => new([.. Enumerable.Range(0, Centres).Select(k =>
        (Distribution)MultivariateGaussianDistribution.Prototype([.. Enumerable.Range(0, Columns).Select(j => Centre(k, j) + 0.3)]))]);

    public static async Task WriteAsync(string path, long rows)
    {
        var source = new SyntheticSource(rows);
        await using var sink = new ParquetSink(path, new ParquetSinkOptions { RowGroupRows = 131_072, Compression = ParquetCompression.None });
        await sink.OpenAsync(source.schema, CancellationToken.None);
        await foreach (var batch in source.ReadAsync(new ReadOptions { BatchSize = 131_072 }, CancellationToken.None))
        {
            await sink.WriteAsync(batch, CancellationToken.None);
            batch.Release();
        }
        await sink.CompleteAsync(CancellationToken.None);
    }

    /// <summary>All rows, column-major, with a stride that is not a multiple of the page size.</summary>
    public static FeatureMatrix Matrix(int rows)
    {
        var stride = rows + 8;
        var values = new double[Columns * stride];
        const int batch = 16_384;
        for (var start = 0; start < rows; start += batch)
        {
            var columns = Fill(start / batch, Math.Min(batch, rows - start));
            for (var j = 0; j < Columns; j++) columns[j].CopyTo(values, (j * stride) + start);
        }
        return FeatureMatrix.FromColumnMajor(values, rows, Columns, stride);
    }

    public ValueTask<SourceInfo> OpenAsync(CancellationToken cancellationToken) => new(new SourceInfo(schema, rows));

    public async IAsyncEnumerable<DataBatch> ReadAsync(ReadOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (long index = 0, first = 0; first < rows; index++, first += options.BatchSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var credit = options.Credits is null ? null : await options.Credits.TakeAsync(cancellationToken);
            var count = (int)Math.Min(options.BatchSize, rows - first);
            var columns = Fill(index, count);
            yield return new DataBatch(schema, [.. columns.Select((c, j) => (BatchColumn)new BatchColumn<double>(schema.Fields[j], c))], count, index, first,
                null, credit);
        }
    }

    private static double Centre(int k, int j) => (3.0 * ((k >> (j % 3)) & 1)) + (0.2 * k * (j % 4));

    private static double[][] Fill(long index, int count)
    {
        var random = new SeededRandom(1, index);
        var columns = new double[Columns][];
        for (var j = 0; j < Columns; j++) columns[j] = new double[count];
        for (var i = 0; i < count; i++)
        {
            var k = (int)(random.NextUInt64() & (Centres - 1));
            var shared = random.NextNormal();
            for (var j = 0; j < Columns; j++) columns[j][i] = Centre(k, j) + random.NextNormal() + (0.5 * shared);
        }
        return columns;
    }
}
