// A model of your own, in one class: it is fitted, mixed, scored, sampled, saved, described and drawn like a built-in one.
using System.Globalization;
using Pipelines;
using Pipelines.Examples.OwnModel;
using Pipelines.Models.Serialization;
using Pipelines.Plotting;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var folder = Directory.CreateDirectory(args.Length > 0 ? args[0] : Path.Combine("out", "own-model")).FullName;
string InFolder(string name) => Path.Combine(folder, name);
ModelFormat.RegisterModel<AutoregressiveModel>();

// Sampled: two kinds of machines, calm ones and restless ones, 200 series of 500 temperatures.
var truth = new GeneralMixtureModel([new AutoregressiveModel(8, 0.6, 1, 20, 2), new AutoregressiveModel(3, 0.9, 2, 30, 4)], [0.7, 0.3]);
await Pipeline.FromModel(new SavedModel(truth, [new Feature("temperature")]), new SampleOptions { Rows = 100_000, Length = 500, Key = "series", Seed = 7 })
    .ToParquet(InFolder("temperatures.parquet")).RunAsync();

// Fitted and mixed: from a rough start, on one core and on all.
var start = new GeneralMixtureModel([new AutoregressiveModel(10, 0.5, 1.5, 20, 5), new AutoregressiveModel(0, 0.95, 3, 30, 5)]);
var series = Pipeline.FromParquet(InFolder("temperatures.parquet")).Features("temperature").Sequences("series");
var fit = new FitOptions { StopThreshold = 1e-6, MaxIterations = 100 };
var one = await series.FitAsync(new ModelEstimator<GeneralMixtureModel>(start), fit with { MaxDegreeOfParallelism = 1 });
var all = await series.FitAsync(new ModelEstimator<GeneralMixtureModel>(start), fit with { MaxDegreeOfParallelism = -1 });
var same = one.Saved.ToJson().AsSpan().SequenceEqual(all.Saved.ToJson());
Console.WriteLine($"fitted to {one.Result.Rows:N0} rows in {one.Result.Iterations} iterations, on one core and on all: "
    + $"{(same ? "the same bits" : "DIFFERENT BITS")}");

// Saved, read and described.
one.Saved.Save(InFolder("model.json"));
var saved = SavedModel.Load(InFolder("model.json"));
same &= saved.Model.Equals(one.Model);
foreach (var entry in saved.Model.Outline(saved.Features))
{
    Console.WriteLine(entry.Text);
    foreach (var child in entry.Children ?? []) Console.WriteLine($"  {child.Text}");
}

// Scored: each row with the log-probability and the kind of its series.
var scored = await series.Score(saved).ToParquet(InFolder("scored.parquet")).RunAsync();
Console.WriteLine($"scored {scored.RowsOut:N0} rows");

// Drawn: the two kinds and their sum over a histogram of all rows.
var picture = await ModelPlot.CreateAsync(saved, Pipeline.FromParquet(InFolder("temperatures.parquet")));
var (width, height) = PictureRenderer.DefaultSize(picture);
File.WriteAllBytes(InFolder("temperatures.png"), PictureRenderer.Render(picture, PictureFormat.Png, width, height));
Console.WriteLine($"drew {string.Join(", ", picture.Legend.Select(l => l.Text))}");
return same ? 0 : 1;
