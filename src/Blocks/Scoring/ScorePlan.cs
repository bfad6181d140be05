using Pipelines.Io;
using Pipelines.Models.Serialization;

namespace Pipelines.Blocks;

/// <summary>
/// Which columns scoring reads, keeps and adds: everything that can be determined without rows, so that mistakes are reported before any row is read.
/// </summary>
internal sealed class ScorePlan
{
    private readonly IReadOnlyList<Feature>? known;
    private readonly LabelValues?[] labels;
    private volatile Layout? layout;

    public ScorePlan(Model model, IReadOnlyList<string> features, ScoreOptions options, IReadOnlyList<Feature>? known = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        (Model, Options) = (model, options);
        var columns = options.Features ?? features;
        // The names may differ from the model's, but must be in the model's order.
        this.known = known is not null && known.Count == columns.Count ? known : null;
        Extractor = new FeatureExtractor(columns, null, this.known is null ? null : [.. this.known.Select(f => f.ToMap())], priors: options.Priors);
        if (Extractor.Columns != model.Dimensions)
            throw new ModelException(ErrorKind.Usage, $"features of a {model.FormatName} model", $"{Extractor.Columns} columns", $"{model.Dimensions}",
                "name the columns it was fitted on, in their order");
        model.CheckPriors(Extractor.Priors);
        ScoreColumn[] scores = [.. ScoreBatch.Resolve(model, options.Columns).SelectMany(k => k.Columns)];
        labels = [.. scores.Select(c => c.Names is null ? null : LabelValues.Of(c.Names, c.NameType))];
        Added = [.. scores.Select((c, i) => new ColumnField(c.Name, labels[i]?.ValueType ?? (c.IsInteger ? typeof(int) : typeof(double)),
            IsNullable: labels[i] is not null))];
    }

    public Model Model { get; }

    public ScoreOptions Options { get; }

    public FeatureExtractor Extractor { get; }

    /// <summary>The model's features, under the names of the columns that hold them, with their categories.</summary>
    public IReadOnlyList<Feature> Features => [
        .. Extractor.Names.Select((name, i) => new Feature(name, known?[i].Categories) { MissingText = known?[i].MissingText })];

    /// <summary>The score columns.</summary>
    public IReadOnlyList<ColumnField> Added { get; }

    /// <summary>What is scored and kept, as properties of the job.</summary>
    public IEnumerable<JobProperty> JobProperties =>
    [
        new("model", ModelFormat.Fingerprint(Model)),
        new("features", string.Join(", ", Extractor.Needed)),
        .. Options.Priors is null ? Array.Empty<JobProperty>() : [new("priors", string.Join(", ", Options.Priors))],
        new("scores", string.Join(", ", Added.Select(f => f.Name))),
        .. JobDescription.Categories(known),
        new("columns kept", Options.Keep is null ? "all" : string.Join(", ", Options.Keep)),
    ];

    /// <summary>The input columns that are needed; null = all.</summary>
    public IReadOnlyList<string>? Needed => Options.Keep is null ? null : [.. Options.Keep.Union(Extractor.Needed, StringComparer.Ordinal)];

    /// <summary>The output columns for a given input, and which input columns are kept.</summary>
    /// <exception cref="FlowException">A kept column or a feature is absent or not numeric, or a score's name is taken.</exception>
    public (BatchSchema Schema, int[] Kept) Bind(BatchSchema input, string place)
    {
        if (layout is { } known && ReferenceEquals(known.Input, input)) return (known.Output, known.Kept);
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
        foreach (var field in Added)
            if (kept.Any(k => input.Fields[k].Name == field.Name))
                throw new FlowException(ErrorKind.Data, place, $"an input column '{field.Name}'", "no column of a score's name",
                    $"keep only other columns (ScoreOptions.Keep), or rename '{field.Name}' in the input");
        var output = new BatchSchema([.. kept.Select(k => input.Fields[k]), .. Added]);
        layout = new Layout(input, output, [.. kept]);
        return (output, [.. kept]);
    }

    /// <summary>A score column of a batch.</summary>
    /// <param name="score">Index in <see cref="Added"/>.</param>
    /// <param name="values">An <c>int[]</c> or <c>double[]</c>; if labels are names, numbers below 0 are overwritten.</param>
    /// <param name="rows">Rows of the batch.</param>
    public BatchColumn Column(int score, Array values, int rows)
    {
        if (values is double[] reals) return new BatchColumn<double>(Added[score], reals.AsMemory(0, rows));
        var numbers = ((int[])values).AsMemory(0, rows);
        if (labels[score] is not { } known) return new BatchColumn<int>(Added[score], numbers);
        bool[]? present = null;
        if (numbers.Span.ContainsAnyExceptInRange(0, int.MaxValue))
        {
            present = new bool[rows];
            for (var i = 0; i < rows; i++)
            {
                present[i] = numbers.Span[i] >= 0;
                if (!present[i]) numbers.Span[i] = 0;
            }
        }
        return known.Column(Added[score], numbers, present);
    }

    private sealed record Layout(BatchSchema Input, BatchSchema Output, int[] Kept);
}
