using System.Diagnostics;
using System.Globalization;

namespace Pipelines.EndToEnd;

/// <summary>
/// Fits of generated mixtures (overlap, imbalance, spikes, outliers, 2 to 12 components, 1 to 16 features) with default options: how often a fit from one
/// start comes within 0.01 nats a row of the parameters that generated the rows, or of the maximum that EM reaches from those.
/// </summary>
internal static class GeneratedStarts
{
    // Nats a row.
    private const double Close = 0.01;

    /// <summary>Prints a Markdown table, and each case that failed to the standard error.</summary>
    /// <param name="first">Number of the first case.</param>
    /// <param name="count">Number of cases.</param>
    /// <param name="hasPeer">True: scikit-learn fits them as well. False: failed cases are fitted to a tenth of the tolerance, too.</param>
    public static void Run(int first, int count, bool hasPeer)
    {
        var done = new List<Outcome>();
        using var peer = hasPeer ? new StartsPeer() : null;
        // The first fits are compiled while they run.
        for (var number = 0; number < 3; number++) _ = Fit(GeneratedMixture.Make(number), 0);
        for (var number = first; number < first + count; number++)
        {
            var made = GeneratedMixture.Make(number);
            var truth = made.Truth.LogProbability(made.Rows).Average();
            var most = Math.Max(truth, Continued(made.Truth, made.Rows));
            var clock = Stopwatch.GetTimestamp();
            var own = Fit(made, 0);
            var seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds;
            var mean = own?.LogProbability(made.Rows).Average() ?? double.NegativeInfinity;
            var theirs = peer?.Fits(made.Rows, null, made.Truth.Components.Count, 1)[0];
            done.Add(new(made, truth, most, mean, seconds, theirs?["train"]!.GetValue<double>() ?? double.NaN,
                theirs?["seconds"]!.GetValue<double>() ?? double.NaN));
            if (mean < truth - Close || mean < most - Close) Report(number, done[^1], hasPeer ? null : own);
        }
        Console.WriteLine("| generated mixtures | cases | ours within 0.01 of the truth | scikit-learn | both | ours within 0.01 of EM from the truth "
            + "| scikit-learn | ms, mean and median | scikit-learn |\n|---|---|---|---|---|---|---|---|---|");
        Print("all", _ => true);
        Print("plain", m => !m.HasSpike && !m.HasOutliers);
        Print("with a spike", m => m.HasSpike);
        Print("with outliers", m => m.HasOutliers);
        Print("2 to 4 components", m => m.Truth.Components.Count <= 4);
        Print("5 to 8", m => m.Truth.Components.Count is > 4 and <= 8);
        Print("9 to 12", m => m.Truth.Components.Count > 8);
        Print("1 to 3 features", m => m.Rows.GetLength(1) <= 3);
        Print("4 to 9", m => m.Rows.GetLength(1) is > 3 and <= 9);
        Print("10 to 16", m => m.Rows.GetLength(1) > 9);

        void Print(string name, Func<GeneratedMixture, bool> isOf)
        {
            Outcome[] of = [.. done.Where(o => isOf(o.Made))];
            if (of.Length == 0) return;
            var (times, peers) = (of.Select(o => o.Seconds * 1e3).Order().ToArray(), of.Select(o => o.PeerSeconds * 1e3).Order().ToArray());
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {name} | {of.Length} | {Share(o => o.Own >= o.Truth - Close)} | {Share(o => o.Peer >= o.Truth - Close)} | "
                + $"{Share(o => Math.Min(o.Own, o.Peer) >= o.Truth - Close)} | "
                + $"{Share(o => o.Own >= o.Most - Close)} | {Share(o => o.Peer >= o.Most - Close)} | "
                + $"{times.Average():F0}, {times[times.Length / 2]:F0} | {peers.Average():F0}, {peers[peers.Length / 2]:F0} |"));

            string Share(Func<Outcome, bool> isGood) => (of.Count(isGood) / (double)of.Length).ToString("P1", CultureInfo.InvariantCulture);
        }
    }

    private static GeneralMixtureModel? Fit(GeneratedMixture made, long seed)
    {
        try
        {
            return Mixture.Of<MultivariateGaussianDistribution>(made.Truth.Components.Count)
                .Fit(made.Rows, new FitOptions { Seed = seed, MaxDegreeOfParallelism = 1 }).Model;
        }
        catch (ModelException e)
        {
            Console.Error.WriteLine(e.Message);
            return null;
        }
    }

    // Where EM ends that starts from a model.
    private static double Continued(GeneralMixtureModel model, double[,] rows, double tolerance = FitOptions.DefaultRelativeTolerance) => model.Fit(rows,
        new FitOptions { MaxDegreeOfParallelism = 1, RelativeTolerance = tolerance, MaxIterations = 2_000 }).Model.LogProbability(rows).Average();

    private static void Report(int number, Outcome o, GeneralMixtureModel? own)
    {
        var made = o.Made;
        var further = own is null ? "" : $"; ours at 1e-9 {Gap(Continued(own, made.Rows, 1e-9))}; seeds 1 to 3 "
            + string.Join(" ", Enumerable.Range(1, 3).Select(seed => Gap(Fit(made, seed)?.LogProbability(made.Rows).Average() ?? double.NaN)));
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{(o.Own < o.Truth - Close ? "FAIL" : "low ")} {number}: K={made.Truth.Components.Count} D={made.Rows.GetLength(1)} rows={made.Rows.GetLength(0)} "
            + $"separation={made.Separation:F2} imbalance={made.Imbalance:F2}{(made.HasSpike ? " spike" : "")}{(made.HasOutliers ? " outliers" : "")} "
            + $"lightest={made.Rows.GetLength(0) * made.Truth.Weights.ToArray().Min():F1} rows; "
            + $"against the truth: ours {o.Own - o.Truth:F4}; EM from the truth {o.Most - o.Truth:F4}{further}"));

        string Gap(double mean) => (mean - o.Truth).ToString("F4", CultureInfo.InvariantCulture);
    }

    /// <summary>Mean log-likelihoods of a case, in nats a row: of the truth, of the best that is known, of our fit and of scikit-learn's.</summary>
    private sealed record Outcome(GeneratedMixture Made, double Truth, double Most, double Own, double Seconds, double Peer, double PeerSeconds);
}
