using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipelines.EndToEnd;

/// <summary>scikit-learn's mixtures, fitted by a Python process with one thread.</summary>
internal sealed class StartsPeer : IDisposable
{
    private readonly Process process = Process.Start(new ProcessStartInfo(Environment.GetEnvironmentVariable("PEER_PYTHON") ?? "/usr/bin/python3")
    {
        ArgumentList = { Path.Combine("bench", "peers", "sklearn_starts.py") },
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        Environment = { ["OPENBLAS_NUM_THREADS"] = "1", ["OMP_NUM_THREADS"] = "1" },
    }) ?? throw new InvalidOperationException("the peer did not start");

    /// <summary>Fits with each of the first seeds.</summary>
    /// <param name="train">Shape [rows, features].</param>
    /// <param name="test">Rows to score; null = none.</param>
    /// <param name="components">Number of components.</param>
    /// <param name="seeds">Number of seeds.</param>
    public JsonArray Fits(double[,] train, double[,]? test, int components, int seeds)
    {
        var files = new[] { Write(train), test is null ? null : Write(test) };
        try
        {
            process.StandardInput.WriteLine(JsonSerializer.Serialize(
                new { train = files[0], test = files[1], dimensions = train.GetLength(1), components, seeds }));
            process.StandardInput.Flush();
            var answer = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("the peer ended");
            return JsonNode.Parse(answer)!["fits"]!.AsArray();
        }
        finally
        {
            foreach (var file in files.OfType<string>()) File.Delete(file);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }

    private static string Write(double[,] values)
    {
        var path = Path.Combine(Path.GetTempPath(), $"pipelines-bench-{Guid.NewGuid():N}.bin");
        using var file = File.Create(path);
        file.Write(MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref values[0, 0], values.Length)));
        return path;
    }
}
