using System.Globalization;
using Pipelines.Models;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Numerics;

namespace Pipelines.Kernels;

/// <summary>Log-probabilities of distributions with transcendental functions against a plain loop over Math, in turn on one core; and mixtures of counts and categories.</summary>
internal static class Densities
{
    private const int Rows = 65_536;
    private const double HalfLog2Pi = 0.91893853320467274178;

    /// <summary>pomegranate's published cost of a Gaussian mixture, nanoseconds a row and component.</summary>
    private const double PublishedCost = 378;

    /// <summary>Prints a Markdown table of ratios.</summary>
    public static void Compare(int pairs)
    {
        Console.WriteLine($"Kernels: {KernelSelection.Current.Name()}; {Rows:N0} rows; medians of {pairs} pairs (least-most), processor time.\n");
        Console.WriteLine("| log-probability | ours, ns a row | loop over Math, ns a row | ratio | largest difference |\n|---|---|---|---|---|");
        Row("log-normal", new LogNormalDistribution(1, 0.6), x => { var l = Math.Log(x); var z = (l - 1) * (1 / 0.6); return -l - LogNormalConstant - (0.5 * z * z); }, pairs);
        Row("Poisson, rate 4", new PoissonDistribution(4), x => (x * LogFour) - 4 - GammaFunctions.LogGamma(x + 1), pairs);
        Row("Poisson, rate 300", new PoissonDistribution(300), x => (x * LogThreeHundred) - 300 - GammaFunctions.LogGamma(x + 1), pairs);
        Row("gamma", new GammaDistribution(2.5, 0.3), x => GammaConstant + (1.5 * Math.Log(x)) - (0.3 * x), pairs);
        Row("beta", new BetaDistribution(2, 0.7), x => BetaConstant + Math.Log(x) - (0.3 * double.LogP1(-x)), pairs);
        Row("Student's t", new StudentTDistribution(4, 1, 2), x => { var z = (x - 1) * 0.5; return StudentConstant - (2.5 * double.LogP1(z * z * 0.25)); }, pairs);
        Row("Gaussian kernel density, 50 points", new GaussianKernelDensity(points, 0.4), KernelSum, pairs);
        Row("Dirichlet, 3 shares", new DirichletDistribution([2, 3, 4.5]), null, pairs);
        Console.WriteLine("\n| one EM iteration | ns a row and component | published cost over it |\n|---|---|---|");
        Mixture("Poisson, 1 feature, K=3", k => new PoissonDistribution(2 + (7 * k)));
        Mixture("Poisson, 5 features, K=3", k => Product(5, j => new PoissonDistribution(2 + (7 * ((j + k) % 3)))));
        Mixture("Bernoulli, 5 features, K=3", k => Product(5, j => new BernoulliDistribution(0.1 + (0.3 * ((j + k) % 3)))));
        Mixture("discrete, 5 features of 4 categories, K=3", k => Product(5, j => new DiscreteDistribution((j + k) % 2 == 0 ? [0.1, 0.2, 0.3, 0.4] : [0.4, 0.3, 0.2, 0.1])));
    }

    private static readonly double[] points = [.. Enumerable.Range(0, 50).Select(i => 0.1 * i)];
    private static readonly double LogNormalConstant = Math.Log(0.6) + HalfLog2Pi;
    private static readonly double LogFour = Math.Log(4);
    private static readonly double LogThreeHundred = Math.Log(300);
    private static readonly double GammaConstant = (2.5 * Math.Log(0.3)) - GammaFunctions.LogGamma(2.5);
    private static readonly double BetaConstant = GammaFunctions.LogGamma(2.7) - GammaFunctions.LogGamma(2) - GammaFunctions.LogGamma(0.7);
    private static readonly double StudentConstant = GammaFunctions.LogGamma(2.5) - GammaFunctions.LogGamma(2) - (0.5 * Math.Log(4 * Math.PI)) - Math.Log(2);
    private static readonly double DirichletConstant = GammaFunctions.LogGamma(9.5) - GammaFunctions.LogGamma(2) - GammaFunctions.LogGamma(3) - GammaFunctions.LogGamma(4.5);

