namespace Pipelines.Models.Kernels;

/// <summary>
/// Coefficients of the exponential and the logarithm, found by interpolation at Chebyshev nodes in 200-bit arithmetic and rounded to doubles; the approximation
/// error is given with each, to be compared with a rounding error of 1.1e-16.
/// </summary>
internal static class ExpLogCoefficients
{
    /// <summary>Powers with an exponent below this are treated as 0.</summary>
    public const double LeastExponent = -700;

    /// <summary>Adding this rounds to whole numbers and leaves them in the low bits.</summary>
    public const double RoundToOnes = 6755399441055744.0;

    /// <summary>Adding this rounds to sixteenths and leaves their count in the low bits.</summary>
    public const double RoundToSixteenths = 422212465065984.0;

    // log 2 in two parts: the first has 21 zeros at its end, so that its product with an exponent is exact.
    public const double Ln2High = 6.93147180369123816490e-01;
    public const double Ln2Low = 1.90821492927058770002e-10;

    // (2^f - 1)/f on |f| <= 1/32: 1.5e-17.
    public const double S0 = 0.6931471805599457;
    public const double S1 = 0.24022650695910075;
    public const double S2 = 0.0555041086566393;
    public const double S3 = 0.009618129106919537;
    public const double S4 = 0.0013333781576784268;
    public const double S5 = 0.00015403723980749256;

    // (2^f - 1)/f on |f| <= 1/2: 2.0e-17.
    public const double E0 = 0.6931471805599453;
    public const double E1 = 0.24022650695910097;
    public const double E2 = 0.0555041086648216;
    public const double E3 = 0.009618129107606888;
    public const double E4 = 0.0013333558146416936;
    public const double E5 = 0.0001540353044173605;
    public const double E6 = 1.525273382983612e-05;
    public const double E7 = 1.321544258792169e-06;
    public const double E8 = 1.0178062445845774e-07;
    public const double E9 = 7.072585949269223e-09;
    public const double E10 = 4.4549605981865186e-10;

    // (2 atanh s - 2 s)/s^3 as a polynomial in s^2, |s| <= 3 - 2 sqrt 2: 4.6e-18 of the logarithm.
    public const double L0 = 0.666666666666667;
    public const double L1 = 0.39999999999899505;
    public const double L2 = 0.28571428625975487;
    public const double L3 = 0.2222221113479508;
    public const double L4 = 0.18182889125261723;
    public const double L5 = 0.15331721600556042;
    public const double L6 = 0.14616449685043406;

    // (log(1 + r) - r + r^2/2)/r^3 on -0.0386 <= r <= 0.0417: 7.8e-18 of the logarithm.
    public const double R0 = 0.3333333333333288;
    public const double R1 = -0.2500000000002841;
    public const double R2 = 0.20000000009045188;
    public const double R3 = -0.16666666495607602;
    public const double R4 = 0.1428568589669691;
    public const double R5 = -0.12500242331717976;
    public const double R6 = 0.11139784234916948;
    public const double R7 = -0.09914525965103246;
}
