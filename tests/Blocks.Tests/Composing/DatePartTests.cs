using Pipelines.Io;

namespace Pipelines.Blocks.Tests.Composing;

/// <summary>Parts of dates and times as features, from every type of column that has them.</summary>
public sealed class DatePartTests : IDisposable
{
    private const int Rows = 400;
    private static readonly DateTime[] times =
        [.. Enumerable.Range(0, Rows).Select(i => new DateTime(2023, 1, 1, 5, 0, 0, DateTimeKind.Unspecified).AddMinutes(977.0 * i))];

    private readonly string root = Directory.CreateTempSubdirectory("pipelines-dates-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task Parts_are_features_in_fits_and_scores(int parallelism)
    {
        var file = await WriteAsync();
        var pipeline = Pipeline.FromParquet(file).With(new PipelineOptions { BatchSize = 64, MaxDegreeOfParallelism = parallelism });
        var fitted = await pipeline.Features("hour(at)", "weekday(at)", "month(day)", "minute(time)", "hour(utc)", "x").FitAsync(new KMeansEstimator(2));
        var expected = new KMeansEstimator(2).Fit(FeatureMatrix.FromColumns(
            [.. times.Select(t => (double)t.Hour)], [.. times.Select(t => t.DayOfWeek == DayOfWeek.Sunday ? 7.0 : (double)t.DayOfWeek)],
            [.. times.Select(t => (double)t.Month)], [.. times.Select(t => (double)t.Minute)], [.. times.Select(t => (double)t.Hour)], X()),
            new() { BatchSize = 64 });
        Assert.Equal(new SavedModel(expected.Model).ToJson(), new SavedModel(fitted.Model).ToJson());
        Assert.Equal(("at", 1, 7), (fitted.Saved.Features![1].Column, fitted.Saved.Features[1].Minimum, fitted.Saved.Features[1].Maximum));

        fitted.Saved.Save(Path.Combine(root, "m.json"));
        var sink = new MemorySink();
        Assert.DoesNotContain((await pipeline.CompareAsync(fitted.Saved)).Findings, f => f.Outcome != SchemaOutcome.Noted);
        await pipeline.Score(SavedModel.Load(Path.Combine(root, "m.json")), new ScoreOptions { Keep = ["x"] }).To(sink).RunAsync();
        var data = FeatureMatrix.FromColumns([.. times.Select(t => (double)t.Hour)],
            [.. times.Select(t => t.DayOfWeek == DayOfWeek.Sunday ? 7.0 : (double)t.DayOfWeek)], [.. times.Select(t => (double)t.Month)],
            [.. times.Select(t => (double)t.Minute)], [.. times.Select(t => (double)t.Hour)], X());
        Assert.Equal(expected.Model.Predict(data).Select(l => (double)l), sink.Doubles("label"));
    }

    [Fact]
    public async Task A_null_is_missing()
    {
        DateTime?[] some = [times[0], null, times[2]];
        var source = MemorySource.FromArrays(("at", some));
        var fitted = await Pipeline.From(source).Features("hour(at)").FitAsync(new KMeansEstimator(1));
        // 05:00 and 1,954 minutes later.
        Assert.Equal((5 + 13) / 2.0, fitted.Model.Centroid(0)[0]);
    }

    [Fact]
    public async Task A_column_of_that_very_name_is_taken()
    {
        var source = MemorySource.FromArrays(("hour(at)", new double[] { 100, 200 }), ("at", times[..2]));
        var fitted = await Pipeline.From(source).Features("hour(at)").FitAsync(new KMeansEstimator(1));
        Assert.Equal(150, fitted.Model.Centroid(0)[0]);
        Assert.Null(fitted.Saved.Features![0].Part);
    }

    [Theory]
    [InlineData("hour(x)", ErrorKind.Data, "column 'x': found values of type double, expected dates, times or timestamps, of which hour(x) is a part; take the "
        + "number itself, or another column")]
    [InlineData("hour(day)", ErrorKind.Data, "column 'day': found dates, which have no time of day, expected times or timestamps, of which hour(day) is a "
        + "part; take another column or part")]
    [InlineData("year(time)", ErrorKind.Data, "column 'time': found times, which have no date, expected dates or timestamps, of which year(time) is a part; "
        + "take another column or part")]
    [InlineData("hours(at)", ErrorKind.Usage, "Pipeline.Features: found 'hours(at)', expected a part of a date or time: year, month, day, weekday, "
        + "day-of-year, hour, minute, second, time-of-day, epoch; did you mean 'hour'?")]
    [InlineData("at", ErrorKind.Data, "column 'at': found values of type timestamp, expected a numeric feature; take a part of it, such as weekday(at), or "
        + "leave the column out")]
    [InlineData("hour(a)", ErrorKind.Data, "found no column 'a', expected the feature 'a' among its columns; correct the column's name")]
    public async Task A_part_that_is_not_there_is_refused_before_a_row_is_read(string feature, ErrorKind kind, string message)
    {
        var pipeline = Pipeline.FromParquet(await WriteAsync());
        var error = await Assert.ThrowsAnyAsync<PipelinesException>(() => pipeline.Features(feature).FitAsync(new KMeansEstimator(1)));
        Assert.EndsWith(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(kind, error.Kind);
    }

    [Fact]
    public async Task Another_type_is_found_by_the_contract()
    {
        var fitted = await Pipeline.FromParquet(await WriteAsync()).Features("hour(at)").FitAsync(new KMeansEstimator(1));
        await Pipeline.From(MemorySource.FromArrays(("at", X()))).ToParquet(Path.Combine(root, "other.parquet")).RunAsync();
        var contract = await Pipeline.FromParquet(Path.Combine(root, "other.parquet")).CompareAsync(fitted.Saved);
        var finding = Assert.Single(contract.Errors);
        Assert.Equal((SchemaChange.NotNumeric, "values of type double", "dates or times, of which hour(at) is a part, timestamp when the model was fitted"),
            (finding.Change, finding.Found, finding.Expected));
    }

    private static double[] X() => [.. Enumerable.Range(0, Rows).Select(i => (double)(i % 7))];

    private async Task<string> WriteAsync()
    {
        var file = Path.Combine(root, "d.parquet");
        await Pipeline.From(MemorySource.FromArrays(("at", times), ("utc", times.Select(t => DateTime.SpecifyKind(t, DateTimeKind.Utc)).ToArray()),
            ("day", times.Select(DateOnly.FromDateTime).ToArray()), ("time", times.Select(TimeOnly.FromDateTime).ToArray()), ("x", X())))
            .ToParquet(file).RunAsync();
        return file;
    }
}
