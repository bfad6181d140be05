namespace Pipelines.Models.Mixtures;

/// <summary>
/// A distribution of one feature whose log-probability is linear in the value but for a term that all its parameters share:
/// log p(x) = slope x + intercept + base(x). Its statistics are sums of w, of w x, and a third one of values outside the support.
/// </summary>
internal interface ILinearFamily
{
    /// <summary>Factor of the value; not finite where this form does not serve.</summary>
    double Slope { get; }

    /// <summary>What stands alone.</summary>
    double Intercept { get; }

    /// <summary>Adds weight times base(x) of complete rows: the same for all parameters, -infinity outside the support.</summary>
    /// <param name="tile">The rows of one feature.</param>
    /// <param name="total">Shape [tile.Rows].</param>
    /// <param name="weight">Above 0.</param>
    void AddBase(in FeatureTile tile, Span<double> total, double weight);
}
