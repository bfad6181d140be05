using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>A family of distributions as a value: what a mixture's components are before their parameters are known.</summary>
public sealed class DistributionFamily
{
    private readonly Blanker blank;

    private readonly string text;

    private readonly Func<int, bool> isCategorical;

    private readonly Func<string, Blanker?>? with;

    // Shape [features]; null for a single family.
    private IReadOnlyList<DistributionFamily>? parts;

    private DistributionFamily(string name, bool isUnivariate, Func<int, bool> isCategorical, Blanker blank, string? text = null,
        Func<string, Blanker?>? with = null) =>
        (Name, IsUnivariate, this.isCategorical, this.blank, this.text, this.with) = (name, isUnivariate, isCategorical, blank, text ?? name, with);

    /// <summary>Makes independent components of distributions. Set by that family when the library is loaded.</summary>
    internal static Func<IReadOnlyList<Distribution>, Distribution> Product { get; set; } = null!;

    private delegate Distribution Blanker(ReadOnlySpan<double> center);

    /// <summary>The family's name in files and on the command line.</summary>
    public string Name { get; }

    /// <summary>True: one feature per distribution.</summary>
    public bool IsUnivariate { get; }

    /// <summary>True if fitting one such distribution takes a single update (<see cref="Model.IsEstimatedInOnePass"/>).</summary>
    public bool IsEstimatedInOnePass => parts?.All(p => p.IsEstimatedInOnePass) ?? blank(IsUnivariate ? [0.5] : [0.5, 0.5]).IsEstimatedInOnePass;

    /// <summary>The options that have an effect on fitting such a distribution (<see cref="Model.Uses"/>).</summary>
    public FitUses Uses => parts?.Aggregate(FitUses.None, (uses, p) => uses | p.Uses) ?? blank(IsUnivariate ? [0.5] : [0.5, 0.5]).Uses;

    /// <summary>The kinds of parameters of such a distribution (<see cref="Model.ParameterKinds"/>).</summary>
    public ParameterKinds ParameterKinds => Example().ParameterKinds;

    /// <summary>The family's name, or those of the features' families: <see cref="Named"/> makes the same family of them.</summary>
    internal IReadOnlyList<string> Names => parts is null ? [text] : [.. parts.Select(p => p.text)];

    /// <summary>The family of that name, or a family for each feature.</summary>
    /// <param name="names">One name, or shape [features].</param>
    /// <exception cref="ModelException">There is no such family.</exception>
    internal static DistributionFamily Named(IReadOnlyList<string> names) => PerFeature([.. names.Select(ModelFormat.Family)]);

    /// <summary>True if every feature holds categories.</summary>
    internal bool IsCategoricalThroughout => parts?.All(p => p.IsCategorical(0)) ?? IsCategorical(0);

    /// <summary>The family of a distribution type.</summary>
    public static DistributionFamily Of<T>()
        where T : Distribution, IDistributionFamily<T> =>
            new(T.FamilyName, T.IsUnivariate, static _ => T.IsCategorical, static center => T.Prototype(center), null,
                T.Argument is null ? null : Argued<T>)
            { Argument = T.Argument, OtherNames = T.OtherNames, IsImplied = T.IsImplied };

    /// <summary>The Gaussians over any number of features with covariances of a shape.</summary>
    public static DistributionFamily Gaussian(CovarianceShape shape) => ModelFormat.Family(shape switch
    {
        CovarianceShape.Diagonal => "diagonal-gaussian",
        CovarianceShape.Spherical => "spherical-gaussian",
        _ => "multivariate-gaussian",
    });

    /// <summary>Names of the family elsewhere, for suggestions.</summary>
    public IReadOnlyList<string> OtherNames { get; private init; } = [];

    /// <summary>True: results from naming a family for each feature, and cannot be chosen by its own name.</summary>
    public bool IsImplied { get; private init; }

    /// <summary>What may follow the name in brackets, with its range and default; null = nothing.</summary>
    public string? Argument { get; private init; }

    /// <summary>The family with an argument, such as the degrees of freedom of Student's t; null if it takes none or the argument is not usable.</summary>
    /// <param name="argument">The text in brackets after the name.</param>
    public DistributionFamily? With(string argument) =>
        with?.Invoke(argument) is { } made ? new(Name, IsUnivariate, isCategorical, made, $"{Name}({argument})") : null;

    private static Blanker? Argued<T>(string argument)
        where T : Distribution, IDistributionFamily<T>
    {
        try
        {
            return T.Prototype([0.5], argument) is null ? null : center => T.Prototype(center, argument)!;
        }
        catch (ModelException)
        {
            // Out of range.
            return null;
        }
    }

    /// <summary>Independent components, with a family for each feature.</summary>
    /// <param name="families">Shape [features], all univariate.</param>
    /// <exception cref="ModelException">A family is not univariate.</exception>
    public static DistributionFamily PerFeature(IReadOnlyList<DistributionFamily> families)
    {
        ArgumentNullException.ThrowIfNull(families);
        if (families.Count == 1) return families[0];
        if (families.FirstOrDefault(f => !f.IsUnivariate) is { } wrong)
            throw new ModelException(ErrorKind.Usage, "distribution for each feature", $"'{wrong.Name}'", "distributions of one feature",
                "name one distribution for all features, or a univariate one for each");
        return new("independent-components", false, feature => feature < families.Count && families[feature].IsCategorical(0), center =>
        {
            if (center.Length != families.Count)
                throw new ModelException(ErrorKind.Usage, "distribution for each feature", $"{families.Count} distributions for {center.Length} features",
                    "one for each feature", "name one distribution, or as many as there are features");
            var parts = new Distribution[families.Count];
            for (var j = 0; j < parts.Length; j++) parts[j] = families[j].Prototype(center.Slice(j, 1));
            return Product(parts);
        }, $"({string.Join(", ", families)})")
        { parts = families };
    }

    /// <summary>True if a feature holds categories, which are represented by codes.</summary>
    /// <param name="feature">Index of the feature.</param>
    public bool IsCategorical(int feature) => isCategorical(feature);

    /// <summary>The family of a feature if its support is fixed (<see cref="Distribution.FixedSupport"/>), otherwise null.</summary>
    /// <param name="feature">Index of the feature.</param>
    public string? FixedSupport(int feature) =>
        parts is null ? Example().FixedSupport(IsUnivariate ? 0 : feature) : feature < parts.Count ? parts[feature].FixedSupport(0) : null;

    /// <summary>Some distribution of the family.</summary>
    internal Distribution Example() => blank(parts is null ? IsUnivariate ? [0.5] : [0.5, 0.5] : [.. Enumerable.Repeat(0.5, parts.Count)]);

    /// <summary>The name; for independent components the names of all features' families.</summary>
    public override string ToString() => text;

    /// <summary>
    /// A starting distribution over <c>center.Length</c> features; a univariate family gives independent components if there are several.
    /// </summary>
    /// <param name="center">Shape [features]: approximate location of the data.</param>
    public Distribution Prototype(ReadOnlySpan<double> center)
    {
        if (!IsUnivariate || center.Length == 1) return blank(center);
        var parts = new Distribution[center.Length];
        for (var j = 0; j < parts.Length; j++) parts[j] = blank(center.Slice(j, 1));
        return Product(parts);
    }
}
