// Real flights, end to end: read Parquet, fit a mixture out of core, score every flight, write Parquet and report the findings.
using Pipelines;
using Pipelines.Examples.FlightDelays;

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

// Score every flight: the output has all input columns, the log-probability and the most probable component.
var scored = await flights.Score(fitted).ToParquet(scoredPath).RunAsync(cancellationToken: stop.Token);

// A flight is unusual if it is less likely than all but 1 in 1,000 flights sampled from the model.
const double Expected = 0.001;
var drawn = fitted.Model.LogProbability(fitted.Model.Sample(rows: 1_000_000, seed: 7));
Array.Sort(drawn);
var threshold = drawn[(int)(Expected * drawn.Length)];

// One more pass over the scored flights collects what the report and the picture need.
var survey = new FlightSurvey(threshold);
await Pipeline.FromParquet(scoredPath).To(survey).RunAsync(cancellationToken: stop.Token);

Report.Write(fitted.Result, scored, survey, Expected);
var picture = Path.Combine(output, "flights.png");
Picture.Save(picture, fitted.Model, survey);
Console.WriteLine($"model    {Path.Combine(output, "model.json")}");
Console.WriteLine($"scored   {scoredPath}");
Console.WriteLine($"picture  {picture}");
