using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Mixtures;
using Pipelines.Models.Numerics;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>
/// A mixture of models of any kind: p(x) = sum over k of pi_k p_k(x), where x is a row, or a whole sequence if the components are models of sequences such
/// as hidden Markov models. Responsibilities are r_ik = pi_k p_k(x_i) / p(x_i). The M step fits each component to all items weighted by its
/// responsibilities and sets pi_k to its share of the total.
/// </summary>
/// <remarks>
/// A component that dies (total responsibility below 1e-8 items) keeps its parameters with a weight of about 0, and a warning of the fit names it.
/// A component whose variance vanishes causes an error that names it, unless a minimum variance is set.
/// </remarks>
public sealed partial class GeneralMixtureModel : Distribution, IExaminedModel, IModelFormat<GeneralMixtureModel>
{
    private readonly double[] weights;
    private readonly double[] log2Weights;
    private readonly ScoreKind[] scoreKinds;
    private readonly string[] warnings = [];

    /// <summary>Creates a mixture.</summary>
    /// <param name="components">At least one, all over the same number of features, and all of rows or all of sequences.</param>
    /// <param name="weights">Shape [K], at least 0, not all 0; scaled to sum 1. Null = equal.</param>
    /// <param name="tied">True: fits give all components that are not frozen the same covariance. Default false.</param>
    /// <exception cref="ModelException">Dimensions differ, a weight is out of range, models of rows and of sequences are mixed, or components that are
    /// tied are not Gaussians of one family.</exception>
    public GeneralMixtureModel(IReadOnlyList<ProbabilityModel> components, IReadOnlyList<double>? weights = null, bool tied = false)
    {
        ArgumentNullException.ThrowIfNull(components);
        ModelException.CheckOptions("mixture",
            (components.Count > 0, nameof(components), components.Count, "at least one component"),
            (components.All(c => c.Dimensions == components[0].Dimensions), nameof(components),
                $"of {string.Join(", ", components.Select(c => c.Dimensions))} features", "all over the same number of features"),
            (components.All(c => c.IsOfSequences == components[0].IsOfSequences), nameof(components), "models of rows and models of sequences",
                "models of one kind of item"),
            (weights is null || weights.Count == components.Count, nameof(weights), weights?.Count, $"one for each of {components.Count} components"),
            (weights is null || (weights.All(w => double.IsFinite(w) && w >= 0) && weights.Any(w => w > 0)), nameof(weights), "out of range",
                "finite numbers of at least 0, not all 0"));
        if (tied) CovarianceTie.Check(components, $"mixture, {nameof(tied)}");
        (Components, HasTiedCovariances) = ([.. components], tied);
        var total = weights?.Sum() ?? components.Count;
        // Weights that already sum to 1 are kept bit for bit: a model read from a file equals the saved model.
        if (weights is not null && Math.Abs(total - 1) > 1e-9)
            warnings = [FormattableString.Invariant($"the weights sum to {total}: they were scaled to sum 1")];
        var divisor = Math.Abs(total - 1) <= 1e-12 ? 1 : total;
        this.weights = weights is null ? [.. components.Select(_ => 1.0 / components.Count)] : [.. weights.Select(w => w / divisor)];
        log2Weights = [.. this.weights.Select(Math.Log2)];
        rows = IsOfSequences ? null : new([.. components.Cast<Distribution>()]);
        scoreKinds =
        [
            new(ScoreKind.LogProbability, [new("log_probability")], IsDefault: true),
            new(ScoreKind.Label, [new("label", IsInteger: true)], IsDefault: true),
            new(ScoreKind.Probability, [.. Enumerable.Range(0, components.Count).Select(k => new ScoreColumn($"probability_{k}"))]),
            new(ScoreKind.PosteriorLogProbability, [.. Enumerable.Range(0, components.Count).Select(k => new ScoreColumn($"posterior_log_probability_{k}"))]),
        ];
    }

    [ModuleInitializer]
    internal static void Register() => ModelFormat.RegisterModel<GeneralMixtureModel>();

    /// <inheritdoc/>
    public static string Name => "mixture";

