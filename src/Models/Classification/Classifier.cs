using System.Globalization;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Mixtures;
using Pipelines.Models.Sequences;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// Bayes' rule over models of any kind, one for each class: P(class k | x) = pi_k p_k(x) / sum over j of pi_j p_j(x), where x is a row, or a whole sequence if
/// the classes are models of sequences. Labelled items are counted for their class, unlabelled ones for every class by its posterior probability
/// (semi-supervised expectation-maximisation; Nigam et al. 2000, Machine Learning 39, 103-134).
/// </summary>
public abstract partial class Classifier : ProbabilityModel
{
    private readonly ScoreKind[] scoreKinds;

    private protected Classifier(IReadOnlyList<ProbabilityModel> models, IReadOnlyList<double>? priors, ClassLabels? labels, bool tied)
    {
        ArgumentNullException.ThrowIfNull(models);
        ModelException.CheckOptions("classifier",
            (models.Count > 0, "classes", models.Count, "at least one"),
            (labels is null || labels.Names.Count == models.Count, "labels", labels?.Names.Count, $"one for each of {models.Count} classes"),
            (labels is null || labels.Names.Distinct(StringComparer.Ordinal).Count() == labels.Names.Count, "labels", "a duplicate name", "each name once"),
            (labels is null || ClassLabels.Types.Contains(labels.Type), "type of the labels", labels?.Type, "string, boolean or an integer type"),
            (labels is null || labels.Names.All(n => ClassLabels.IsOfType(n, labels.Type)), "labels",
                $"'{labels?.Names.FirstOrDefault(n => !ClassLabels.IsOfType(n, labels.Type))}'", $"values of type {labels?.Type}"));
        (Mixture, Labels) = (new(models, priors, tied), labels);
        scoreKinds =
        [
            new(ScoreKind.LogProbability, [new("log_probability")], IsDefault: true),
            new(ScoreKind.Label, [new("label", IsInteger: true, Labels?.Names, Labels?.Type)], IsDefault: true),
            new(ScoreKind.Probability, [.. models.Select((_, k) => new ScoreColumn($"probability_{NameOf(k)}"))]),
            new(ScoreKind.PosteriorLogProbability, [.. models.Select((_, k) => new ScoreColumn($"posterior_log_probability_{NameOf(k)}"))]),
        ];
    }

    /// <summary>The classes' own labels; null if they are only numbered, from 0.</summary>
    public ClassLabels? Labels { get; }

    /// <summary>The model of each class, in order.</summary>
    public IReadOnlyList<ProbabilityModel> Classes => Mixture.Components;

    /// <summary>Prior probabilities pi, shape [K], sum 1.</summary>
    public ReadOnlySpan<double> Priors => Mixture.Weights;

    /// <summary>
    /// True: fits give all classes that are not frozen the same covariance, the scatter of all their rows about the classes' own means (linear discriminant
    /// analysis).
    /// </summary>
    public bool HasTiedCovariances => Mixture.HasTiedCovariances;

    /// <summary>The items' distribution without their classes: p(x) = sum over k of pi_k p_k(x).</summary>
    internal GeneralMixtureModel Mixture { get; }

    /// <inheritdoc/>
    public override int Dimensions => Mixture.Dimensions;

    /// <inheritdoc/>
    public override bool IsOfSequences => Mixture.IsOfSequences;

    /// <inheritdoc/>
    public override int PriorComponents => Classes.Count;

    /// <inheritdoc/>
    public override IReadOnlyList<ScoreKind> ScoreKinds => scoreKinds;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Warnings => Mixture.Warnings;

    /// <inheritdoc/>
    public override bool RefusesUnknownValues => Mixture.RefusesUnknownValues;

    /// <inheritdoc/>
    public override int? CategoryCount(int feature) => Mixture.CategoryCount(feature);

    /// <summary>The classes' parameters, and K - 1 priors.</summary>
    protected override long FreeParameters => Mixture.ParameterCount;

    /// <inheritdoc/>
    protected override ParameterKinds FreeParameterKinds => Mixture.ParameterKinds;

    /// <inheritdoc/>
    public override string PartsName => "classes";

    /// <inheritdoc/>
    public override string Title => $"{Noun} of {Classes.Count} class{(Classes.Count == 1 ? "" : "es")}";

    /// <summary>What it is, in titles.</summary>
    private protected abstract string Noun { get; }

    /// <summary>Shape [K]: the name of each class: its label, or its number.</summary>
    internal IEnumerable<string> Names => Enumerable.Range(0, Classes.Count).Select(NameOf);

