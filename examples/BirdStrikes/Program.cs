// Bird strikes: does one damage the aircraft? Naive Bayes over categories and a number of which a quarter is missing, then calibrated on other rows.
using System.Globalization;
using Pipelines;
using Pipelines.Examples.BirdStrikes;
using Pipelines.Io;
using Pipelines.Models.Serialization;

var input = Path.Combine(AppContext.BaseDirectory, "birdstrikes.parquet");
var output = Directory.CreateDirectory(args.Length > 0 ? args[0] : Path.Combine("out", "bird-strikes")).FullName;

// Half of the rows to fit, a quarter to calibrate, a quarter to test: each part is a column of weights, 1 for its rows and 0 for the others.
string[] parts = ["fit", "calibrate", "fit", "test"];
var strikes = Pipeline.FromParquet(input).Transform(AddDamageAndParts, "damage and parts");

// What is known before the damage is. Costs are left out: they follow from it.
string[] features = ["Phase of flight", "Wildlife Size", "Time of day", "Origin State", "Speed IAS in knots"];
var family = DistributionFamily.PerFeature([.. new[] { "discrete", "discrete", "discrete", "discrete", "normal" }.Select(ModelFormat.Family)]);
var fitted = await strikes.Features(features).Labels("damage").WeightedBy("fit").FitAsync(new NaiveBayesEstimator(family), new FitOptions { Pseudocount = 1 });
fitted.Saved.Save(Path.Combine(output, "naive-bayes.json"));
foreach (var warning in fitted.Result.Warnings) Console.WriteLine($"note: {warning}");

// Naive Bayes counts what its features share several times, so its probabilities are too extreme. The log odds are a number like any other: a second
// classifier learns on rows of its own what they mean. With the same variance in both classes, its log odds are a linear function of theirs.
var odds = strikes.Score(fitted, new ScoreOptions { Columns = ["posterior-log-probability"] }).Transform(AddLogOdds, "log odds");
var calibrator = new NaiveBayesEstimator(ModelFormat.Family("normal"), tied: true);
var calibrated = await odds.Features("log odds").Labels("damage").WeightedBy("calibrate").FitAsync(calibrator);
calibrated.Saved.Save(Path.Combine(output, "calibrated.json"));
await odds.Score(calibrated, new ScoreOptions { Columns = ["label", "probability"] }).ToParquet(Path.Combine(output, "scored.parquet")).RunAsync();

var before = (await strikes.Labels("damage").WeightedBy("test").EvaluateAsync(fitted.Saved)).Evaluation;
var after = (await odds.Labels("damage").WeightedBy("test").EvaluateAsync(calibrated.Saved)).Evaluation;
var damaged = (before.Confusion[1, 0] + before.Confusion[1, 1]) / before.Weight;
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{before.Weight:N0} strikes to test, {damaged:P1} with damage: log-loss "
    + $"{-(damaged * Math.Log(damaged)) - ((1 - damaged) * Math.Log(1 - damaged)):F4} if that share is all that is known"));
Write("naive Bayes", before);
Write("calibrated", after);
CalibrationPicture.Save(Path.Combine(output, "calibration.png"), ("naive Bayes", before), ("calibrated", after));
Console.WriteLine($"wrote {output}");

static void Write(string what, Evaluation found) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"{what,-12} log-loss {found.LogLoss:F4}, Brier score {found.Brier:F4}, area under the ROC curve {found.RocAuc:F3}, accuracy {found.Accuracy:P1}, "
    + $"calibration error {found.CalibrationError[1]:F4}"));

DataBatch AddDamageAndParts(DataBatch batch)
{
    var level = batch["Effect Amount of damage"];
    var fields = new List<ColumnField>(batch.Schema.Fields) { new("damage", typeof(bool), IsNullable: false) };
    var columns = new List<BatchColumn>(batch.Columns)
    {
        new BatchColumn<bool>(fields[^1], Enumerable.Range(0, batch.Rows).Select(i => (string?)level.GetValue(i) != "None").ToArray()),
    };
    foreach (var part in parts.Distinct())
    {
        fields.Add(new(part, typeof(double), IsNullable: false));
        columns.Add(new BatchColumn<double>(fields[^1],
            Enumerable.Range(0, batch.Rows).Select(i => parts[(batch.FirstRow + i) % parts.Length] == part ? 1.0 : 0).ToArray()));
    }
    return batch.With(new BatchSchema(fields), columns);
}

static DataBatch AddLogOdds(DataBatch batch)
{
    var no = ((BatchColumn<double>)batch["posterior_log_probability_false"]).Values.Span;
    var yes = ((BatchColumn<double>)batch["posterior_log_probability_true"]).Values.Span;
    var values = new double[batch.Rows];
    for (var i = 0; i < values.Length; i++) values[i] = yes[i] - no[i];
    var field = new ColumnField("log odds", typeof(double), IsNullable: false);
    return batch.With(new BatchSchema([.. batch.Schema.Fields, field]), [.. batch.Columns, new BatchColumn<double>(field, values)]);
}
