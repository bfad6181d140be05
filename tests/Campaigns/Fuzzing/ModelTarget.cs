using System.Text;
using System.Text.RegularExpressions;
using Pipelines.Models.Serialization.Pomegranate;

namespace Pipelines.Campaigns.Fuzzing;

/// <summary>A saved model's JSON.</summary>
internal sealed partial class ModelTarget : FuzzTarget
{
    public override string Name => "model-json";

    public override IReadOnlyList<byte[]> Words { get; } =
        [
            .. Tokens().Matches(string.Concat(Models().Select(m => m.ToString()).Concat(Foreign()))).Select(m => m.Value)
                .Concat(["null", "true", "-1", "1e999", "\"NaN\"", "\"Infinity\"", "{}", "[]", "\"frozen\":true,", "NaN", "-Infinity", "numpy.int64"])
                .Distinct().Select(Encoding.UTF8.GetBytes)];

    public override Task<IReadOnlyList<byte[]>> SeedsAsync() =>
        Task.FromResult<IReadOnlyList<byte[]>>([
            .. Models().Select(m => Spaces().Replace(m.ToString(), "")).Concat(Foreign().Select(t => Spaces().Replace(t, ""))).Select(Encoding.UTF8.GetBytes)]);

    public override void Run(byte[] input)
    {
        try
        {
            var model = SavedModel.FromJson(input);
            if (model.Model.GetType().Assembly != typeof(Model).Assembly) throw new InvalidOperationException($"a {model.Model.GetType()} was made");
            // What was accepted can be written and read again, to the bit.
            var again = SavedModel.FromJson(model.ToJson());
            if (!again.ToJson().AsSpan().SequenceEqual(model.ToJson())) throw new InvalidOperationException("the model changes when it is saved");
        }
        catch (ModelException)
        {
            // Refused.
        }
    }

    private static IEnumerable<SavedModel> Models()
    {
        yield return new(new NormalDistribution(1.5, 2), [new Feature("a")]);
        yield return new(new KMeans(new double[,] { { 1, 2 }, { 3, 4 } }), [new Feature("a", ["x", "y"]), new Feature("b")],
            new TrainingRecord(10, true, -1, -2, [-1.5, -1], 3, 16, "scalar"));
        yield return new(new GeneralMixtureModel([new NormalDistribution(0, 1), (Distribution)new NormalDistribution(2, 1).Freeze()], [0.25, 0.75]));
        yield return new(new MultivariateGaussianDistribution([1, 2], new double[,] { { 2, 0.5 }, { 0.5, 1 } }), [new Feature("a"), new Feature("b")]);
        yield return new(new IndependentComponentsDistribution([new NormalDistribution(0, 1), MultivariateGaussianDistribution.Prototype([0])], [1, 0.5]));
    }

    // Files of pomegranate: those that our models can be written as, and what else its files hold.
    private static IEnumerable<string> Foreign()
    {
        IEnumerable<SavedModel> tables =
        [
            new(new IndependentComponentsDistribution([new DiscreteDistribution([0.25, 0.75]), new GammaDistribution(1, 2)]),
                [new Feature("a", ["x", "y"]), new Feature("b")]),
            new(new ConditionalProbabilityTable([2, 2], [0.5, 0.5, 1, 0]), [new Feature("a", ["1", "2.5"]), new Feature("b", ["u", "v"])]),
            new(new JointProbabilityTable([1, 2], [0.5, 0.5]), [new Feature("a", ["1"]), new Feature("b", ["u", "v"])]),
            new(new GaussianKernelDensity([1, 2], 0.5)),
            new(new BayesianNetwork([new("a", ["x", "y"]), new("b", ["1", "2"])], [[], [0]], [[0.5, 0.5], [0.25, 0.75, 1, 0]])),
        ];
        foreach (var model in Models().Concat(tables)) yield return Encoding.ASCII.GetString(PomegranateFile.Write(model, out _));
        yield return """{"class":"GeneralMixtureModel","distributions":[{"class":"Distribution","dtype":"bool","name":"DiscreteDistribution","parameters":"""
            + """[{"True":1.0}]}],"weights":[-Infinity,NaN]}""";
    }

    [GeneratedRegex("\"[a-zA-Z-]+\":?")]
    private static partial Regex Tokens();

    [GeneratedRegex(@"\s")]
    private static partial Regex Spaces();
}
