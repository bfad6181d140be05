namespace Pipelines.Campaigns.Parquet;

/// <summary>One bit turned over at a seeded place.</summary>
internal sealed class BitFlipCampaign : Campaign
{
    private const int Seed = 22;

    public override string Name => "parquet-bit-flips";

    public override string Title => "Broken Parquet: bit flips";

    public override int Order => 3;

    public override async Task RunAsync(Trials trials)
    {
        using var folder = new TempFolder();
        var path = folder["flipped.parquet"];
        trials.Header = ["file", "flips", "refused", "read right", "wrong, flip in page data", "wrong, flip in a page header", "wrong, flip in the footer", "scored wrong", "slowest ms", "most MiB allocated"];
        var specimens = await Specimen.AllAsync();
        var each = (trials.Pick(1_300, 130_000) + specimens.Count - 1) / specimens.Count;
        foreach (var specimen in specimens)
        {
            var (reader, random) = (new DamagedReader(trials), new Random(Seed));
            await File.WriteAllBytesAsync(path, specimen.Bytes);
            var regions = FileRegions.Of(path, specimen.Bytes);
            var footers = Enumerable.Range(0, regions.Length).Where(i => regions[i] is FileRegion.Footer or FileRegion.PageHeader).ToArray();
            var (refused, right, scoredWrong, wrong) = (0, 0, 0, new int[4]);
            for (var i = 0; i < each; i++)
            {
                // Half of the flips anywhere, half where the structure is: most bytes are values.
                var at = i % 2 == 0 ? random.Next(specimen.Bytes.Length) : footers[random.Next(footers.Length)];
                var bit = random.Next(8);
                var bytes = (byte[])specimen.Bytes.Clone();
                bytes[at] ^= (byte)(1 << bit);
                await File.WriteAllBytesAsync(path, bytes);
                var what = $"{specimen.Name}, byte {at} ({regions[at]}), bit {bit}";
                var (outcome, detail) = await reader.ReadAsync(path, what);
                var (scored, scoredDetail) = await reader.ScoreAsync(path, what + ", scored");
                if (outcome == Outcome.Refused) refused++;
                if (outcome == Outcome.Right) right++;
                if (scored == Outcome.Wrong) scoredWrong++;
                if (outcome == Outcome.Right && scored == Outcome.Wrong) trials.Finding($"{what}: read right, scored wrong: {scoredDetail}");
                if (outcome != Outcome.Wrong) continue;
                wrong[(int)regions[at]]++;
                if (specimen.HasChecksums && regions[at] == FileRegion.PageData) trials.Finding($"{what}: wrong values in spite of the checksum: {detail}");
                else trials.Log($"{what}: {detail}");
            }
            trials.Row(specimen.Name, each, refused, right, wrong[(int)FileRegion.PageData], wrong[(int)FileRegion.PageHeader], wrong[(int)FileRegion.Footer], scoredWrong, (int)reader.Longest.TotalMilliseconds, reader.MostAllocated >> 20);
        }
        trials.Note($"Seed {Seed}; half of the flips anywhere in the file, half in footer and page headers. A flip is read right where nothing looks at the bit (statistics, the writer's name, padding). Wrong: other values or names than were written, and no error: what no reader can see without a checksum. Checksums cover the pages' data; the format has none for page headers and footer.");
    }
}
