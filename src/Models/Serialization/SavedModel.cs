using System.Text;
using System.Text.Json;
using Pipelines.Models.Kernels;
using Pipelines.Models.Serialization;
using Pipelines.Models.Serialization.Pomegranate;

namespace Pipelines;

/// <summary>What a file keeps of the fit: everything that is the same in every run, so no times.</summary>
/// <param name="Rows">Number of rows the model was fitted to.</param>
/// <param name="Converged">True if the stop rule ended the fit.</param>
/// <param name="LogLikelihood">Total weighted log-likelihood of the model, in nats; for k-means minus the total squared distance.</param>
/// <param name="InitialLogLikelihood">The log-likelihood of the start.</param>
/// <param name="LogLikelihoods">The log-likelihood after each update, in order.</param>
/// <param name="Seed">The seed.</param>
/// <param name="BatchSize">Rows per batch.</param>
/// <param name="Kernel">The kernel variant used.</param>
public sealed record TrainingRecord(long Rows, bool Converged, double LogLikelihood, double InitialLogLikelihood, IReadOnlyList<double> LogLikelihoods,
    long Seed, int BatchSize, string Kernel)
{
    /// <summary>All fits from which this one was chosen, by components, then by restart; empty (default) if it was the only one.</summary>
    public IReadOnlyList<FitCandidate> Candidates { get; init; } = [];

    /// <summary>How it was chosen among them; null (default) if it was the only one, or if the file is older than this property.</summary>
    public SelectionCriterion? Criterion { get; init; }

    /// <summary>Total weight of the rows; their number if they have no weights, or if the file is older than this property.</summary>
    public double Weight { get; init; } = Rows;

    /// <summary>Weight of the rows of each cluster; empty (default) for models that have no clusters, or if the file is older than this property.</summary>
    public IReadOnlyList<double> ClusterWeights { get; init; } = [];
}

/// <summary>
/// A model as stored in files: JSON with a format version, the features it takes by name, and how it was fitted. Numbers are in shortest exact
/// form, so a model survives the round trip bit for bit.
/// </summary>
/// <param name="Model">The model.</param>
/// <param name="Features">Its inputs in order; null for a model of unnamed features.</param>
/// <param name="Training">How it was fitted; null if it was not.</param>
public sealed record SavedModel(Model Model, IReadOnlyList<Feature>? Features = null, TrainingRecord? Training = null)
{
    /// <summary>The format name in the file.</summary>
    public const string Format = "pipelines-model";

    /// <summary>The version this code writes and reads.</summary>
    public const int Version = 1;

    /// <summary>The version of a model whose features have transforms, which earlier programs would ignore.</summary>
    public const int TransformedVersion = 2;

    /// <summary>True: the features have no names, as in pomegranate's files; columns are matched by position, which is also each feature's name.</summary>
    public bool FeaturesByPosition { get; init; }

    /// <summary>What a user should know about a file from another program: what it cannot express, or states wrongly. Not saved.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Largest file that is read: that of two full Gaussians of 2,000 features has a quarter of it.</summary>
    internal const long MostBytes = 1L << 30;
    private const int MostDepth = 64;

