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
        trials.Header = ["file", "engine", "flips", "refused", "read right", "wrong, flip in page data", "wrong, flip in a page header",
            "wrong, flip in the footer", "scored wrong", "engines differ", "slowest ms", "most MiB allocated", "most MiB of growth"];
        var specimens = await Specimen.AllAsync();
        var each = (trials.Pick(800, 10_400) + specimens.Count - 1) / specimens.Count;
        foreach (var specimen in specimens)
        {
            var random = new Random(Seed);
            var engines = new List<Tally>();
            await File.WriteAllBytesAsync(path, specimen.Bytes);
            foreach (var engine in DamagedReader.Engines)
            {
                var tally = new Tally(engine, new DamagedReader(trials, engine));
                // An engine that leaves a column out of the good file has nothing to show here.
                if ((await tally.Reader.ReadAsync(path, specimen.Name)).Outcome == Outcome.Right) engines.Add(tally);
            }
            var regions = FileRegions.Of(path, specimen.Bytes);
            var structure = Enumerable.Range(0, regions.Length).Where(i => regions[i] is FileRegion.Footer or FileRegion.PageHeader).ToArray();
            var differ = 0;
            for (var i = 0; i < each; i++)
            {
                // Half of the flips anywhere, half where the structure is: most bytes are values.
                var at = i % 2 == 0 ? random.Next(specimen.Bytes.Length) : structure[random.Next(structure.Length)];
                var bit = random.Next(8);
                var bytes = (byte[])specimen.Bytes.Clone();
                bytes[at] ^= (byte)(1 << bit);
                await File.WriteAllBytesAsync(path, bytes);
                foreach (var tally in engines)
                    await tally.TryAsync(trials, path, $"{tally.Engine}: {specimen.Name}, byte {at} ({regions[at]}), bit {bit}", regions[at],
                        specimen.HasChecksums);
                var read = engines.Where(t => t.Outcome is Outcome.Right or Outcome.Wrong).ToList();
                if (!read.GroupBy(t => t.Reader.Columns).Any(g => g.Select(t => t.Reader.Digest).Distinct().Count() > 1)) continue;
                // Damage that no checksum covers may be taken in different ways; damage that one covers must not be read at all.
                differ++;
                var what = $"{specimen.Name}, byte {at} ({regions[at]}), bit {bit}: engines read different values: "
                    + $"{string.Join("; ", read.Select(t => $"{t.Engine} {t.Detail}"))}";
                if (regions[at] == FileRegion.PageData && specimen.HasChecksums) trials.Finding(what);
                else trials.Log(what);
            }
            foreach (var t in engines)
                trials.Row(specimen.Name, t.Engine, each, t.Refused, t.Right, t.Wrong[(int)FileRegion.PageData], t.Wrong[(int)FileRegion.PageHeader],
                    t.Wrong[(int)FileRegion.Footer], t.ScoredWrong, differ, (int)t.Reader.Longest.TotalMilliseconds, t.Reader.MostAllocated >> 20,
                    t.Reader.MostResident >> 20);
        }
        trials.Note($"Seed {Seed}; half of the flips anywhere in the file, half in footer and page headers. A flip is read right where nothing looks at the "
            + "bit (statistics, the writer's name, padding). Wrong: other values or names than were written, and no error: what no reader can see without a "
            + "checksum. Engines differ: all that read the file read the same columns, but not the same values, because they take the damage in different "
            + "ways. Checksums cover the pages' data; the format has none for page headers and footer.");
    }

    private sealed record Tally(string Engine, DamagedReader Reader)
    {
        public int Refused { get; private set; }

        public int Right { get; private set; }

        public int ScoredWrong { get; private set; }

        public int[] Wrong { get; } = new int[4];

        public Outcome Outcome { get; private set; }

        public string Detail { get; private set; } = "";

        public async Task TryAsync(Trials trials, string path, string what, FileRegion region, bool hasChecksums)
        {
            (Outcome, Detail) = await Reader.ReadAsync(path, what);
            var (scored, scoredDetail) = await Reader.ScoreAsync(path, what + ", scored");
            if (Outcome == Outcome.Refused) Refused++;
            if (Outcome == Outcome.Right) Right++;
            if (scored == Outcome.Wrong) ScoredWrong++;
            if (Outcome == Outcome.Right && scored == Outcome.Wrong) trials.Finding($"{what}: read right, scored wrong: {scoredDetail}");
            if (Outcome != Outcome.Wrong) return;
            Wrong[(int)region]++;
            if (hasChecksums && region == FileRegion.PageData) trials.Finding($"{what}: wrong values in spite of the checksum: {Detail}");
            else trials.Log($"{what}: {Detail}");
        }
    }
}
