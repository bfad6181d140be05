// Missing values of many rows, filled in by a Bayesian network that was fitted and saved before. Parallelism changes the time, but not a bit of the result.
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Pipelines;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var output = Directory.CreateDirectory(args.Length > 0 ? args[0] : Path.Combine("out", "missing-values")).FullName;
var file = Path.Combine(output, "model.json");
int[] parallelism = [1, 4, -1];

// Rows of codes, drawn with fixed seeds. A third of the values to predict is hidden: NaN is a missing value.
var truth = Truth(variables: 10);
double[,] train = truth.Sample(rows: 20_000, seed: 1);
double[,] whole = truth.Sample(rows: 500_000, seed: 2);
double[,] test = Hide(whole, share: 1.0 / 3, seed: 3);

// Fit: the structure by hill climbing, then the tables. Save as JSON, with names for the columns of a file, and load.
var model = new BayesianNetworkEstimator().Fit(train).Model;
Console.WriteLine($"fitted to {train.GetLength(0):N0} rows: {model}");
new SavedModel(model).WithFeatures([.. model.Variables.Select(v => v.Name)]).Save(file, overwrite: true);
var saved = SavedModel.Load(file);

// Predict the missing values of rows in memory. All threads share one array; no one cuts it into parts.
Console.WriteLine($"missing values of {test.GetLength(0):N0} rows in memory:");
var filled = saved.Model.Fill(test, maxDegreeOfParallelism: 1);
var same = true;
foreach (var degree in parallelism)
{
    var clock = Stopwatch.StartNew();
    var again = saved.Model.Fill(test, maxDegreeOfParallelism: degree);
    same &= Report(degree, clock.Elapsed, Bytes(again), Bytes(filled));
}
var (hidden, right) = Compare(filled);
Console.WriteLine($"  {hidden:N0} values filled in, {right:P1} of them right; by the network that drew the rows: {Compare(truth.Fill(test)).Right:P1}");

// The same rows in a Parquet file, with nulls, which may be of any size. The file that is written is the same to the byte.
var input = Path.Combine(output, "test.parquet");
var overwrite = new ParquetSinkOptions { Overwrite = true };
await Pipeline.From(MemorySource.FromArrays(model.Variables.Select((v, j) => (v.Name, (Array)Nullable(test, j)))))
    .ToParquet(input, overwrite).RunAsync();
Console.WriteLine("missing values of the same rows in Parquet:");
string[] files = [.. parallelism.Select(degree => Path.Combine(output, $"filled-{(degree < 0 ? "all" : degree)}.parquet"))];
foreach (var (degree, to) in parallelism.Zip(files))
{
    var run = await Pipeline.FromParquet(input).With(new PipelineOptions { MaxDegreeOfParallelism = degree })
        .Score(saved, new ScoreOptions { Columns = ["fill", "probability"] }).ToParquet(to, overwrite).RunAsync();
    same &= Report(degree, TimeSpan.FromSeconds(run.Seconds), File.ReadAllBytes(to), File.ReadAllBytes(files[0]));
}
var sink = new MemorySink();
await Pipeline.FromParquet(files[0]).To(sink).RunAsync();
var isEqual = Enumerable.Range(0, model.Dimensions)
    .All(j => sink.Doubles(model.Variables[j].Name).SequenceEqual(Enumerable.Range(0, sink.Rows).Select(i => filled[i, j])));
Console.WriteLine($"  in memory and from Parquet: {(isEqual ? "the same values" : "DIFFERENT VALUES")}");
return same && isEqual ? 0 : 1;

// Each variable has one or two parents, and mostly the value that is the sum of theirs, modulo 3.
static BayesianNetwork Truth(int variables)
{
    int[][] parents = [.. Enumerable.Range(0, variables).Select(v => v == 0 ? [] : v % 3 == 0 ? new[] { v - 3, v - 1 } : [v - 1])];
    var tables = parents.Select(own => (double[])[.. from sum in own.Length switch { 0 => [0], 1 => Enumerable.Range(0, 3), _ => Sums() }
                                                     from value in Enumerable.Range(0, 3)
                                                     select sum % 3 == value ? 0.8 : 0.1]);
    return new([.. parents.Select((_, v) => new NetworkVariable($"x{v}", 3))], parents, [.. tables]);

    static IEnumerable<int> Sums() => from a in Enumerable.Range(0, 3) from b in Enumerable.Range(0, 3) select a + b;
}

static double[,] Hide(double[,] rows, double share, int seed)
{
    var (result, random) = ((double[,])rows.Clone(), new Random(seed));
    for (var i = 0; i < rows.GetLength(0); i++)
        for (var j = 0; j < rows.GetLength(1); j++)
            if (random.NextDouble() < share) result[i, j] = double.NaN;
    return result;
}

static int?[] Nullable(double[,] rows, int column) =>
    [.. Enumerable.Range(0, rows.GetLength(0)).Select(i => double.IsNaN(rows[i, column]) ? (int?)null : (int)rows[i, column])];

static byte[] Bytes(double[,] values) => MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref values[0, 0], values.Length)).ToArray();

(int Hidden, double Right) Compare(double[,] found)
{
    int all = 0, equal = 0;
    for (var i = 0; i < test.GetLength(0); i++)
    {
        for (var j = 0; j < test.GetLength(1); j++)
        {
            if (!double.IsNaN(test[i, j])) continue;
            all++;
            if (found[i, j] == whole[i, j]) equal++;
        }
    }
    return (all, equal / (double)all);
}

static bool Report(int degree, TimeSpan time, byte[] found, byte[] first)
{
    var same = found.AsSpan().SequenceEqual(first);
    Console.WriteLine($"  parallelism {degree,2}: {time.TotalSeconds:F2} s, {(same ? "the same bits" : "DIFFERENT BITS")} "
        + $"(SHA-256 {Convert.ToHexStringLower(SHA256.HashData(found))[..12]}, {found.Length:N0} bytes)");
    return same;
}
