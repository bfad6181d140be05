using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Pipelines.Cli.Tests;

/// <summary>What <c>inspect</c> takes from the footers: nulls and ranges, of a file and of a folder.</summary>
public sealed class InspectStatisticsTests : IDisposable
{
    private readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_file_has_nulls_and_ranges()
    {
        await TestData.WriteAsync(folder["d.parquet"], ("n", new long?[] { 5, null, -3, null }), ("x", new[] { 0.5, 1e-7, 2, 0 }),
            ("at", new[] { new DateTime(1969, 12, 31, 23, 59, 59), new(2001, 2, 3), new(2001, 2, 3, 4, 5, 6), new(1999, 1, 1) }),
            ("day", new[] { new DateOnly(2020, 1, 2), new(1950, 3, 4), new(2021, 1, 1), new(2000, 1, 1) }), ("s", new[] { "b", "a", "c", "d" }));
        var text = (await Tool.RunAsync("inspect", folder["d.parquet"])).Out;
        Assert.Matches("\n  column  type +nulls  minimum +maximum +stored as\n  n +int64 +2 +-3 +5 +INT64", text);
        Assert.Matches("\n  at +timestamp +none +1969-12-31T23:59:59 +2001-02-03T04:05:06 +", text);
        Assert.Matches("\n  day +date +none +1950-03-04 +2021-01-01 +", text);
        Assert.Matches("\n  s +string +none +- +- +", text);
        using var json = JsonDocument.Parse((await Tool.RunAsync("inspect", folder["d.parquet"], "--json")).Out);
        var columns = json.RootElement.GetProperty("files")[0].GetProperty("columns");
        Assert.Equal("2 -3 5, 0 0 2, 0 1969-12-31T23:59:59 2001-02-03T04:05:06, 0 1950-03-04 2021-01-01, 0  ", Facts(columns));
    }

    [Fact]
    public async Task Texts_and_times_of_day_have_ranges_where_the_writer_tells_them()
    {
        // Written by another program; the species are Adelie, Chinstrap and Gentoo.
        Assert.Matches("\n  Species +string +none +Adelie +Gentoo +", (await Tool.RunAsync("inspect", Penguins())).Out);
        await TestData.WriteAsync(folder["d.parquet"], ("at", new[] { new TimeOnly(8, 30), new TimeOnly(23, 59, 59, 500), new TimeOnly(0, 0) }));
        Assert.Matches("\n  at +time +none +00:00:00 +23:59:59.5 +", (await Tool.RunAsync("inspect", folder["d.parquet"])).Out);
    }

    [Fact]
    public async Task A_range_of_dates_and_times_has_one_format()
    {
        await TestData.WriteAsync(folder["d.parquet"], ("at", new[] { new DateTime(2024, 1, 1), new DateTime(2024, 3, 1, 4, 5, 6) }));
        using var json = JsonDocument.Parse((await Tool.RunAsync("inspect", folder["d.parquet"], "--json")).Out);
        Assert.Equal("0 2024-01-01T00:00:00 2024-03-01T04:05:06", Facts(json.RootElement.GetProperty("columns")));
    }

    [Fact]
    public async Task A_folder_has_those_of_all_its_files()
    {
        Directory.CreateDirectory(folder["all"]);
        await TestData.WriteAsync(folder["all/a.parquet"], ("n", new long?[] { 5, null }), ("x", new[] { 0.5, 1 }));
        await TestData.WriteAsync(folder["all/b.parquet"], ("n", new long?[] { null, null, null }), ("x", new[] { -2.5, 0, 0 }), ("more", new[] { 7, 8, 9 }));
        await TestData.WriteAsync(folder["all/c.parquet"], ("n", new long?[] { 1, 6, null }), ("x", new[] { 4.0, 0, 0 }));
        using var json = JsonDocument.Parse((await Tool.RunAsync("inspect", folder["all"], "--json")).Out);
        // The second file has no value of n; the first and the last lack the last column, which is null in their rows.
        Assert.Equal("5 1 6, 0 -2.5 4, 5 7 9", Facts(json.RootElement.GetProperty("columns")));
        Assert.Matches("\n  n +int64 +5 +1 +6\n  x +double +none +-2.5 +4\n  more +int32 +5 +7 +9 +absent from ",
            (await Tool.RunAsync("inspect", folder["all"])).Out);
    }

    [Fact]
    public async Task A_partition_has_none()
    {
        Directory.CreateDirectory(folder["hive/m=3"]);
        await TestData.WriteAsync(folder["hive/m=3/a.parquet"], ("x", new[] { 0.5, 1 }));
        Assert.Equal(0, (await Tool.RunAsync("inspect", folder["hive"])).Code);
    }

    private static string Penguins([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "examples", "Penguins", "penguins.parquet");

    private static string Facts(JsonElement columns) => string.Join(", ", columns.EnumerateArray().Select(c =>
        $"{c.GetProperty("nulls")} {c.GetProperty("minimum")} {c.GetProperty("maximum")}"));
}