    private static double KernelSum(double x)
    {
        double sum = 0;
        foreach (var point in points)
        {
            var z = (x - point) * 2.5;
            sum += Math.Exp(-0.5 * z * z);
        }
        return Math.Log(sum / 50 / 0.4) - HalfLog2Pi;
    }

    private static void Row(string name, Distribution distribution, Func<double, double>? plain, int pairs)
    {
        var d = distribution.Dimensions;
        var random = new SeededRandom(5);
        var values = new double[d * Rows];
        var row = new double[d];
        for (var i = 0; i < Rows; i++)
        {
            distribution.Sample(random, row);
            for (var j = 0; j < d; j++) values[(j * Rows) + i] = row[j];
        }
        double[] ours = new double[Rows], theirs = new double[Rows], buffer = new double[d * FeatureTile.Capacity];
        List<double> oursTime = [], theirsTime = [], ratios = [];
        // Long enough for the runtime to compile what it thinks is worth it.
        for (var start = ThreadClock.Now; ThreadClock.Now - start < 0.6;)
        {
            Evaluate();
            Loop();
        }
        for (var pair = 0; pair < pairs; pair++)
        {
            var a = Time(Evaluate);
            var b = Time(Loop);
            oursTime.Add(a);
            theirsTime.Add(b);
            ratios.Add(b / a);
        }
        var difference = Enumerable.Range(0, Rows).Max(i => Math.Abs(ours[i] - theirs[i]) / Math.Max(1, Math.Abs(theirs[i])));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {Iteration.Median(oursTime) * 1e9 / Rows:F2} | {Iteration.Median(theirsTime) * 1e9 / Rows:F2} | {Iteration.Median(ratios):F1} ({ratios.Min():F1}-{ratios.Max():F1}) | {difference:0e0} |"));

        void Evaluate()
        {
            var block = FeatureBlock.ColumnMajor(values, Rows, d, Rows);
            for (var t = 0; t < block.TileCount; t++) distribution.LogProbability(block.Pack(t, buffer), ours.AsSpan(t * FeatureTile.Capacity));
        }

        void Loop()
        {
            if (plain is not null)
            {
                for (var i = 0; i < Rows; i++) theirs[i] = plain(values[i]);
                return;
            }
            for (var i = 0; i < Rows; i++) theirs[i] = DirichletConstant + Math.Log(values[i]) + (2 * Math.Log(values[Rows + i])) + (3.5 * Math.Log(values[(2 * Rows) + i]));
        }
    }

    private static double Time(Action action)
    {
        const int repeats = 3;
        var start = ThreadClock.Now;
        for (var i = 0; i < repeats; i++) action();
        return (ThreadClock.Now - start) / repeats;
    }

    private static void Mixture(string name, Func<int, Distribution> component)
    {
        var model = new GeneralMixtureModel([component(0), component(1), component(2)]);
        var values = new double[100_000, model.Dimensions];
        var random = new SeededRandom(6);
        var row = new double[model.Dimensions];
        for (var i = 0; i < values.GetLength(0); i++)
        {
            model.Sample(random, row);
            for (var j = 0; j < row.Length; j++) values[i, j] = row[j];
        }
        var matrix = FeatureMatrix.FromRows(values);
        var runs = Enumerable.Range(0, 15).Select(run => Time(() =>
        {
            var statistics = new InMemoryPass(matrix, maxDegreeOfParallelism: 1).RunAsync(model, CancellationToken.None).AsTask().GetAwaiter().GetResult();
            _ = model.Maximize(statistics, default);
        })).Skip(5).ToArray();
        var cost = Iteration.Median(runs) * 1e9 / values.GetLength(0) / 3;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {cost:F1} | {PublishedCost / cost:F0} |"));
    }

    private static IndependentComponentsDistribution Product(int parts, Func<int, Distribution> part) => new([.. Enumerable.Range(0, parts).Select(part)]);
}
