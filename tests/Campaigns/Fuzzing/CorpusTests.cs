namespace Pipelines.Campaigns.Fuzzing;

/// <summary>Every input that fuzzing ever kept is read or refused as it should be.</summary>
public sealed class CorpusTests
{
    public static TheoryData<string> Targets => [.. FuzzTarget.All.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task Kept_inputs_are_read_or_refused(string name)
    {
        var target = FuzzTarget.All.Single(t => t.Name == name);
        foreach (var seed in await target.SeedsAsync()) target.Run(seed);
        foreach (var (file, bytes) in FuzzCampaign.Kept(name))
        {
            var thrown = Record.Exception(() => target.Run(bytes));
            Assert.True(thrown is null, $"{file}: {thrown}");
        }
    }

    [Fact]
    public void No_corpus_is_left_without_its_target()
    {
        var root = Path.Combine(AppContext.BaseDirectory, "corpus");
        var folders = Directory.GetDirectories(root).Select(f => Path.GetFileName(f)!).ToHashSet();
        Assert.NotEmpty(folders);
        Assert.Subset(FuzzTarget.All.Select(t => t.Name).ToHashSet(), folders);
    }
}
