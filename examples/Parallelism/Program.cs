// Parallelism changes the run time, but not a bit of the model or its predictions.
using System.Runtime.InteropServices;
using Pipelines;

// 200,000 rows of one feature, drawn from three normals with a fixed seed.
var truth = new GeneralMixtureModel([new NormalDistribution(-4, 1), new NormalDistribution(0, 0.5), new NormalDistribution(3, 1.5)], [0.3, 0.2, 0.5]);
double[,] x = truth.Sample(rows: 200_000, seed: 42);

// Fit a model on one thread, on two and on all cores. All threads read the same array; nothing is copied.
var model = GeneralMixtureModel.FromSamples<NormalDistribution>(components: 3, x, new FitOptions { MaxDegreeOfParallelism = 1 });
var some = GeneralMixtureModel.FromSamples<NormalDistribution>(components: 3, x, new FitOptions { MaxDegreeOfParallelism = 2 });
var all = GeneralMixtureModel.FromSamples<NormalDistribution>(components: 3, x, new FitOptions { MaxDegreeOfParallelism = -1 });

Console.WriteLine("Fitted on 200,000 rows:");
Console.WriteLine(model.Describe());
var same = Report("models fitted at parallelism 1, 2 and -1", Json(model), Json(some), Json(all));

// Predict with it: posterior probabilities of the three components for each row, shape [rows, 3].
double[,] p1 = model.PredictProbability(x, maxDegreeOfParallelism: 1);
double[,] p2 = model.PredictProbability(x, maxDegreeOfParallelism: 2);
double[,] pAll = model.PredictProbability(x, maxDegreeOfParallelism: -1);
same &= Report("its predictions at parallelism 1, 2 and -1", Bytes(p1), Bytes(p2), Bytes(pAll));

// The same with a model that was fitted earlier, then saved and loaded.
var path = Path.Combine(Path.GetTempPath(), $"parallelism-example-{Environment.ProcessId}.json");
try
{
    new SavedModel(model).Save(path);
    var loaded = SavedModel.Load(path).Model;
    double[,] y1 = loaded.PredictProbability(x, maxDegreeOfParallelism: 1);
    double[,] y2 = loaded.PredictProbability(x, maxDegreeOfParallelism: 2);
    double[,] yAll = loaded.PredictProbability(x, maxDegreeOfParallelism: -1);
    same &= Report("predictions of the saved and loaded model at 1, 2 and -1", Bytes(p1), Bytes(y1), Bytes(y2), Bytes(yAll));
}
finally
{
    File.Delete(path);
}

return same ? 0 : 1;

static byte[] Json(Model model) => new SavedModel(model).ToJson();

static byte[] Bytes(double[,] values) => MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref values[0, 0], values.Length)).ToArray();

static bool Report(string what, params byte[][] results)
{
    var same = results.All(r => r.AsSpan().SequenceEqual(results[0]));
    Console.WriteLine($"{what}: {(same ? "the same bits" : "DIFFERENT BITS")} ({results[0].Length:N0} bytes each)");
    return same;
}
