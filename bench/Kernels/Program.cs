using System.Globalization;
using Pipelines.Kernels;
using Pipelines.Models.Kernels;

// Usage: Pipelines.Kernels COMMAND. With NAME, only cases whose name contains it are run.
//   compare [PAIRS]             ours and scikit-learn, alternating (called by bench/run.sh)
//   classifiers [PAIRS]         naive Bayes and its evaluation, alternating with scikit-learn
//   classifiers 0 [REPEATS] [NAME]  ours alone, with cross-validation
//   densities [PAIRS] [NAME]    log-probabilities against plain loops over Math; mixtures of counts and categories
//   hmmlearn [PAIRS] [NAME]     Baum-Welch and prediction, alternating with hmmlearn
//   kmeans [PAIRS] [NAME]       k-means, alternating with scikit-learn; 0 pairs: every kernel variant, without a peer
//   networks FOLDER [NAME]      Bayesian networks of the BIF files in a folder
//   searches FOLDER [NAME]      structure searches over rows drawn from alarm.bif in a folder
//   sequences [NAME] [REPEATS]  Baum-Welch
//   variants [NAME]             every kernel variant, without a peer
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var cases = new Func<MixtureCase>[]
{
    () => MixtureCase.Full(200_000, 10, 8),
    () => MixtureCase.Diagonal(2_000_000, 1, 3),
    () => MixtureCase.Diagonal(200_000, 10, 8),
    () => MixtureCase.Full(400_000, 2, 3),
    () => MixtureCase.Full(40_000, 32, 16),
};
switch (args)
{
    case ["compare", .. var rest]:
        var pairs = rest.Length > 0 ? int.Parse(rest[0]) : 15;
        Console.WriteLine($"Multiply-adds of one core: "
            + $"{string.Join(", ", KernelSelection.Supported.Where(v => v != KernelVariant.Scalar).Select(v => $"{v.Name()} {FmaPeak.Measure(v):F1}"))} "
            + $"GFLOP/s. Kernels: {KernelSelection.Current.Name()}. Medians of {pairs} pairs (least-most).\n");
        Console.WriteLine(Comparison.Header);
        foreach (var make in cases) Console.WriteLine(Comparison.Row(make(), pairs));
        return 0;
    case ["classifiers", "0", .. var rest]:
        ClassifierComparison.Own(rest.Length > 0 ? int.Parse(rest[0]) : 7, rest.Length > 1 ? rest[1] : "");
        return 0;
    case ["classifiers", .. var rest]:
        ClassifierComparison.Run(rest.Length > 0 ? int.Parse(rest[0]) : 11);
        return 0;
    case ["densities", .. var rest]:
        var repeats = rest.Length > 0 ? int.Parse(rest[0]) : 15;
        Densities.Compare(repeats, rest.Length > 1 ? rest[1] : "");
        DiscreteMixtures.Run(repeats, rest.Length > 1 ? rest[1] : "");
        return 0;
    case ["hmmlearn", .. var rest]:
        HmmComparison.Run(rest.Length > 0 ? int.Parse(rest[0]) : 9, rest.Length > 1 ? rest[1] : "");
        return 0;
    case ["networks", var folder, .. var rest]: NetworkTimings.Run(folder, rest.Length > 0 ? rest[0] : ""); return 0;
    case ["searches", var folder, .. var rest]: SearchTimings.Run(folder, rest.Length > 0 ? rest[0] : ""); return 0;
    case ["kmeans", "0", .. var rest]:
        KMeansComparison.Variants(rest.Length > 0 ? rest[0] : "");
        return 0;
    case ["kmeans", .. var rest]:
        KMeansComparison.Run(rest.Length > 0 ? int.Parse(rest[0]) : 7, rest.Length > 1 ? rest[1] : "");
        return 0;
    case ["sequences", .. var rest]:
        Sequences.Run(rest.Length > 0 ? rest[0] : "", rest.Length > 1 ? int.Parse(rest[1]) : 9);
        return 0;
    case ["variants", .. var rest]:
        foreach (var make in cases)
        {
            var data = make();
            if (rest.Length > 0 && !data.Name.Contains(rest[0], StringComparison.Ordinal)) continue;
            foreach (var variant in KernelSelection.Supported.Where(v => v != KernelVariant.Scalar))
            {
                using var forced = KernelSelection.Force(variant);
                var iteration = new Iteration(data);
                iteration.Wall(1, 30);
                var runs = Enumerable.Range(0, 31).Select(_ => iteration.Processor(1)).Order().ToArray();
                var (least, median) = (runs[0] * 1e9 / data.Rows, runs[15] * 1e9 / data.Rows);
                var peak = data.FlopsPerRow > 0 ? $"; {data.FlopsPerRow / least / FmaPeak.Measure(variant):P0} of the FMA peak" : "";
                Console.WriteLine($"{data.Name}, {variant.Name()}: {median:F1} ns a row (least {least:F1}{peak})");
            }
        }
        return 0;
    default:
        Console.Error.WriteLine("usage: Pipelines.Kernels compare [PAIRS] | classifiers [PAIRS] | densities [PAIRS] [NAME] | hmmlearn [PAIRS] [NAME] | "
            + "kmeans [PAIRS] [NAME] | networks FOLDER [NAME] | "
            + "sequences [NAME] [REPEATS] | variants [NAME]");
        return 2;
}
