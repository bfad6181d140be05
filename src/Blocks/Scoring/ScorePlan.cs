using Pipelines.Io;
using Pipelines.Models.Serialization;

namespace Pipelines.Blocks;

/// <summary>
/// Which columns scoring reads, keeps and adds: everything that can be determined without rows, so that mistakes are reported before any row is read.
/// </summary>
internal sealed class ScorePlan
{
    private readonly IReadOnlyList<Feature>? known;
    private readonly ScoreColumn[] scores;
    private volatile ScoreLayout? layout;

    public ScorePlan(Model model, IReadOnlyList<string> features, ScoreOptions options, IReadOnlyList<Feature>? known = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        (Model, Options) = (model, options);
        if (options.Inference is { } inference)
        {
            Model = model is IInferenceModel network ? network.With(inference) : throw new ModelException(ErrorKind.Usage, "ScoreOptions.Inference",
                $"a {model.FormatName} model", "a network, which answers questions about missing features", "leave it out");
        }
        var columns = options.Features ?? features;
        // The names may differ from the model's, but must be in the model's order.
        this.known = known is not null && known.Count == columns.Count ? known : null;
        Extractor = new FeatureExtractor([.. columns.Select((name, j) => this.known is null ? new Feature(name) : this.known[j].Over(name))], null,
            priors: options.Priors)
        { RefusesUnknown = model.RefusesUnknownValues };
        if (Extractor.Columns != model.Dimensions)
            throw new ModelException(ErrorKind.Usage, $"features of a {model.FormatName} model", $"{Extractor.Columns} columns", $"{model.Dimensions}",
                "name the columns it was fitted on, in their order");
        model.CheckPriors(Extractor.Priors);
        var kinds = ScoreBatch.Resolve(Model, options.Columns);
        scores = [.. kinds.SelectMany(k => k.Columns)];
        if (scores.GroupBy(c => c.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ModelException(ErrorKind.Usage, $"score columns of a {model.FormatName} model", $"two columns called '{twice.Key}'", "each name once",
                "rename a variable or value, or leave one out (InferenceOptions.Variables)");
        Scored = [.. kinds.Select(k => k.Name)];
        if (Model is IInferenceModel)
        {
            // Whatever is written of impossible rows, they are counted.
            Impossible = new(options.Impossible);
            if (!Scored.Contains(ScoreKind.LogProbability)) Scored = [.. Scored, ScoreKind.LogProbability];
        }
        Tally = new(kinds.FirstOrDefault(k => k.Name == ScoreKind.Label)?.Columns ?? [],
            !Model.IsOfSequences && Scored.Contains(ScoreKind.LogProbability));
    }

    public Model Model { get; }

    public ScoreOptions Options { get; }

    public FeatureExtractor Extractor { get; }

    /// <summary>Names of the kinds of scores to compute: those that are written, and what rows of probability 0 are known by.</summary>
    public IReadOnlyList<string> Scored { get; }

    /// <summary>Counts rows of probability 0; null = the model is no network.</summary>
    public ImpossibleRowCounter? Impossible { get; }

    /// <summary>What the scores of the current run say together.</summary>
    public ScoreTally Tally { get; }

    /// <summary>The model's features, over the columns that hold them, with their categories, parts and transforms.</summary>
    public IReadOnlyList<Feature> Features => [.. Extractor.Features.Select(f => f.Bare)];

    /// <summary>The score columns.</summary>
    public IReadOnlyList<ScoreColumn> Scores => scores;

    /// <summary>What is scored and kept, as properties of the job.</summary>
    public IEnumerable<JobProperty> JobProperties =>
    [
        new(JobDescription.ModelProperty, ModelFormat.Fingerprint(Model)),
        new(JobDescription.FeaturesProperty, string.Join(", ", Extractor.Needed)),
        .. Options.Priors is null ? Array.Empty<JobProperty>() : [new("priors", string.Join(", ", Options.Priors))],
        .. Model is not IInferenceModel { Inference: { Method: not InferenceMethod.Exact } how } ? Array.Empty<JobProperty>() : [new("inference",
            FormattableString.Invariant($"{how.Method}, at most {how.LoopyRounds} rounds, tolerance {how.LoopyTolerance:R}"))],
        new("scores", string.Join(", ", scores.Select(c => c.Name))),
        .. JobDescription.Categories(known),
        .. JobDescription.Transforms(known),
        new("columns kept", Options.Keep is null ? "all" : string.Join(", ", Options.Keep)),
    ];

    /// <summary>The input columns that are needed; null = all.</summary>
    public IReadOnlyList<string>? Needed => Options.Keep is null ? null : [.. Options.Keep.Union(Extractor.Needed, StringComparer.Ordinal)];

    /// <summary>The scores of a saved model.</summary>
    /// <exception cref="ModelException">The features have no names, or the model has no such score.</exception>
    public static ScorePlan Of(SavedModel model, ScoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new(model.Model, options.Features ?? NamesOf(model), options, model.Features);
    }

    /// <summary>The names of a model's features.</summary>
    /// <exception cref="ModelException">They have none.</exception>
    public static string[] NamesOf(SavedModel model) => (model.FeaturesByPosition ? null : model.Features?.Select(f => f.Name).ToArray())
        ?? throw new ModelException(ErrorKind.Usage, $"{model.Model.FormatName} model", "features without names", "the columns that hold them",
            "name them (ScoreOptions.Features)");

    /// <summary>Scores transformed rows; log-densities are those of the original ones.</summary>
    /// <param name="block">The rows.</param>
    /// <param name="scores">Receives the scores.</param>
    public void Score(in FeatureBlock block, ScoreBatch scores)
    {
        Model.Score(block, scores);
        scores.AddLogSlopes(block, Extractor.Transforms);
    }

    /// <summary>The output columns for a given input.</summary>
    /// <exception cref="FlowException">A kept column or a feature is absent or not numeric, or a score's name is taken.</exception>
    public ScoreLayout Bind(BatchSchema input, string place)
    {
        if (layout is { } bound && ReferenceEquals(bound.Input, input)) return bound;
        Extractor.Check(input, place);
        var kept = new List<int>();
        foreach (var name in Options.Keep ?? [.. input.Fields.Select(f => f.Name)])
        {
            var index = input.IndexOf(name);
            if (index < 0) throw MissingColumn.Of(place, name, input, "column to keep");
            if (kept.Contains(index))
                throw new FlowException(ErrorKind.Usage, place, $"column '{name}' twice among those to keep", "each name once",
                    "leave one out (ScoreOptions.Keep)");
            kept.Add(index);
        }
        return layout = new ScoreLayout(input, kept, scores, [.. Extractor.Features.Select(f => f.Column)], place);
    }
}
