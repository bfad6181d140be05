namespace Pipelines.Plotting;

/// <summary>
/// A transform that leaves values as they are, but is defined only where the model's own is: pictures show rows in their original units, without those that the
/// model cannot use.
/// </summary>
/// <param name="earlier">The transforms that the model applies before it.</param>
/// <param name="own">The model's transform.</param>
internal sealed class UnappliedTransform(IReadOnlyList<FeatureTransform> earlier, FeatureTransform own) : FeatureTransform
{
    public override string Name => "unapplied";

    internal override IReadOnlyList<(string Name, double Value)> Parameters => own.Parameters;

    public override string? Domain => own.Domain;

    /// <summary>A feature that is read in its original units.</summary>
    public static Feature Of(Feature feature) =>
        feature with { Transforms = [.. feature.Transforms.Select((t, i) => new UnappliedTransform([.. feature.Transforms.Take(i)], t))] };

    // Where an earlier one is not defined, that one says so.
    public override bool IsDefinedFor(double value) => earlier.Aggregate(value, static (v, t) => t.Apply(v)) is var before && (!double.IsFinite(before)
        || own.IsDefinedFor(before));

    public override double Apply(double value) => value;

    public override double Invert(double value) => value;

    public override double LogSlope(double value) => 0;

    public override void Apply(Span<double> values)
    {
    }

    public override string Describe(string argument) => own.Describe(argument);
}
