using Pipelines.Models.Serialization;

namespace Pipelines.Models.Tests.Fitting;

/// <summary>What classifiers say of labels and rows that they cannot use, and which values they fall back to.</summary>
public sealed class ClassifierBadInputTests
{
    private const double None = double.NaN;

    // Two features, rows 0 to 7: class 0 around 0, class 1 around 10.
    private static readonly double[,] values = { { 0, 1 }, { 10, 2 }, { 1, 3 }, { 11, 4 }, { 2, 5 }, { 12, 6 }, { 3, 8 }, { 13, 9 } };
    private static readonly int[] labels = [0, 1, 0, 1, 0, 1, 0, 1];

    public static TheoryData<string, string> Refused => new()
    {
        { "one row in a class", "class '1', feature 0, normal distribution at 10: found a variance of 0 (values equal as doubles), expected values that "
            + "differ; leave the constant column out, use fewer components, or set a minimum variance (FitOptions.MinVariance)" },
        { "constant within a class", "class '0', feature 1, normal distribution at 7: found a variance of 0 (values equal as doubles), expected values that "
            + "differ; leave the constant column out, use fewer components, or set a minimum variance (FitOptions.MinVariance)" },
        { "no label", "labels: found none: all 8 are missing, expected at least one item of each class; name the column that holds the classes" },
        { "no labels at all", "labels: found none, expected the class of each row, as far as it is known; name their column (Pipeline.Labels), or give them "
            + "with the rows (FeatureMatrix.WithLabels)" },
        { "a class without rows", "class '2': found no item with this label, expected at least one item of weight above 0; leave the class out, or look at the "
            + "labels and weights" },
        { "a class without weight", "class '1': found a total weight of 0, expected at least one item of weight above 0; leave the class out, or look at the "
            + "labels and weights" },
        { "infinite", "feature 1, row 5: found an infinite value, expected finite numbers (NaN or null for missing ones); clean the column, or turn "
            + "infinities into missing values" },
        { "infinite, without a label", "feature 1, row 5: found an infinite value, expected finite numbers (NaN or null for missing ones); clean the column, "
            + "or turn infinities into missing values" },
        { "too large", "feature 0: found values up to 2E+155 in size, expected values below 1e150, so that sums of squares are numbers; rescale the feature, "
            + "or turn outliers into missing values" },
        { "no value", "feature 1: found no value at all: all 8 rows are missing, expected at least one value; leave the feature out" },
        { "no labeled value", "feature 1: found no value in a labeled row of weight above 0, expected at least one; leave the feature out" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void WhatCannotBeFittedIsSaid(string what, string message)
    {
        var (own, classes) = ((double[,])values.Clone(), (int[])labels.Clone());
        for (var i = 0; i < 8; i++)
        {
            if (what == "one row in a class" && i > 1) classes[i] = 0;
            if (what == "constant within a class" && classes[i] == 0) own[i, 1] = 7;
            if (what == "no label") classes[i] = -1;
            if (what == "a class without rows" && i == 7) classes[i] = 3;
            if (what == "no value") own[i, 1] = None;
            if (what == "no labeled value" && i > 1) own[i, 1] = None;
            if (what == "no labeled value" && i <= 1) classes[i] = -1;
        }
        if (what.StartsWith("infinite", StringComparison.Ordinal)) own[5, 1] = double.NegativeInfinity;
        if (what == "infinite, without a label") classes[5] = -1;
        if (what == "too large") own[4, 0] = 2e155;
        var rows = FeatureMatrix.FromRows(own, what == "a class without weight" ? [.. labels.Select(l => 1.0 - l)] : null);
        if (what != "no labels at all") rows = rows.WithLabels(classes);
        var error = Assert.Throws<ModelException>(() => Estimator().Fit(rows));
        Assert.Equal((message, what == "no labels at all" ? ErrorKind.Usage : ErrorKind.Data), (error.Message, error.Kind));
        Assert.InRange(error.Message.Length, 1, 300);
    }

    /// <summary>A minimum variance is the floor of a feature that is constant within a class, and of a class of one row.</summary>
    [Fact]
    public void AMinimumVarianceIsAFloor()
    {
        var rows = FeatureMatrix.FromRows(values).WithLabels([0, 0, 0, 0, 0, 0, 0, 1]);
        var one = (IndependentComponentsDistribution)Estimator().Fit(rows, new() { MinVariance = 0.25 }).Model.Classes[1];
        Assert.All(one.Parts.Cast<NormalDistribution>(), p => Assert.Equal(0.5, p.StandardDeviation));
        Assert.Equal([13.0, 9], one.Parts.Cast<NormalDistribution>().Select(p => p.Mean));
    }

    /// <summary>A feature without a value in one class has the distribution of all classes there, and the fit says so.</summary>
    [Fact]
    public void AFeatureWithoutAValueInAClassHasTheDistributionOfAllClasses()
    {
        var own = (double[,])values.Clone();
        for (var i = 1; i < 8; i += 2) own[i, 1] = None;
        var result = Estimator().Fit(FeatureMatrix.FromRows(own).WithLabels(labels), new());
        var one = (IndependentComponentsDistribution)result.Model.Classes[1];
        var normal = (NormalDistribution)one.Parts[1];
        // The values 1, 3, 5 and 8 of class 0: mean 17/4, variance (1 + 9 + 25 + 64)/4 - (17/4)^2 = 107/16.
        Assert.Equal(4.25, normal.Mean, 1e-14);
        Assert.Equal(107 / 16.0, normal.StandardDeviation * normal.StandardDeviation, 1e-13);
        Assert.Equal(11.5, ((NormalDistribution)one.Parts[0]).Mean, 1e-14);
        Assert.Equal(["class '1', feature 1: none of its rows has a value; it gets the distribution of all classes"], result.Warnings);
    }

    /// <summary>Values of rows without weight do not count, whatever they are.</summary>
    [Fact]
    public void RowsWithoutWeightSayNothing()
    {
        var own = (double[,])values.Clone();
        (own[1, 0], own[2, 1]) = (1e140, -1e140);
        double[] weights = [1, 0, 0, 1, 1, 1, 1, 1];
        var found = Estimator().Fit(FeatureMatrix.FromRows(own, weights).WithLabels(labels)).Model;
        int[] kept = [0, 3, 4, 5, 6, 7];
        var rest = new double[kept.Length, 2];
        for (var i = 0; i < kept.Length; i++) (rest[i, 0], rest[i, 1]) = (values[kept[i], 0], values[kept[i], 1]);
        var expected = Estimator().Fit(FeatureMatrix.FromRows(rest).WithLabels([.. kept.Select(i => labels[i])])).Model;
        for (var k = 0; k < 2; k++)
        {
            for (var j = 0; j < 2; j++)
            {
                var (a, b) = (Part(expected, k, j), Part(found, k, j));
                // Centered on other rows: the last bits may differ.
                Assert.Equal((a.Mean, a.StandardDeviation), (b.Mean, b.StandardDeviation), (x, y) => Math.Abs(x.Mean - y.Mean) < 1e-13
                    && Math.Abs(x.StandardDeviation - y.StandardDeviation) < 1e-13);
            }
        }
    }

    /// <summary>A class that only the rows to evaluate have is no class of the model.</summary>
    [Fact]
    public void ALabelThatIsNoClassOfTheModelIsNamedWithItsRow()
    {
        var model = Estimator().Fit(FeatureMatrix.FromRows(values).WithLabels(labels)).Model;
        var other = FeatureMatrix.FromRows(values).WithLabels([0, 1, 0, 1, 0, 2, 0, 1]);
        foreach (var work in new Action[] { () => model.Evaluate(other), () => model.Fit(other) })
        {
            var error = Assert.Throws<ModelException>(work);
            Assert.Equal("label of row 5: found 2, which is no class, expected 0 to 1, or -1 for an unknown class; correct the label, or begin with a model "
                + "that has this class", error.Message);
        }
    }

    private static NormalDistribution Part(NaiveBayes model, int label, int feature) =>
        (NormalDistribution)((IndependentComponentsDistribution)model.Classes[label]).Parts[feature];

    private static NaiveBayesEstimator Estimator() => new(ModelFormat.Family("normal"));
}
