using System.Text.Json;

namespace Pipelines;

/// <summary>
/// What a family of distributions declares about itself, so that files, the command line and the contract tests find it without a central list.
/// </summary>
/// <typeparam name="TSelf">The distribution.</typeparam>
public interface IDistributionFamily<TSelf>
    where TSelf : Distribution, IDistributionFamily<TSelf>
{
    /// <summary>The family's name in files and on the command line, lower-case with hyphens: <c>normal</c>.</summary>
    static abstract string FamilyName { get; }

    /// <summary>Other names that files and the command line may use; none by default.</summary>
    static virtual IReadOnlyList<string> Aliases => [];

    /// <summary>Names of the family elsewhere, which a message suggests but no option takes; none by default.</summary>
    static virtual IReadOnlyList<string> OtherNames => [];

    /// <summary>True: results from naming a family for each feature, and cannot be chosen by its own name. False by default.</summary>
    static virtual bool IsImplied => false;

    /// <summary>True: one feature per distribution; several features become independent components.</summary>
    static abstract bool IsUnivariate { get; }

    /// <summary>True: works on categories, which are represented by codes (<see cref="CategoryMap"/>). False by default.</summary>
    static virtual bool IsCategorical => false;

    /// <summary>A starting distribution, to be fitted before any data has been seen.</summary>
    /// <param name="center">Shape [dimensions]: approximate location of the data; sums are centred on it.</param>
    static abstract TSelf Prototype(ReadOnlySpan<double> center);

    /// <summary>What may follow the name in brackets, as in <c>student-t(3)</c>, with its unit, range and default; null (default) = nothing.</summary>
    static virtual string? Argument => null;

    /// <summary>A starting distribution with the argument in brackets; null if the argument is not usable.</summary>
    /// <param name="center">Shape [dimensions].</param>
    /// <param name="argument">The text in brackets.</param>
    static virtual TSelf? Prototype(ReadOnlySpan<double> center, string argument) => null;

    /// <summary>Reads the parameters that <see cref="Model.WriteParameters"/> wrote.</summary>
    /// <exception cref="ModelException">The parameters are missing, of the wrong shape or out of range.</exception>
    static abstract TSelf ReadParameters(JsonElement json);
}
