// Real flights, end to end: Parquet in, a mixture fitted out of core, every flight scored, Parquet out, and what it all says.
using Pipelines.Blocks;
using Pipelines.Examples.FlightDelays;
using Pipelines.Models;
using Pipelines.Models.Fitting;
using Pipelines.Models.Mixtures;

var input = Path.Combine(AppContext.BaseDirectory, "flights-sample.parquet");
var output = Directory.CreateDirectory(args.Length > 0 ? args[0] : Path.Combine("out", "flight-delays")).FullName;
var scoredPath = Path.Combine(output, "scored.parquet");

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};

// Fit five full Gaussians to delay and distance. The memory budget bounds batches and caches; the result does not depend on it.
var flights = Pipeline.FromParquet(input).With(new PipelineOptions { MemoryBudget = "256MB" });
var fitted = await flights.Features("delay", "distance")
    .FitAsync(Mixture.Of<MultivariateGaussianDistribution>(components: 5), new FitOptions { Seed = 1 }, stop.Token);
fitted.Saved.Save(Path.Combine(output, "model.json"));

// Score every flight: all input columns, then the log-probability and the component it most likely belongs to.
var scored = await flights.Score(fitted).ToParquet(scoredPath).RunAsync(cancellationToken: stop.Token);

// What is unusual? A flight less likely than all but 1 in 1,000 of the flights that the model itself draws.
const double Expected = 0.001;
var drawn = fitted.Model.LogProbability(fitted.Model.Sample(rows: 1_000_000, seed: 7));
Array.Sort(drawn);
var threshold = drawn[(int)(Expected * drawn.Length)];

// One more pass, over the scored flights, counts and keeps what report and picture need.
var survey = new FlightSurvey(threshold);
await Pipeline.FromParquet(scoredPath).To(survey).RunAsync(cancellationToken: stop.Token);

Report.Write(fitted.Result, scored, survey, Expected);
var picture = Path.Combine(output, "flights.png");
Picture.Save(picture, fitted.Model, survey);
Console.WriteLine($"model    {Path.Combine(output, "model.json")}");
Console.WriteLine($"scored   {scoredPath}");
Console.WriteLine($"picture  {picture}");
