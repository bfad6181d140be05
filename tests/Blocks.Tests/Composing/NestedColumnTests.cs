using System.Threading.Tasks.Dataflow;
using Pipelines.Io;

namespace Pipelines.Blocks.Tests.Composing;

/// <summary>Lists, maps and structures on their way through every kind of stage. DuckDB writes them and compares what comes out.</summary>
public sealed class NestedColumnTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("pipelines-nested-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    private static PipelineOptions Options => new() { MaxDegreeOfParallelism = 2, BatchSize = 300 };

    private string this[string name] => Path.Combine(root, name);

    [Fact]
    public async Task They_pass_functions_and_blocks_of_the_users()
    {
        await DuckParquet.WriteAsync(this["a.parquet"], 3_000, "ROW_GROUP_SIZE 2048");
        await Pipeline.FromParquet(this["a.parquet"]).With(Options)
            .Transform(batch => batch.With(batch.Schema, batch.Columns), "same")
            .Via(_ => new TransformBlock<DataBatch, DataBatch>(batch => batch))
            .Select("m", "types", "id", "ls")
            .ToParquet(this["b.parquet"]).RunAsync();
        await DuckParquet.AssertSameAsync(this["a.parquet"], this["b.parquet"], "m, types, id, ls");
    }

    [Fact]
    public async Task They_go_beside_a_DataFrame_and_keep_their_places()
    {
        await DuckParquet.WriteAsync(this["a.parquet"], 2_000, "",
            "i AS id, {'a': i} AS s, i * 0.5::DOUBLE AS x, ('b' || i)::BLOB AS bytes, [i, NULL] AS l, 'text ' || i AS t");
        await Pipeline.FromParquet(this["a.parquet"]).With(Options)
            .TransformDataFrame(frame =>
            {
                Assert.Equal(["id", "x", "t"], frame.Columns.Select(c => c.Name));
                frame.Columns.Remove("t");
                frame["x"].Multiply(2.0, inPlace: true);
                return frame;
            })
            .ToParquet(this["b.parquet"]).RunAsync();
        await DuckParquet.RunAsync($"COPY (SELECT id, s, x * 2 AS x, bytes, l FROM read_parquet('{this["a.parquet"]}')) TO '{this["c.parquet"]}' (FORMAT "
            + $"parquet)");
        await DuckParquet.AssertSameAsync(this["c.parquet"], this["b.parquet"]);
        Assert.Equal("id, s, x, bytes, l", await DuckParquet.ValueAsync($"SELECT string_agg(column_name, ', ') FROM (DESCRIBE SELECT * FROM "
            + $"read_parquet('{this["b.parquet"]}'))"));
    }

    [Fact]
    public async Task A_DataFrame_as_the_end_refuses_them_before_a_row_is_read()
    {
        await DuckParquet.WriteAsync(this["a.parquet"], 10, "", "i AS id, MAP {i: i} AS m");
        var error = await Assert.ThrowsAsync<FlowException>(() => Pipeline.FromParquet(this["a.parquet"]).To(new DataFrameSink()).RunAsync());
        Assert.Equal("DataFrame, column 'm': found a column that is only passed on: it is a map, expected values that a DataFrame can hold; leave the "
            + "column out", error.Message);
    }

    [Fact]
    public async Task Columns_that_are_not_needed_are_not_read()
    {
        await DuckParquet.WriteAsync(this["a.parquet"], 3_000, "ROW_GROUP_SIZE 2048");
        var plan = await Pipeline.FromParquet(this["a.parquet"]).Select("id", "x").ToParquet(this["b.parquet"]).PlanAsync(default);
        Assert.Equal(["id", "x"], plan.Read.Fields.Select(f => f.Name));
    }
}
