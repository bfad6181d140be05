// Real flights again, this time as sequences: a hidden Markov model describes how delays build up and clear at each airport.
using System.Globalization;
using Pipelines;
using Pipelines.Examples.Congestion;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var input = Path.Combine(AppContext.BaseDirectory, "flights-sample.parquet");
var output = Directory.CreateDirectory(args.Length > 0 ? args[0] : Path.Combine("out", "congestion")).FullName;
var scoredPath = Path.Combine(output, "scored.parquet");

// Each airport's flights, in order of departure, form one sequence. The file is sorted by date with airports mixed; regroup sorts it by airport, out of core.
var flights = Pipeline.FromParquet(input)
    .With(new PipelineOptions { MemoryBudget = "256MB" })
    .Features("delay")
    .Sequences("origin", "date", regroup: true);
var fitted = await flights.FitAsync(HiddenMarkov.Of<NormalDistribution>(states: 3), new FitOptions { Seed = 1, StopThreshold = 1, MaxIterations = 300 });
fitted.Saved.Save(Path.Combine(output, "model.json"));

// Score every flight with its state on the most probable path through its airport's sequence, in file order.
await flights.Score(fitted, new ScoreOptions { Columns = ["viterbi"] }).ToParquet(scoredPath).RunAsync();
var days = new AirportDays();
await Pipeline.FromParquet(scoredPath).Select("date", "origin", "viterbi").To(days).RunAsync();

var states = CongestionState.Of(fitted.Model, days);
Console.WriteLine($"{days.Flights:N0} flights of {days.Airports.Count} airports; {fitted.Result.History.Count} iterations, log-likelihood "
    + $"{fitted.Result.LogLikelihood:N0}");
foreach (var state in states)
    Console.WriteLine($"  {state.Name,-10} delay {state.Mean,6:0.0} ± {state.Deviation:0.0} min, {state.Share,5:0.0%} of the flights, lasts "
        + $"{1 / (1 - state.To[state.Rank]):0.0} flights of the sample on average");
Console.WriteLine("most disrupted of the airports with 2,000 flights or more:");
foreach (var (airport, share) in days.Airports.Where(a => a.Value >= 2_000).Select(a => (a.Key, days.Share(a.Key, states[^1].Index)))
    .OrderByDescending(a => a.Item2).ThenBy(a => a.Key, StringComparer.Ordinal).Take(5))
    Console.WriteLine($"  {airport} {share:0.0%}");

Picture.Bands(Path.Combine(output, "states.png"), states, days);
Picture.Transitions(Path.Combine(output, "transitions.png"), states);
Console.WriteLine($"wrote model.json, scored.parquet, states.png and transitions.png to {output}");
