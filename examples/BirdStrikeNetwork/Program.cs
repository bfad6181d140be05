// Bird strikes as a Bayesian network: which columns depend on which, how probable damage is, and what the missing values are.
using System.Globalization;
using Pipelines;
using Pipelines.Examples.BirdStrikeNetwork;
using Pipelines.Io;
using Pipelines.Plotting;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var input = Path.Combine(AppContext.BaseDirectory, "birdstrikes.parquet");
var output = Directory.CreateDirectory(args.Length > 0 ? args[0] : Path.Combine("out", "bird-strike-network")).FullName;
var names = StrikeCategories.Names;
var strikes = Pipeline.FromParquet(input).Transform(StrikeCategories.Of, "categories").Features(names);

// 1. The structure: the best of all that have no arc back in time, by AIC, which asks less of an arc than the other scores. Without such tiers, the data often
// do not tell the direction of an arc.
StructureOptions search = new()
{
    Method = StructureMethod.Exact,
    Score = StructureScore.Aic,
    Constraints = new() { Tiers = Tiers(["season"], ["time"], ["operator", "phase"], ["size", "speed"], ["damage"]) },
};
// Each family is counted over the rows that have all of it. Counted over all rows, parents with missing values would win, because they leave fewer rows to
// explain. Only complete rows have a weight here, so that all structures are compared over the same rows.
var learned = await strikes.WeightedBy("complete").FitAsync(new BayesianNetworkEstimator(search), new FitOptions { Pseudocount = 1 });
var graph = learned.Model.Graph;
Console.WriteLine($"structure, from {learned.Result.Weight:N0} complete strikes:");
for (var v = 0; v < names.Length; v++)
{
    var parents = graph.Arcs.Where(a => a.To == v).Select(a => names[a.From]).ToArray();
    Console.WriteLine($"  {names[v]}{(parents.Length == 0 ? "" : $" given {string.Join(", ", parents)}")}");
}

// 2. The tables, from all strikes that are not for the test: missing values count by their probabilities.
var tables = new BayesianNetworkEstimator(learned.Model.Parents, MissingValues.Em);
var fitted = await strikes.WeightedBy("fit").FitAsync(tables, new FitOptions { Pseudocount = 1 });
Console.WriteLine($"tables, from {fitted.Result.Weight:N0} strikes");
fitted.Saved.Save(Path.Combine(output, "network.json"), overwrite: true);
var picture = await ModelPlot.CreateAsync(fitted.Saved, options: new PlotOptions { Kind = "graph" });
var (width, height) = PictureRenderer.DefaultSize(picture);
File.WriteAllBytes(Path.Combine(output, "network.png"), PictureRenderer.Render(picture, PictureFormat.Png, width, height));

// 3. A question: how probable is substantial damage, given the size of the animal, the phase of flight and the time of day?
var all = new MemorySink();
await strikes.To(all).RunAsync();
string[] asked = ["size", "phase", "time"];
var cases = (from size in new[] { "Small", "Medium", "Large" }
             from phase in new[] { "take-off", "climb", "approach" }
             from time in new[] { "Day", "Night" }
             select new[] { size, phase, time }).ToArray();
var question = names.Select(n => (n, (Array)cases.Select(c => Array.IndexOf(asked, n) is >= 0 and var a ? c[a] : null).ToArray()));
var answers = await ScoreAsync(MemorySource.FromArrays(question), ["probability"], "damage");
var substantial = answers.Doubles("probability_damage_substantial");
Console.WriteLine("probability of substantial damage, and its share in the strikes:");
for (var c = 0; c < cases.Length; c++)
{
    var same = Enumerable.Range(0, all.Rows).Where(i => asked.Zip(cases[c]).All(p => (string?)all[p.First].GetValue(i) == p.Second)).ToArray();
    var damaged = same.Count(i => (string?)all["damage"].GetValue(i) == "substantial");
    Console.WriteLine($"  {string.Join(", ", cases[c]),-23}{substantial[c],6:P1}  {damaged,3} of {same.Length,5:N0}");
}

// 4. Missing values: the most probable value of each, and how probable it is. A posterior is null where the value is known.
var filled = strikes.Score(fitted, new ScoreOptions { Columns = ["fill", "probability"], Keep = names });
await filled.ToParquet(Path.Combine(output, "filled.parquet"), new ParquetSinkOptions { Overwrite = true }).RunAsync();
var scores = await ScoreAsync(MemorySource.FromBatches(all.Schema, [all.ToBatch()]), ["fill", "probability"]);

// How sure the network is says little unless it is right as often. So each known value of the test strikes is hidden once, and filled from the others.
int[] test = [.. Enumerable.Range(0, all.Rows).Where(i => all.Values<double>("fit").Span[i] == 0)];
Console.WriteLine("           missing values        hidden values of the test strikes");
Console.WriteLine("column     filled   mean prob.   hidden   mean prob.   right   most frequent value");
foreach (var name in names)
{
    var sure = Sure(scores, name);
    var hidden = await ScoreAsync(MemorySource.FromArrays(names.Select(n => (n, (Array)test.Select(i => n == name ? null : Text(all, n, i)).ToArray()))),
        ["fill", "probability"], name);
    var (claimed, known) = (Sure(hidden, name), Enumerable.Range(0, test.Length).Where(t => Text(all, name, test[t]) is not null).ToArray());
    var right = known.Count(t => Text(hidden, name, t) == Text(all, name, test[t])) / (double)known.Length;
    var frequent = known.GroupBy(t => Text(all, name, test[t])).Max(g => g.Count()) / (double)known.Length;
    Console.WriteLine($"{name,-11}{sure.Count,6:N0}   {(sure.Count > 0 ? $"{sure.Values.Average():P1}" : ""),10}   {known.Length,6:N0}   "
        + $"{known.Average(t => claimed[t]),10:P1}   {right,5:P1}   {frequent,19:P1}");
}
Console.WriteLine($"wrote {output}");

IReadOnlyList<int>[] Tiers(params string[][] tiers) => [.. tiers.Select(t => t.Select(n => Array.IndexOf(names, n)).ToArray())];

static string? Text(MemorySink rows, string column, int row) => (string?)rows[column].GetValue(row);

async Task<MemorySink> ScoreAsync(IBatchSource rows, string[] columns, params string[] variables)
{
    var sink = new MemorySink();
    var inference = variables.Length == 0 ? null : new InferenceOptions { Variables = variables };
    await Pipeline.From(rows).Score(fitted, new ScoreOptions { Columns = columns, Inference = inference }).To(sink).RunAsync();
    return sink;
}

// The probability of the most probable value, by row, for the rows in which it was missing.
Dictionary<int, double> Sure(MemorySink rows, string name)
{
    var posteriors = fitted.Model.Variables[fitted.Model.IndexOf(name)].Values.Select(v => rows.Doubles($"probability_{name}_{v}")).ToArray();
    return Enumerable.Range(0, rows.Rows).Where(i => !double.IsNaN(posteriors[0][i])).ToDictionary(i => i, i => posteriors.Max(p => p[i]));
}
