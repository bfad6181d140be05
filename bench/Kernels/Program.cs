using Pipelines.Kernels;
using Pipelines.Models.Kernels;

var cases = new[] { MixtureCase.Full(200_000, 10, 8), MixtureCase.Diagonal(2_000_000, 1, 3), MixtureCase.Diagonal(200_000, 10, 8), MixtureCase.Full(400_000, 2, 3), MixtureCase.Full(40_000, 32, 16) };
foreach (var c in cases)
{
    foreach (var variant in KernelSelection.Supported.SkipLast(1))
    {
        using var _ = KernelSelection.Force(variant);
        var it = new Iteration(c);
        var ts = Enumerable.Range(0, 21).Select(_ => it.Run(1)).ToArray();
        var peak = FmaPeak.Measure(variant);
        Array.Sort(ts);
        var ns = ts[10] * 1e9 / c.Rows;
        Console.WriteLine($"{c.Name} {variant}: {ns:F1} ns/row, {ns / c.Start.Components.Count:F2} per comp; {c.FlopsPerRow / ns:F1} of {peak:F1} GFLOP/s = {c.FlopsPerRow / ns / peak:P0}; min {ts[0] * 1e9 / c.Rows:F1}");
    }
}
