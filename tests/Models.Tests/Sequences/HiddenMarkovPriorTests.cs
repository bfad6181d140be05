using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;

namespace Pipelines.Models.Tests.Sequences;

/// <summary>
/// Priors of states: those of 1 are labels, equal ones change only the log-likelihood, and every way of decoding uses them. The contract suites compare
/// counts and posteriors with the definition.
/// </summary>
public sealed class HiddenMarkovPriorTests
{
    // Scaled arithmetic against logarithms over some hundred rows.
    private const double Rounding = 1e-9;

    private static readonly FitOptions threeUpdates = new() { MaxIterations = 3, StopThreshold = double.NegativeInfinity };

    public static TheoryData<KernelVariant> Variants => KernelData.Variants;

    [Theory]
    [MemberData(nameof(Variants))]
    public void APriorOfOneIsALabel(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var model = HiddenMarkovCases.Dense(3, k => new NormalDistribution(3 * k, 1), finite: true);
        var data = HiddenMarkovCases.Drawn(20, 1);
        var (labeled, certain) = Labeled(data, 3, every: 4);
        var (expected, found) = (model.Fit(labeled, threeUpdates).Model, model.Fit(certain, threeUpdates).Model);
        for (var k = 0; k < 3; k++)
            Assert.Equal(((NormalDistribution)expected.Emission(k)).Mean, ((NormalDistribution)found.Emission(k)).Mean, Rounding);
        for (var e = 0; e < expected.Transitions.Count; e++)
            Assert.Equal(expected.Transitions[e].Probability, found.Transitions[e].Probability, Rounding);
        // Labels do not change the posteriors of a fitted model, priors do: a certain row is in its state.
        var posteriors = found.PredictProbability(certain);
        var path = found.Viterbi(certain);
        var states = certain.Block(0, certain.Count).Priors;
        for (var s = 0; s < certain.Count; s++)
        {
            for (var t = 0; t < certain.Length(s); t += 4)
            {
                var state = states.CertainComponent(certain.Offset(s) + t);
                Assert.Equal(1, posteriors[s][t, state], 1e-12);
                Assert.Equal(state, path[s].States[t]);
            }
        }
    }