    /// <summary>Name of class <paramref name="index"/>: its label, or its number.</summary>
    public string NameOf(int index) => Labels?.Names[index] ?? index.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override void LogProbabilities(in FeatureBlock block, Span<double> logs) => Mixture.LogProbabilities(block, logs);

    /// <inheritdoc/>
    public override void Score(in FeatureBlock block, ScoreBatch scores) => Mixture.Score(block, scores);

    /// <inheritdoc cref="GeneralMixtureModel.PredictProbability(SequenceSet, int)"/>
    public double[,] PredictProbability(SequenceSet sequences, int maxDegreeOfParallelism = -1) =>
        Mixture.PredictProbability(sequences, maxDegreeOfParallelism);

    /// <summary>Number of the most probable class of each sequence, the first on ties; -1 for a sequence that no class can produce.</summary>
    /// <param name="sequences">The sequences.</param>
    /// <param name="maxDegreeOfParallelism">Threads; -1 (default) = all cores.</param>
    /// <returns>Shape [sequences].</returns>
    public int[] Predict(SequenceSet sequences, int maxDegreeOfParallelism = -1)
    {
        var posteriors = PredictProbability(sequences, maxDegreeOfParallelism);
        var result = new int[posteriors.GetLength(0)];
        for (var s = 0; s < result.Length; s++)
        {
            for (var k = 1; k < Classes.Count; k++)
                if (posteriors[s, k] > posteriors[s, result[s]]) result[s] = k;
            if (posteriors[s, result[s]] == 0) result[s] = -1;
        }
        return result;
    }

    /// <inheritdoc/>
    /// <remarks>The label of a row is the number of its class.</remarks>
    public override void Sample(SeededRandom random, Span<double> rows, Span<int> labels) => Mixture.Sample(random, rows, labels);

    /// <inheritdoc/>
    public override void EnsureEvaluable() => Mixture.EnsureEvaluable();

    /// <inheritdoc/>
    public override IReadOnlyList<WeightedPart> WeightedParts() => [.. Mixture.WeightedParts().Select((p, k) => p with { Name = $"class {NameOf(k)}" })];

    /// <inheritdoc/>
    public override Distribution? RowDistribution() => Mixture.RowDistribution();

    /// <inheritdoc/>
    public override void WriteParameters(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (Labels is { } labels)
        {
            writer.WriteTexts("labels", labels.Names);
            writer.WriteString("labelType", labels.Type);
        }
        writer.WriteNumbers("priors", Priors.ToArray());
        writer.WriteFlag(JsonHelpers.Tied, HasTiedCovariances);
        writer.WriteList("classes", Classes, one => ModelFormat.Write(writer, one));
    }

    private protected static (ProbabilityModel[] Classes, double[] Priors, ClassLabels? Labels, bool Tied) ReadClasses(JsonElement json) =>
        ([.. json.Array("classes").Select(ModelFormat.ReadProbabilityModel)], json.Numbers("priors"), json.TryGetProperty("labels", out _)
            ? new([.. json.Array("labels").Select(l => l.GetString() ?? throw JsonHelpers.Bad("property 'labels'", "null", "text"))],
                json.Required("labelType").GetString() ?? "null")
            : null, json.Flag(JsonHelpers.Tied));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Classifier o && o.GetType() == GetType() && o.Mixture.Equals(Mixture) && Equals(o.Labels, Labels)
        && o.IsFrozen == IsFrozen;

    /// <inheritdoc/>
    public override int GetHashCode() => Mixture.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => $"{FormatName}({string.Join(", ", Classes.Select((c, k) => $"{NameOf(k)}: {Priors[k].Text()} {c}"))})";

    /// <inheritdoc/>
    public override string Describe(IReadOnlyList<Feature>? features = null) =>
        string.Join(Environment.NewLine,
            [.. Classes.Select((c, k) => $"class {NameOf(k)}, prior {Priors[k].Text()}: {c.Describe(features)}"), .. CovarianceTie.Note(Mixture, PartsName)]);

    /// <inheritdoc/>
    public override IEnumerable<OutlineEntry> Outline(IReadOnlyList<Feature>? features = null) =>
        Classes.Select((c, k) => new OutlineEntry($"class {NameOf(k)}, prior {Priors[k].Text()}: {c.Kind}", c.Outline(features)))
            .Concat(CovarianceTie.Note(Mixture, PartsName).Select(text => new OutlineEntry(text)));
}
