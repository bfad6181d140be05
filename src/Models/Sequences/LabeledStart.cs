using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;
using Pipelines.Models.Mixtures;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Sequences;

/// <summary>Initializes a fit from labels: each state takes a label's name and starts from the distribution of that label's rows.</summary>
/// <param name="start">The model chosen without labels.</param>
internal sealed class LabeledStart(HiddenMarkovModel start) : ISummarizer
{
    private const string Kind = "labeled-start";
    private const double LeastPseudocount = 0.01;

    private readonly TileEvaluator evaluator = new([.. Enumerable.Range(0, start.EmittingStates).Select(start.Emission)]);

    [ModuleInitializer]
    internal static void Register() => SummarizerFormat.Register(Kind, json => new LabeledStart(ModelFormat.Read(json.Required("model")) as HiddenMarkovModel
        ?? throw JsonHelpers.Bad("property 'model'", "a model of another type", "a hidden Markov model")));

    public string SummarizerKind => Kind;

    public void WriteSettings(Utf8JsonWriter writer)
    {
        writer.WritePropertyName("model");
        ModelFormat.Write(writer, start);
    }

    /// <summary>The initial model with the labels' names and row distributions.</summary>
    /// <param name="start">The model chosen without labels.</param>
    /// <param name="pass">The data.</param>
    /// <param name="names">Names of the labels, in code order.</param>
    /// <param name="options">The minimum variance and pseudocount are used.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ModelException">There are more labels than states, or a label has the name of the start or the end.</exception>
    public static async ValueTask<HiddenMarkovModel> RunAsync(HiddenMarkovModel start, IDataPass pass, IReadOnlyList<string> names, FitOptions options,
        CancellationToken cancellationToken)
    {
        if (names.Count > start.EmittingStates)
            throw new ModelException(ErrorKind.Data, "labels",
                $"{names.Count} different ones ({string.Join(", ", names.Take(5))}{(names.Count > 5 ? " …" : "")})",
                $"at most {start.EmittingStates}, one for each state", "fit more states, or merge labels");
        if (names.FirstOrDefault(n => string.IsNullOrWhiteSpace(n) || n is HiddenMarkovModel.Start or HiddenMarkovModel.End) is { } taken)
            throw new ModelException(ErrorKind.Data, "labels", $"the label '{taken}'",
                $"names other than '{HiddenMarkovModel.Start}' and '{HiddenMarkovModel.End}', which the states around each sequence have, and none "
                    + "that is empty", "rename the label");
        var statistics = (MixtureStatistics)await pass.RunAsync(new LabeledStart(start), cancellationToken).ConfigureAwait(false);
        // States beyond the labels have no labeled rows.
        var all =
            names.Concat(Enumerable.Range(names.Count, int.MaxValue - names.Count).Select(i => $"s{i}").Where(n => !names.Contains(n, StringComparer.Ordinal)))
                .Take(start.EmittingStates).ToArray();
        using var scope = Cancellation.Enter(cancellationToken);
        // A category that occurs only in unlabeled rows must not become impossible permanently.
        var pseudocount = Math.Max(options.Pseudocount, LeastPseudocount);
        var maximize = options.Estimation with { Pseudocount = pseudocount, Rows = statistics.Rows };
        var tied = start.Fitting.TiedCovariances;
        var distributions = Enumerable.Range(0, all.Length).Select(start.Emission).ToArray();
        // All together if their covariance is the same.
        foreach (var group in Enumerable.Range(0, all.Length).Where(k => tied || statistics.Responsibilities[k] > 0).GroupBy(k => tied ? 0 : k))
        {
            int[] own = [.. group];
            try
            {
                var fitted = PartEstimates.Of([.. own.Select(k => distributions[k])], [.. own.Select(k => statistics.Parts[k])], maximize, tied,
                    k => $"state '{all[own[k]]}'");
                for (var i = 0; i < own.Length; i++) distributions[own[i]] = (Distribution)fitted[i];
            }
            catch (ModelException)
            {
                // Too few rows to estimate a distribution: keep the one found without labels and let fitting continue from it.
            }
        }
        return start.Renamed(all, distributions);
    }

    /// <summary>The states that rows with priors are known to be in, by their labels or by priors of 1; -1 = unknown.</summary>
    /// <param name="block">The rows.</param>
    /// <param name="first">The first row.</param>
    /// <param name="count">Number of rows.</param>
    public static int[] KnownStates(in FeatureBlock block, int first, int count)
    {
        var states = new int[count];
        for (var i = 0; i < count; i++) states[i] = block.KnownLabel(first + i);
        return states;
    }

    public Statistics CreateStatistics() =>
        new MixtureStatistics([.. Enumerable.Range(0, start.EmittingStates).Select(k => start.Emission(k).CreateStatistics())]);

    public void Summarize(in FeatureBlock block, Statistics statistics)
    {
        var total = (MixtureStatistics)statistics;
        total.Rows += block.Rows;
        if (block.Labels.IsEmpty && block.Priors.IsEmpty) return;
        start.CheckLabels(block);
        if (!block.Priors.IsEmpty) start.CheckPriors(block.Priors.Components);
        var states = block.Priors.IsEmpty ? block.Labels : KnownStates(block, 0, block.Rows);
        using var scratch = Scratch.Enter();
        var lanes = new EmissionLanes(evaluator, total, scratch);
        var buffer = scratch.Take(block.Columns * FeatureTile.Capacity);
        var posteriors = scratch.Take(start.EmittingStates * FeatureTile.Capacity);
        var sequence = 0;
        for (var t = 0; t < block.TileCount; t++)
        {
            var tile = block.Pack(t, buffer);
            posteriors.Clear();
            for (var i = 0; i < tile.Rows; i++)
            {
                var row = (t * FeatureTile.Capacity) + i;
                while (row >= block.SequenceOffsets[sequence + 1]) sequence++;
                // A sequence has the weight of its first row.
                if (states[row] >= 0)
                    posteriors[(states[row] * FeatureTile.Capacity) + i] = block.Weights.IsEmpty ? 1 : block.Weights[block.SequenceOffsets[sequence]];
            }
            lanes.Add(tile, posteriors);
        }
        lanes.Fold();
    }
}
