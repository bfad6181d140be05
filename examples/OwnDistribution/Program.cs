// A custom distribution, in one class, in a mixture of products whose other factor is itself a mixture: when do flights leave, and how late are they?
using System.Globalization;
using Pipelines;
using Pipelines.Examples.OwnDistribution;
using Pipelines.Io;
using Pipelines.Models.Serialization;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var input = Path.Combine(AppContext.BaseDirectory, "flights-sample.parquet");
var path = Path.Combine(Directory.CreateDirectory(args.Length > 0 ? args[0] : Path.Combine("out", "own-distribution")).FullName, "model.json");

// From here on, the distribution can be used in files and by name on the command line.
ModelFormat.Register(typeof(VonMisesDistribution).Assembly);

// The initial model: four waves of departures, each with delays that are a mixture of flights in time and of late flights with a long tail.
var hours = new[] { 8, 12, 16, 20 };
var start = new GeneralMixtureModel([.. hours.Select(Wave)]);

var flights = Pipeline.FromParquet(input).Transform(AddAngle, "angle").Features("angle", "delay");
var fit = new FitOptions { StopThreshold = 10, MaxIterations = 200 };
var one = await flights.FitAsync(new ModelEstimator<GeneralMixtureModel>(start), fit with { MaxDegreeOfParallelism = 1 });
var all = await flights.FitAsync(new ModelEstimator<GeneralMixtureModel>(start), fit with { MaxDegreeOfParallelism = -1 });
var same = one.Saved.ToJson().AsSpan().SequenceEqual(all.Saved.ToJson());
Console.WriteLine($"fitted to {one.Result.Rows:N0} flights in {one.Result.Iterations} iterations, on one core and on all: "
    + $"{(same ? "the same bits" : "DIFFERENT BITS")}");

// Save and load the model, including our class.
one.Saved.Save(path);
var model = (GeneralMixtureModel)SavedModel.Load(path).Model;
same &= model.Equals(one.Model);

Console.WriteLine("\nwave   share  most leave at  two thirds of them  in time: delay  late: share, delay");
foreach (var (wave, k) in model.Components.Select((c, k) => ((IndependentComponentsDistribution)c, k))
    .OrderBy(w => Hour(((VonMisesDistribution)w.Item1.Parts[0]).Mean)))
{
    var time = (VonMisesDistribution)wave.Parts[0];
    var delay = (GeneralMixtureModel)wave.Parts[1];
    var (inTime, late) = ((NormalDistribution)delay.Components[0], (StudentTDistribution)delay.Components[1]);
    // Near its mean direction it is approximately normal with variance 1/concentration.
    var spread = 12 / Math.PI / Math.Sqrt(time.Concentration);
    Console.WriteLine($"{k,4} {model.Weights[k],7:P0}  {Clock(Hour(time.Mean)),13}  {$"+- {spread:0.0} hours",18}  "
        + $"{$"{inTime.Mean:0} +- {inTime.StandardDeviation:0} min",14}  {$"{delay.Weights[1]:P0}, {late.Location:0} +- {late.Scale:0} min",18}");
}

// A query of the fitted model: how likely is a departure at each hour, regardless of its delay?
Console.WriteLine("\nhour  density, one * for 0.5 % of the flights an hour");
for (var hour = 0; hour < 24; hour += 2)
{
    var density = model.Probability(new double[,] { { Angle(hour), double.NaN } })[0] * Math.PI / 12;
    Console.WriteLine($"{Clock(hour)} {new string('*', (int)Math.Round(density * 200))}");
}
return same ? 0 : 1;

static Distribution Wave(int hour) => new IndependentComponentsDistribution(
[
    new VonMisesDistribution(Angle(hour), 4),
    new GeneralMixtureModel([new NormalDistribution(-5, 12), new StudentTDistribution(3, 30, 25)], [0.8, 0.2]),
]);

static double Angle(double hour) => ((hour / 24) - 0.5) * 2 * Math.PI;

static double Hour(double angle) => ((angle / (2 * Math.PI)) + 0.5) * 24;

static string Clock(double hour) => TimeSpan.FromMinutes(Math.Round(hour * 60) % 1440).ToString(@"hh\:mm");

// The scheduled time of departure as an angle.
static DataBatch AddAngle(DataBatch batch)
{
    var dates = ((BatchColumn<DateTime>)batch["date"]).Values.Span;
    var angles = new double[batch.Rows];
    for (var i = 0; i < angles.Length; i++) angles[i] = Angle(dates[i].TimeOfDay.TotalHours);
    var field = new ColumnField("angle", typeof(double), IsNullable: false);
    return batch.With(new BatchSchema([.. batch.Schema.Fields, field]), [.. batch.Columns, new BatchColumn<double>(field, angles)]);
}
