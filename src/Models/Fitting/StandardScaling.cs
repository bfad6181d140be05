using System.Runtime.CompilerServices;

namespace Pipelines.Models.Fitting;

/// <summary>Mean and standard deviation of all rows, by weight.</summary>
internal sealed class StandardScaling : FeatureScaling
{
    [ModuleInitializer]
    internal static void Register() => Add(new StandardScaling());

    public override string Name => "standard";

    internal override string Spread => "standard deviation";

    internal override bool TakesSample => false;

    internal override (double Center, double Spread) Measure(MomentStatistics moments, FeatureSample? sample, int feature) =>
        (moments.Mean(feature), Math.Sqrt(moments.Variance(feature)));
}
