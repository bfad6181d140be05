using Pipelines.Io;

namespace Pipelines.Examples.BirdStrikeNetwork;

/// <summary>The columns of the network, all text, made from those of the reports.</summary>
internal static class StrikeCategories
{
    /// <summary>Names of the columns, in the order of the network's variables.</summary>
    public static readonly string[] Names = ["season", "time", "operator", "phase", "size", "speed", "damage"];

    private static readonly string[] seasons = ["winter", "spring", "summer", "autumn"];

    /// <summary>Replaces the columns of a batch.</summary>
    public static DataBatch Of(DataBatch batch)
    {
        var date = batch["Flight Date"];
        var speed = batch["Speed IAS in knots"];
        Func<int, string?>[] values =
        [
            i => seasons[((DateOnly)date.GetValue(i)!).Month % 12 / 3],
            Text("Time of day", v => v),
            Text("Aircraft Airline Operator", Operator),
            Text("Phase of flight", Phase),
            Text("Wildlife Size", v => v),
            i => speed.IsNull(i) ? null : Speed((long)speed.GetValue(i)!),
            Text("Effect Amount of damage", Damage),
        ];
        var columns = new List<BatchColumn>();
        for (var c = 0; c < Names.Length; c++)
        {
            string?[] column = [.. Enumerable.Range(0, batch.Rows).Select(values[c])];
            columns.Add(new BatchColumn<string>(new(Names[c], typeof(string), IsNullable: true), column!, [.. column.Select(v => v is not null)]));
        }
        // Columns of weights, 1 for the rows that count and 0 for the others: every fifth row is for the test.
        bool IsTest(int i) => (batch.FirstRow + i) % 5 == 0;
        AddWeights("fit", i => !IsTest(i));
        AddWeights("complete", i => !IsTest(i) && columns.Take(Names.Length).All(c => !c.IsNull(i)));
        return batch.With(new BatchSchema(columns.Select(c => c.Field)), columns);

        Func<int, string?> Text(string name, Func<string, string?> of)
        {
            var column = batch[name];
            return i => of((string)column.GetValue(i)!);
        }

        void AddWeights(string name, Func<int, bool> counts) => columns.Add(new BatchColumn<double>(new(name, typeof(double), IsNullable: false),
            Enumerable.Range(0, batch.Rows).Select(i => counts(i) ? 1.0 : 0).ToArray()));
    }

    private static string Speed(long knots) => knots switch
    {
        < 100 => "below 100",
        < 140 => "100 to 139",
        < 180 => "140 to 179",
        _ => "180 and more",
    };

    private static string Phase(string name) => name switch
    {
        "Take-off run" => "take-off",
        "Climb" => "climb",
        "Descent" or "Approach" => "approach",
        _ => "ground",
    };

    // The other values are letters that are no level of damage.
    private static string? Damage(string level) => level switch
    {
        "None" => "none",
        "Minor" or "Medium" => "some",
        "Substantial" => "substantial",
        _ => null,
    };

    private static string? Operator(string name) => name switch
    {
        "UNKNOWN" => null,
        "MILITARY" or "GOVERNMENT" => "government",
        "BUSINESS" or "PRIVATELY OWNED" or "EXECUTIVE JET AVIATION" => "private",
        "FEDEX EXPRESS" or "UPS AIRLINES" or "ABX AIR" or "ASTAR AIR CARGO" => "cargo",
        _ => "airline",
    };
}
