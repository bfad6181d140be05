namespace Pipelines.Campaigns.Parquet;

/// <summary>The files as they were written: all must be read right, or the campaigns that damage them would show nothing.</summary>
internal sealed class IntactCampaign : Campaign
{
    public override string Name => "parquet-intact";

    public override string Title => "Broken Parquet: the files before they are damaged";

    public override int Order => 1;

    public override async Task RunAsync(Trials trials)
    {
        using var folder = new TempFolder();
        var reader = new DamagedReader(trials);
        trials.Header = ["file", "bytes", "of them footer", "page data", "scored", .. DamagedReader.Engines.Select(e => $"read by {e}")];
        foreach (var specimen in await Specimen.AllAsync())
        {
            await File.WriteAllBytesAsync(folder["a.parquet"], specimen.Bytes);
            var regions = FileRegions.Of(folder["a.parquet"], specimen.Bytes);
            var scored = await reader.ScoreAsync(folder["a.parquet"], specimen.Name);
            var reads = new List<object>();
            foreach (var engine in DamagedReader.Engines)
            {
                var (outcome, detail) = await new DamagedReader(trials, engine).ReadAsync(folder["a.parquet"], specimen.Name);
                // Only what every engine but one reads may be left out by that one: booleans in runs by Parquet.Net.
                var isLeftOut = detail.StartsWith("the columns", StringComparison.Ordinal) && !detail.Contains("flag", StringComparison.Ordinal)
                    && engine == "parquet.net";
                reads.Add(isLeftOut ? "leaves the booleans out" : outcome);
                if (outcome != Outcome.Right && !isLeftOut) trials.Finding($"{specimen.Name}, {engine}: {detail}");
            }
            trials.Row([specimen.Name, specimen.Bytes.Length, regions.Count(r => r == FileRegion.Footer), regions.Count(r => r == FileRegion.PageData),
                scored.Outcome, .. reads]);
            if (scored.Outcome != Outcome.Right) trials.Finding($"{specimen.Name}, scored: {scored.Detail}");
        }
        trials.Note($"Every file holds {Specimen.Rows} rows: plain and repeated doubles, nullable integers, unique and repeated texts with nulls, booleans. "
            + $"Most bytes that one reading allocated: {reader.MostAllocated >> 10} KiB.");
    }
}
