using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Sequences;

namespace Pipelines.Models.Tests.Sequences;

/// <summary>Long sequences, labels, ways to make a model, and what bad input gets.</summary>
public class HiddenMarkovTests
{
    [Theory]
    [MemberData(nameof(KernelData.Scaled), MemberType = typeof(KernelData))]
    public void AMillionSymbolsDoNotUnderflow(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var model = HiddenMarkovCases.Dense(2, k => new NormalDistribution(3 * k, 1));
        var random = new SeededRandom(1);
        var rows = new double[1_000_000];
        for (var t = 0; t < rows.Length; t++) rows[t] = (t / 100 % 2 * 3) + random.NextNormal();
        // 1e-9 relative: what is promised against logarithms.
        var expected = LogForward(model, rows);
        Assert.Equal(expected, model.LogProbability(SequenceSet.From([rows]), 1)[0], 1e-9 * Math.Abs(expected));
    }

    [Theory]
    [MemberData(nameof(KernelData.Variants), MemberType = typeof(KernelData))]
    public void OneLongSequenceGetsTheSameBitsOnAnyNumberOfThreads(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var model = HiddenMarkovCases.Dense(3, k => IndependentComponentsDistribution.Prototype([3 * k, 0]));
        var random = new SeededRandom(8);
        // Beyond what is kept whole: three segments.
        var rows = new double[variant == KernelVariant.Scalar ? 2_000 : 70_001, 2];
        for (var t = 0; t < rows.GetLength(0); t++)
            (rows[t, 0], rows[t, 1]) = ((t / 40 % 3 * 3) + random.NextNormal(), t % 101 == 0 ? double.NaN : random.NextNormal());
        var data = SequenceSet.From([rows]);
        var options = new FitOptions { MaxIterations = 2, StopThreshold = double.NegativeInfinity, MaxDegreeOfParallelism = 1 };
        var fitted = model.Fit(data, options);
        Assert.Equal(fitted.Model, model.Fit(data, options with { MaxDegreeOfParallelism = 8 }).Model);
        Assert.Equal(model.PredictProbability(data, 1)[0], model.PredictProbability(data, 8)[0]);
        // The same rows in lanes beside another sequence, in other tiles.
        var both = SequenceSet.From([rows, rows]);
        Assert.Equal(model.LogProbability(data)[0], model.LogProbability(both)[1]);
        Assert.Equal(model.Predict(data)[0], model.Predict(both)[1]);
        // Counted twice: other orders of summation.
        Assert.Equal(2 * fitted.LogLikelihood, model.Fit(both, options).LogLikelihood, 1e-10 * Math.Abs(fitted.LogLikelihood));
    }

    [Fact]
    public void Draws_take_possible_ways_only_and_come_to_the_end()
    {
        // Edges of probability 0, and a state that nothing leaves.
        var model = new HiddenMarkovModel(
            [new("a", new NormalDistribution(0, 1)), new("b", new NormalDistribution(1, 1)), new("trap", new NormalDistribution(2, 1))],
            [new("start", "b", 0), new("start", "a", 1), new("a", "a", 0.5), new("a", "trap", 0.25), new("a", "end", 0.25), new("b", "end", 1),
                new("trap", "trap", 1), new("trap", "end", 0)]);
        var drawn = model.Sample(500, seed: 1);
        Assert.All(drawn, s => Assert.All(s.States, k => Assert.Equal(0, k)));
        // Stopped by the end in 1 of 3 steps that lead to the end or go on: geometric.
        Assert.Equal(2.0, drawn.Average(s => s.States.Length), 5 * Math.Sqrt(2.0 / 500));
        var closed = new HiddenMarkovModel([new("a", new NormalDistribution(0, 1))], [new("start", "a", 1), new("a", "a", 1), new("a", "end", 0)]);
        Assert.Equal("sampling: found no path to the end, expected a length that the model can have; choose another length",
            Assert.Throws<ModelException>(() => closed.Sample(1)).Message);
    }

