using System.Text;
using Pipelines.Models.Classification;
using Pipelines.Models.Fitting;
using Pipelines.Models.Mixtures;
using Pipelines.Models.Sequences;
using Pipelines.Models.Serialization;
using Pipelines.Models.Structures;
using Pipelines.Models.Tests.Sequences;
using Pipelines.Models.Tests.Structures;

namespace Pipelines.Models.Tests.Contract;

/// <summary>What a pass computes can be saved, and another process that reads it computes the same bits.</summary>
public class SummarizerContractTests
{
    private static readonly Dictionary<string, (Func<ISummarizer> Summarizer, Func<StatisticsCases.Data> Data)> others = new()
    {
        ["survey"] = (() => new DataSurvey(2, 50, -3), Rows),
        ["survey of the first rows"] = (() => new DataSurvey(2, 50, null), Rows),
        ["extent"] = (() => new ExtentSummarizer(), Rows),
        ["start from labels"] = (() => new LabeledStart(Hidden()), Labeled),
        ["classes"] = (() => new ClassCounter(), Labeled),
        ["one class"] = (() => new ClassSummarizer(new ExtentSummarizer(), 1, 2), OfClasses),
        ["start of classes"] = (() => new LabeledClasses(Classes()), OfClasses),
        ["labeled classes"] = (() => new LabeledSummarizer(ModelFormat.Family("multivariate-gaussian"), 2, 2), OfClasses),
        ["labeled classes, a family for each feature"] = (() => new LabeledSummarizer(DistributionFamily.Named(["normal", "normal"]), 2, 2), OfClasses),
        ["evaluation"] = (() => new ClassifierEvaluator(Classes(), 4, 5_000), OfClasses),
        ["agreement with priors"] = (() => new PriorAgreement(new([MultivariateGaussianDistribution.Prototype([0, 0]),
            MultivariateGaussianDistribution.Prototype([1, 2])])), OfPriors),
        ["start from priors"] = (() => new LabeledStart(Hidden()), () => new(null, HiddenMarkovCases.WithPriors(Labeled().Sequences!, 2))),
        ["moments"] = (() => new MomentSummarizer(2, FeatureTransforms.None), Rows),
        ["moments of transformed rows"] = (() => new MomentSummarizer(2, Transforms()), Rows),
        ["transformed rows"] = (() => new TransformedSummarizer(MultivariateGaussianDistribution.Prototype([1, 2]), Transforms()), Rows),
        ["likelihood of transformed rows"] = (() => new LikelihoodEvaluator(MultivariateGaussianDistribution.Prototype([1, 2]), Transforms()), Rows),
        ["likelihood"] = (() => new LikelihoodEvaluator(MultivariateGaussianDistribution.Prototype([1, 2])), Rows),
        ["folds"] = (() => new FoldedSummarizer(new HashRule(2, -5), [new ExtentSummarizer(), new DataSurvey(2, 50, 3)]), Rows),
        ["outside of a fold"] = (() => new FoldedSummarizer(new ShareRule(0.3, 5).AllBut(1), [new ClassCounter()]), OfClasses),
        ["categories"] = (() => new CategoryCounter([1]),
            () => new(FeatureMatrix.FromRows(new double[,] { { 1, 0 }, { 2, 3 }, { 3, double.NaN } }), null)),
        ["class ranks"] = (() => new ClassRanker(2), OfClasses),
        ["fold counts"] = (() => new FoldCounter(Stratified(), 2, 2), OfClasses),
        ["distinct rows"] = (() => new DistinctRows([2, 3, 4], 1 << 20), Codes),
        ["distinct complete rows"] = (() => new CompleteRows(new DistinctRows([2, 3, 4], 1 << 20)), Codes),
        ["pair counts"] = (() => new PairCounts([2, 3, 4]), Codes),
        ["several fits"] = (() => Shared(new DataSurvey(2, 50, 3), MultivariateGaussianDistribution.Prototype([1, 2]), Shared(new ExtentSummarizer())), Rows),
    };

    public static TheoryData<string> Names => [.. StatisticsCases.Keys, .. others.Keys];

