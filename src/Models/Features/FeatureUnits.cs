namespace Pipelines.Models.Features;

/// <summary>
/// Numbers of a model as text, in the units of the column: of a feature that is scaled, the scale is undone; of the logarithm of a feature, means become
/// geometric means, and deviations the factors that they stand for.
/// </summary>
internal readonly struct FeatureUnits
{
    private readonly IReadOnlyList<FeatureTransform> undone;
    private readonly double scale;
    private readonly bool isLog;

    private FeatureUnits(string name, IReadOnlyList<FeatureTransform> undone, bool isLog)
    {
        (Name, this.undone, this.isLog) = (name, undone, isLog);
        scale = undone.Where(t => t.IsLinear).Aggregate(1.0, (product, t) => product * Math.Exp(-t.LogSlope(0)));
    }

    /// <summary>The units of a feature.</summary>
    /// <param name="features">The features; null = unnamed.</param>
    /// <param name="feature">Index of the feature.</param>
    /// <param name="undoesLog">True (default) if a logarithm is undone too; false if the feature is then called <c>ln(x)</c>.</param>
    public static FeatureUnits Of(IReadOnlyList<Feature>? features, int feature, bool undoesLog = true)
    {
        if (features?[feature] is not { } known) return new($"x{(features is null ? feature : 0)}", [], isLog: false);
        var transforms = known.Transforms;
        var isLog = transforms.Count > 0 && ReferenceEquals(transforms[0], FeatureTransform.Log);
        var linear = transforms.Skip(isLog ? 1 : 0).ToArray();
        if (!Array.TrueForAll(linear, t => t.IsLinear)) return new(known.Formula, [], isLog: false);
        return isLog && !undoesLog ? new(transforms[0].Describe(known.Name), linear, isLog: false) : new(known.Name, transforms, isLog);
    }

    /// <summary>The name that goes with the numbers.</summary>
    public string Name { get; }

    /// <summary>The name of what is linear in the model's numbers: the feature, or its logarithm.</summary>
    public string LinearName => isLog ? undone[0].Describe(Name) : Name;

    /// <summary>A value that the model sees, in the column's units.</summary>
    public double Value(double value)
    {
        for (var t = undone.Count - 1; t >= 0; t--) value = undone[t].Invert(value);
        return value;
    }

    /// <summary>The same as text.</summary>
    /// <param name="value">The value.</param>
    /// <param name="spread">What the last digits matter against, such as the standard deviation, as the model sees it.</param>
    public string Text(double value, double spread) => Value(value).Text(isLog ? Math.Abs(Value(value)) * scale * spread : scale * spread);

    /// <summary>A difference that the model sees; of logarithms, the factor.</summary>
    public double Distance(double difference) => isLog ? Math.Exp(scale * difference) : scale * difference;

    /// <summary><c>mean 12.5, standard deviation 3.2</c>, or the geometric ones.</summary>
    public string Moments(double mean, double deviation) => isLog
        ? $"geometric mean {Text(mean, deviation)}, geometric standard deviation {Distance(deviation).Text()}"
        : $"mean {Text(mean, deviation)}, standard deviation {Distance(deviation).Text()}";

    /// <summary><c>12.5</c>, or <c>geometric mean 12.5</c>.</summary>
    /// <param name="mean">The mean, as the model sees it.</param>
    /// <param name="spread">What the last digits matter against.</param>
    public string Mean(double mean, double spread) => isLog ? $"geometric mean {Text(mean, spread)}" : Text(mean, spread);
}
