using System.Buffers.Binary;
using Pipelines.Models.Fitting;
using Pipelines.Models.Sequences;
using Pipelines.Models.Structures;
using Pipelines.Models.Tests.Structures;

namespace Pipelines.Models.Tests.Contract;

/// <summary>Statistics of every model say what they are: they are read as what they were, or refused.</summary>
public class StatisticsContractTests
{
    // PLST and the version.
    private const int KindAt = 2 * sizeof(int);

    private static readonly Lazy<(string Family, Func<Statistics> Create, string Kind)[]> everyKind = new(
        () => [.. StatisticsCases.Keys.Select(name => StatisticsCases.Get(name).Model)
            .Select(m => (m.FormatName, (Func<Statistics>)m.CreateStatistics, m.CreateStatistics().Kind)).DistinctBy(k => k.Kind)]);

    public static TheoryData<string> Names => StatisticsCases.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void TheyAreReadToTheSameBytes(string name)
    {
        var (model, data) = StatisticsCases.Get(name);
        var statistics = data.Summarize(model);
        var bytes = statistics.ToBytes();
        var loaded = model.CreateStatistics();
        // What they held before is gone, the second time too.
        for (var i = 0; i < 2; i++)
        {
            loaded.FromBytes(bytes);
            Assert.Equal(bytes, loaded.ToBytes());
            loaded.Merge(statistics);
        }
        Assert.Equal(statistics.Kind, loaded.Kind);
        loaded.Clear();
        Assert.Equal(model.CreateStatistics().ToBytes(), loaded.ToBytes());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ACopyIsIndependent(string name)
    {
        var (model, data) = StatisticsCases.Get(name);
        var statistics = data.Summarize(model);
        var bytes = statistics.ToBytes();
        var (copy, other) = (statistics.Clone(), statistics.Clone());
        Assert.Equal(bytes, copy.ToBytes());
        copy.Merge(other);
        Assert.Equal(bytes, statistics.ToBytes());
        statistics.Clear();
        Assert.Equal(bytes, other.ToBytes());
        Assert.Equal(model.Maximize(other, default), model.Maximize(data.Summarize(model), default));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ThoseOfEveryOtherFamilyAreRefused(string name)
    {
        var (model, data) = StatisticsCases.Get(name);
        var statistics = data.Summarize(model);
        var bytes = statistics.ToBytes();
        foreach (var (family, create, kind) in everyKind.Value.Where(k => k.Kind != statistics.Kind))
        {
            var into = create();
            var error = Assert.Throws<ModelException>(() => into.FromBytes(bytes));
            Assert.Equal(("statistics", $"those of '{statistics.Kind}'", $"those of '{kind}'", ErrorKind.ModelFile), (error.Place, error.Found, error.Expected,
                error.Kind));
            Assert.Equal(create().ToBytes(), into.ToBytes());
        }
        Assert.All(everyKind.Value, k => Assert.True(k.Kind != statistics.Kind || k.Family == model.FormatName, $"{k.Kind} of {k.Family}"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void CutOffAnywhereTheyAreRefused(string name)
    {
        var (model, data) = StatisticsCases.Get(name);
        var bytes = data.Summarize(model).ToBytes();
        var (into, empty) = (data.Summarize(model), model.CreateStatistics().ToBytes());
        for (var length = 0; length < bytes.Length; length += 7)
        {
            Assert.Throws<ModelException>(() => into.FromBytes(bytes[..length]));
            Assert.Equal(0, into.Rows);
        }
        Assert.Equal(empty, into.ToBytes());

        // The same with a head that promises no more than what is left.
        var first = BodyAt(bytes);
        for (var length = first; length < bytes.Length; length += Math.Max(7, bytes.Length / 100))
        {
            var cut = bytes[..length];
            BinaryPrimitives.WriteInt64LittleEndian(cut.AsSpan(first - sizeof(long)), length - first);
            Assert.Throws<ModelException>(() => into.FromBytes(cut));
            Assert.Equal(empty, into.ToBytes());
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TheyStayBelowTheirBound(string name)
    {
        var (model, data) = StatisticsCases.Get(name);
        var statistics = data.Summarize(model);
        var most = model.CreateStatistics().MaxBytes(statistics.Rows, data.Codes);
        Assert.NotNull(most);
        Assert.InRange(StatisticsSize.Of(statistics), 1, most.Value);
        // Only tables can become of any size, as long as the categories are not known.
        Assert.Equal(statistics.Kind.Contains("discrete[", StringComparison.Ordinal) || statistics.Kind.Contains("table[", StringComparison.Ordinal),
            model.CreateStatistics().MaxBytes(statistics.Rows, []) is null);
    }

    [Theory]
    [InlineData("other family", "found those of 'log-normal[4]', expected those of 'normal[3]'; use them with the model that they were computed with")]
    [InlineData("other version", "found version 9, expected version 1; read them with the version of Pipelines that wrote them, or compute them again")]
    [InlineData("longer", "found 56 bytes, expected 48; they are damaged: restore them from a copy, or compute them again")]
    [InlineData("shorter", "found 40 bytes, expected more; they are damaged: restore them from a copy, or compute them again")]
    [InlineData("negative", "found -1 bytes, expected at least 0; they are damaged: restore them from a copy, or compute them again")]
    [InlineData("cut off", "found 47 of 48 bytes, expected all of them; they are damaged: restore them from a copy, or compute them again")]
    [InlineData("cut off, from a pipe", "found 47 of 48 bytes, expected all of them; they are damaged: restore them from a copy, or compute them again")]
    [InlineData("cut off early", "found a beginning that is cut off, expected statistics of 'normal[3]'; they are damaged: restore them from a copy, or "
        + "compute them again")]
    [InlineData("something else", "found bytes of another form, expected statistics of 'normal[3]'; they are damaged: restore them from a copy, or "
        + "compute them again")]
    [InlineData("more after them", "found 3 bytes after their end, expected none; they are damaged: restore them from a copy, or compute them again")]
    public void EachReasonHasItsWords(string what, string message)
    {
        var bytes = new NormalDistribution(0, 1).CreateStatistics().ToBytes();
        var length = bytes.AsSpan(BodyAt(bytes) - sizeof(long));
        if (what == "other family") bytes = new LogNormalDistribution(0, 1).CreateStatistics().ToBytes();
        if (what == "other version") bytes[4] = 9;
        if (what == "longer") BinaryPrimitives.WriteInt64LittleEndian(length, 56);
        if (what == "shorter") BinaryPrimitives.WriteInt64LittleEndian(length, 40);
        if (what == "negative") BinaryPrimitives.WriteInt64LittleEndian(length, -1);
        if (what is "longer" or "more after them") bytes = [.. bytes, .. new byte[what == "longer" ? 8 : 3]];
        if (what.StartsWith("cut off", StringComparison.Ordinal)) bytes = bytes[..(what == "cut off early" ? 11 : bytes.Length - 1)];
        if (what == "something else") bytes[0] ^= 1;
        var into = new NormalDistribution(0, 1).CreateStatistics();
        var error = Assert.Throws<ModelException>(() =>
        {
            if (what.EndsWith("pipe", StringComparison.Ordinal)) into.Load(new BinaryReader(new OneWay(bytes)));
            else into.FromBytes(bytes);
        });
        Assert.Equal($"statistics: {message}", error.Message);
    }

    [Theory]
    [InlineData("survey")]
    [InlineData("extent")]
    [InlineData("labels")]
    [InlineData("distinct rows")]
    [InlineData("pair counts")]
    public void WhatOtherPassesComputeIsSavedToo(string what)
    {
        ISummarizer summarizer = what switch
        {
            "survey" => new DataSurvey(2, 50, 3),
            "extent" => new ExtentSummarizer(),
            "distinct rows" => new DistinctRows([2, 3], null),
            "pair counts" => new PairCounts([2, 3]),
            _ => new LabeledStart(HiddenMarkovModel.FromMatrix(new[,] { { 0.9, 0.1 }, { 0.1, 0.9 } },
                [MultivariateGaussianDistribution.Prototype([0, 0]), MultivariateGaussianDistribution.Prototype([1, 0])], [0.5, 0.5])),
        };
        var data = what is "distinct rows" or "pair counts"
            ? StructureData.Make(300, [2, 3], 0.1, 2).Rows
            : ModelCases.Rows(2, missing: true, weighted: true, rows: 300);
        var (statistics, loaded) = (summarizer.CreateStatistics(), summarizer.CreateStatistics());
        summarizer.Summarize(data.Block(0, 300), statistics);
        var bytes = statistics.ToBytes();
        loaded.FromBytes(bytes);
        Assert.Equal(bytes, loaded.ToBytes());
        Assert.InRange(StatisticsSize.Of(statistics), 1, summarizer.CreateStatistics().MaxBytes(300, [])!.Value);
        var copy = statistics.Clone();
        copy.Merge(loaded);
        Assert.Equal(bytes, statistics.ToBytes());
        for (var length = 0; length < bytes.Length; length += 7) Assert.Throws<ModelException>(() => loaded.FromBytes(bytes[..length]));
    }

    private static int BodyAt(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        reader.BaseStream.Position = KindAt;
        reader.ReadString();
        return (int)reader.BaseStream.Position + sizeof(long);
    }

    /// <summary>Bytes whose end cannot be known beforehand.</summary>
    private sealed class OneWay(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
