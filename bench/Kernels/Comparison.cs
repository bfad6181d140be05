using System.Globalization;
using Pipelines.Models.Kernels;

namespace Pipelines.Kernels;

/// <summary>Alternating measurements of ours and the peer, on one and on two cores, so that a busy moment affects both.</summary>
internal static class Comparison
{
    // OpenBLAS's threads keep spinning for a few hundredths of a second after each of the peer's runs.
    private const double SettleSeconds = 0.15;

    /// <summary>Measures a case and returns a row of a Markdown table whose header is <see cref="Header"/>.</summary>
    public static string Row(MixtureCase data, int pairs)
    {
        var iteration = new Iteration(data);
        using var one = new Peer(data, 1);
        using var two = new Peer(data, 2);
        for (var warm = 0; warm < 30; warm++) iteration.Wall(1 + (warm % 2), 1);
        List<double> wall = [], processor = [], peerWall = [], ratios = [], processorRatios = [], peak = [], cores = [], peerTwo = [], ratiosTwo = [];
        double difference = 0;
        for (var pair = 0; pair < pairs; pair++)
        {
            iteration.RunFor(SettleSeconds);
            var ours = iteration.Wall(1, 7);
            var oursProcessor = iteration.Processor(7);
            peak.Add(FmaPeak.Measure(KernelSelection.Current));
            var theirs = one.Run(iteration.Fitted, iteration.LogLikelihood);
            iteration.RunFor(SettleSeconds);
            var oursOne = iteration.Wall(1, 7);
            var oursTwo = iteration.Wall(2, 7);
            var theirsTwo = two.Run(iteration.Fitted, iteration.LogLikelihood);
            wall.Add(ours);
            processor.Add(oursProcessor);
            peerWall.Add(theirs.Wall);
            ratios.Add(theirs.Wall / ours);
            processorRatios.Add(theirs.Processor / oursProcessor);
            cores.Add(oursOne / oursTwo);
            peerTwo.Add(theirsTwo.Wall);
            ratiosTwo.Add(theirsTwo.Wall / oursTwo);
            difference = Math.Max(difference, theirs.Difference);
        }
        string NsPerRow(List<double> seconds) => (Iteration.Median(seconds) * 1e9 / data.Rows).ToString("0.00", CultureInfo.InvariantCulture);
        var k = data.Start.Components.Count;
        return string.Create(CultureInfo.InvariantCulture,
            $"| {data.Name}, {data.Rows:N0} rows | {NsPerRow(wall)} ({NsPerRow(processor)}) | {Iteration.Median(processor) * 1e9 / data.Rows / k:0.00} | "
                + $"{NsPerRow(peerWall)} | {Ratio(ratios)} | {Ratio(processorRatios)} | "
                + $"{(data.FlopsPerRow > 0 ? $"{data.FlopsPerRow * data.Rows / Iteration.Median(processor) * 1e-9 / peak.Max():P0}" : "")} | {Ratio(cores, 2)} "
                + $"| {Ratio(ratiosTwo)} | {difference:0e0} |");
    }

    /// <summary>The table's first two lines.</summary>
    public const string Header =
        "| one EM iteration | ours, ns a row (processor time) | ns a row and component | scikit-learn, ns a row | ratio, one thread each | ratio of processor "
            + "times | of FMA peak | two threads against one | ratio, two threads each | largest difference |\n|---|---|---|---|---|---|---|---|---|---|";

    private static string Ratio(List<double> ratios, int digits = 1) =>
        string.Format(CultureInfo.InvariantCulture, $"{{0:F{digits}}} ({{1:F{digits}}}-{{2:F{digits}}})", Iteration.Median(ratios), ratios.Min(), ratios.Max());
}
