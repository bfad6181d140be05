using System.Globalization;

namespace Pipelines.Models.Tests.Features;

/// <summary>Parts of dates and times against Python 3.11's datetime: isoweekday(), timetuple().tm_yday, timestamp() in UTC.</summary>
public class DatePartTests
{
    public static TheoryData<string, string, double> Expected => new()
    {
        { "2024-02-29T23:59:58.25", "year", 2024 },
        { "2024-02-29T23:59:58.25", "month", 2 },
        { "2024-02-29T23:59:58.25", "day", 29 },
        { "2024-02-29T23:59:58.25", "weekday", 4 },
        { "2024-02-29T23:59:58.25", "day-of-year", 60 },
        { "2024-02-29T23:59:58.25", "hour", 23 },
        { "2024-02-29T23:59:58.25", "minute", 59 },
        { "2024-02-29T23:59:58.25", "second", 58.25 },
        { "2024-02-29T23:59:58.25", "time-of-day", 86_398.25 },
        { "2024-02-29T23:59:58.25", "epoch", 1_709_251_198.25 },
        { "1969-12-31T00:00:00", "epoch", -86_400 },
        { "1969-12-31T00:00:00", "weekday", 3 },
        { "2023-12-31T00:00:00", "day-of-year", 365 },
        { "2023-12-31T00:00:00", "weekday", 7 },
        { "0001-01-01T00:00:00", "weekday", 1 },
        { "0001-01-01T00:00:00", "epoch", -62_135_596_800 },
        { "9999-12-31T23:59:59", "year", 9999 },
    };

    [Theory]
    [MemberData(nameof(Expected))]
    public void PartsAreThoseOfTheCalendar(string time, string part, double value) =>
        Assert.Equal(value, DatePart.Find(part)!.Of(DateTime.Parse(time, CultureInfo.InvariantCulture).Ticks));

    [Fact]
    public void EveryPartIsTested() => Assert.Equal(DatePart.All.Select(p => p.Name).Order(), Expected.Select(row => (string)row[1]).Distinct().Order());

    [Fact]
    public void APartIsSavedWithItsColumn()
    {
        var hour = Feature.Of(DatePart.Find("hour")!, "departure");
        Assert.Equal(("hour(departure)", "departure"), (hour.Name, hour.Column));
        var saved = new SavedModel(new NormalDistribution(0, 1), [hour]);
        Assert.Contains("\"version\": 2", saved.ToString(), StringComparison.Ordinal);
        Assert.Equal([hour], SavedModel.FromJson(saved.ToJson()).Features);
        Assert.NotEqual(hour, new Feature("hour(departure)"));
        Assert.Equal(Feature.Of(DatePart.Find("hour")!, "start"), Assert.Single(saved.WithFeatures(["start"]).Features!));
        Assert.Equal(Feature.Of(DatePart.Find("hour")!, "start"), Assert.Single(saved.WithFeatures(["hour(start)"]).Features!));
        var error = Assert.Throws<ModelException>(() => SavedModel.FromJson(System.Text.Encoding.UTF8.GetBytes(saved.ToString().Replace("\"hour\"", "\"era\"",
            StringComparison.Ordinal)), "m.json"));
        Assert.StartsWith("m.json, property 'part': found 'era', expected a part that this version of Pipelines knows (year, month, ", error.Message,
            StringComparison.Ordinal);
    }
}
