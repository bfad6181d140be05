using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>What the columns of a pipeline are to a fit or an evaluation.</summary>
internal sealed record ColumnRoles
{
    private const int MostIndicators = 1_000;

    /// <summary>The features, in the model's order; null = all numeric columns without another role.</summary>
    public IReadOnlyList<Feature>? Features { get; init; }

    /// <summary>True: the features are only names, which may mean parts of columns.</summary>
    public bool AreNames { get; init; }

    /// <summary>Names of the features whose logarithm is fitted to.</summary>
    public IReadOnlyList<string> Logs { get; init; } = [];

    /// <summary>Names of the features that become indicators of their categories, parts of columns among them.</summary>
    public IReadOnlyList<string> OneHots { get; init; } = [];

    /// <summary>The column with the row weights; null = every weight is 1.</summary>
    public string? Weights { get; init; }

    /// <summary>The columns that define a sequence; null = rows form none.</summary>
    public SequenceColumns? Sequences { get; init; }

    /// <summary>The column with the labels; null = no row has one.</summary>
    public LabelColumn? Labels { get; init; }

    /// <summary>The columns with the priors of each row; null = rows have none.</summary>
    public PriorColumns? Priors { get; init; }

    /// <summary>The labels, whose names are the classes that have priors, unless they are listed.</summary>
    public LabelColumn? KnownLabels => Labels is { Names: null } && Priors?.Classes is { } classes ? Labels with { Names = classes } : Labels;

    /// <summary>True if names of features may mean parts of columns.</summary>
    public bool MayBeDerived => AreNames && Features!.Any(f => Feature.Derived(f.Name) is not null);

    /// <summary>The features, some of which may be parts of columns.</summary>
    /// <param name="schema">The columns; null = not known.</param>
    /// <exception cref="ModelException">There is no such part.</exception>
    public IReadOnlyList<Feature> Named(BatchSchema? schema) => [.. Features!.Select(f => Named(f, schema, "Pipeline.Features"))];

    private static Feature Named(Feature feature, BatchSchema? schema, string property)
    {
        if (Feature.Derived(feature.Name) is not var (function, column) || schema?.IndexOf(feature.Name) >= 0) return feature;
        if (DatePart.Find(function) is { } part) return Feature.Of(part, column);
        if (schema is null || schema.IndexOf(column) < 0) return feature;
        throw new ModelException(ErrorKind.Usage, property, $"'{feature.Name}'", $"a part of a date or time: {string.Join(", ", DatePart.All)}",
            NearestName.Remedy(function, DatePart.All.Select(p => p.Name), "correct the name"));
    }

    /// <summary>Finds the features that become indicators, which are appended if no features were named.</summary>
    /// <param name="named">The features.</param>
    /// <param name="schema">The columns; null = not known.</param>
    /// <returns>Their indexes.</returns>
    /// <exception cref="ModelException">There is no such feature.</exception>
    public int[] CheckOneHot(ref IReadOnlyList<Feature> named, BatchSchema? schema)
    {
        // A model that is fitted further has its indicators already.
        var given = named;
        string[] wanted = [.. OneHots.Where(name => !given.Any(f => f.Category is not null && f.Source == name))];
        if (Features is null)
            named = given = [.. given, .. wanted.Where(name => !given.Any(f => f.Name == name)).Select(name => Named(new(name), schema, "Pipeline.OneHot"))];
        if (wanted.FirstOrDefault(name => !given.Any(f => f.Name == name && f.Category is null && f.Transforms.Count == 0)) is { } unknown)
            throw new ModelException(ErrorKind.Usage, "Pipeline.OneHot", $"'{unknown}'", "a column among the features of the fit",
                NearestName.Remedy(unknown, given.Select(f => f.Name), "correct the name, or add the column to the features (Pipeline.Features)"));
        return [.. Enumerable.Range(0, given.Count).Where(j => wanted.Contains(given[j].Name))];
    }

    /// <summary>The indicators of a feature's categories.</summary>
    /// <exception cref="FlowException">There are too many.</exception>
    public static IEnumerable<Feature> Indicators(Feature feature, IReadOnlyList<string> categories) => categories.Count <= MostIndicators
        ? categories.Select(feature.Indicating)
        : throw new FlowException(ErrorKind.Data, $"column '{feature.Source}'", FormattableString.Invariant($"{categories.Count:N0} different values"),
            FormattableString.Invariant($"at most {MostIndicators:N0}, as each becomes a feature"), "group its values first, or leave the column out");

    /// <summary>The features with their transforms.</summary>
    /// <param name="named">The features.</param>
    /// <param name="isCategorical">Tells which hold categories; null = those whose categories are known.</param>
    /// <exception cref="ModelException">There is no such feature, or it holds categories.</exception>
    public IReadOnlyList<Feature> WithTransforms(IReadOnlyList<Feature> named, Func<int, bool>? isCategorical)
    {
        foreach (var name in Logs)
        {
            var at = named.Select(f => f.Name).ToList().IndexOf(name);
            if (at < 0)
                throw new ModelException(ErrorKind.Usage, "Pipeline.Log", $"'{name}'", "a feature of the fit",
                    NearestName.Remedy(name, named.Select(f => f.Name), "correct the name, or add the column to the features (Pipeline.Features)"));
            if (named[at].Transforms.Count > 0 && !named[at].Transforms[0].Equals(FeatureTransform.Log))
                throw new ModelException(ErrorKind.Usage, "Pipeline.Log", $"'{name}', a feature with other transforms", "a feature without transforms",
                    "leave it out, or add the logarithm to the feature's transforms");
            if (OneHots.Contains(name) || named[at].Category is not null)
                throw new ModelException(ErrorKind.Usage, "Pipeline.Log and Pipeline.OneHot", $"'{name}' in both", "each feature in one of them, as categories "
                    + "have no logarithm", "leave it out of one of them");
            if (named[at].Categories is not null || isCategorical?.Invoke(at) == true)
                throw new ModelException(ErrorKind.Usage, "Pipeline.Log", $"'{name}', a feature of categories", "a feature of numbers",
                    "leave it out, or fit a distribution of numbers to it");
        }
        // A model that is fitted further has the logarithm already.
        return [.. named.Select(f => f.Transforms.Count == 0 && Logs.Contains(f.Name) ? f with { Transforms = [FeatureTransform.Log] } : f)];
    }
}