    /// <summary>A fitted model with the saved part of its fit.</summary>
    /// <param name="result">The fit.</param>
    /// <param name="features">The model's inputs; null = unnamed.</param>
    /// <param name="options">The options of the fit.</param>
    public static SavedModel From<TModel>(FitResult<TModel> result, IReadOnlyList<Feature>? features, FitOptions options)
        where TModel : Model
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(options);
        double[] history = [.. result.History.Select(h => h.LogLikelihood)];
        var facts = new TrainingRecord(result.Rows, result.Converged, result.LogLikelihood, result.InitialLogLikelihood, history, options.Seed,
            options.BatchRows, KernelSelection.Current.Name());
        return new(result.Model, features is null ? null : result.Transforms.AddTo(features),
            facts with
            {
                Candidates = result.Candidates,
                Criterion = result.Criterion,
                Weight = result.Weight,
                ClusterWeights = result.PartWeights,
            });
    }

    /// <summary>The file's text: UTF-8 without a byte order mark, with a final line feed.</summary>
    public byte[] ToJson()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new() { Indented = true, NewLine = "\n" }))
        {
            writer.WriteStartObject();
            writer.WriteString("format", Format);
            writer.WriteNumber("version", Features?.Any(f => f.IsDerived) == true ? TransformedVersion : Version);
            if (FeaturesByPosition) writer.WriteBoolean("featuresByPosition", true);
            WriteFeatures(writer);
            WriteTraining(writer);
            writer.WritePropertyName("model");
            ModelFormat.Write(writer, Model);
            writer.WriteEndObject();
        }
        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    /// <summary>The same model over columns with these names.</summary>
    /// <param name="names">One for each feature, in the model's order; each once.</param>
    /// <exception cref="ModelException">There are more or fewer names than features.</exception>
    public SavedModel WithFeatures(IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        ModelException.CheckOptions("features",
            (names.Count == Model.Dimensions, "number of names", names.Count, $"{Model.Dimensions}, as the model has features"),
            (names.Distinct(StringComparer.Ordinal).Count() == names.Count, "names", string.Join(",", names), "each name once"));
        return this with
        {
            Features = [.. names.Select((n, j) => Features is null ? new Feature(n) : Features[j].Over(n))],
            FeaturesByPosition = false
        };
    }

    /// <summary>Reads a model from JSON: our own format, or a file that pomegranate 0.14 saved.</summary>
    /// <param name="json">UTF-8 text.</param>
    /// <param name="place">The source, for messages.</param>
    /// <exception cref="ModelException">The text is not JSON, damaged, of another format or version, or has values out of range.</exception>
    public static SavedModel FromJson(ReadOnlyMemory<byte> json, string place = "model")
    {
        // An editor may have put a byte order mark before the text.
        if (json.Span.StartsWith("\uFEFF"u8)) json = json[3..];
        return JsonHelpers.Reading(place, "model", () => PomegranateFile.TryRead(json, out var saved) ? saved! : ReadOwn(json));
    }

    /// <summary>Reads a model file: JSON as <see cref="FromJson"/> does, or a Bayesian network in BIF (<see cref="BifFile"/>); its content decides.</summary>
    /// <param name="bytes">UTF-8 text.</param>
    /// <param name="place">The source, for messages.</param>
    /// <exception cref="ModelException">The text is of none of these formats, damaged, or has values out of range.</exception>
    public static SavedModel FromBytes(ReadOnlyMemory<byte> bytes, string place = "model") => JsonHelpers.Reading(place, "model", () =>
    {
        if (bytes.Span.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        foreach (var format in ForeignFormat.All.Values)
            if (format.TryRead(bytes) is { } saved) return saved;
        return ReadOwn(bytes);
    });

    /// <summary>
    /// Writes the file atomically: even if the process is killed or the power fails, it is either the old or the new one, and the new one once this returns.
    /// A symbolic link is followed and kept.
    /// </summary>
    /// <param name="path">The file. An existing one is replaced if Pipelines saved it, or if it is empty.</param>
    /// <param name="overwrite">True: a file of any other kind is replaced too. False (default): it is refused.</param>
    /// <exception cref="ModelException">The path is a file of another kind, a folder or a device.</exception>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public void Save(string path, bool overwrite = false) => Save(path, overwrite, FileLayer.Disk);

    /// <summary>Writes the file; tests substitute a file system.</summary>
    internal void Save(string path, bool overwrite, FileLayer files)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (OutputTarget.Obstacle(path) is { } obstacle)
            throw new ModelException(ErrorKind.Usage, path, obstacle, "a file that can be written", "choose another name");
        if (!overwrite && OutputTarget.Stranger(path, "a Pipelines model", IsModelFile) is { } stranger)
            throw new ModelException(ErrorKind.Usage, path, stranger, "a new name, or a Pipelines model to replace",
                "choose another name, or save with overwrite: true");
        DurableFile.Write(files, OutputTarget.Resolve(path), ToJson());
    }

    /// <summary>True if the file's content is a model that Pipelines saved, whole or damaged; false if it cannot be read.</summary>
    /// <param name="path">The file.</param>
    public static bool IsModelFile(string path) => ModelFileKind.IsOurs(path);

    /// <summary>Reads a file.</summary>
    /// <exception cref="ModelException">The file cannot be read, or is not a model.</exception>
    public static SavedModel Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[] bytes;
        try
        {
            var info = new FileInfo(path);
            if (!info.Exists && !DiskError.IsForbidden(path))
                throw new ModelException(ErrorKind.Usage, path, "no such file", "a model file", "check the path");
            // Reading a pipe would wait for a writer; a pipe has no length.
            if (info is { Exists: true, Length: 0 })
                throw new ModelException(ErrorKind.ModelFile, path, "an empty file, or a pipe or device", "a model file", "save the model again");
            if (info is { Exists: true, Length: > MostBytes })
                throw new ModelException(ErrorKind.ModelFile, path, $"{info.Length} bytes", $"at most {MostBytes}", "check that it is a model file");
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException(ErrorKind.Usage, path, $"a file that can't be read ({DiskError.Reason(e)})", "a readable model file",
                "check the path and its permissions", e);
        }
        return FromBytes(bytes, path);
    }

    /// <inheritdoc/>
    public override string ToString() => Encoding.UTF8.GetString(ToJson());

    private static SavedModel ReadOwn(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, new() { MaxDepth = MostDepth, AllowDuplicateProperties = false });
        return Read(document.RootElement);
    }

    private static SavedModel Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("format", out var format) || format.ValueKind != JsonValueKind.String
            || format.GetString() != Format)
            throw new ModelException(ErrorKind.ModelFile, "property 'format'", "no such property or another value", $"'{Format}'",
                "give a model that Pipelines saved");
        if (!root.Required("version").TryGetInt32(out var version) || version is not (Version or TransformedVersion))
            throw new ModelException(ErrorKind.ModelFile, "property 'version'", root.Required("version").ToString(), $"{Version} or {TransformedVersion}",
                "use the version of Pipelines that wrote the file, or fit the model again");
        var model = ModelFormat.Read(root.Required("model"));
        var features = root.TryGetProperty("features", out _) ? ReadFeatures(root) : null;
        if (features is not null && features.Count != model.Dimensions)
            throw new ModelException(ErrorKind.ModelFile, "property 'features'", $"{features.Count} features", $"{model.Dimensions}, as the model has",
                "the file is damaged or was edited; save the model again");
        if (features?.GroupBy(f => f.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ModelException(ErrorKind.ModelFile, "property 'features'", $"two features named '{twice.Key}'", "distinct names",
                "the file is damaged or was edited; save the model again");
        for (var j = 0; j < features?.Count; j++)
        {
            if (features[j].Categories is { } own && model.CategoryCount(j) is { } count && own.Count < count)
                throw new ModelException(ErrorKind.ModelFile, $"feature '{features[j].Name}'", $"{own.Count} categories",
                    $"{count}, as the model has probabilities of", "the file is damaged or was edited; save the model again");
        }
        return new(model, features, root.TryGetProperty("training", out var training) ? ReadTraining(training) : null)
        {
            FeaturesByPosition = root.TryGetProperty("featuresByPosition", out var byPosition) && byPosition.GetBoolean(),
            Warnings = model.Warnings,
        };
    }

    private static List<Feature> ReadFeatures(JsonElement root) =>
        [.. root.Array("features").Select(f => new Feature(
            f.Required("name").GetString() ?? throw JsonHelpers.Bad("feature name", "null", "a name"),
            f.TryGetProperty("categories", out _) ? [.. f.Array("categories").Select(c => c.GetString() ?? "")] : null)
        {
            Column = f.TryGetProperty("column", out _) ? f.Text("column") : null!,
            Category = f.TryGetProperty("category", out _) ? f.Text("category") : null,
            Part = f.TryGetProperty("part", out _) ? Part(f.Text("part")) : null,
            MissingText = f.TryGetProperty("missingText", out var missing) ? missing.GetString() : null,
            Transforms = FeatureTransformFormat.Read(f),
            Type = f.TryGetProperty("type", out var type) ? type.GetString() : null,
            IsNullable = f.TryGetProperty("nullable", out var nullable) ? nullable.GetBoolean() : null,
            Minimum = f.TryGetProperty("minimum", out _) ? f.Number("minimum") : null,
            Maximum = f.TryGetProperty("maximum", out _) ? f.Number("maximum") : null,
        })];

    private static DatePart Part(string name) => DatePart.Find(name)
        ?? throw new ModelException(ErrorKind.ModelFile, "property 'part'", JsonHelpers.Quote(name),
            $"a part that this version of Pipelines knows ({string.Join(", ", DatePart.All)})", "use the version of Pipelines that wrote it");

    private static long Rows(JsonElement json) => json.Number("rows") is >= 0 and < 1L << 53 and var rows
        ? (long)rows
        : throw JsonHelpers.Bad("property 'rows'", json.Number("rows").Text(), "a number of rows");

    private static TrainingRecord ReadTraining(JsonElement json) => new(
        Rows(json), json.Required("converged").ValueKind == JsonValueKind.True, json.Number("logLikelihood"), json.Number("initialLogLikelihood"),
        json.Numbers("history"), json.Required("seed").GetInt64(), json.Required("batchSize").GetInt32(), json.Required("kernel").GetString() ?? "")
    {
        Candidates = json.TryGetProperty("candidates", out _) ? [.. json.Array("candidates").Select(FitCandidateFormat.Read)] : [],
        Criterion = json.TryGetProperty("criterion", out _) ? json.Choice<SelectionCriterion>("criterion") : null,
        Weight = json.TryGetProperty("weight", out _) ? json.Number("weight") : Rows(json),
        ClusterWeights = json.TryGetProperty("clusterWeights", out _) ? json.Numbers("clusterWeights") : [],
    };

    private void WriteFeatures(Utf8JsonWriter writer)
    {
        if (Features is null) return;
        writer.WriteObjects("features", Features, feature =>
        {
            writer.WriteString("name", feature.Name);
            if (feature.Column != feature.Name) writer.WriteString("column", feature.Column);
            if (feature.Category is { } category) writer.WriteString("category", category);
            if (feature.Part is { } part) writer.WriteString("part", part.Name);
            if (feature.Categories is { } categories)
            {
                writer.WriteTexts("categories", categories);
            }
            if (feature.MissingText is { } missing) writer.WriteString("missingText", missing);
            FeatureTransformFormat.Write(writer, feature.Transforms);
            if (feature.Type is { } type) writer.WriteString("type", type);
            if (feature.IsNullable is { } nullable) writer.WriteBoolean("nullable", nullable);
            if (feature.Minimum is { } minimum) writer.WriteExact("minimum", minimum);
            if (feature.Maximum is { } maximum) writer.WriteExact("maximum", maximum);
        });
    }

    private void WriteTraining(Utf8JsonWriter writer)
    {
        if (Training is null) return;
        writer.WriteStartObject("training");
        writer.WriteNumber("rows", Training.Rows);
        if (Training.Weight != Training.Rows) writer.WriteExact("weight", Training.Weight);
        if (Training.ClusterWeights.Count > 0) writer.WriteNumbers("clusterWeights", Training.ClusterWeights);
        writer.WriteBoolean("converged", Training.Converged);
        writer.WriteExact("logLikelihood", Training.LogLikelihood);
        writer.WriteExact("initialLogLikelihood", Training.InitialLogLikelihood);
        writer.WriteNumbers("history", Training.LogLikelihoods);
        writer.WriteNumber("seed", Training.Seed);
        writer.WriteNumber("batchSize", Training.BatchSize);
        writer.WriteString("kernel", Training.Kernel);
        if (Training.Candidates.Count > 0)
        {
            if (Training.Criterion is { } criterion) writer.WriteString("criterion", criterion.ToString());
            writer.WriteObjects("candidates", Training.Candidates, candidate => FitCandidateFormat.Write(writer, candidate));
        }
        writer.WriteEndObject();
    }
}
