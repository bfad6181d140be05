using Pipelines.Kernels;
using Pipelines.Models.Kernels;

var cases = new[] { MixtureCase.Full(200_000, 10, 8), MixtureCase.Diagonal(2_000_000, 1, 3), MixtureCase.Diagonal(200_000, 10, 8), MixtureCase.Full(400_000, 2, 3), MixtureCase.Full(40_000, 32, 16) };
if (args.Length > 0 && args[0] == "peer")
{
    foreach (var c in cases)
    {
        using var peer = new Peer(c, 1);
        var it = new Iteration(c);
        for (var i = 0; i < 5; i++)
        {
            it.Run(1);
            it.Run(1);
            var s = it.Run(1, out var fitted, out var ll);
            var (t, diff) = peer.Run(fitted, ll);
            Console.WriteLine($"{c.Name}: ours {s * 1e3:F2} ms, peer {t * 1e3:F1} ms, ratio {t / s:F1}, diff {diff:E1}; {peer.Versions}");
        }
    }
    return;
}
foreach (var c in cases)
{
    if (args.Length > 0 && !c.Name.Contains(args[0], StringComparison.Ordinal)) continue;
    foreach (var variant in KernelSelection.Supported.SkipLast(1))
    {
        using var _ = KernelSelection.Force(variant);
        var it = new Iteration(c);
        var ts = Enumerable.Range(0, 61).Select(_ => { var t = ThreadClock.Now; it.Run(1); return ThreadClock.Now - t; }).ToArray();
        var peak = FmaPeak.Measure(variant);
        Array.Sort(ts);
        var ns = ts[30] * 1e9 / c.Rows;
        Console.WriteLine($"{c.Name} {variant}: {ns:F1} ns/row, {ns / c.Start.Components.Count:F2} per comp; {c.FlopsPerRow / ns:F1} of {peak:F1} GFLOP/s = {c.FlopsPerRow / ns / peak:P0}; min {ts[0] * 1e9 / c.Rows:F1} {c.FlopsPerRow / (ts[0] * 1e9 / c.Rows) / peak:P0}");
    }
}