    [Fact]
    public void EverySummarizerIsTested() =>
        SummarizerContract.Covers(typeof(ISummarizer).Assembly, [.. StatisticsCases.Covered, .. others.Values.Select(o => o.Summarizer().GetType())]);

    [Theory]
    [MemberData(nameof(Names))]
    public void SentToAnotherProcessItGivesTheSameBits(string name)
    {
        var (summarizer, data) = others.TryGetValue(name, out var other) ? (other.Summarizer(), other.Data()) : StatisticsCases.Get(name);
        SummarizerContract.CanBeSent(summarizer, data.Summarize);
    }

    private static FeatureTransforms Transforms() => new([[], [FeatureTransform.Linear(0.25, 3)]]);

    private static BayesClassifier Classes() =>
        new([MultivariateGaussianDistribution.Prototype([0, 0]), MultivariateGaussianDistribution.Prototype([1, 2])], [0.25, 0.75], new(["a", "b"]));

    private static StratifiedRule Stratified() => new(3, 1, (ClassRanks)OfClasses().Summarize(new ClassRanker(2)));

    private static StatisticsCases.Data OfClasses()
    {
        var rows = Rows().Rows!;
        return new(rows.WithLabels([.. Enumerable.Range(0, rows.Rows).Select(i => (i % 3) - 1)]), null);
    }

    private static StatisticsCases.Data OfPriors()
    {
        var rows = Rows().Rows!;
        return new(rows.WithPriors(ModelCases.Priors(rows.Rows, 2)), null);
    }

    [Fact]
    public async Task FitsWhosePassesAreAllSentHaveTheSameBits()
    {
        var options = new FitOptions { MaxIterations = 5, MaxDegreeOfParallelism = 1 };
        var selection = ModelSelection.Of(k => Mixture.Of<MultivariateGaussianDistribution>(k), [1, 3], restarts: 2);
        var sent = new SendingPass(Rows().Pass(1));
        Assert.Equal((await selection.FitAsync(Rows().Pass(1), options)).Model, (await selection.FitAsync(sent, options)).Model);
        Assert.Equal(["shared"], sent.Kinds);

        var hidden = new HiddenMarkovEstimator(ModelFormat.Family("multivariate-gaussian"), 2);
        sent = new SendingPass(Labeled().Pass(1));
        Assert.Equal((await hidden.FitAsync(Labeled().Pass(1), options)).Model, (await hidden.FitAsync(sent, options)).Model);
        Assert.Equal(["labeled-start", "model", "survey"], sent.Kinds);
    }

    [Theory]
    [InlineData("unknown kind", "summarizer, property 'kind': found 'no-such-work', expected a kind that this version of Pipelines knows; use the version of "
        + "Pipelines that wrote it, or register the kind")]
    [InlineData("other version", "summarizer, property 'version': found 9, expected 1; use the version of Pipelines that wrote it, or save it again")]
    [InlineData("other format", "summarizer, property 'format': found 'pipelines-model', expected 'pipelines-summarizer'; the file is damaged or was not "
        + "written by Pipelines; save it again")]
    [InlineData("truncated", "summarizer, line 1, byte 81: found text that is not JSON (truncated or damaged), expected a summarizer in JSON; save the "
        + "summarizer again")]
    [InlineData("no number", "summarizer, property 'columns': found 'two', expected an integer of at least 1; the file is damaged or was not written by "
        + "Pipelines; save it again")]
    [InlineData("out of range", "summarizer, property 'columns': found '0', expected an integer of at least 1; the file is damaged or was not written by "
        + "Pipelines; save it again")]
    [InlineData("twice", "summarizer: found a duplicate property, expected each property once; the file is damaged or was edited; save the summarizer again")]
    [InlineData("not hidden Markov", "summarizer, property 'model': found a model of another type, expected a hidden Markov model; the file is damaged or "
        + "was not written by Pipelines; save it again")]
    [InlineData("unknown model", "summarizer, property 'type': found 'sundial', expected a model that this version of Pipelines knows; use the version of "
        + "Pipelines that wrote the file, or register the model's assembly (ModelFormat.Register)")]
    public void EachReasonHasItsWords(string what, string message)
    {
        var json = Encoding.UTF8.GetString(SummarizerFormat.ToJson(new DataSurvey(2, 50, 3)));
        var damaged = what switch
        {
            "unknown kind" => json.Replace("survey", "no-such-work", StringComparison.Ordinal),
            "other version" => json.Replace("\"version\":1", "\"version\":9", StringComparison.Ordinal),
            "other format" => json.Replace(SummarizerFormat.Format, SavedModel.Format, StringComparison.Ordinal),
            "truncated" => json[..80],
            "no number" => json.Replace("\"columns\":2", "\"columns\":\"two\"", StringComparison.Ordinal),
            "out of range" => json.Replace("\"columns\":2", "\"columns\":0", StringComparison.Ordinal),
            "twice" => json.Replace("\"seed\":3", "\"seed\":3,\"seed\":4", StringComparison.Ordinal),
            "not hidden Markov" => Encoding.UTF8.GetString(SummarizerFormat.ToJson(new NormalDistribution(0, 1)))
                .Replace("\"kind\":\"model\"", "\"kind\":\"labeled-start\"", StringComparison.Ordinal),
            _ => Encoding.UTF8.GetString(SummarizerFormat.ToJson(new NormalDistribution(0, 1))).Replace("normal", "sundial", StringComparison.Ordinal),
        };
        var error = Assert.Throws<ModelException>(() => SummarizerFormat.FromJson(Encoding.UTF8.GetBytes(damaged)));
        Assert.Equal((message, ErrorKind.ModelFile), (error.Message, error.Kind));
    }

