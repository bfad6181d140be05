namespace Pipelines.Models.Tests.Sequences;

/// <summary>Models and sequences of many shapes, all seeded.</summary>
internal static class HiddenMarkovCases
{
    private static readonly (string Name, Func<HiddenMarkovModel> Model, Func<SequenceSet> Data)[] cases =
    [
        ("4 normal states", () => Dense(4, k => new NormalDistribution(3 * k, 1)), () => Drawn(40, 1)),
        ("4 normal states, long", () => Dense(4, k => new NormalDistribution(3 * k, 1)), () => Drawn(37, 1, longest: 300)),
        ("3 normal states of unlike widths, long, missing, weighted", () => Dense(3, k => new NormalDistribution(2 * k, 0.5 + k)),
            () => Drawn(19, 1, longest: 150, missing: true, weighted: true)),
        ("2 normal states, finite, long", () => Dense(2, k => new NormalDistribution(3 * k, 2 - k), finite: true), () => Drawn(21, 1, longest: 200)),
        // The widest, or first, is far from all rows: they are more probable in the others by more than doubles hold.
        ("4 normal states, the first one far", () => Dense(4, k => new NormalDistribution(40 * (3 - k), 1)), () => Drawn(18, 1, longest: 90)),
        ("4 normal states, outliers, missing", () => Dense(4, k => new NormalDistribution(2 * k, 1)),
            () => Drawn(25, 1, missing: true, longest: 80, outliers: true)),
        ("3 normal states, two of them narrow", () => Dense(3, k => new NormalDistribution(3 + k, k == 1 ? 4 : 1e-80)), () => Drawn(18, 1, longest: 60)),
        ("3 normal states, finite", () => Dense(3, k => new NormalDistribution(3 * k, 1), finite: true), () => Drawn(40, 1)),
        ("17 normal states", () => Dense(17, k => new NormalDistribution(k, 1)), () => Drawn(70, 1)),
        ("64 normal states", () => Dense(64, k => new NormalDistribution(0.2 * k, 1)), () => Drawn(40, 1, longest: 25)),
        ("one state", () => Dense(1, _ => new NormalDistribution(3, 2), finite: true), () => Drawn(5, 1)),
        ("4 categories, missing", () => Dense(4, k => new DiscreteDistribution([0.1 + (0.1 * k), 0.2, 0.3, 0.4 - (0.1 * k)])), () => Categories(60, 4)),
        ("Gaussians of 3 features, missing, weighted", () => Dense(3, k => MultivariateGaussianDistribution.Prototype([3 * k, 0, -k])),
            () => Drawn(40, 3, missing: true, weighted: true)),
        ("independent normals, missing", () => Dense(5, k => IndependentComponentsDistribution.Prototype([2 * k, 0])), () => Drawn(33, 2, missing: true)),
        ("mixtures", () => Dense(3, k => new GeneralMixtureModel([new NormalDistribution(4 * k, 1), new NormalDistribution((4 * k) + 1, 2)])),
            () => Drawn(20, 1)),
        ("mixed families",
            () =>
                Dense(3, k => k == 0 ? new NormalDistribution(0, 1) : k == 1
                    ? new StudentTDistribution(3, 4, 1)
                    : new GeneralMixtureModel([new NormalDistribution(8, 1), new StudentTDistribution(5, 7, 1)])), () => Drawn(20, 1)),
        ("left to right", () => LeftToRight(6, 1), () => Drawn(20, 1)),
        ("left to right, narrow", () => LeftToRight(6, 0.1), () => Drawn(20, 1)),
        ("profile with silent states", () => Profile(5), () => Categories(30, 4, longest: 9)),
        ("weights, ties", Tied, () => Drawn(20, 1)),
        ("tied covariances", () => Dense(3, k => MultivariateGaussianDistribution.Prototype([3 * k, k])).With(new() { TiedCovariances = true }),
            () => Drawn(30, 2, weighted: true)),
        ("tied variances", () => Dense(4, k => new NormalDistribution(3 * k, 1)).With(new() { TiedCovariances = true }), () => Drawn(30, 1)),
        ("4 normal states, priors", () => Dense(4, k => new NormalDistribution(3 * k, 1)), () => WithPriors(Drawn(40, 1), 4)),
        ("3 normal states, finite, long, missing, weighted, priors", () => Dense(3, k => new NormalDistribution(2 * k, 0.5 + k), finite: true),
            () => WithPriors(Drawn(19, 1, longest: 150, missing: true, weighted: true), 3)),
        ("4 normal states, the first one far, priors", () => Dense(4, k => new NormalDistribution(40 * (3 - k), 1)),
            () => WithPriors(Drawn(18, 1, longest: 90), 4)),
        ("4 categories, missing, priors", () => Dense(4, k => new DiscreteDistribution([0.1 + (0.1 * k), 0.2, 0.3, 0.4 - (0.1 * k)])),
            () => WithPriors(Categories(60, 4), 4)),
        ("Gaussians of 3 features, missing, priors", () => Dense(3, k => MultivariateGaussianDistribution.Prototype([3 * k, 0, -k])),
            () => WithPriors(Drawn(40, 3, missing: true), 3)),
        ("left to right, narrow, priors", () => LeftToRight(6, 0.1), () => WithPriors(Drawn(20, 1), 6, soft: true)),
        ("profile with silent states, priors", () => Profile(5), () => WithPriors(Categories(30, 4, longest: 9), 11, soft: true)),
    ];

