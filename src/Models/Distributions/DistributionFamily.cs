namespace Pipelines.Models;

/// <summary>A family of distributions as a value: what a mixture is made of before its parameters are known.</summary>
public sealed class DistributionFamily
{
    private readonly Blanker blank;

    private readonly string words;

    private readonly Func<int, bool> isCategorical;

    private DistributionFamily(string name, bool isUnivariate, Func<int, bool> isCategorical, Blanker blank, string? words = null) =>
        (Name, IsUnivariate, this.isCategorical, this.blank, this.words) = (name, isUnivariate, isCategorical, blank, words ?? name);

    private delegate Distribution Blanker(ReadOnlySpan<double> center);

    /// <summary>The family's name in files and on the command line.</summary>
    public string Name { get; }

    /// <summary>True: one feature a distribution.</summary>
    public bool IsUnivariate { get; }

    /// <summary>The family of a distribution type.</summary>
    public static DistributionFamily Of<T>()
        where T : Distribution, IDistributionFamily<T> => new(T.FamilyName, T.IsUnivariate, static _ => T.IsCategorical, static center => T.Blank(center));

    /// <summary>Independent components, a family for each feature.</summary>
    /// <param name="families">Shape [features], all univariate.</param>
    /// <exception cref="ModelException">A family is not univariate.</exception>
    public static DistributionFamily PerFeature(IReadOnlyList<DistributionFamily> families)
    {
        ArgumentNullException.ThrowIfNull(families);
        if (families.Count == 1) return families[0];
        if (families.FirstOrDefault(f => !f.IsUnivariate) is { } wrong)
            throw new ModelException(ErrorKind.Usage, "distribution for each feature", $"'{wrong.Name}'", "distributions of one feature", "name one distribution for all features, or a univariate one for each");
        return new("independent-components", false, feature => feature < families.Count && families[feature].IsCategorical(0), center =>
        {
            if (center.Length != families.Count)
                throw new ModelException(ErrorKind.Usage, "distribution for each feature", $"{families.Count} distributions for {center.Length} features", "one for each feature", "name one distribution, or as many as there are features");
            var parts = new Distribution[families.Count];
            for (var j = 0; j < parts.Length; j++) parts[j] = families[j].Blank(center.Slice(j, 1));
            return new IndependentComponentsDistribution(parts);
        }, $"({string.Join(", ", families.Select(f => f.Name))})");
    }

    /// <summary>True if a feature holds categories, which travel as codes.</summary>
    /// <param name="feature">Index of the feature.</param>
    public bool IsCategorical(int feature) => isCategorical(feature);

    /// <summary>The name; of independent components those of all features.</summary>
    public override string ToString() => words;

    /// <summary>A distribution over <c>center.Length</c> features to begin with; a univariate family gives independent components where there are several.</summary>
    /// <param name="center">Shape [features]: roughly where the data lies.</param>
    public Distribution Blank(ReadOnlySpan<double> center)
    {
        if (!IsUnivariate || center.Length == 1) return blank(center);
        var parts = new Distribution[center.Length];
        for (var j = 0; j < parts.Length; j++) parts[j] = blank(center.Slice(j, 1));
        return new IndependentComponentsDistribution(parts);
    }
}
