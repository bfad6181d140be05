using System.Text;

namespace Pipelines.Models.Tests.Serialization;

public class SavedModelTests
{
    private static readonly SavedModel model = new(new NormalDistribution(1.5, 0.1), [new("delay")]);

    public static TheoryData<string, string> Damaged => new()
    {
        { "", "m.json, line 1, byte 1: found text that is not JSON (truncated or damaged), expected a model in JSON; save the model again" },
        { """{"format": "pipelines-model", "version": 1, "model": {"type": "nor""",
            "m.json, line 1, byte 67: found text that is not JSON (truncated or damaged), expected a model in JSON; save the model again" },
        { "[1, 2]", "m.json, property 'format': found no such property or another value, expected 'pipelines-model'; give a model that Pipelines saved" },
        { """{"format": "other"}""", "m.json, property 'format': found no such property or another value, expected 'pipelines-model'; give a model that "
            + "Pipelines saved" },
        { """{"format": "pipelines-model", "version": 3}""",
            "m.json, property 'version': found 3, expected 1 or 2; use the version of Pipelines that wrote the file, or fit the model again" },
        { """{"format": "pipelines-model", "version": 1}""",
            "m.json, property 'model': found nothing, expected a value; the file is damaged or was not written by Pipelines; save it again" },
        { """{"format": "pipelines-model", "version": 1, "model": {"type": "normal", "mean": 1}}""",
            "m.json, property 'standardDeviation': found nothing, expected a value; the file is damaged or was not written by Pipelines; save it "
                + "again" },
        { """{"format": "pipelines-model", "version": 1, "model": {"type": "normal", "mean": 1, "standardDeviation": -1}}""",
            "m.json, normal model, normal distribution, standardDeviation: found -1, expected a finite number above 0; the file is damaged or was edited; save "
                + "the model again" },
        { """{"format": "pipelines-model", "version": 1, "features": [], "model": {"type": "normal", "mean": 1, "standardDeviation": 1}}""",
            "m.json, property 'features': found 0 features, expected 1, as the model has; the file is damaged or was edited; save the model again" },
        { """{"format": "pipelines-model", "version": 1, "model": {"type": "kmeans", "type": "normal", "mean": 1, "standardDeviation": 1}}""",
            "m.json: found a duplicate property, expected each property once; the file is damaged or was edited; save the model again" },
        {
            """{"format": "pipelines-model", "version": 1, "model": {"type": "normal", "mean": """
            + "\"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffg\", \"standardDeviation\": 1}}",
            "m.json, property 'mean': found 'aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff…' (61 letters), "
            + "expected a number; the file is damaged or was not written by Pipelines; save it again" },
        { """{"format": "pipelines-model", "version": 1, "model": {"type": "normal", "mean": "\u001b[31mred", "standardDeviation": 1}}""",
            "m.json, property 'mean': found '\uFFFD[31mred', expected a number; the file is damaged or was not written by Pipelines; save it again" },
        { """{"format": "pipelines-model", "version": 1, "training": {"rows": 1e300}, "model": {"type": "normal", "mean": 1, "standardDeviation": 1}}""",
            "m.json, property 'rows': found 1E+300, expected a number of rows; the file is damaged or was not written by Pipelines; save it again" },
    };

    [Theory]
    [MemberData(nameof(Damaged))]
    public void ADamagedFileIsRefusedWithItsPlace(string json, string message)
    {
        var error = Assert.Throws<ModelException>(() => SavedModel.FromJson(Encoding.UTF8.GetBytes(json), "m.json"));
        Assert.Equal(ErrorKind.ModelFile, error.Kind);
        Assert.Equal(message, error.Message);
    }

    [Theory]
    [InlineData("""{"format": "pipelines-model", "version": "1", "model": {}}""")]
    [InlineData("""{"format": "pipelines-model", "version": 1, "features": [{"name": 5}], "model": {"type": "normal", "mean": 1, "standardDeviation": 1}}""")]
    [InlineData(
        """{"format": "pipelines-model", "version": 1, "training": {"rows": 1, "converged": true, "logLikelihood": 1, "initialLogLikelihood": """
        + """1, "history": [], "seed": "x"}, "model": """
        + """{"type": "normal", "mean": 1, "standardDeviation": 1}}""")]
    public void AValueOfAnotherTypeIsAModelError(string json)
    {
        var error = Assert.Throws<ModelException>(() => SavedModel.FromJson(Encoding.UTF8.GetBytes(json), "m.json"));
        Assert.Equal((ErrorKind.ModelFile, "m.json"), (error.Kind, error.Place));
    }

    [Fact]
    public void AnUnknownTypeIsNeverLookedUp()
    {
        var error = Assert.Throws<ModelException>(
            () => SavedModel.FromJson("""{"format": "pipelines-model", "version": 1, "model": {"type": "System.Diagnostics.Process"}}"""u8.ToArray()));
        Assert.StartsWith("model, property 'type': found 'System.Diagnostics.Process', expected a model that this version of Pipelines knows; ", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void EveryTruncationOfAFileIsRefused()
    {
        var json = model.ToJson();
        // The last two bytes are the closing brace and the line feed; without the line feed alone it is still a whole model.
        for (var length = 0; length < json.Length - 1; length++)
            Assert.Equal(ErrorKind.ModelFile, Assert.Throws<ModelException>(() => SavedModel.FromJson(json.AsMemory(0, length))).Kind);
    }

    [Fact]
    public void ALogLikelihoodThatIsNoNumberSurvivesTheRoundTrip()
    {
        var saved = model with { Training = new(3, false, double.NegativeInfinity, double.NaN, [double.PositiveInfinity], 0, 16, "scalar") };
        Assert.Equal(saved.ToJson(), SavedModel.FromJson(saved.ToJson()).ToJson());
    }

    [Fact]
    public void TheCandidatesOfAChoiceSurviveTheRoundTrip()
    {
        FitCandidate[] candidates =
        [
            new(2, 0, -7, -1234.5, 11, 2491, 2500.25, 17, true, false),
            new(2, 1, long.MaxValue, double.NaN, 0, double.NaN, double.NaN, 3, false, false) { Failure = "component 1: found no variance" },
            new(3, 0, 5, -1200, 17, 2434, 2450, 100, false, true),
        ];
        var facts = new TrainingRecord(3, true, -1200, -1300, [-1200], 5, 16, "scalar") { Candidates = candidates };
        foreach (var criterion in (SelectionCriterion?[])[null, SelectionCriterion.Aic, SelectionCriterion.LogLikelihood])
        {
            var read = SavedModel.FromJson((model with { Training = facts with { Criterion = criterion } }).ToJson()).Training!;
            Assert.Equal(candidates, read.Candidates);
            Assert.Equal(criterion, read.Criterion);
        }
        Assert.DoesNotContain("candidates", (model with { Training = new TrainingRecord(3, true, -1200, -1300, [-1200], 5, 16, "scalar") }).ToString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingFileIsAMistakeOfUse()
    {
        var error = Assert.Throws<ModelException>(() => SavedModel.Load("nowhere/model.json"));
        Assert.Equal((ErrorKind.Usage, "nowhere/model.json: found no such file, expected a model file; check the path"), (error.Kind, error.Message));
    }

    [Fact]
    public void PowersOfTwoKeepTheirBits()
    {
        // .NET's shortest text of 2^-25 and of 2^-958 reads back as another number.
        for (var exponent = -1022; exponent < 1024; exponent++)
        {
            var model = new NormalDistribution(-Math.ScaleB(1, exponent), 1);
            Assert.Equal(model, SavedModel.FromJson(new SavedModel(model).ToJson()).Model);
        }
    }
}