    public static TheoryData<string> Names => [.. cases.Select(c => c.Name)];

    public static IEnumerable<string> Keys => cases.Select(c => c.Name);

    public static (HiddenMarkovModel Model, SequenceSet Data) Get(string name)
    {
        var found = cases.Single(c => c.Name == name);
        return (found.Model(), found.Data());
    }

    /// <summary>Priors of any kind for each row of each sequence; null if the rows have none. Shape [sequences][length, states].</summary>
    public static double[][,]? PriorsOf(SequenceSet data)
    {
        if (data.PriorComponents == 0) return null;
        var priors = data.Block(0, data.Count).Priors;
        return ByLength(data, data.PriorComponents, (row, k, own) => Math.Pow(2, own[row, k]), priors);
    }

    /// <summary>The same sequences with priors.</summary>
    public static SequenceSet WithPriors(SequenceSet data, int states, bool soft = false)
    {
        var all = Contract.ModelCases.Priors(data.Rows, states, soft);
        return data.WithPriors(ByLength(data, states, (row, k, _) => all[row, k], default));
    }

    private delegate double PriorOf(int row, int state, RowPriors own);

    private static double[][,] ByLength(SequenceSet data, int states, PriorOf prior, RowPriors own)
    {
        var priors = new double[data.Count][,];
        for (var s = 0; s < data.Count; s++)
        {
            priors[s] = new double[data.Length(s), states];
            for (var t = 0; t < data.Length(s); t++)
                for (var k = 0; k < states; k++) priors[s][t, k] = prior(data.Offset(s) + t, k, own);
        }
        return priors;
    }

    /// <summary>Every state leads to every other one with probabilities that a hash decides.</summary>
    public static HiddenMarkovModel Dense(int states, Func<int, Distribution> emission, bool finite = false)
    {
        var random = new SeededRandom(states);
        List<HiddenTransition> edges = [];
        for (var i = -1; i < states; i++)
        {
            var name = i < 0 ? HiddenMarkovModel.Start : $"s{i}";
            for (var j = 0; j < states; j++) edges.Add(new(name, $"s{j}", 0.1 + random.NextDouble() + (i == j ? 2 : 0)));
            if (finite && i >= 0) edges.Add(new(name, HiddenMarkovModel.End, 0.2));
            var sum = edges.Where(e => e.From == name).Sum(e => e.Probability);
            edges = [.. edges.Select(e => e.From == name ? e with { Probability = e.Probability / sum } : e)];
        }
        return new(Enumerable.Range(0, states).Select(k => new HiddenState($"s{k}", emission(k))), edges);
    }

