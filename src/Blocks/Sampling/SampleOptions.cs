namespace Pipelines;

/// <summary>What to draw from a model. Validated as a whole before anything is drawn.</summary>
public sealed record SampleOptions
{
    private const int MostLength = 1 << 24;

    // A worker holds a whole sequence: at most one gigabyte.
    private const int MostValues = 1 << 27;

    /// <summary>Number of rows, 1 … 2^53; for a sequence model, a multiple of the sequence length.</summary>
    public required long Rows { get; init; }

    /// <summary>
    /// Rows of each sequence, 1 … 2^24; required for sequence models and not allowed for others. A sequence that spans several batches is drawn again for each
    /// of them.
    /// </summary>
    public int? Length { get; init; }

    /// <summary>For a sequence model: name of the column (INT64) that numbers the sequences from 0. Default <c>sequence</c>.</summary>
    public string Key { get; init; } = "sequence";

    /// <summary>
    /// Seed; default 0. It determines sequences to the bit; independent rows also depend on the batch size, because each batch has its own random number
    /// stream.
    /// </summary>
    public long Seed { get; init; }

    /// <summary>
    /// Name of a column for the number of the component (INT32), or the name or number of the state, that generated the row; null (default) = none. It does not
    /// affect the rows.
    /// </summary>
    public string? Label { get; init; }

    /// <summary>
    /// For a network: values that all rows have, as text by the variable's name; null or empty (default) = none. With likelihood weighting, rows get a column
    /// <c>weight</c> (DOUBLE).
    /// </summary>
    public IReadOnlyDictionary<string, string>? Evidence { get; init; }

    /// <summary>For a network: how rows are drawn; null (default) = by likelihood weighting if there is evidence, otherwise forward.</summary>
    public SamplingMethod? Method { get; init; }

    /// <summary>The method that is used.</summary>
    internal SamplingMethod UsedMethod => Method ?? (Evidence is { Count: > 0 } ? SamplingMethod.Likelihood : SamplingMethod.Forward);

    /// <summary>Name of the column of weights; null = there is none.</summary>
    internal string? Weight => UsedMethod == SamplingMethod.Likelihood ? "weight" : null;

    /// <summary>The evidence as codes, NaN = not given. Shape [variables].</summary>
    /// <exception cref="ModelException">The model takes no evidence, or does not know a variable or a value.</exception>
    internal double[] EvidenceFor(Model model)
    {
        var given = Evidence ?? new Dictionary<string, string>();
        var codes = new double[model.Dimensions];
        Array.Fill(codes, double.NaN);
        if (model is not IEvidenceSampler network)
            return given.Count == 0 && Method is null ? codes : throw new ModelException(ErrorKind.Usage, $"{model.FormatName} model",
                given.Count == 0 ? "a method of sampling" : "evidence", "a Bayesian network, which takes them", "leave it out");
        if (given.Count > 0 && Method == SamplingMethod.Forward)
            throw new ModelException(ErrorKind.Usage, "SampleOptions.Method", "forward sampling, with evidence", "a method that takes evidence",
                "choose likelihood or gibbs, or leave the evidence out");
        foreach (var (name, value) in given)
        {
            var at = IndexOf(network.Variables.Select(v => v.Name), name);
            if (at < 0)
                throw new ModelException(ErrorKind.Usage, "evidence", $"no variable '{name}'", "a variable of the network",
                    NearestName.Remedy(name, network.Variables.Select(v => v.Name), "correct the name"));
            var code = IndexOf(network.Variables[at].Values, value);
            // Booleans are false and true, in older models 0 and 1.
            if (code < 0 && Boolean(value) is { } flag)
                code = Math.Max(IndexOf(network.Variables[at].Values, flag ? "true" : "false"), IndexOf(network.Variables[at].Values, flag ? "1" : "0"));
            if (code < 0)
                throw new ModelException(ErrorKind.Usage, $"evidence, variable '{name}'", $"'{value}'",
                    $"one of its {network.Variables[at].Values.Count} values ({string.Join(", ", network.Variables[at].Values.Take(5))}"
                        + $"{(network.Variables[at].Values.Count > 5 ? ", …" : "")})",
                    NearestName.Remedy(value, network.Variables[at].Values, "correct the value"));
            codes[at] = code;
        }
        return codes;

        static bool? Boolean(string text) => text switch { "0" => false, "1" => true, _ => bool.TryParse(text, out var flag) ? flag : null };

        static int IndexOf(IEnumerable<string> names, string name) => names.Index().Where(n => n.Item == name).Select(n => n.Index).FirstOrDefault(-1);
    }

    /// <summary>The model as a source of rows.</summary>
    /// <exception cref="ModelException">Nothing can be drawn from it.</exception>
    internal static ProbabilityModel Source(SavedModel saved) => saved.Model as ProbabilityModel
        ?? throw new ModelException(ErrorKind.Usage, $"{saved.Model.FormatName} model", "a model that is not a probability distribution",
            "one that rows can be drawn from, such as a mixture", "fit a mixture to the same data");

    /// <summary>Validates all options together.</summary>
    /// <param name="model">The model to draw from.</param>
    /// <param name="names">Names of the features.</param>
    /// <exception cref="ModelException">At least one option is invalid; the message lists all of them.</exception>
    internal void Validate(Model model, IReadOnlyList<string> names)
    {
        var isSequences = model.IsOfSequences;
        var hasLabels = model.ScoreKinds.Any(k => k.Name == ScoreKind.Label);
        ModelException.CheckOptions(
            nameof(SampleOptions),
            (Rows is >= 1 and <= 1L << 53, nameof(Rows), Rows, "1 to 9007199254740992"),
            (!isSequences || Length is >= 1 and <= MostLength, nameof(Length), Length is null ? "none for a model of sequences" : Length,
                "the number of rows in each sequence, 1 to 16777216"),
            (isSequences || Length is null, nameof(Length), $"{Length} for a {model.FormatName} model", "none, as its rows are independent"),
            (!(isSequences && Length is >= 1) || (long)Length.Value * names.Count <= MostValues, nameof(Length), Length,
                $"at most {MostValues / Math.Max(1, names.Count)}, 2^27 over the number of features"),
            (!(isSequences && Length is >= 1) || Rows % Length.Value == 0, nameof(Rows), Rows, $"a multiple of {Length}, the length of each sequence"),
            (!isSequences || !string.IsNullOrWhiteSpace(Key), nameof(Key), "an empty name", "the name of a column"),
            (!isSequences || (!names.Contains(Key) && Key != Label), nameof(Key), $"'{Key}', which is a feature or the label too", "the name of a new column"),
            (Label is null || !string.IsNullOrWhiteSpace(Label), nameof(Label), "an empty name", "the name of a column"),
            (Label is null || !names.Contains(Label), nameof(Label), $"'{Label}', which is a feature too", "the name of a new column"),
            (Weight is null || !names.Contains(Weight), nameof(Method), $"weights, and a feature '{Weight}'", "no feature of that name (choose gibbs)"),
            (Label is null || hasLabels, nameof(Label), $"a {model.FormatName} model",
                "a mixture or a hidden Markov model, whose rows come from components or states"));
    }
}
