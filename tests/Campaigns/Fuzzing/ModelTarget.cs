using System.Text;
using System.Text.RegularExpressions;
using Pipelines.Models;
using Pipelines.Models.Serialization;

namespace Pipelines.Campaigns.Fuzzing;

/// <summary>A saved model's JSON.</summary>
internal sealed partial class ModelTarget : FuzzTarget
{
    public override string Name => "model-json";

    public override IReadOnlyList<byte[]> Words { get; } =
        [.. Tokens().Matches(string.Concat(Models().Select(m => m.ToString()))).Select(m => m.Value).Concat(["null", "true", "-1", "1e999", "\"NaN\"", "\"Infinity\"", "{}", "[]", "\"frozen\":true,"]).Distinct().Select(Encoding.UTF8.GetBytes)];

    public override Task<IReadOnlyList<byte[]>> SeedsAsync() => Task.FromResult<IReadOnlyList<byte[]>>([.. Models().Select(m => Spaces().Replace(m.ToString(), "")).Select(Encoding.UTF8.GetBytes)]);

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
        yield return new(new KMeans(new double[,] { { 1, 2 }, { 3, 4 } }), [new Feature("a", ["x", "y"]), new Feature("b")], new TrainingFacts(10, true, -1, -2, [-1.5, -1], 3, 16, "scalar"));
        yield return new(new GeneralMixtureModel([new NormalDistribution(0, 1), (Distribution)new NormalDistribution(2, 1).Freeze()], [0.25, 0.75]));
        yield return new(new MultivariateGaussianDistribution([1, 2], new double[,] { { 2, 0.5 }, { 0.5, 1 } }), [new Feature("a"), new Feature("b")]);
        yield return new(new IndependentComponentsDistribution([new NormalDistribution(0, 1), MultivariateGaussianDistribution.Blank([0])], [1, 0.5]));
    }

    [GeneratedRegex("\"[a-zA-Z-]+\":?")]
    private static partial Regex Tokens();

    [GeneratedRegex(@"\s")]
    private static partial Regex Spaces();
}
