// Penguins by species: a naive Bayes classifier over numbers and categories, scored, evaluated and cross-validated, then fitted with most labels missing.
using System.Globalization;
using Pipelines;
using Pipelines.Io;
using Pipelines.Models.Serialization;

var input = Path.Combine(AppContext.BaseDirectory, "penguins.parquet");
var output = Directory.CreateDirectory(args.Length > 0 ? args[0] : Path.Combine("out", "penguins")).FullName;

// One distribution for each feature. Species gives the classes; missing values say nothing about them.
string[] features = ["Beak Length (mm)", "Beak Depth (mm)", "Body Mass (g)", "Island", "Sex"];
var family = DistributionFamily.PerFeature([.. new[] { "normal", "normal", "normal", "discrete", "discrete" }.Select(ModelFormat.Family)]);
var estimator = new NaiveBayesEstimator(family);
var options = new FitOptions { Pseudocount = 1 };
var penguins = Pipeline.FromParquet(input).Features(features);

var fitted = await penguins.Labels("Species").FitAsync(estimator, options);
fitted.Saved.Save(Path.Combine(output, "model.json"));
await penguins.Score(fitted, new ScoreOptions { Columns = ["label", "probability"] }).ToParquet(Path.Combine(output, "scored.parquet")).RunAsync();
Write("all labels", (await penguins.Labels("Species").EvaluateAsync(fitted.Saved)).Evaluation);

// Each penguin is predicted by a model that has not seen it: ten models, each fitted without one tenth of each species.
var folds = await penguins.Labels("Species").CrossValidateAsync(estimator, new FoldOptions { Folds = 10, Stratify = true }, options);
Write("cross-validated, 10 folds", (Evaluation)folds.Pooled);

// The same with two of three labels hidden: a null label means that the class is not known.
var known = new ColumnField("Known Species", typeof(string), IsNullable: true);
var hidden = penguins.Transform(batch =>
{
    var species = batch.Columns[batch.Schema.IndexOf("Species")];
    var (names, present) = (new string[batch.Rows], new bool[batch.Rows]);
    for (var i = 0; i < names.Length; i++)
    {
        present[i] = (batch.FirstRow + i) % 3 == 0;
        names[i] = (string)species.GetValue(i)!;
    }
    return batch.With(new BatchSchema([.. batch.Schema.Fields, known]), [.. batch.Columns, new BatchColumn<string>(known, names, present)]);
});
var partly = await hidden.Labels("Known Species").FitAsync(estimator, options);
Write($"a third of the labels, {partly.Result.Iterations} iterations", (await penguins.Labels("Species").EvaluateAsync(partly.Saved)).Evaluation);
Console.WriteLine($"wrote {output}");

static void Write(string what, Evaluation found)
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{what}: accuracy {found.Accuracy:P1}, log-loss {found.LogLoss:F3}, area under the ROC curve {found.RocAuc:F4}"));
    for (var i = 0; i < found.Classes.Count; i++)
        Console.WriteLine($"  {found.Classes[i],-10} predicted as {string.Join(", ", found.Classes.Select((name, j) => $"{name} {found.Confusion[i, j]}"))}");
}