    [Fact]
    public void LongPathsAreFoundInSegments()
    {
        var model = HiddenMarkovCases.Dense(2, k => new NormalDistribution(3 * k, 1), finite: true);
        var random = new SeededRandom(4);
        var rows = new double[40_000];
        for (var t = 0; t < rows.Length; t++) rows[t] = (t / 7 % 2 * 3) + random.NextNormal();
        var transitions = model.DenseTransitions();
        var (best, back) = (new double[2], new int[rows.Length, 2]);
        for (var t = 0; t < rows.Length; t++)
        {
            var next = new double[2];
            for (var j = 0; j < 2; j++)
            {
                var ways = Enumerable.Range(0, 2).Select(i => t == 0 ? Math.Log(transitions[model.StartIndex, j]) : best[i] + Math.Log(transitions[i, j]))
                    .ToArray();
                back[t, j] = ways[1] > ways[0] ? 1 : 0;
                next[j] = ways.Max() - (0.5 * Math.Pow(rows[t] - (3 * j), 2)) - (0.5 * Math.Log(2 * Math.PI));
            }
            best = next;
        }
        for (var i = 0; i < 2; i++) best[i] += Math.Log(transitions[i, model.EndIndex]);
        var found = model.Viterbi(SequenceSet.From([rows]))[0];
        Assert.Equal(best.Max(), found.LogProbability, 1e-9 * Math.Abs(found.LogProbability));
        for (var (t, state) = (rows.Length - 1, best[1] > best[0] ? 1 : 0); t >= 0; state = back[t--, state]) Assert.Equal(state, found.States[t]);
        Assert.Equal(rows.Length + 2, found.Route.Length);
    }

    // Of 16 states, 16 sequences of 5,000 rows have their emissions computed twice, of 20,000 rows their forward numbers too.
    public static TheoryData<int, int, KernelVariant> Segmented
    {
        get
        {
            var data = new TheoryData<int, int, KernelVariant>();
            foreach (var variant in KernelSelection.Supported.Where(v => v != KernelVariant.Scalar))
            {
                data.Add(32, 5_000, variant);
                data.Add(17, 20_000, variant);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Segmented))]
    public void LongSequencesAreComputedInSegments(int sequences, int longest, KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var model = HiddenMarkovCases.Dense(16, k => new NormalDistribution(0.5 * k, 1), finite: true);
        var data = HiddenMarkovCases.Drawn(sequences, 1, longest: longest);
        var statistics = (HiddenMarkovStatistics)model.CreateStatistics();
        model.Summarize(data.Block(0, data.Count), statistics);
        var parts = (HiddenMarkovStatistics)model.CreateStatistics();
        for (var s = 0; s < data.Count; s++) model.Summarize(data.Block(s, 1), parts);
        // Other orders of summation over some 100,000 rows.
        Assert.Equal(parts.Objective, statistics.Objective, 1e-11 * Math.Abs(parts.Objective));
        for (var e = 0; e < statistics.Edges.Length; e++) Assert.Equal(parts.Edges[e], statistics.Edges[e], 1e-10 * Math.Max(1, parts.Edges[e]));
        for (var k = 0; k < 16; k++)
        {
            var (expected, found) = (((SumStatistics)parts.Emissions.Parts[k]).Sums, ((SumStatistics)statistics.Emissions.Parts[k]).Sums);
            for (var i = 0; i < found.Length; i++) Assert.Equal(expected[i], found[i], 1e-9 * Math.Max(1, Math.Abs(expected[i])));
        }
        Assert.Equal(data.Rows, statistics.Emissions.Responsibilities.Sum(), 1e-6);
    }

    [Theory]
    [MemberData(nameof(KernelData.Variants), MemberType = typeof(KernelData))]
    public void OutliersBeyondTheRangeOfNumbersAreExact(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        // The outlier favours the second state by 2^900; only the first one leads there, and the end of the sequence denies it by 2^1000.
        var model = new HiddenMarkovModel([new("a", new NormalDistribution(0, 1)), new("b", new NormalDistribution(40, 1))],
            [new("start", "a", 1), new("a", "a", 0.5), new("a", "b", 0.5), new("b", "b", 1)]);
        double[,] rows = { { 0 }, { 36 }, { 0.5 }, { -1 }, { 0 } };
        var expected = new HiddenMarkovOracle(model).Run(rows);
        var sequences = SequenceSet.From([rows]);
        Assert.Equal(expected.LogProbability, model.LogProbability(sequences)[0], 1e-9 * Math.Abs(expected.LogProbability));
        var found = model.PredictProbability(sequences)[0];
        for (var t = 0; t < 5; t++) Assert.Equal(expected.Posterior[t, 0], found[t, 0], 1e-9);
        Assert.Equal([0, 0, 0, 0, 0], model.Predict(sequences)[0]);
    }

