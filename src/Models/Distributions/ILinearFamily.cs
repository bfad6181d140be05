namespace Pipelines.Models.Mixtures;

/// <summary>
/// A distribution of one feature whose log-probability is linear in the value except for a term common to all parameters:
/// log p(x) = slope x + intercept + base(x). Its statistics are sums of w and of w x, and the weight of values outside the support.
/// </summary>
internal interface ILinearFamily
{
    /// <summary>Factor of the value; not finite if this form does not apply.</summary>
    double Slope { get; }

    /// <summary>The constant term.</summary>
    double Intercept { get; }

    /// <summary>Adds weight times base(x) for complete rows: independent of the parameters, -infinity outside the support.</summary>
    /// <param name="tile">The rows of one feature.</param>
    /// <param name="total">Shape [tile.Rows].</param>
    /// <param name="weight">Above 0.</param>
    void AddBase(in FeatureTile tile, Span<double> total, double weight);
}
