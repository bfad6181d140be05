namespace Pipelines.Plotting;

/// <summary>Mean and covariance of a Gaussian of two features, as the model sees them.</summary>
internal sealed record GaussianEllipse(double MeanX, double MeanY, double VarianceX, double Covariance, double VarianceY)
{
    private const int Steps = 120;

    private FeatureTransforms Transforms { get; init; } = FeatureTransforms.None;

    /// <summary>Converts a Gaussian distribution, also one of transformed features; null if it is not Gaussian.</summary>
    public static GaussianEllipse? Of(Distribution? pair)
    {
        if (pair is TransformedDistribution transformed) return Of(transformed.Inner) is { } inner ? inner with { Transforms = transformed.Transforms } : null;
        return pair?.AsGaussian() is { Mean: [var x, var y], Covariance: var c } ? new(x, y, c[0, 0], c[0, 1], c[1, 1]) : null;
    }

    /// <summary>Share of a Gaussian of two features within this many standard deviations: 1 - exp(-d²/2).</summary>
    public static double Content(double deviations) => 1 - Math.Exp(-0.5 * deviations * deviations);

    /// <summary>
    /// Points at a constant Mahalanobis distance: mean + d L (cos t, sin t), L the Cholesky factor of the covariance, in the units of the rows. Closed.
    /// </summary>
    public (double[] X, double[] Y) Points(double deviations)
    {
        var a = Math.Sqrt(VarianceX);
        var b = Covariance / a;
        var c = Math.Sqrt(Math.Max(0, VarianceY - (b * b)));
        var angles = Enumerable.Range(0, Steps + 1).Select(i => 2 * Math.PI * (i % Steps) / Steps).ToArray();
        return ([.. angles.Select(t => Transforms.Invert(0, MeanX + (deviations * a * Math.Cos(t))))],
            [.. angles.Select(t => Transforms.Invert(1, MeanY + (deviations * ((b * Math.Cos(t)) + (c * Math.Sin(t))))))]);
    }
}
