using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipelines.Kernels;

/// <summary>scikit-learn in a separate process, which holds the same data and runs one EM iteration on request.</summary>
internal sealed class Peer : IDisposable
{
    private readonly Process process;
    private readonly string values;

    public Peer(MixtureCase data, int threads)
    {
        values = Path.Combine(Path.GetTempPath(), $"pipelines-bench-{Environment.ProcessId}-{Guid.NewGuid():N}.bin");
        using (var file = File.Create(values)) file.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes<double>(data.Values));
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("PEER_PYTHON") ?? "/usr/bin/python3")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { ["OPENBLAS_NUM_THREADS"] = $"{threads}", ["OMP_NUM_THREADS"] = $"{threads}" },
        };
        start.ArgumentList.Add(Path.Combine("bench", "peers", "sklearn_gmm.py"));
        process = Process.Start(start) ?? throw new InvalidOperationException("the peer did not start");
        var model = data.Start;
        var full = model.Components[0] is MultivariateGaussianDistribution;
        process.StandardInput.WriteLine(JsonSerializer.Serialize(new
        {
            values,
            rows = data.Rows,
            dimensions = data.Dimensions,
            covariance = full ? "full" : "diag",
            weights = model.Weights.ToArray(),
            means = model.Components.Cast<Distribution>().Select(Means),
            covariances = model.Components.Cast<Distribution>().Select(c => full ? (object)Covariance((MultivariateGaussianDistribution)c) : Variances(c)),
        }));
        process.StandardInput.Flush();
        Versions = Read()["versions"]!.GetValue<string>();
    }

    public string Versions { get; }

    /// <summary>
    /// Wall time and processor time of one iteration in seconds, and the largest relative difference of log-likelihood, weights, means and covariances from
    /// ours.
    /// </summary>
    public (double Wall, double Processor, double Difference) Run(GeneralMixtureModel ours, double logLikelihood)
    {
        process.StandardInput.WriteLine("run");
        process.StandardInput.Flush();
        var answer = Read();
        var difference = Relative(answer["logLikelihood"]!.GetValue<double>(), logLikelihood);
        for (var k = 0; k < ours.Components.Count; k++)
        {
            var component = (Distribution)ours.Components[k];
            difference = Math.Max(difference, Relative(answer["weights"]![k]!.GetValue<double>(), ours.Weights[k]));
            var means = Means(component);
            for (var i = 0; i < means.Length; i++)
            {
                difference = Math.Max(difference, Relative(answer["means"]![k]![i]!.GetValue<double>(), means[i]));
                if (component is not MultivariateGaussianDistribution full)
                {
                    difference = Math.Max(difference, Relative(answer["covariances"]![k]![i]!.GetValue<double>(), Variances(component)[i]));
                    continue;
                }
                for (var j = 0; j <= i; j++)
                    difference = Math.Max(difference, Relative(answer["covariances"]![k]![i]![j]!.GetValue<double>(), full.Covariance(i, j)));
            }
        }
        return (answer["seconds"]!.GetValue<double>(), answer["processorSeconds"]!.GetValue<double>(), difference);
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
        File.Delete(values);
    }

    // Values near 0 are differences of larger ones, so below 1 the absolute difference is used.
    private static double Relative(double a, double b) => Math.Abs(a - b) / Math.Max(1, Math.Abs(a));

    private static double[] Means(Distribution component) => component switch
    {
        MultivariateGaussianDistribution full => full.Mean.ToArray(),
        NormalDistribution normal => [normal.Mean],
        IndependentComponentsDistribution parts => [.. parts.Parts.Select(p => ((NormalDistribution)p).Mean)],
        _ => throw new ArgumentException(component.FormatName, nameof(component)),
    };

    private static double[] Variances(Distribution component) => component is NormalDistribution normal
        ? [normal.StandardDeviation * normal.StandardDeviation]
        : [.. ((IndependentComponentsDistribution)component).Parts.Select(
            p => ((NormalDistribution)p).StandardDeviation * ((NormalDistribution)p).StandardDeviation)];

    private static double[][] Covariance(MultivariateGaussianDistribution full) =>
        [.. Enumerable.Range(0, full.Dimensions).Select(i => Enumerable.Range(0, full.Dimensions).Select(j => full.Covariance(i, j)).ToArray())];

    private JsonNode Read() =>
        JsonNode.Parse(process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("the peer ended early; see its message above"))!;
}