    [Theory]
    [MemberData(nameof(KernelData.Variants), MemberType = typeof(KernelData))]
    public void KnownRowsOfASequencePinItsPath(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var model = HiddenMarkovCases.Dense(2, k => new NormalDistribution(k, 1));
        double[][] rows = [[0.2, 0.9, 0.4, 1.1]];
        var statistics = (HiddenMarkovStatistics)model.CreateStatistics();
        model.Summarize(SequenceSet.From(rows, labels: [[-1, 1, -1, 0]]).Block(0, 1), statistics);
        // All paths through s1 at row 1 and s0 at row 3, one by one.
        var transitions = model.DenseTransitions();
        var uses = new double[model.Transitions.Count];
        double total = 0;
        for (var a = 0; a < 2; a++)
        {
            for (var b = 0; b < 2; b++)
            {
                int[] path = [a, 1, b, 0];
                var p = transitions[model.StartIndex, a];
                for (var t = 0; t < 4; t++) p *= Math.Exp(-0.5 * Math.Pow(rows[0][t] - path[t], 2)) * (t > 0 ? transitions[path[t - 1], path[t]] : 1);
                total += p;
                for (var e = 0; e < uses.Length; e++)
                    for (var t = 0; t < 4; t++)
                        if (model.IndexOf(model.Transitions[e].To) == path[t]
                            && model.IndexOf(model.Transitions[e].From) == (t == 0 ? model.StartIndex : path[t - 1])) uses[e] += p;
            }
        }
        for (var e = 0; e < uses.Length; e++) Assert.Equal(uses[e] / total, statistics.Edges[e], 1e-12);
        Assert.Equal(model.LogProbability(SequenceSet.From(rows))[0], statistics.Objective, 1e-12);
    }

    [Fact]
    public void SamplesComeFromTheModel()
    {
        var model = HiddenMarkovCases.Profile(4);
        var samples = model.Sample(3_000, seed: 5);
        Assert.Equal(samples[7].Route, model.Sample(8, seed: 5)[7].Route);
        Assert.All(samples, s =>
        {
            Assert.Equal((model.StartIndex, model.EndIndex), (s.Route[0], s.Route[^1]));
            Assert.Equal(s.States, s.Route.Where(r => r < model.EmittingStates));
        });
        // Five standard errors of a share among 3,000.
        Assert.Equal(0.7, samples.Count(s => s.Route[1] == model.IndexOf("m1")) / 3_000.0, 0.042);
        Assert.All(model.Sample(20, length: 6), s => Assert.Equal(6, s.States.Length));
        Assert.Equal("sampling: found no length, expected a length: the model has no end; set the number of rows per sequence",
            Assert.Throws<ModelException>(() => HiddenMarkovCases.LeftToRight(2, 1).Sample(1)).Message);
    }

    [Fact]
    public void OneModelFollowsAnother()
    {
        static HiddenMarkovModel Single(double mean) => HiddenMarkovModel.FromMatrix(new[,] { { 0.5 } }, [new NormalDistribution(mean, 1)], [1], [0.5]);
        var both = Single(0).Concatenate(Single(5), "second ");
        double[,] rows = { { 0 }, { 5 }, { 5 } };
        // Either the first model takes one row and the second two, or the other way round: three steps of 0.5 each and the end.
        double Density(params double[] distances) => distances.Aggregate(0.5 * 0.5 * 0.5, (p, d) => p * Math.Exp(-0.5 * d * d) / Math.Sqrt(2 * Math.PI));
        Assert.Equal(Math.Log(Density(0, 0, 0) + Density(0, 5, 0)), both.LogProbability(SequenceSet.From([rows]))[0], 1e-12);
        Assert.Equal(["start", "s0", "join", "second s0", "second s0", "end"],
            both.Viterbi(SequenceSet.From([rows]))[0].Route.Select(s => both.States[s].Name));
    }

    [Fact]
    public void ABuilderMakesTheModelOfTheLists()
    {
        var built = new HiddenMarkovBuilder("b").AddState("a", new NormalDistribution(0, 1), 0.5).AddTied("b", "a").AddSilent("d")
            .AddTransition("start", "a", 1).AddTransition("a", "b", 0.5, 2, "g").AddTransition("a", "d", 0.5).AddTransition("d", "b", 1)
            .AddTransition("b", "end", 1).Build();
        Assert.Equal(new HiddenMarkovModel([new("a", new NormalDistribution(0, 1), 0.5), new("b", TiedTo: "a"), new("d")],
            [new("start", "a", 1), new("a", "b", 0.5, 2, "g"), new("a", "d", 0.5), new("d", "b", 1), new("b", "end", 1)], "b"), built);
        Assert.Equal(["a", "b", "start", "d", "end"], built.States.Select(s => s.Name));
    }