    [Fact]
    public void TrainingByLabelsTakesPriorsOfOne()
    {
        var model = HiddenMarkovCases.Dense(3, k => new NormalDistribution(3 * k, 1)).With(new() { Training = HiddenTraining.Labeled });
        var (labeled, certain) = Labeled(HiddenMarkovCases.Drawn(20, 1), 3, every: 1);
        Assert.Equal(model.Fit(labeled, threeUpdates).Model, model.Fit(certain, threeUpdates).Model);
        var (_, some) = Labeled(HiddenMarkovCases.Drawn(20, 1), 3, every: 2);
        Assert.Contains("found rows without a label", Assert.Throws<ModelException>(() => model.Fit(some, threeUpdates)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AStartTakesPriorsOfOneForLabels()
    {
        var (labeled, certain) = Labeled(HiddenMarkovCases.Drawn(40, 1), 3, every: 3);
        var estimator = HiddenMarkov.Of<NormalDistribution>(3);
        var (expected, found) = (estimator.Fit(labeled, threeUpdates).Model, estimator.Fit(certain, threeUpdates).Model);
        for (var k = 0; k < 3; k++)
            Assert.Equal(((NormalDistribution)expected.Emission(k)).Mean, ((NormalDistribution)found.Emission(k)).Mean, Rounding);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void EqualPriorsChangeNothingButTheLogLikelihood(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var model = HiddenMarkovCases.Dense(4, k => new DiscreteDistribution([0.1 + (0.1 * k), 0.2, 0.3, 0.4 - (0.1 * k)]));
        var data = SequenceSet.From([.. Enumerable.Range(0, 30).Select(s => Enumerable.Range(0, 5 + s).Select(t => (double)(s * t % 4)).ToArray())]);
        var equal = data.WithPriors([.. Enumerable.Range(0, 30).Select(s => Filled(5 + s, 4, 0.25))]);
        var (without, with) = (model.Fit(data, threeUpdates), model.Fit(equal, threeUpdates));
        Assert.Equal(without.LogLikelihood - (data.Rows * Math.Log(4)), with.LogLikelihood, Rounding * Math.Abs(with.LogLikelihood));
        for (var e = 0; e < without.Model.Transitions.Count; e++)
            Assert.Equal(without.Model.Transitions[e].Probability, with.Model.Transitions[e].Probability, Rounding);
        Assert.Equal(without.Model.Viterbi(data).SelectMany(p => p.States), without.Model.Viterbi(equal).SelectMany(p => p.States));
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void ALongSequenceOfItsOwnIsThatOfTheDefinition(KernelVariant variant)
    {
        using var forced = KernelSelection.Force(variant);
        var model = HiddenMarkovCases.Dense(3, k => new NormalDistribution(3 * k, 1));
        var random = new SeededRandom(2);
        double[] x = [.. Enumerable.Range(0, 2_000).Select(t => (t / 50 % 3 * 3) + random.NextNormal())];
        var priors = Contract.ModelCases.Priors(x.Length, 3);
        var data = SequenceSet.From([x]).WithPriors([priors]);
        var rows = new double[x.Length, 1];
        for (var t = 0; t < x.Length; t++) rows[t, 0] = x[t];
        var expected = new HiddenMarkovOracle(model).Run(rows, priors);
        Assert.Equal(expected.LogProbability, model.LogProbability(data)[0], Rounding * Math.Abs(expected.LogProbability));
        var found = model.PredictProbability(data)[0];
        for (var t = 0; t < x.Length; t++)
            for (var k = 0; k < 3; k++) Assert.Equal(expected.Posterior[t, k], found[t, k], Rounding);
    }

    [Fact]
    public void AMixtureOfSequencesTakesThoseOfTheFirstRow()
    {
        HiddenMarkovModel[] parts =
            [HiddenMarkovCases.Dense(2, k => new NormalDistribution(3 * k, 1)), HiddenMarkovCases.Dense(3, k => new NormalDistribution(k, 1))];
        var mixture = new GeneralMixtureModel(parts, [0.4, 0.6]);
        var data = HiddenMarkovCases.Drawn(300, 1, longest: 9);
        var with = HiddenMarkovCases.WithPriors(data, 2);
        var priors = HiddenMarkovCases.PriorsOf(with)!;
        var (first, second) = (parts[0].LogProbability(data), parts[1].LogProbability(data));
        var (logs, posteriors) = (mixture.LogProbability(with), mixture.PredictProbability(with));
        for (var s = 0; s < data.Count; s++)
        {
            var (a, b) = (0.4 * priors[s][0, 0] * Math.Exp(first[s]), 0.6 * priors[s][0, 1] * Math.Exp(second[s]));
            Assert.Equal(Math.Log(a + b), logs[s], 1e-10);
            Assert.Equal(a / (a + b), posteriors[s, 0], 1e-10);
        }
    }

    [Fact]
    public void PriorsMustFitTheSequences()
    {
        var data = SequenceSet.From([new double[] { 1, 2 }, new double[] { 3 }]);
        Assert.Equal("priors of sequence 1: found 2 x 2 of them, expected 1 x 2, one for each row and component; give each row of the sequence its priors",
            Assert.Throws<ModelException>(() => data.WithPriors([Filled(2, 2, 0.5), Filled(2, 2, 0.5)])).Message);
        Assert.Equal("priors, number of sequences: found 1, expected one table for each of 2 sequences; correct the options and run again",
            Assert.Throws<ModelException>(() => data.WithPriors([Filled(2, 2, 0.5)])).Message);
        Assert.Equal("priors of row 2, column 0: found -1, expected a probability from 0 to 1; correct the row; where nothing is known, "
            + "make them equal", Assert.Throws<ModelException>(() => data.WithPriors([Filled(2, 2, 0.5), Filled(1, 2, -1)])).Message);
        var model = HiddenMarkovCases.Dense(3, k => new NormalDistribution(k, 1));
        Assert.Equal("hmm model: found priors of 2 states, expected 3; give one prior for each, in the model's order (Pipeline.Priors)",
            Assert.Throws<ModelException>(() => model.Predict(data.WithPriors([Filled(2, 2, 0.5), Filled(1, 2, 0.5)]))).Message);
    }

    // Every few rows have a label, by the nearest mean; the others have none, or equal priors.
    private static (SequenceSet Labeled, SequenceSet Certain) Labeled(SequenceSet data, int states, int every)
    {
        var block = data.Block(0, data.Count);
        var labels = new int[data.Rows];
        var priors = new double[data.Count][,];
        for (var s = 0; s < data.Count; s++)
        {
            priors[s] = new double[data.Length(s), states];
            for (var t = 0; t < data.Length(s); t++)
            {
                var row = data.Offset(s) + t;
                labels[row] = t % every == 0 ? Math.Clamp((int)Math.Round(block[row, 0] / 3), 0, states - 1) : -1;
                for (var k = 0; k < states; k++) priors[s][t, k] = labels[row] < 0 ? 1.0 / states : labels[row] == k ? 1 : 0;
            }
        }
        return (new SequenceSet(data.Matrix, block.SequenceOffsets.ToArray(), labels), data.WithPriors(priors));
    }

    private static double[,] Filled(int rows, int columns, double value)
    {
        var filled = new double[rows, columns];
        for (var i = 0; i < rows; i++)
            for (var j = 0; j < columns; j++) filled[i, j] = value;
        return filled;
    }
}
