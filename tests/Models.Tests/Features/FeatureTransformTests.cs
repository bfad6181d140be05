using System.Text;
using Pipelines.Models.Serialization.Pomegranate;

namespace Pipelines.Models.Tests.Features;

/// <summary>Transforms of features against their formulas, and in model files.</summary>
public class FeatureTransformTests
{
    private static readonly FeatureTransforms both = new([[FeatureTransform.Log, FeatureTransform.Linear(2, 0.5)], [], [FeatureTransform.Linear(-1, 4)]]);

    [Fact]
    public void TransformsFollowTheirFormulasAndAreUndone()
    {
        double[] x = [0.25, 1, 7.5, double.NaN];
        double[] y = [.. x];
        both.Apply(0, y);
        for (var i = 0; i < 3; i++)
        {
            // Rounding of a logarithm, a difference and a quotient.
            Assert.Equal((Math.Log(x[i]) - 2) / 0.5, y[i], 1e-14);
            Assert.Equal(x[i], both.Invert(0, y[i]), 1e-14);
            // f'(x) = 1 / (0.5 x).
            Assert.Equal(-Math.Log(0.5 * x[i]), both.LogSlope(0, y[i]), 1e-14);
        }
        Assert.True(double.IsNaN(y[3]));
        Assert.Equal(0, both.LogSlope(0, double.NaN));
        Assert.Equal(0, both.LogSlope(1, 5));
        Assert.Equal(["(ln(x) - 2) / 0.5", "x", "(x + 1) / 4"], Enumerable.Range(0, 3).Select(j => new Feature("x") { Transforms = both[j] }.Formula));
        // What changes nothing is not shown.
        FeatureTransform[] plain = [FeatureTransform.Linear(0, 1), FeatureTransform.Linear(0, 2), FeatureTransform.Linear(-3, 1)];
        Assert.Equal(["x", "x / 2", "x + 3"], plain.Select(t => t.Describe("x")));
        Assert.Equal("(x + 3) / 2", new Feature("x") { Transforms = [plain[2], plain[1]] }.Formula);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(1_001)]
    public void AllValuesAtOnceHaveTheBitsOfEach(int count)
    {
        var random = new SeededRandom(count);
        double[] values = [.. Enumerable.Range(0, count).Select(i => i % 5 == 3 ? double.NaN : 10 * random.NextNormal())];
        var transform = FeatureTransform.Linear(1.1, 3.3);
        double[] expected = [.. values.Select(transform.Apply)];
        transform.Apply(values);
        Assert.Equal(expected, values);
    }

    [Fact]
    public void LogDensitiesOfTransformedRowsBecomeThoseOfTheRows()
    {
        double[,] rows = { { 2, 3, 5 }, { double.NaN, 1, 7 } };
        var data = both.Apply(FeatureMatrix.FromRows(rows));
        double[] logs = [-1, double.NegativeInfinity];
        both.AddLogSlopes(data.Block(0, 2), logs);
        Assert.Equal(-1 - Math.Log(0.5 * 2) - Math.Log(4), logs[0], 1e-14);
        Assert.Equal(double.NegativeInfinity, logs[1]);
        Assert.Equal((5 + 1) / 4.0, data.Block(0, 2)[0, 2]);
    }

    [Fact]
    public void AMatrixKeepsItsWeightsAndLabels()
    {
        var data = both.Apply(FeatureMatrix.FromRows(new double[,] { { 1, 2, 3 }, { 4, 5, 6 } }, [0.5, 2]).WithLabels([1, 0], ["a", "b"]));
        var block = data.Block(0, 2);
        Assert.Equal([0.5, 2], block.Weights.ToArray());
        Assert.Equal([1, 0], block.Labels.ToArray());
        Assert.Equal(["a", "b"], data.LabelNames);
        Assert.Same(data, FeatureTransforms.None.Apply(data));
    }

    [Theory]
    [InlineData(0.0, "0")]
    [InlineData(-2.5, "-2.5")]
    public void AValueWithoutALogarithmIsNamed(double value, string text)
    {
        var error = Assert.Throws<ModelException>(() => both.Apply(FeatureMatrix.FromRows(new[,] { { 1, 1, 1 }, { value, 2, 2 } })));
        Assert.Equal($"row 1, feature 0: found {text}, expected a number above 0, as the feature is transformed by ln(x); correct the value, make it NaN, or "
            + "leave the transform out", error.Message);
    }

    [Theory]
    [InlineData(double.NaN, 1, "linear transform, center: found NaN, expected a finite number")]
    [InlineData(0, 0, "linear transform, scale: found 0, expected a finite number above 0")]
    [InlineData(0, -1, "linear transform, scale: found -1, expected a finite number above 0")]
    public void ALinearTransformHasFiniteNumbers(double center, double scale, string message) =>
        Assert.Contains(message, Assert.Throws<ModelException>(() => FeatureTransform.Linear(center, scale)).Message, StringComparison.Ordinal);

    [Fact]
    public void TransformsAreSavedWithTheModel()
    {
        Feature[] features = [new("a") { Transforms = both[0] }, new("b"), new("c") { Transforms = both[2] }];
        var model = MultivariateGaussianDistribution.Prototype([0, 0, 0]);
        var saved = new SavedModel(model, features);
        var text = Encoding.UTF8.GetString(saved.ToJson());
        Assert.Contains("\"version\": 2", text, StringComparison.Ordinal);
        var read = SavedModel.FromJson(saved.ToJson());
        Assert.Equal(features, read.Features);
        Assert.NotEqual(features[0], features[0] with { Transforms = [] });
        Assert.Equal(saved.ToJson(), read.ToJson());
        // Programs that know no transforms read all other models, and refuse this one.
        Assert.Contains("\"version\": 1", new SavedModel(model, [new("a"), new("b"), new("c")]).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"name": "root"}]""", "m.json, property 'transforms': found 'root', expected a transform that this version of Pipelines knows (linear, "
        + "log); use the version of Pipelines that wrote it")]
    [InlineData("""[{"name": "linear", "center": 1}]""", "m.json, property 'scale': found nothing, expected a value; the file is damaged or was not "
        + "written by Pipelines; save it again")]
    [InlineData("""[{"name": "linear", "center": 1, "scale": 0}]""", "m.json, linear transform, scale: found 0, expected a finite number above 0; the file is "
        + "damaged or was edited; save the model again")]
    public void ADamagedTransformIsRefused(string transforms, string message)
    {
        var json = """{"format": "pipelines-model", "version": 2, "features": [{"name": "a", "transforms": """ + transforms
            + """}], "model": {"type": "normal", "mean": 1, "standardDeviation": 1}}""";
        Assert.Equal(message, Assert.Throws<ModelException>(() => SavedModel.FromJson(Encoding.UTF8.GetBytes(json), "m.json")).Message);
    }

    [Fact]
    public void AFormatWithoutTransformsRefusesThem()
    {
        var saved = new SavedModel(new NormalDistribution(0, 1), [new("a") { Transforms = [FeatureTransform.Log] }]);
        Assert.Equal("feature 'a': found the transform ln(a), expected features without transforms, as the format has no place for them; fit without them, "
            + "or keep the file in the Pipelines format", Assert.Throws<ModelException>(() => PomegranateFile.Write(saved, out _)).Message);
    }
}