    [Fact]
    public void TablesStartFromSharesChangedAtRandom()
    {
        var truth = HiddenMarkovModel.FromMatrix(new[,] { { 0.95, 0.05 }, { 0.05, 0.95 } },
            [new DiscreteDistribution([0.8, 0.1, 0.1]), new DiscreteDistribution([0.1, 0.1, 0.8])], [0.5, 0.5]);
        var data = SequenceSet.From([.. truth.Sample(60, 200).Select(s => s.Rows)]);
        var one = HiddenMarkov.Of<DiscreteDistribution>(2, restarts: 3)
            .Fit(data, new() { MaxIterations = 200, StopThreshold = 1e-6, MaxDegreeOfParallelism = 1 });
        Assert.Equal(one.Model, HiddenMarkov.Of<DiscreteDistribution>(2, restarts: 3)
            .Fit(data, new() { MaxIterations = 200, StopThreshold = 1e-6, MaxDegreeOfParallelism = 8 }).Model);
        var first = ((DiscreteDistribution)one.Model.Emission(0)).Probabilities[0];
        Assert.True(first is > 0.75 or < 0.15, $"{first}");
    }

    [Fact]
    public void FrozenPartsStay()
    {
        var model = HiddenMarkovCases.Dense(3, k => k == 1 ? new NormalDistribution(3, 1).Freeze() : new NormalDistribution(3 * k, 1))
            .With(new() { FreezeTransitions = true });
        var fitted = model.Fit(HiddenMarkovCases.Drawn(20, 1), new() { MaxIterations = 2 }).Model;
        Assert.Equal(model.Transitions, fitted.Transitions);
        Assert.Equal(model.Emission(1), fitted.Emission(1));
        Assert.NotEqual(model.Emission(0), fitted.Emission(0));
    }

    [Fact]
    public void EmptySequencesHaveTheProbabilityOfTheSilentWays()
    {
        var silent = new HiddenMarkovModel([new("a", new NormalDistribution(0, 1))], [new("start", "a", 0.75), new("start", "end", 0.25), new("a", "end", 1)]);
        var logs = silent.LogProbability(SequenceSet.From([[], [0.0]]));
        Assert.Equal(Math.Log(0.25), logs[0], 1e-14);
        Assert.Equal(Math.Log(0.75) - (0.5 * Math.Log(2 * Math.PI)), logs[1], 1e-14);
        var statistics = (HiddenMarkovStatistics)silent.CreateStatistics();
        silent.Summarize(SequenceSet.From([[], [0.0], []]).Block(0, 3), statistics);
        Assert.Equal([1, 2, 1], statistics.Edges);
    }

    [Theory]
    [InlineData("start;a;0.5|a;a;1", "", "the transitions out of state 'start' sum to 0.5: they were scaled to sum 1")]
    [InlineData("start;a;1|a;a;1", "b", "state 'b' cannot be reached from the start: no sequence visits it")]
    [InlineData("start;a;0.5|start;b;0.5|a;end;1|b;b;1", "b", "the end cannot be reached from state 'b': no sequence visits it")]
    public void OddModelsWarn(string edges, string more, string warning) => Assert.Contains(warning, Make(edges, more).Warnings);

    [Theory]
    [InlineData("start;a;1|a;x;0.5|x;y;1|y;x;0.5|y;a;0.5", "hidden Markov model, silent states: found a cycle among 'x', 'y', expected no cycle of silent "
        + "states; remove one of its transitions, or give one of the states a distribution")]
    [InlineData("start;q;1", "hidden Markov model, transition 'start' to 'q': found no state 'q', expected names of states; add the state or correct the name")]
    [InlineData("start;a;-1", "hidden Markov model, transition 'start' to 'a': found a probability of -1, expected a finite number of at least 0; correct the "
        + "probability")]
    [InlineData("start;a;1|start;a;1", "hidden Markov model, transition 'start' to 'a': found 2 of them, expected one; add up their probabilities")]
    [InlineData("start;a;1|a;start;1", "hidden Markov model, transition 'a' to 'start': found a transition into the start, expected none: every sequence "
        + "starts there exactly once; point it at the states after the start")]
    [InlineData("start;a;1|end;a;1", "hidden Markov model, transition 'end' to 'a': found a transition out of the end, expected none: every sequence ends "
        + "there; remove the transition")]
    public void WrongModelsAreNamed(string edges, string message) => Assert.Equal(message, Assert.Throws<ModelException>(() => Make(edges, "")).Message);

