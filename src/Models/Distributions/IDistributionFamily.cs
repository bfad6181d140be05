using System.Text.Json;

namespace Pipelines.Models;

/// <summary>
/// What a family of distributions says of itself, so that files, the command line and the contract tests find it without a central list.
/// </summary>
/// <typeparam name="TSelf">The distribution.</typeparam>
public interface IDistributionFamily<TSelf>
    where TSelf : Distribution, IDistributionFamily<TSelf>
{
    /// <summary>The family's name in files and on the command line, lower-case with hyphens: <c>normal</c>.</summary>
    static abstract string FamilyName { get; }

    /// <summary>Other names that files and the command line may use; none by default.</summary>
    static virtual IReadOnlyList<string> Aliases => [];

    /// <summary>True: one feature a distribution; more features become independent components.</summary>
    static abstract bool IsUnivariate { get; }

    /// <summary>True: works on categories, which travel as codes (<see cref="CategoryMap"/>). False by default.</summary>
    static virtual bool IsCategorical => false;

    /// <summary>A distribution to begin with: what it is fitted from before any data was seen.</summary>
    /// <param name="center">Shape [dimensions]: roughly where the data lies; sums are taken around it.</param>
    static abstract TSelf Prototype(ReadOnlySpan<double> center);

    /// <summary>What may stand in brackets behind the name, as in <c>student-t(3)</c>, with its unit, range and default; null (default) = nothing.</summary>
    static virtual string? Argument => null;

    /// <summary>A distribution to begin with, with what stands in brackets; null if that is not usable.</summary>
    /// <param name="center">Shape [dimensions].</param>
    /// <param name="argument">What stands in the brackets.</param>
    static virtual TSelf? Prototype(ReadOnlySpan<double> center, string argument) => null;

    /// <summary>Reads the parameters that <see cref="Model.WriteParameters"/> wrote.</summary>
    /// <exception cref="ModelException">The parameters are missing, of the wrong shape or out of range.</exception>
    static abstract TSelf ReadParameters(JsonElement json);
}
