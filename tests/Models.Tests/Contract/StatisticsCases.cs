using Pipelines.Models.Fitting;
using Pipelines.Models.Sequences;
using Pipelines.Models.Tests.Sequences;

namespace Pipelines.Models.Tests.Contract;

/// <summary>Every model of the contract suites with its data, whether they are rows or sequences, for what is promised of statistics and passes.</summary>
internal static class StatisticsCases
{
    private static readonly Dictionary<string, (Func<Model> Model, Func<Data> Data)> cases = new(
        ModelCases.Keys.Select(name => Case(name, () => ModelCases.Get(name).Start, () => new(ModelCases.Get(name).Data, null)))
            .Concat(HiddenMarkovCases.Keys.Select(name => Case($"hidden Markov: {name}", () => HiddenMarkovCases.Get(name).Model,
                () => new(null, Repeated(HiddenMarkovCases.Get(name).Data)))))
            .Append(Case("Markov chain", () => Chain(0.4), Symbols))
            .Append(Case("Bayes classifier of sequences", () => new BayesClassifier([Hidden(), Chain(0.2)], [0.7, 0.3]), LabeledSymbols))
            .Append(Case("Bayes classifier of sequences, priors", () => new BayesClassifier([Hidden(), Chain(0.2)], [0.7, 0.3]),
                () => WithPriors(LabeledSymbols())))
            .Append(Case("mixture of sequence models", () => new GeneralMixtureModel([Hidden(), Chain(0.2)], [0.7, 0.3]), Symbols))
            .Append(Case("mixture of sequence models, priors", () => new GeneralMixtureModel([Hidden(), Chain(0.2)], [0.7, 0.3]),
                () => WithPriors(Symbols()))));

    public static TheoryData<string> Names => [.. cases.Keys];

    public static IEnumerable<string> Keys => cases.Keys;

    public static IEnumerable<Type> Covered => cases.Values.Select(c => c.Model().GetType()).Concat(ModelCases.Covered).Distinct();

    public static (Model Model, Data Rows) Get(string name) => (cases[name].Model(), cases[name].Data());

    private static KeyValuePair<string, (Func<Model>, Func<Data>)> Case(string name, Func<Model> model, Func<Data> data) => new(name, (model, data));

    private static HiddenMarkovModel Hidden() => HiddenMarkovModel.FromMatrix(new[,] { { 0.9, 0.1 }, { 0.1, 0.9 } },
        [new DiscreteDistribution([0.6, 0.3, 0.1]), new DiscreteDistribution([0.1, 0.2, 0.7])], [0.5, 0.5]);

    private static MarkovChain Chain(double p) => new([new DiscreteDistribution([0.4, 0.3, 0.3]),
        new ConditionalProbabilityTable([3, 3], [p, (1 - p) / 2, (1 - p) / 2, (1 - p) / 2, p, (1 - p) / 2, (1 - p) / 2, (1 - p) / 2, p])]);

    private static Data WithPriors(Data data) => new(null, HiddenMarkovCases.WithPriors(data.Sequences!, 2));

    // Two in three sequences have a label.
    private static Data LabeledSymbols()
    {
        var all = Symbols().Sequences!;
        var labels = new int[all.Rows];
        var rows = all.Block(0, all.Count);
        for (var s = 0; s < all.Count; s++) labels.AsSpan(all.Offset(s), all.Length(s)).Fill((s % 3) - 1);
        var values = new double[all.Rows];
        for (var i = 0; i < values.Length; i++) values[i] = rows[i, 0];
        return new(null, new(FeatureMatrix.FromColumn(values, rows.Weights.ToArray()), rows.SequenceOffsets.ToArray(), labels));
    }

    private static Data Symbols()
    {
        var random = new SeededRandom(3);
        var sequences = Enumerable.Range(0, 300).Select(s => Chain(s % 2 == 0 ? 0.75 : 0.2).Sample(1, 1 + (int)random.NextInt64(40), s)[0]).ToArray();
        return new(null, SequenceSet.From(sequences, [.. sequences.Select(_ => 0.5 + random.NextDouble())]));
    }

    // As often as 100 groups of the smallest batches need.
    private static SequenceSet Repeated(SequenceSet set)
    {
        var (all, weights, groups, open) = (new List<double[,]>(), new List<double>(), 0, 0);
        for (var s = 0; groups < 100; s++)
        {
            var block = set.Block(s % set.Count, 1);
            var rows = new double[block.Rows, block.Columns];
            for (var i = 0; i < block.Rows; i++)
                for (var j = 0; j < block.Columns; j++) rows[i, j] = block[i, j];
            all.Add(rows);
            weights.Add(block.Weights.IsEmpty ? 1 : block.Weights[0]);
            open += block.Rows;
            if (!SequenceGroups.IsFull(1, open, 1)) continue;
            (groups, open) = (groups + 1, 0);
        }
        var made = SequenceSet.From(all, weights);
        return set.PriorComponents == 0 ? made : HiddenMarkovCases.WithPriors(made, set.PriorComponents);
    }

    /// <summary>Rows, or sequences.</summary>
    internal sealed record Data(FeatureMatrix? Rows, SequenceSet? Sequences)
    {
        /// <summary>A pass of several hundred batches, or groups of sequences, where the data suffice for that.</summary>
        public IDataPass Pass(int parallelism) => Rows is { } rows
            ? new InMemoryPass(rows, Math.Max(1, rows.Rows / 700), parallelism)
            : new SequencePass(Sequences!, 1, parallelism);

        /// <summary>Number of codes of each feature that holds nothing else; 0 = it holds other values.</summary>
        public int[] Codes
        {
            get
            {
                var block = All;
                var codes = new int[block.Columns];
                for (var j = 0; j < codes.Length; j++)
                {
                    var isCoded = true;
                    for (var i = 0; i < block.Rows; i++)
                    {
                        var x = block[i, j];
                        if (double.IsNaN(x)) continue;
                        isCoded &= x >= 0 && x < 1e6 && x == Math.Floor(x);
                        if (isCoded) codes[j] = Math.Max(codes[j], (int)x + 1);
                    }
                    if (!isCoded) codes[j] = 0;
                }
                return codes;
            }
        }

        /// <summary>All items, and their weights.</summary>
        public ItemBlock Items()
        {
            var block = All;
            var weights = new double[Rows is null ? block.SequenceCount : block.Rows];
            for (var i = 0; i < weights.Length; i++)
            {
                var row = Rows is null ? block.SequenceOffsets[i] : i;
                // An empty sequence has no row to carry a weight.
                weights[i] = block.Weights.IsEmpty || row >= block.Rows ? 1 : block.Weights[row];
            }
            return new(block, weights);
        }

        private FeatureBlock All => Rows is { } rows ? rows.Block(0, rows.Rows) : Sequences!.Block(0, Sequences.Count);

        /// <summary>The statistics of all the data.</summary>
        public Statistics Summarize(ISummarizer summarizer)
        {
            var statistics = summarizer.CreateStatistics();
            summarizer.Summarize(All, statistics);
            return statistics;
        }
    }

    /// <summary>Items and their weights, shape [items].</summary>
    internal readonly ref struct ItemBlock(FeatureBlock block, double[] weights)
    {
        private readonly FeatureBlock block = block;

        /// <summary>The items.</summary>
        public FeatureBlock Block => block;

        public void Deconstruct(out FeatureBlock block, out double[] weights)
        {
            block = this.block;
            weights = Weights;
        }

        private double[] Weights { get; } = weights;
    }
}
