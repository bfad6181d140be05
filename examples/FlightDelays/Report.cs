using System.Globalization;
using Spectre.Console;

namespace Pipelines.Examples.FlightDelays;

/// <summary>The findings as text and tables.</summary>
internal static class Report
{
    public static void Write(FitResult<GeneralMixtureModel> fit, RunResult scored, FlightSurvey survey, double expected)
    {
        // Wide enough for the tables, even if the output is not a terminal.
        AnsiConsole.Profile.Width = Math.Max(120, AnsiConsole.Profile.Width);
        Console.WriteLine(
            Text(
                $"{fit.Rows:N0} flights, {fit.Iterations} iterations in {fit.History.Sum(
                    h => h.Seconds):0.0} s, log-likelihood {fit.LogLikelihood:N0}; scored at {scored.RowsPerSecond:N0} flights a second."));
        Console.WriteLine();
        Console.WriteLine("The kinds of flights it found:");
        foreach (var group in Group.Of(fit.Model))
            Console.WriteLine(
                Text(
                    $"  {group.Weight:0%} are {group.Name}: {group.Distance:0} miles (give or take {group.DistanceSpread:0}), {Minutes(
                        group.Delay)} (give or take {group.DelaySpread:0})"));
        AnsiConsole.Write(Components(fit.Model));

        var share = survey.Unusual / (double)survey.Flights;
        Console.WriteLine(
            Text($"Unusual flights: {survey.Unusual:N0} of {survey.Flights:N0} ({share:0.00%}) have a log-probability below {survey.Threshold:0.00}."));
        Console.WriteLine(
            Text($"Of flights that the model draws itself, {expected:0.0%} lie below it: real ones are {share / expected:0.0} times as often extreme."));
        Console.WriteLine("The most unusual:");
        AnsiConsole.Write(Unusual(survey));
    }

    private static Table Components(GeneralMixtureModel model)
    {
        var table = Table("component", "share", "delay, mean", "spread", "distance, mean", "spread", "correlation");
        foreach (var g in Group.Of(model))
        {
            var correlation = g.Gaussian.Covariance(0, 1) / (g.DelaySpread * g.DistanceSpread);
            table.AddRow(Text($"{g.Index}: {g.Name}"), Text($"{g.Weight:0.0%}"), Text($"{g.Delay:0.0} min"), Text($"{g.DelaySpread:0.0} min"),
                Text($"{g.Distance:0} mi"), Text($"{g.DistanceSpread:0} mi"), Text($"{correlation:0.00}"));
        }
        return table;
    }

    private static Table Unusual(FlightSurvey survey)
    {
        var table = Table("date", "from", "to", "delay", "distance", "log-probability");
        foreach (var f in survey.MostUnusual)
            table.AddRow(Text($"{f.Date:yyyy-MM-dd HH:mm}"), f.Origin, f.Destination, Text($"{f.Delay:N0} min"), Text($"{f.Distance:N0} mi"),
                Text($"{f.LogProbability:0.0}"));
        return table;
    }

    private static Table Table(params string[] columns)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns)
        {
            var isText = column is "component" or "date" or "from" or "to";
            table.AddColumn(new TableColumn(column) { Alignment = isText ? Justify.Left : Justify.Right, NoWrap = true });
        }
        return table;
    }

    private static string Minutes(double delay) => delay < 0 ? Text($"{-delay:0} minutes early") : Text($"{delay:0} minutes late");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
