[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Pipelines.Campaigns;

/// <summary>The short form of each campaign. They run one after the other: some measure what the whole process allocates.</summary>
public sealed class ShortForm
{
    public static TheoryData<string> Names => [.. Campaign.All.Where(c => !c.NeedsUnix).Select(c => c.Name)];

    public static TheoryData<string> UnixNames => [.. Campaign.All.Where(c => c.NeedsUnix).Select(c => c.Name)];

    [UnixTheory]
    [MemberData(nameof(UnixNames))]
    public Task Finds_nothing_on_Unix(string name) => Finds_nothing(name);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Finds_nothing(string name)
    {
        var log = new StringWriter();
        var trials = new Trials(isLong: false, log);
        await Campaign.All.Single(c => c.Name == name).RunAsync(trials);
        Assert.True(trials.Findings.Count == 0, string.Join('\n', trials.Findings));
        Assert.NotEmpty(trials.Rows);
    }
}
