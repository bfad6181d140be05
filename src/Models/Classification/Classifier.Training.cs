using Pipelines.Models.Classification;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Mixtures;
using Pipelines.Models.Numerics;

namespace Pipelines;

/// <content>Summarize, merge and maximise.</content>
public abstract partial class Classifier
{
    /// <inheritdoc/>
    public override FitUses Uses => Classes.Aggregate(FitUses.Classes, (uses, c) => uses | c.Uses);

    /// <summary>True if each class is estimated in one pass and every item has a label, so that nothing is hidden.</summary>
    internal override bool IsDeterminedBy(Statistics statistics) =>
        ((ClassifierStatistics)statistics).Unlabeled == 0 && Classes.All(c => c.IsEstimatedInOnePass);

    /// <inheritdoc/>
    internal override string WhyObjectiveFalls => "it counts unlabeled items only; missing values, inertia, shrinkage or a minimum variance can do that too";

    /// <inheritdoc/>
    public override Statistics CreateStatistics() => new ClassifierStatistics([.. Classes.Select(c => c.CreateStatistics())]);

    /// <inheritdoc/>
    public override void Summarize(in FeatureBlock block, Statistics statistics) => Summarize(block, statistics, isStart: false);

    /// <summary>Summarises a block.</summary>
    /// <param name="block">The items.</param>
    /// <param name="statistics">Made by <see cref="CreateStatistics"/>.</param>
    /// <param name="isStart">True: only labelled items count, and no log-likelihood is computed.</param>
    internal void Summarize(in FeatureBlock block, Statistics statistics, bool isStart)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        var total = (ClassifierStatistics)statistics;
        total.Rows += block.Rows;
        using var scratch = Scratch.Enter();
        using var memory = new ClassMemory();
        var items = ItemsOf(block, scratch);
        var unlabeled = isStart ? 0 : items.CountOf(ClassItems.Unlabeled);
        var weights = scratch.Take(Math.Max(FeatureTile.Capacity, unlabeled));
        var logs = scratch.Take(FeatureTile.Capacity);
        if (unlabeled > 0)
        {
            Mixture.Summarize(items.Take(ClassItems.Unlabeled, 0, unlabeled, memory, weights), total.Mixture);
            total.AddUnlabeled(unlabeled);
        }
        for (var label = 0; label < Classes.Count; label++)
        {
            var all = items.CountOf(label);
            for (var from = 0; from < all; from += FeatureTile.Capacity)
            {
                var count = Math.Min(FeatureTile.Capacity, all - from);
                // Their class is known: priors say nothing more.
                var group = items.Take(label, from, count, memory, weights) with { Priors = default };
                AddLabeled(group, label, weights[..count], isStart ? default : logs[..count], total);
            }
        }
    }

    /// <summary>The items of a block by their labels.</summary>
    /// <param name="block">The items.</param>
    /// <param name="scratch">Memory that is released after the last use of the result.</param>
    /// <param name="priorsAreLabels">True (default): a prior of 1 is as good as a label.</param>
    /// <exception cref="ModelException">The rows are not the items that the model is about, or their labels are not its classes.</exception>
    internal ClassItems ItemsOf(in FeatureBlock block, in Scratch scratch, bool priorsAreLabels = true)
    {
        this.CheckItems(block);
        if (!IsOfSequences && !block.SequenceOffsets.IsEmpty) throw RefusesSequences(FormatName);
        return new(block, Classes.Count, scratch, priorsAreLabels);
    }

    /// <summary>The error of sequences where the classes are distributions of rows.</summary>
    internal static ModelException RefusesSequences(string model) =>
        new(ErrorKind.Usage, $"{model} model", "rows that form sequences", "single rows, each with its own label",
            "leave out the sequences' keys, or use classes that are models of sequences");

    /// <summary>The statistics of items that all have a label; null if it takes a pass to find their log-likelihood.</summary>
    /// <param name="classes">Shape [K]: the statistics of each class under its model.</param>
    /// <param name="counts">The items of each class.</param>
    internal Statistics? StatisticsOf(IReadOnlyList<Statistics> classes, ClassCounts counts)
    {
        var total = (ClassifierStatistics)CreateStatistics();
        for (var k = 0; k < Classes.Count; k++)
        {
            if (Classes[k].LogLikelihood(classes[k]) is not { } sum) return null;
            total.Mixture.Parts[k].Merge(classes[k]);
            total.Mixture.Responsibilities[k] = counts.WeightOf(k);
            total.AddLabeled(sum + (counts.WeightOf(k) * Math.Log(Priors[k])), counts.WeightOf(k));
        }
        total.Rows = counts.Rows;
        return total;
    }

    /// <inheritdoc/>
    public override void Accumulate(in FeatureBlock block, ReadOnlySpan<double> weights, Statistics statistics) =>
        Mixture.Accumulate(block, weights, ((ClassifierStatistics)statistics).Mixture);

    /// <inheritdoc/>
    public override void Recenter(Statistics statistics, Model from) =>
        Mixture.Recenter(((ClassifierStatistics)statistics).Mixture, ((Classifier)from).Mixture);

    /// <inheritdoc/>
    public override Classifier Maximize(Statistics statistics, in MaximizeOptions options)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        var sums = ((ClassifierStatistics)statistics).Mixture;
        if (IsFrozen || !(sums.Responsibilities.Sum() > 0)) return this;
        var fitted = PartEstimates.Of(Classes, sums.Parts, options with { Rows = 0 }, HasTiedCovariances, k => $"class '{NameOf(k)}'");
        return With(fitted, PartEstimates.Weights(Priors, sums.Responsibilities, options.ClassPseudocount, options));
    }

    /// <inheritdoc/>
    internal override ProbabilityModel Knowing(ReadOnlySpan<bool[]?> known) =>
        Mixture.Knowing(known) is GeneralMixtureModel mixture && !ReferenceEquals(mixture, Mixture) && !IsFrozen
            ? With(mixture.Components, mixture.Weights.ToArray())
            : this;

    /// <inheritdoc/>
    public override IEnumerable<string> Diagnose(Statistics statistics)
    {
        var sums = ((ClassifierStatistics)statistics).Mixture;
        for (var k = 0; k < Classes.Count; k++)
        {
            if (sums.Responsibilities[k] < Constants.LeastWeight)
            {
                yield return $"class '{NameOf(k)}' has no {(IsOfSequences ? "sequence" : "row")}; it keeps its parameters at prior {Priors[k].Text()}";
                continue;
            }
            foreach (var text in Classes[k].DiagnosePart(sums.Parts[k])) yield return $"class '{NameOf(k)}': {text}";
        }
    }

    /// <summary>A classifier of this kind with other parameters.</summary>
    private protected abstract Classifier With(IReadOnlyList<ProbabilityModel> classes, IReadOnlyList<double> priors);

    private void AddLabeled(in FeatureBlock group, int label, ReadOnlySpan<double> weights, Span<double> logs, ClassifierStatistics total)
    {
        var model = Classes[label];
        if (!logs.IsEmpty) model.LogProbabilities(group, logs);
        var prior = Math.Log(Priors[label]);
        double sum = 0, responsibility = 0, rowWeight = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            // A row of weight 0 counts nothing, even if it is impossible.
            if (weights[i] > 0 && !logs.IsEmpty) sum += weights[i] * (logs[i] + prior);
            responsibility += weights[i];
            rowWeight += IsOfSequences ? weights[i] * (group.SequenceOffsets[i + 1] - group.SequenceOffsets[i]) : weights[i];
        }
        total.AddLabeled(sum, rowWeight);
        total.Mixture.Responsibilities[label] += responsibility;
        model.Accumulate(group, weights, total.Mixture.Parts[label]);
    }
}
