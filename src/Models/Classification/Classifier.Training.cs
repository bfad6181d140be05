using Pipelines.Models.Classification;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
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
    internal override string WhyObjectiveFalls => "it counts unlabeled items only; missing values, inertia or a minimum variance can do that too";

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
        if (!IsOfSequences && !block.SequenceOffsets.IsEmpty)
            throw new ModelException(ErrorKind.Usage, $"{FormatName} model", "rows that form sequences", "single rows, each with its own label",
                "leave out the sequences' keys, or use classes that are models of sequences");
        return new(block, Classes.Count, scratch, priorsAreLabels);
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
        var fitted = new ProbabilityModel[Classes.Count];
        for (var k = 0; k < fitted.Length; k++)
        {
            try
            {
                fitted[k] = Classes[k].Maximize(sums.Parts[k], options with { Rows = 0 });
                fitted[k].EnsureEvaluable();
            }
            catch (ModelException e)
            {
                throw e.Within($"class '{NameOf(k)}'");
            }
        }
        var pseudocount = options.ClassPseudocount;
        return With(fitted, [.. sums.Responsibilities.Select(r => r + pseudocount)]);
    }

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
