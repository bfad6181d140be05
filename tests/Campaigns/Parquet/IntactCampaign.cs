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
        trials.Header = ["file", "bytes", "of them footer", "page data", "read", "scored"];
        var reader = new DamagedReader(trials);
        foreach (var specimen in await Specimen.AllAsync())
        {
            await File.WriteAllBytesAsync(folder["a.parquet"], specimen.Bytes);
            var regions = FileRegions.Of(folder["a.parquet"], specimen.Bytes);
            var read = await reader.ReadAsync(folder["a.parquet"], specimen.Name);
            var scored = await reader.ScoreAsync(folder["a.parquet"], specimen.Name);
            trials.Row(specimen.Name, specimen.Bytes.Length, regions.Count(r => r == FileRegion.Footer), regions.Count(r => r == FileRegion.PageData), read.Outcome, scored.Outcome);
            if (read.Outcome != Outcome.Right) trials.Finding($"{specimen.Name}: {read.Detail}");
            if (scored.Outcome != Outcome.Right) trials.Finding($"{specimen.Name}, scored: {scored.Detail}");
        }
        trials.Note($"Every file holds {Specimen.Rows} rows: plain and repeated doubles, nullable integers, unique and repeated texts with nulls, booleans. Most bytes that one reading allocated: {reader.MostAllocated >> 10} KiB.");
    }
}
