using System.Globalization;
using System.Runtime.CompilerServices;
using Pipelines.Models.Kernels;

namespace Pipelines.Kernels;

/// <summary>Log-probabilities of every distribution with a transcendental function, alternating with a plain loop over Math, on one core.</summary>
internal static class Densities
{
    private const int Rows = 131_072;

    /// <summary>Rows per batch, the usual number: results are written to the same memory for every batch, while values come from new memory.</summary>
    private const int Batch = 16_384;

    /// <summary>Prints a Markdown table of ratios.</summary>
    /// <param name="pairs">Number of measurements of each case, alternating with the plain loop.</param>
    /// <param name="name">Run only cases whose name contains this.</param>
    public static void Compare(int pairs, string name)
    {
        Console.WriteLine($"Kernels: {KernelSelection.Current.Name()}; {Rows:N0} rows; medians of {pairs} pairs (least-most), processor time.\n");
        Console.WriteLine("| log-probability | ours, ns a row | loop over Math, ns a row | ratio | largest difference |\n|---|---|---|---|---|");
        var bench = new Pairs(pairs, name);
        bench.Row("normal", new NormalDistribution(1, 2), new PlainNormal(1, 2));
        bench.Row("log-normal", new LogNormalDistribution(1, 0.6), new PlainLogNormal(1, 0.6));
        bench.Row("exponential", new ExponentialDistribution(0.7), new PlainExponential(0.7));
        bench.Row("half-normal", new HalfNormalDistribution(2), new PlainHalfNormal(2));
        bench.Row("beta", new BetaDistribution(2, 0.7), new PlainBeta(2, 0.7));
        bench.Row("gamma", new GammaDistribution(2.5, 0.3), new PlainGamma(2.5, 0.3));
        bench.Row("Poisson, rate 4", new PoissonDistribution(4), new PlainPoisson(4));
        bench.Row("Poisson, rate 300", new PoissonDistribution(300), new PlainPoisson(300));
        bench.Row("Student's t", new StudentTDistribution(4, 1, 2), new PlainStudent(4, 1, 2));
        bench.Row("Dirichlet, 3 shares", new DirichletDistribution([2, 3, 4.5]), new PlainDirichlet(2, 3, 4.5));
        bench.Row("Bernoulli", new BernoulliDistribution(0.3), new PlainBernoulli(0.3));
        bench.Row("discrete, 4 categories", new DiscreteDistribution([0.1, 0.2, 0.3, 0.4]), new PlainDiscrete([0.1, 0.2, 0.3, 0.4]));
        bench.Row("discrete, 40 categories", new DiscreteDistribution(Ramp(40)), new PlainDiscrete(Ramp(40)));
        bench.Row("joint table, 4 x 5 x 3", new JointProbabilityTable([4, 5, 3], Ramp(60)), new PlainTable([4, 5, 3], Ramp(60)));
        bench.Row("conditional table, 4 x 5 x 3", new ConditionalProbabilityTable([4, 5, 3], Rows3(20)), new PlainTable([4, 5, 3], Rows3(20)));
        bench.Row("zero-inflated Poisson", new ZeroInflatedDistribution(new PoissonDistribution(4), 0.3),
            new PlainZeroInflated<PlainPoisson>(new(4), 0.3, Math.Exp(-4)));
        bench.Row("zero-inflated gamma", new ZeroInflatedDistribution(new GammaDistribution(2.5, 0.3), 0.3),
            new PlainZeroInflated<PlainGamma>(new(2.5, 0.3), 0.3, 0));
        bench.Row("zero-inflated log-normal", new ZeroInflatedDistribution(new LogNormalDistribution(1, 0.6), 0.3),
            new PlainZeroInflated<PlainLogNormal>(new(1, 0.6), 0.3, 0));
        bench.Row("Gaussian kernel density, 50 points", new GaussianKernelDensity(points, 0.4), new PlainGaussianKernels(points, 0.4));
        bench.Row("triangle kernel density, 50 points", new TriangleKernelDensity(points, 0.4), new PlainTriangleKernels(points, 0.4));
        bench.Row("uniform kernel density, 50 points", new UniformKernelDensity(points, 0.4), new PlainUniformKernels(points, 0.4));
    }

    private static readonly double[] points = [.. Enumerable.Range(0, 50).Select(i => 0.1 * i)];

    private static double[] Ramp(int count) => [.. Enumerable.Range(1, count).Select(i => i * 2.0 / (count * (count + 1)))];

    private static double[] Rows3(int parents) => [.. Enumerable.Range(0, parents).SelectMany(_ => new[] { 0.2, 0.3, 0.5 })];

    /// <summary>Runs the comparisons one after another.</summary>
    private sealed class Pairs(int pairs, string only)
    {
        public void Row<TPlain>(string name, Distribution distribution, TPlain plain)
            where TPlain : struct, IPlainDensity
        {
            if (!name.Contains(only, StringComparison.OrdinalIgnoreCase)) return;
            var d = distribution.Dimensions;
            var values = Draw(distribution, Rows);
            double[] ours = new double[Batch], theirs = new double[Batch], buffer = new double[d * FeatureTile.Capacity];
            List<double> oursTime = [], theirsTime = [], ratios = [];
            // Long enough for tiered compilation to finish.
            for (var start = ThreadClock.Now; ThreadClock.Now - start < 0.4;)
            {
                Evaluate(distribution, values, d, buffer, ours);
                Loop(plain, values, theirs);
            }
            for (var pair = 0; pair < pairs; pair++)
            {
                var a = Timing.Of(() => Evaluate(distribution, values, d, buffer, ours));
                var b = Timing.Of(() => Loop(plain, values, theirs));
                oursTime.Add(a);
                theirsTime.Add(b);
                ratios.Add(b / a);
            }
            var difference = Enumerable.Range(0, Batch)
                .Max(i => ours[i].Equals(theirs[i]) ? 0 : Math.Abs(ours[i] - theirs[i]) / Math.Max(1, Math.Abs(theirs[i])));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {Iteration.Median(oursTime) * 1e9 / Rows:F2} | "
                + $"{Iteration.Median(theirsTime) * 1e9 / Rows:F2} | {Iteration.Median(ratios):F1} ({ratios.Min():F1}-{ratios.Max():F1}) | "
                + $"{difference:0e0} |"));
        }
    }

    /// <summary>Seeded rows, column-major: shape [Dimensions, rows].</summary>
    internal static double[] Draw(Distribution distribution, int rows)
    {
        var d = distribution.Dimensions;
        var random = new SeededRandom(5);
        var values = new double[d * rows];
        var row = new double[d];
        for (var i = 0; i < rows; i++)
        {
            distribution.Sample(random, row);
            for (var j = 0; j < d; j++) values[(j * rows) + i] = row[j];
        }
        return values;
    }

    /// <summary>The path that users of the library get, including the packing of rows into tiles.</summary>
    private static void Evaluate(Distribution distribution, double[] values, int d, double[] buffer, double[] result)
    {
        for (var first = 0; first < Rows; first += Batch)
        {
            var block = FeatureBlock.ColumnMajor(values, Rows, d, Rows).Slice(first, Batch);
            for (var t = 0; t < block.TileCount; t++) distribution.LogProbability(block.Tile(t, buffer), result.AsSpan(t * FeatureTile.Capacity));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Loop<TPlain>(TPlain plain, double[] values, double[] result)
        where TPlain : struct, IPlainDensity
    {
        for (var first = 0; first < Rows; first += Batch)
            for (var i = 0; i < Batch; i++) result[i] = plain.At(values, first + i);
    }
}