    [Fact]
    public void WrongRowSumsCanBeRefused() =>
        Assert.Equal("hidden Markov model, transitions out of 'start': found a sum of 0.5, expected 1; correct them, or allow scaling",
        Assert.Throws<ModelException>(() => new HiddenMarkovModel([new("a", new NormalDistribution(0, 1))], [new("start", "a", 0.5), new("a", "a", 1)],
            refuseRowSums: true)).Message);

    [Fact]
    public void WrongLabelsAreNamed()
    {
        var model = HiddenMarkovCases.LeftToRight(3, 1);
        double[][] rows = [[0, 1, 2]];
        string Message(int[]? labels, HiddenTraining training = HiddenTraining.BaumWelch) =>
            Assert.Throws<ModelException>(() => model.With(new() { Training = training }).Fit(SequenceSet.From(rows, labels: [labels]))).Message;
        Assert.Equal("label of row 1: found 7, which is not a state, expected 0 to 2, or -1 if unknown; correct the label", Message([0, 7, 1]));
        Assert.Equal("sequence 0, row 2: found labels that go from 's1' to 's0', expected labels along transitions that the model has; correct the labels, or "
            + "give the model the transition", Message([0, 1, 0]));
        Assert.Equal("sequence 0: found labels that no path through the model passes, expected labels along transitions that the model has; correct the "
            + "labels, or give the model the transition", Message([2, -1, -1]));
        Assert.Equal("sequence 0: found rows without a label, expected the state of each row; label every row, or train by Baum-Welch, which takes sequences "
            + "without labels too", Message([0, -1, 1], HiddenTraining.Labeled));
        Assert.Equal("hidden Markov model: found no state 'q', expected the name of one of its states; correct the name",
            Assert.Throws<ModelException>(() => model.Labels(["q"])).Message);
        Assert.Equal("labels of sequence 0: found 2 labels, expected 3, one for each row; give each row its state, or -1",
            Assert.Throws<ModelException>(() => SequenceSet.From(rows, labels: [[0, 1]])).Message);
    }

    [Fact]
    public void OnlyTheStatesOfACycleAreNamed()
    {
        var error = Assert.Throws<ModelException>(() => new HiddenMarkovModel(
            [new("a", new NormalDistribution(0, 1)), new("d1"), new("d2"), new("d3")],
            [new("start", "a", 1), new("a", "d1", 1), new("d1", "d2", 1), new("d2", "d1", 0.5), new("d2", "d3", 0.5), new("d3", "end", 1)]));
        Assert.Equal("hidden Markov model, silent states: found a cycle among 'd1', 'd2', expected no cycle of silent states; remove one of its "
            + "transitions, or give one of the states a distribution", error.Message);
    }

