namespace Pipelines.Blocks.Tests.Checkpoints;

/// <summary>A fit that was interrupted keeps its tie, and goes on only with the same updates.</summary>
public sealed class TiedResumeTests : IDisposable
{
    private static readonly double[][] data = TestData.Random(900, 2);
    private static readonly FitOptions fit = new()
    {
        StopThreshold = double.NegativeInfinity,
        Update = ParameterKinds.Weights | ParameterKinds.Covariances,
        WeightInertia = 0.5,
    };

    private readonly string root = Directory.CreateTempSubdirectory("pipelines-tied-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task A_resumed_fit_gives_the_same_bytes()
    {
        var expected = await FitAsync(fit with { MaxIterations = 5 }, null);
        await FitAsync(fit with { MaxIterations = 2 }, resume: false);
        Assert.Equal(expected, await FitAsync(fit with { MaxIterations = 5 }, resume: true, parallelism: 3));
        Assert.True(((GeneralMixtureModel)SavedModel.FromJson(expected).Model).HasTiedCovariances);
    }

    [Fact]
    public async Task Other_updates_and_ties_are_other_jobs()
    {
        await FitAsync(fit with { MaxIterations = 2 }, resume: false);
        await Assert.ThrowsAsync<FlowException>(() => FitAsync(fit with { Update = ParameterKinds.All, MaxIterations = 5 }, resume: true));
        await Assert.ThrowsAsync<FlowException>(() => FitAsync(fit with { WeightInertia = 0, MaxIterations = 5 }, resume: true));
        await Assert.ThrowsAsync<FlowException>(() => FitAsync(fit with { MaxIterations = 5 }, resume: true, tied: false));
    }

    private async Task<byte[]> FitAsync(FitOptions options, bool? resume, int parallelism = 1, bool tied = true)
    {
        var checkpoints = resume is { } again ? new CheckpointOptions { Folder = Path.Combine(root, "checkpoints"), Resume = again } : null;
        var pipeline = Pipeline.From(new ArraySource(data))
            .With(new PipelineOptions { BatchSize = 64, MaxDegreeOfParallelism = parallelism, Checkpoints = checkpoints });
        return (await pipeline.FitAsync(Mixture.Of<MultivariateGaussianDistribution>(2, tied: tied), options)).Saved.ToJson();
    }
}
