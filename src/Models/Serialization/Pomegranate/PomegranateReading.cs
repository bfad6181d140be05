using System.Text.Json;

namespace Pipelines.Models.Serialization.Pomegranate;

/// <summary>The state of reading a file: each feature's keys, and warnings for the user.</summary>
/// <param name="keys">The keys of each feature; grows in the first reading.</param>
internal sealed class PomegranateReading(List<FeatureKeys> keys)
{
    // Our own files nest two levels per model, to a depth of at most 64.
    private const int MostNesting = 24;
    private const int MostWarnings = 20;

    private readonly Dictionary<string, (string Place, int Count)> warnings = new(StringComparer.Ordinal);
    private readonly List<string> order = [];

    private PomegranateReading(List<FeatureKeys> keys, PomegranateReading outer)
        : this(keys) => (warnings, order) = (outer.warnings, outer.order);

    /// <summary>What the file cannot express or states wrongly: one sentence each, with the first place.</summary>
    public IReadOnlyList<string> Warnings
    {
        get
        {
            var texts =
                order.Take(MostWarnings).Select(w => warnings[w].Count == 1 ? $"{warnings[w].Place}: {w}" : $"{warnings[w].Place} (and "
                    + $"{warnings[w].Count - 1} more): {w}").ToList();
            if (order.Count > MostWarnings) texts.Add($"and {order.Count - MostWarnings} warnings more");
            return texts;
        }
    }

    /// <summary>Adds a warning; repeats of the same sentence at other places are counted.</summary>
    public void Warn(PomegranateNode place, string text)
    {
        if (warnings.TryGetValue(text, out var known))
        {
            warnings[text] = known with { Count = known.Count + 1 };
            return;
        }
        warnings[text] = (place.Path, 1);
        order.Add(text);
    }

    /// <summary>The keys of a feature.</summary>
    public FeatureKeys Keys(int feature)
    {
        while (keys.Count <= feature) keys.Add(new FeatureKeys(keys.Count));
        return keys[feature];
    }

    /// <summary>The same reading for windows of rows, whose columns are all one feature.</summary>
    /// <param name="feature">Index of the feature.</param>
    /// <param name="columns">Number of rows in the longest window; tables with more columns do not share the feature's keys.</param>
    public PomegranateReading Repeating(int feature, int columns) => Of(Enumerable.Repeat(feature, columns));

    /// <summary>The same reading for a table whose columns are some of the features.</summary>
    /// <param name="features">Index of the feature of each column.</param>
    /// <param name="scalesRows">True: the caller scales rows that do not sum to 1, and warns of them.</param>
    public PomegranateReading Of(IEnumerable<int> features, bool scalesRows = false) => new([.. features.Select(Keys)], this) { ScalesRows = scalesRows };

    /// <summary>True: rows of tables that do not sum to 1 are not used unchanged.</summary>
    public bool ScalesRows { get; private init; }

    /// <summary>Marks features as numbers.</summary>
    public void AreNumbers(int first, int count)
    {
        for (var j = first; j < first + count; j++) Keys(j).IsNumber = true;
    }

    /// <summary>Reads a distribution within a model.</summary>
    public Distribution Distribution(PomegranateNode json, int first, int depth) =>
        Model(json, first, depth) as Distribution ?? throw json["class"].Bad(json["class"].Shown(), "a distribution or a mixture");

    /// <summary>Reads a model of any class.</summary>
    public Model Model(PomegranateNode json, int first, int depth)
    {
        if (depth > MostNesting) throw json.Bad($"models nested more than {MostNesting} deep", $"at most {MostNesting}");
        var kind = json["class"];
        var isDistribution = kind.Text() == "Distribution";
        var named = isDistribution ? json["name"] : kind;
        if (!PomegranateClass.All.TryGetValue(named.Text(), out var found) || found.IsDistribution != isDistribution)
        {
            throw new ModelException(ErrorKind.ModelFile, named.Path,
                $"{(isDistribution ? "the distribution" : "the class")} {JsonHelpers.Quote(named.Text())}",
                "one that this version can take over",
                "use a newer version of Pipelines, or fit the model again");
        }
        var model = Guarded(json, found.Name, () => found.Read(json, first, depth, this));
        if (json.Optional("frozen") is not { } frozen) return model;
        if (frozen.Element.ValueKind is not (JsonValueKind.True or JsonValueKind.False)) throw frozen.Bad(frozen.Shown(), "true or false");
        return frozen.Element.ValueKind == JsonValueKind.True && model is Distribution distribution ? distribution.Freeze() : model;
    }

    // What a model's constructor rejects is an error in the file.
    private static Model Guarded(PomegranateNode json, string name, Func<Model> read)
    {
        try
        {
            return read();
        }
        catch (ModelException e) when (e.Kind != ErrorKind.ModelFile)
        {
            throw new ModelException(ErrorKind.ModelFile, $"{json.Path} ({name}), {e.Place}", e.Found, e.Expected,
                "the file is damaged, or the model broke down in training; save it again", e.InnerException);
        }
    }
}