    [Fact]
    public void ADataSetThatIsAllImpossibleIsAnError()
    {
        var model = HiddenMarkovModel.FromMatrix(new[,] { { 1.0 } }, [new DiscreteDistribution([0.5, 0.5])], [1]);
        var error = Assert.Throws<ModelException>(() => model.Fit(SequenceSet.From([[0.0, 5], [5]])));
        Assert.Contains("2 of 2 sequences are impossible under the model (numbers 0, 1; 3 of 3 rows)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FreeParametersAreWhatFittingChooses()
    {
        // Two normals; two starts and, of each state, two ways: 2 * 2 + 3 * (2 - 1).
        var two = HiddenMarkovModel.FromMatrix(new[,] { { 0.9, 0.1 }, { 0.2, 0.8 } }, [new NormalDistribution(0, 1), new NormalDistribution(4, 1)], [0.5, 0.5]);
        Assert.Equal(7, two.ParameterCount);
        Assert.Equal(4, two.With(new() { FreezeTransitions = true }).ParameterCount);
        // An end adds a way to each state; a frozen distribution and one that is tied count nothing.
        Assert.Equal(2 + 1 + 2 + 2, HiddenMarkovModel.FromMatrix(new[,] { { 0.8, 0.1 }, { 0.2, 0.7 } },
            [new NormalDistribution(0, 1), new NormalDistribution(4, 1).Freeze()], [0.5, 0.5], [0.1, 0.1]).ParameterCount);
        Assert.Equal(2 + 3, new HiddenMarkovModel([new("a", new NormalDistribution(0, 1)), new("b", null, TiedTo: "a")],
            [new("start", "a", 0.5), new("start", "b", 0.5), new("a", "a", 0.5), new("a", "b", 0.5), new("b", "a", 0.5), new("b", "b", 0.5)]).ParameterCount);
        // Of 3 symbols: 2 for the first row, 3 * 2 for the next ones; and one share of two chains.
        var chain = new MarkovChain([new DiscreteDistribution([0.5, 0.25, 0.25]), new ConditionalProbabilityTable([3, 3], [.. Enumerable.Repeat(1 / 3.0, 9)])]);
        Assert.Equal(8, chain.ParameterCount);
        Assert.Equal(17, new GeneralMixtureModel([chain, chain], [0.5, 0.5]).ParameterCount);
    }

    [Theory]
    [InlineData(1), InlineData(3)]
    public void LabelsInMemoryNameAndBeginTheStates(int states)
    {
        // Labels say that the state of large numbers is the first; k-means knows no order.
        var sequences = SequenceSet.From([[10, 11, 0, 1], [1, 0, 12]], null, states == 1 ? [[0, 0, 0, 0], null] : [[0, -1, 1, -1], null]);
        var model = HiddenMarkov.Of<NormalDistribution>(states).Fit(sequences, SequenceFitting.DefaultFit with { MaxIterations = 0, MinVariance = 0.5 }).Model;
        Assert.Equal(Enumerable.Range(0, states).Select(k => $"s{k}"), model.States.Take(states).Select(s => s.Name));
        // The only labelled rows of a state begin it; all four where all are in one.
        Assert.Equal(states == 1 ? 22 / 4.0 : 10, ((NormalDistribution)model.Emission(0)).Mean, 1e-12);
        if (states > 1) Assert.Equal(0, ((NormalDistribution)model.Emission(1)).Mean, 1e-12);
    }

    [Fact]
    public void WhatOnlyRowsWithoutALabelHaveStaysPossible()
    {
        // The symbol 2 stands in a sequence without labels; each sequence weighs what its first row weighs.
        var set = new SequenceSet(FeatureMatrix.FromColumnMajor([0, 0, 1, 1, 2, 0, 2], 7, 1, 7, [2, 0, 0, 0, 1, 1, 1]), [0, 4, 7], [0, 0, 1, 1, -1, -1, -1]);
        var fitted = HiddenMarkov.Of<DiscreteDistribution>(2).Fit(set, SequenceFitting.DefaultFit with { MaxIterations = 0 });
        Assert.Empty(fitted.Warnings);
        // Two rows of weight 2 hold the symbol 0 in the first state, beside the pseudocount of 0.01 of each of three symbols.
        Assert.Equal(4.01 / 4.03, ((DiscreteDistribution)fitted.Model.Emission(0)).Probabilities[0], 1e-12);
        Assert.True(double.IsFinite(fitted.LogLikelihood));
    }

    private static HiddenMarkovModel Make(string edges, string more)
    {
        List<HiddenState> states = [new("a", new NormalDistribution(0, 1)), new("x"), new("y")];
        if (more.Length > 0) states.Add(new(more, new NormalDistribution(1, 1)));
        return new(states, edges.Split('|').Select(e => e.Split(';')).Select(e => new HiddenTransition(e[0], e[1], double.Parse(e[2]))));
    }

    // The definition for one feature of normals, in logarithms, two states.
    private static double LogForward(HiddenMarkovModel model, double[] rows)
    {
        var transitions = model.DenseTransitions();
        var current = new double[2];
        for (var t = 0; t < rows.Length; t++)
        {
            var next = new double[2];
            for (var j = 0; j < 2; j++)
            {
                var before = t == 0 ? Math.Log(transitions[model.StartIndex, j])
                    : Math.Max(current[0], current[1])
                        + Math.Log((Math.Exp(current[0] - Math.Max(current[0], current[1])) * transitions[0, j])
                            + (Math.Exp(current[1] - Math.Max(current[0], current[1])) * transitions[1, j]));
                next[j] = before - (0.5 * Math.Pow(rows[t] - (3 * j), 2)) - (0.5 * Math.Log(2 * Math.PI));
            }
            current = next;
        }
        var max = Math.Max(current[0], current[1]);
        return max + Math.Log(Math.Exp(current[0] - max) + Math.Exp(current[1] - max));
    }
}