    [Fact]
    public void AKindHasOneOwner()
    {
        static ISummarizer Read(System.Text.Json.JsonElement json) => new ExtentSummarizer();
        SummarizerFormat.Register("registered-twice", Read);
        SummarizerFormat.Register("registered-twice", Read);
        var error = Assert.Throws<ModelException>(() => SummarizerFormat.Register("survey", Read));
        Assert.Equal("registration of the summarizer 'survey': found another summarizer of this name, expected a name of its own; give it another name",
            error.Message);
    }

    private static StatisticsCases.Data Rows() => new(ModelCases.Rows(2, missing: true, weighted: true), null);

    private static StatisticsCases.Data Codes() => new(StructureData.Make(300, [2, 3, 4], 0.1, 2).Rows, null);

    private static HiddenMarkovModel Hidden() => HiddenMarkovModel.FromMatrix(new[,] { { 0.9, 0.1 }, { 0.1, 0.9 } },
        [MultivariateGaussianDistribution.Prototype([0, 0]), MultivariateGaussianDistribution.Prototype([1, 0])], [0.5, 0.5]);

    // Every third row has no label.
    private static StatisticsCases.Data Labeled()
    {
        var rows = ModelCases.Rows(2, weighted: false, rows: 600);
        var block = rows.Block(0, rows.Rows);
        var labels = new int[rows.Rows];
        for (var i = 0; i < labels.Length; i++) labels[i] = i % 3 == 0 ? -1 : block[i, 0] > 4 ? 1 : 0;
        return new(null, new SequenceSet(rows, [0, 100, 150, 400, 600], labels));
    }

    private static SharedSummarizer Shared(params ISummarizer[] parts)
    {
        var shared = new SharedSummarizer();
        for (var i = 0; i < parts.Length; i++) shared.Add(parts[i], 3 * i);
        return shared;
    }

    /// <summary>Sends each summarizer to another process, which sends the statistics back.</summary>
    private sealed class SendingPass(IDataPass inner) : IDataPass
    {
        public SortedSet<string> Kinds { get; } = new(StringComparer.Ordinal);

        public int Columns => inner.Columns;

        public int PriorComponents => inner.PriorComponents;

        public IReadOnlyList<string>? LabelNames => inner.LabelNames;

        public async ValueTask<Statistics> RunAsync(ISummarizer summarizer, CancellationToken cancellationToken)
        {
            Kinds.Add(summarizer.SummarizerKind);
            var found = await inner.RunAsync(SummarizerFormat.FromJson(SummarizerFormat.ToJson(summarizer)), cancellationToken);
            var received = summarizer.CreateStatistics();
            received.FromBytes(found.ToBytes());
            return received;
        }
    }
}