    public static HiddenMarkovModel LeftToRight(int states, double deviation)
    {
        List<HiddenTransition> edges = [new(HiddenMarkovModel.Start, "s0", 1)];
        for (var k = 0; k < states; k++)
        {
            edges.Add(new($"s{k}", $"s{k}", k == states - 1 ? 1 : 0.8));
            if (k < states - 1) edges.Add(new($"s{k}", $"s{k + 1}", 0.2));
        }
        return new(Enumerable.Range(0, states).Select(k => new HiddenState($"s{k}", new NormalDistribution(1.5 * k, deviation))), edges);
    }

    /// <summary>A profile: match, insert and silent delete states.</summary>
    public static HiddenMarkovModel Profile(int length)
    {
        List<HiddenState> states = [];
        List<HiddenTransition> edges = [];
        for (var k = 0; k <= length; k++)
        {
            states.Add(new($"i{k}", new DiscreteDistribution([0.25, 0.25, 0.25, 0.25])));
            if (k > 0) states.Add(new($"m{k}", new DiscreteDistribution([.. Enumerable.Range(0, 4).Select(c => c == k % 4 ? 0.7 : 0.1)])));
            if (k > 0) states.Add(new($"d{k}"));
            string[] own = k == 0 ? [HiddenMarkovModel.Start, "i0"] : [$"m{k}", $"d{k}", $"i{k}"];
            foreach (var name in own)
            {
                edges.Add(new(name, $"i{k}", 0.1));
                edges.Add(new(name, k == length ? HiddenMarkovModel.End : $"m{k + 1}", k == length ? 0.9 : 0.7));
                if (k < length) edges.Add(new(name, $"d{k + 1}", 0.2));
            }
        }
        return new(states, edges);
    }

    /// <summary>Sequences of lengths 1 … 60 of normal numbers that wander.</summary>
    public static SequenceSet Drawn(int sequences, int columns, bool missing = false, bool weighted = false, int longest = 60, bool outliers = false)
    {
        var random = new SeededRandom(5);
        var weights = new double[sequences];
        var data = new double[sequences][,];
        for (var s = 0; s < sequences; s++)
        {
            data[s] = new double[1 + random.NextInt64(longest), columns];
            weights[s] = weighted ? random.NextInt64(3) : 1;
            double center = 0;
            for (var t = 0; t < data[s].GetLength(0); t++)
            {
                if (random.NextInt64(5) == 0) center = 3 * random.NextInt64(4);
                var far = outliers && random.NextInt64(20) == 0 ? 400 : 0;
                for (var j = 0; j < columns; j++)
                    data[s][t, j] = far + (missing && random.NextInt64(9) == 0 ? double.NaN : (j == 0 ? center : 0) + random.NextNormal());
            }
        }
        return SequenceSet.From(data, weighted ? weights : null);
    }

    private static HiddenMarkovModel Tied() => new(
        [new("a", new NormalDistribution(0, 1), 0.5), new("b", TiedTo: "a"), new("c", new NormalDistribution(5, 2), 2)],
        [new("start", "a", 0.5), new("start", "c", 0.5), new("a", "a", 0.6, Group: "stay"), new("a", "b", 0.4, Group: "go"), new("b", "b", 0.6, Group: "stay"),
            new("b", "c", 0.4, Group: "go"), new("c", "c", 0.7), new("c", "a", 0.3)]);

    private static SequenceSet Categories(int sequences, int categories, int longest = 60)
    {
        var random = new SeededRandom(6);
        var data = new double[sequences][];
        for (var s = 0; s < sequences; s++)
        {
            data[s] = new double[1 + random.NextInt64(longest)];
            for (var t = 0; t < data[s].Length; t++) data[s][t] = random.NextInt64(11) == 0 ? double.NaN : random.NextInt64(categories);
        }
        return SequenceSet.From(data);
    }
}
