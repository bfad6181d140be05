// Custom blocks between the built-in ones: a TransformBlock, a lambda over a DataFrame, and a distribution in one class.
using System.Threading.Tasks.Dataflow;
using Microsoft.Data.Analysis;
using Pipelines;
using Pipelines.Blocks;
using Pipelines.Examples.OwnBlocks;
using Pipelines.Io;
using Pipelines.Models.Serialization;

var input = Path.Combine(AppContext.BaseDirectory, "flights-sample.parquet");
var output = Path.Combine(Directory.CreateDirectory(args.Length > 0 ? args[0] : Path.Combine("out", "own-blocks")).FullName, "scored.parquet");

// Ctrl-C cancels a run cleanly: no output is left behind.
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};

// Everything that limits a run. Only the batch size affects the result; the other settings do not change a bit of it.
var options = new PipelineOptions
{
    MaxDegreeOfParallelism = 2,
    BoundedCapacity = 4,
    BatchSize = 8_192,
    MemoryBudget = "64MB",
    Progress = new RowsShown(),
};

// Files can contain custom models once their assembly is registered.
ModelFormat.Register(typeof(InverseGaussianDistribution).Assembly);

// 1. The fluent API. Fit a mixture whose components are a normal for the delay in hours times our custom distribution for the distance.
var family = DistributionFamily.PerFeature([DistributionFamily.Of<NormalDistribution>(), DistributionFamily.Of<InverseGaussianDistribution>()]);
var fitted = await Pipeline.FromParquet(input)
    .With(options)
    .TransformDataFrame(AddHours)
    .Features("hours", "distance")
    .FitAsync(new MixtureEstimator(family, components: 3), new FitOptions { Seed = 1, StopThreshold = 10 }, stop.Token);
Console.WriteLine($"fitted to {fitted.Result.Rows:N0} flights in {fitted.Result.Iterations} iterations:");
Console.WriteLine(fitted.Model.Describe(fitted.Saved.Features));

// 2. Linking blocks by hand. Every block is an ordinary Dataflow block; a supervisor monitors the blocks of a run.
await using (var run = new RunSupervisor(options, stop.Token))
{
    var source = new SourceBlock(new ParquetSource(input), run);
    var hours = new TransformRowsBlock(batch => AddHours(batch.ToDataFrame()).ToBatch(batch), run, "hours");
    var weekday = run.Watch("weekday", new TransformBlock<DataBatch, DataBatch>(AddWeekday, new ExecutionDataflowBlockOptions
    {
        MaxDegreeOfParallelism = options.MaxDegreeOfParallelism,
        BoundedCapacity = 4,
        EnsureOrdered = true,
        CancellationToken = run.Token,
    }));
    var score = new ScoreBlock(fitted.Model, ["hours", "distance"], run, new ScoreOptions { Columns = ["label", "probability"] });
    var sink = new SinkBlock(new ParquetSink(output), run);
    Linking.Link(source, hours);
    Linking.Link(hours, weekday);
    Linking.Link(weekday, score);
    Linking.Link(score, sink);
    await run.RunAsync();
}

var written = (await ParquetInspection.OfAsync([output], stop.Token))[0];
Console.WriteLine($"wrote {written.Rows:N0} rows to {output}: {string.Join(", ", written.Columns.Select(c => c.Name))}");
return written.Rows == fitted.Result.Rows ? 0 : 1;

// A lambda over a DataFrame: the delay in hours, as a new column.
static DataFrame AddHours(DataFrame flights)
{
    var hours = flights["delay"] / 60.0;
    hours.SetName("hours");
    flights.Columns.Add(hours);
    return flights;
}

// The function of our TransformBlock: adds the day of the week, 0 (Sunday) to 6. The batch returned by With keeps its number, rows and share of the memory
// budget.
static DataBatch AddWeekday(DataBatch batch)
{
    var dates = ((BatchColumn<DateTime>)batch["date"]).Values.Span;
    var days = new int[batch.Rows];
    for (var i = 0; i < days.Length; i++) days[i] = (int)dates[i].DayOfWeek;
    var field = new ColumnField("weekday", typeof(int), IsNullable: false);
    return batch.With(new BatchSchema([.. batch.Schema.Fields, field]), [.. batch.Columns, new BatchColumn<int>(field, days)]);
}

/// <summary>Reports the progress of a run at each quarter.</summary>
internal sealed class RowsShown : IProgress<RunProgress>
{
    private readonly Lock gate = new();
    private string last = "";

    public void Report(RunProgress value)
    {
        if (value.TotalRows is not > 0 || value.Phase == "pass") return;
        var text = $"{value.Phase}: {4 * value.Rows / value.TotalRows * 25}% of {value.TotalRows:N0} rows";
        lock (gate)
        {
            if (text == last) return;
            last = text;
            Console.WriteLine(text);
        }
    }
}
