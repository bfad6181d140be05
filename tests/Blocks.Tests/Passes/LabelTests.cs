using System.Text.Json;
using Pipelines.Io;
using Pipelines.Models;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks.Tests;

/// <summary>Labels of rows: counted per label, they must arrive with their rows in every pass, from memory, a spill file and files.</summary>
public sealed class LabelTests
{
    private const int Rows = 1_000;
    private static readonly string?[] names =
        [.. Enumerable.Range(0, Rows).Select(i => i % 7 == 0 ? null : i % 3 == 0 ? "red" : i % 3 == 1 ? "blue" : "green")];

    private static readonly double[] values = [.. Enumerable.Range(0, Rows).Select(i => (double)i)];
    private static readonly double[] weights = [.. Enumerable.Range(0, Rows).Select(i => 1.0 + (i % 4))];

    [Theory]
    [InlineData(1, false, false)]
    [InlineData(3, true, false)]
    [InlineData(8, true, true)]
    [InlineData(2, false, true)]
    public async Task Labels_arrive_with_their_rows_in_every_pass(int parallelism, bool spill, bool weighted)
    {
        await using var pass = Pass(MemorySource.FromArrays(("x", values), ("colour", names), ("w", weights)), parallelism, spill, weighted);
        for (var round = 0; round < 2; round++)
        {
            var sums = ((SumStatistics)await pass.RunAsync(new LabelSums(), default)).Sums;
            Assert.Equal(["blue", "green", "red"], pass.LabelNames!);
            Assert.Equal(1, pass.Columns);
            // Unknown first, then the labels in their order. Integers: exact.
            string?[] order = [null, "blue", "green", "red"];
            for (var k = 0; k < order.Length; k++)
                Assert.Equal(Enumerable.Range(0, Rows).Where(i => names[i] == order[k]).Sum(i => values[i] * (weighted ? weights[i] : 1)), sums[k]);
        }
    }

    [Fact]
    public async Task A_batch_without_its_bad_rows_keeps_the_labels_of_the_others()
    {
        var x = values.ToArray();
        foreach (var i in new[] { 0, 5, 500, 999 }) x[i] = double.PositiveInfinity;
        await using var pass = Pass(MemorySource.FromArrays(("x", x), ("colour", names)), 2, spill: false, weighted: false, BadRowMode.Skip);
        var sums = ((SumStatistics)await pass.RunAsync(new LabelSums(), default)).Sums;
        Assert.Equal(4, pass.RowsRejected);
        Assert.Equal(Enumerable.Range(0, Rows).Where(i => names[i] == "green" && double.IsFinite(x[i])).Sum(i => x[i]), sums[2]);
    }

    [Fact]
    public async Task A_label_that_is_no_class_is_a_bad_row_with_its_place()
    {
        await using var pass = Pass(MemorySource.FromArrays(("x", values), ("colour", names)), 1, false, false, BadRowMode.Fail, ["blue", "red"]);
        var error = await Assert.ThrowsAsync<FlowException>(async () => await pass.RunAsync(new LabelSums(), default));
        Assert.Equal("memory, row 2, column 'colour': found label 'green', which names no class, expected the name of a class, or null where the class is not "
            + "known; correct the label, or begin with a model that has this class", error.Message);
    }

    [Fact]
    public async Task Numbers_of_named_classes_are_labels_too()
    {
        int?[] numbers = [.. names.Select(n => n switch { "blue" => 0, "green" => 1, "red" => 2, _ => (int?)null })];
        await using var pass = Pass(MemorySource.FromArrays(("x", values), ("colour", numbers)), 1, false, false, BadRowMode.Fail, ["blue", "green", "red"]);
        var sums = ((SumStatistics)await pass.RunAsync(new LabelSums(), default)).Sums;
        Assert.Equal(Enumerable.Range(0, Rows).Where(i => names[i] == "red").Sum(i => values[i]), sums[3]);
        Assert.Equal(["blue", "green", "red"], pass.LabelNames!);
    }

    [Fact]
    public void A_label_is_no_feature()
    {
        var error = Assert.Throws<ModelException>(() => new FeaturePass(new Graph(MemorySource.FromArrays(("x", values)), []), [new Feature("x")], null,
            new PipelineOptions(), labels: new LabelColumn("x")));
        Assert.Equal("features, label column: found x, expected a column that is not a feature; correct the options and run again",
            error.Message);
    }

    [Fact]
    public async Task In_memory_the_same_labels_give_the_same_sums()
    {
        int[] codes = [.. names.Select(n => n is null ? -1 : Array.IndexOf(["blue", "green", "red"], n))];
        var data = FeatureMatrix.FromColumn(values).WithLabels(codes, ["blue", "green", "red"]).WithWeights(weights);
        var pass = new InMemoryPass(data, batchSize: 64, maxDegreeOfParallelism: 3);
        var sums = ((SumStatistics)await pass.RunAsync(new LabelSums(), default)).Sums;
        Assert.Equal(["blue", "green", "red"], pass.LabelNames!);
        for (var k = 0; k < 4; k++) Assert.Equal(Enumerable.Range(0, Rows).Where(i => codes[i] == k - 1).Sum(i => values[i] * weights[i]), sums[k]);
    }

    private static FeaturePass Pass(IBatchSource source, int parallelism, bool spill, bool weighted, BadRowMode bad = BadRowMode.Fail,
        IReadOnlyList<string>? labels = null) =>
        new(new Graph(source, []), [new Feature("x")], weighted ? "w" : null,
            new PipelineOptions { MaxDegreeOfParallelism = parallelism, BatchSize = 16, BadRows = new() { Mode = bad } },
            labels: new LabelColumn("colour", labels))
        { MemoryBytes = spill ? 0 : null };

    /// <summary>Weighted sums of the feature by label: unknown, then each label.</summary>
    private sealed class LabelSums : ISummarizer
    {
        public string SummarizerKind => "label-sums";

        public void WriteSettings(Utf8JsonWriter writer) => throw new NotSupportedException();

        public Statistics CreateStatistics() => new SumStatistics("labels", 4);

        public void Summarize(in FeatureBlock block, Statistics statistics)
        {
            for (var i = 0; i < block.Rows; i++)
                ((SumStatistics)statistics).Sums[1 + block.Labels[i]] += block[i, 0] * (block.Weights.IsEmpty ? 1 : block.Weights[i]);
            statistics.Rows += block.Rows;
        }
    }
}
