using Pipelines.Models.Numerics;

namespace Pipelines.Models.Tests.Distributions;

/// <summary>The gamma function's relatives against 40-digit arithmetic (mpmath).</summary>
public class GammaFunctionTests
{
    [Theory]
    [InlineData(1e-8, 18.42068073818021, -18.420680932387015, -99999982.1565349, 9999999900000002.0)]
    [InlineData(0.01, 4.599479878042022, -4.655531579901902, -95.95571527188058, 9901.621213528313)]
    [InlineData(0.3, 1.0957979948180756, -1.7569898361158562, -2.2985514178741973, 8.912031212774398)]
    [InlineData(0.999, 0.0005780385328913802, -1.0005775383661413, -0.5778613017750619, 0.6463404307760495)]
    [InlineData(1.5, -0.12078223763524522, -0.7710201002025082, -0.3689751341295879, 0.26813553387801264)]
    [InlineData(2.25, 0.1248717148923966, -0.5502787284056568, -0.23838374959259417, 0.11288471006266629)]
    [InlineData(3, 0.6931471805599453, -0.3973103145556162, -0.17582795356964256, 0.061600733514893105)]
    [InlineData(7.999, 8.523145786158915, 0.11030716824069574, -0.06380820177633674, 0.008139089659789428)]
    [InlineData(8, 8.525161361065415, 0.11037097237327313, -0.06380006372422593, 0.008137014694031426)]
    [InlineData(12.5, 18.734347511936445, 0.3372605419167473, -0.040532993033343394, 0.0032852246015783702)]
    [InlineData(100, 359.1342053695754, 1.382813229233738, -0.005008333250003967, 5.0166663333571394e-05)]
    [InlineData(1e6, 12815504.569147611, 5.988816662444131, -5.000000833333334e-07, 5.000001666666667e-13)]
    [InlineData(1e12, 26631021115915.652, 12.896572024759518, -5.000000000000833e-13, 5.000000000001666e-25)]
    public void FunctionsAreRight(double x, double logGamma, double excess, double digamma, double trigamma)
    {
        // 4e-15 where larger terms add up to less; at high x relative, up to what the series leaves out at 8: 2e-13 of so small a number.
        Assert.Equal(logGamma, GammaFunctions.LogGamma(x), 4e-15 * Math.Max(1, Math.Abs(logGamma)));
        Assert.Equal(excess, GammaFunctions.Excess(x), 8e-15 * Math.Max(1, Math.Abs(excess)));
        Assert.Equal(digamma, GammaFunctions.DigammaMinusLog(x), (x < 8 ? 4e-15 * Math.Max(1, Math.Abs(digamma)) : 4e-15 * Math.Abs(digamma)));
        Assert.Equal(trigamma, GammaFunctions.TrigammaMinusReciprocal(x), (x < 8 ? 4e-15 * Math.Max(1, trigamma) : 1e-13 * trigamma));
        Assert.Equal(digamma + Math.Log(x), GammaFunctions.Digamma(x), 8e-15 * Math.Max(1, Math.Abs(digamma)));
        Assert.Equal(trigamma + (1 / x), GammaFunctions.Trigamma(x), 8e-15 * Math.Max(1, trigamma));
    }

    [Fact]
    public void LogarithmsAroundOneKeepTheirDigits()
    {
        Assert.Equal(1e-20, Numbers.Log1p(1e-20));
        Assert.Equal(9.999999999500001e-11, Numbers.Log1p(1e-10), 1e-25);
        Assert.Equal(1.00000000005e-10, Numbers.Expm1(1e-10), 1e-25);
        Assert.Equal(Math.E - 1, Numbers.Expm1(1), 1e-15);
    }
}
