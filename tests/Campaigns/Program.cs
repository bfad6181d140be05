using System.Diagnostics;
using Pipelines.Campaigns;

// dotnet Pipelines.Campaigns.Tests.dll REPORT.md [--short] [--but] [campaign …]: runs campaigns (all by default; all --but those named) in their long form
// and writes the report.
// The exit code is 1 if one has a finding.
var names = args.Skip(1).Where(a => !a.StartsWith("--", StringComparison.Ordinal)).ToHashSet();
if (args is [] || names.Any(n => Campaign.All.All(c => c.Name != n)))
{
    Console.Error.WriteLine($"usage: REPORT.md [--short] [--but] [campaign …], campaigns: {string.Join(", ", Campaign.All.Select(c => c.Name))}");
    return 2;
}
if (OperatingSystem.IsWindows() && Campaign.All.Any(c => c.NeedsUnix && names.Contains(c.Name) != args.Contains("--but")))
    Console.Error.WriteLine("campaigns that need Linux or macOS are left out");
var report = new Report(args[0]);
foreach (var campaign in Campaign.All.Where(c => !(c.NeedsUnix && OperatingSystem.IsWindows()))
    .Where(c => names.Count == 0 || names.Contains(c.Name) != args.Contains("--but")))
{
    Console.Error.WriteLine($"== {campaign.Name}");
    var trials = new Trials(!args.Contains("--short"), Console.Error);
    var clock = Stopwatch.StartNew();
    try
    {
        await campaign.RunAsync(trials);
    }
    catch (Exception e) when (e is not OutOfMemoryException)
    {
        trials.Finding($"the campaign itself failed: {e}");
    }
    report.Add(campaign, trials, clock.Elapsed);
}
return report.Findings == 0 ? 0 : 1;