    /// <summary>The name of mixtures of sequence models in files of earlier versions.</summary>
    public static IReadOnlyList<string> Aliases => ["sequence-mixture"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Warnings => warnings;

    /// <inheritdoc/>
    public override bool RefusesUnknownValues => Components.Any(c => c.RefusesUnknownValues);

    /// <inheritdoc/>
    public override int? CategoryCount(int feature) => Components[0].CategoryCount(feature);

    /// <summary>The components, in order.</summary>
    public IReadOnlyList<ProbabilityModel> Components { get; }

    /// <inheritdoc/>
    public override int PriorComponents => Components.Count;

    /// <summary>Mixing weights pi, shape [K], sum 1.</summary>
    public ReadOnlySpan<double> Weights => weights;

    /// <summary>
    /// True: fits give all components that are not frozen the same covariance, the scatter of all their rows about the components' own means.
    /// </summary>
    public bool HasTiedCovariances { get; }

    /// <inheritdoc/>
    public override bool IsOfSequences => Components[0].IsOfSequences;

    /// <inheritdoc/>
    public override int Dimensions => Components[0].Dimensions;

    /// <summary>The components' parameters, of which a tied covariance counts once, and K - 1 mixing weights.</summary>
    protected override long FreeParameters =>
        Components.Count - 1 + Components.Sum(c => c.ParameterCount) - (HasTiedCovariances ? CovarianceTie.Excess(Components) : 0);

    /// <inheritdoc/>
    protected override ParameterKinds FreeParameterKinds =>
        Components.Aggregate(Components.Count > 1 ? ParameterKinds.Weights : ParameterKinds.None, (kinds, c) => kinds | c.ParameterKinds);

    /// <inheritdoc/>
    public override string FormatName => Name;

    /// <inheritdoc/>
    public override FitUses Uses => Components.Aggregate(Components.Count > 1 ? FitUses.Pseudocount : FitUses.None, (uses, c) => uses | c.Uses);

    /// <inheritdoc/>
    internal override bool CanCollapse => Components.Count > 1 && !IsFrozen && Uses.HasFlag(FitUses.MinVariance);

    /// <inheritdoc/>
    public override IReadOnlyList<ScoreKind> ScoreKinds => scoreKinds;

    /// <inheritdoc/>
    public static GeneralMixtureModel ReadParameters(JsonElement json) =>
        new([.. json.Array("components").Select(ModelFormat.ReadProbabilityModel)], json.Numbers("weights"), json.Flag(JsonHelpers.Tied));

    /// <inheritdoc/>
    public override void WriteParameters(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteNumbers("weights", weights);
        writer.WriteFlag(JsonHelpers.Tied, HasTiedCovariances);
        writer.WriteList("components", Components, component => ModelFormat.Write(writer, component));
    }

    /// <summary>The same mixture, of which fits leave these components as they are and update the others; the weights of all are still updated.</summary>
    /// <param name="components">Indexes of components, 0 … K - 1; none = all are updated.</param>
    /// <exception cref="ModelException">There is no such component.</exception>
    public GeneralMixtureModel WithFrozen(params ReadOnlySpan<int> components)
    {
        BlockChecks.CheckIndexes(components, Components.Count, "mixture", "component");
        var parts = new ProbabilityModel[Components.Count];
        for (var k = 0; k < parts.Length; k++) parts[k] = components.Contains(k) ? Components[k].Freeze() : Components[k].Thaw();
        return new(parts, weights, HasTiedCovariances);
    }

    /// <inheritdoc/>
    internal override ProbabilityModel Knowing(ReadOnlySpan<bool[]?> known)
    {
        if (IsFrozen) return this;
        var parts = Components.ToArray();
        foreach (ref var part in parts.AsSpan()) part = part.Knowing(known);
        return parts.SequenceEqual(Components, ReferenceEqualityComparer.Instance) ? this : new GeneralMixtureModel(parts, weights, HasTiedCovariances);
    }

    /// <inheritdoc/>
    public override Statistics CreateStatistics() => new MixtureStatistics([.. Components.Select(c => c.CreateStatistics())]);

    /// <inheritdoc/>
    public override void Recenter(Statistics statistics, Model from)
    {
        for (var k = 0; k < Components.Count; k++) Components[k].Recenter(((MixtureStatistics)statistics).Parts[k], ((GeneralMixtureModel)from).Components[k]);
    }

    /// <inheritdoc/>
    public override GeneralMixtureModel Maximize(Statistics statistics, in MaximizeOptions options)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        var mixture = (MixtureStatistics)statistics;
        var total = mixture.Responsibilities.Sum();
        if (IsFrozen || !(total > 0)) return this;
        var fitted = PartEstimates.Of(Components, mixture.Parts, options, HasTiedCovariances,
            k => $"component {k} (weight {(mixture.Responsibilities[k] / total).Text()})");
        return new(fitted, PartEstimates.Weights(weights, mixture.Responsibilities, options.Pseudocount, options), HasTiedCovariances);
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Diagnose(Statistics statistics)
    {
        var responsibilities = ((MixtureStatistics)statistics).Responsibilities;
        for (var k = 0; k < responsibilities.Length; k++)
        {
            if (responsibilities[k] < Constants.LeastWeight)
            {
                yield return $"component {k} died: no {(IsOfSequences ? "sequence" : "row")} belongs to it any more; it keeps its parameters at weight "
                    + $"{weights[k].Text()} (use fewer components or another start)";
                continue;
            }
            foreach (var text in Components[k].DiagnosePart(((MixtureStatistics)statistics).Parts[k])) yield return $"component {k}: {text}";
        }
    }

    /// <inheritdoc/>
    IEnumerable<string> IExaminedModel.Examine(FitOptions options, bool hasEnded)
    {
        if (options.Sample is not { Rows: { Rows: > 0 } rows } || IsOfSequences || Components.Count == 1) return [];
        var coinciding = MixtureExamination.Coincidences([.. Components.Cast<Distribution>()], weights, rows).ToArray();
        // A component without rows is a warning of its own.
        return coinciding.Length > 0 || !hasEnded || weights.Min() * rows.Rows < 1 ? coinciding : MixtureExamination.Saddle(this, rows, options);
    }

    /// <inheritdoc/>
    public override void EnsureEvaluable()
    {
        foreach (var component in Components) component.EnsureEvaluable();
    }

    /// <inheritdoc/>
    /// <remarks>None if a component has no distribution of rows, such as a Markov chain.</remarks>
    public override IReadOnlyList<WeightedPart> WeightedParts()
    {
        var rows = Components.Select(c => c.RowDistribution()).OfType<Distribution>().ToArray();
        return rows.Length < Components.Count ? [] : [.. rows.Select((d, k) => new WeightedPart($"component {k}", weights[k], d))];
    }

    /// <inheritdoc/>
    public override Distribution? RowDistribution() =>
        !IsOfSequences ? this : WeightedParts() is { Count: > 0 } parts ? Mixture.Combine(parts) : null;

    /// <inheritdoc/>
    public override string Title => $"mixture of {Components.Count} component{(Components.Count == 1 ? "" : "s")}";

    /// <inheritdoc/>
    public override GaussianShape? AsGaussian() => Components is [Distribution only] ? only.AsGaussian() : null;

    /// <inheritdoc/>
    public override bool Equals(object? obj) =>
        obj is GeneralMixtureModel o && o.weights.AsSpan().SequenceEqual(weights) && o.Components.SequenceEqual(Components) && o.IsFrozen == IsFrozen
            && o.HasTiedCovariances == HasTiedCovariances;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Components.Count, weights[0], Components[0]);

    /// <inheritdoc/>
    public override string ToString() => $"Mixture({string.Join(" + ", Components.Select((c, k) => $"{weights[k].Text()} {c}"))})";

    /// <inheritdoc/>
    public override string Describe(IReadOnlyList<Feature>? features = null) =>
        string.Join(Environment.NewLine,
            [.. Components.Select((c, k) => $"component {k}, weight {weights[k].Text()}: {c.Describe(features)}"), .. CovarianceTie.Note(this)]);

    /// <inheritdoc/>
    public override IEnumerable<OutlineEntry> Outline(IReadOnlyList<Feature>? features = null) =>
        Components.Select((c, k) => new OutlineEntry($"component {k}, weight {weights[k].Text()}: {c.Kind}", c.Outline(features)) { Weight = weights[k] })
            .Concat(CovarianceTie.Note(this).Select(text => new OutlineEntry(text)));
}
