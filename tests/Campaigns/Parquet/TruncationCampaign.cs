using System.Buffers.Binary;

namespace Pipelines.Campaigns.Parquet;

/// <summary>Files cut off at every byte of the footer, at seeded places before it, and with a footer that is cut off but says so of itself.</summary>
internal sealed class TruncationCampaign : Campaign
{
    private const int Seed = 21;

    public override string Name => "parquet-truncated";

    public override string Title => "Broken Parquet: truncation";

    public override int Order => 2;

    public override async Task RunAsync(Trials trials)
    {
        using var folder = new TempFolder();
        var path = folder["cut.parquet"];
        trials.Header = ["engine", "file", "cut in the footer", "cut before it", "footer shortened, its length right", "refused", "read right", "read wrong",
            "slowest ms", "most MiB allocated", "most MiB of growth"];
        var specimens = await Specimen.AllAsync();
        foreach (var (engine, specimen) in DamagedReader.Engines.SelectMany(
            e => (trials.IsLong ? specimens : [specimens[1], specimens[6]]).Select(s => (e, s))))
        {
            var reader = new DamagedReader(trials, engine);
            var (bytes, random) = (specimen.Bytes, new Random(Seed));
            var footer = BitConverter.ToInt32(bytes, bytes.Length - 8);
            var start = bytes.Length - 8 - footer;
            var inFooter = Enumerable.Range(start, bytes.Length - start).Where((_, i) => trials.IsLong || i % 3 == 0).ToList();
            var before = Enumerable.Range(0, trials.Pick(50, 1000)).Select(_ => random.Next(start)).ToList();
            var shortened = Enumerable.Range(1, footer - 1).Where((_, i) => trials.IsLong || i % 3 == 0).ToList();
            var counts = new int[4];
            foreach (var length in inFooter.Concat(before)) await TryAsync(bytes[..length], $"{engine}: {specimen.Name}, cut to {length} bytes");
            foreach (var kept in shortened)
            {
                var cut = new byte[start + kept + 8];
                bytes.AsSpan(0, start + kept).CopyTo(cut);
                BinaryPrimitives.WriteInt32LittleEndian(cut.AsSpan(start + kept), kept);
                "PAR1"u8.CopyTo(cut.AsSpan(start + kept + 4));
                await TryAsync(cut, $"{engine}: {specimen.Name}, footer shortened to {kept} bytes");
            }
            trials.Row(engine, specimen.Name, inFooter.Count, before.Count, shortened.Count, counts[(int)Outcome.Refused], counts[(int)Outcome.Right],
                counts[(int)Outcome.Wrong], (int)reader.Longest.TotalMilliseconds, reader.MostAllocated >> 20, reader.MostResident >> 20);

            async Task TryAsync(byte[] cut, string what)
            {
                await File.WriteAllBytesAsync(path, cut);
                var (outcome, detail) = await reader.ReadAsync(path, what);
                var (scored, _) = await reader.ScoreAsync(path, what);
                counts[(int)outcome]++;
                // A cut file has no end: nothing of it may be taken for data.
                if (outcome != Outcome.Refused || scored != Outcome.Refused) trials.Finding($"{what}: {outcome} as a source, {scored} scored; {detail}");
            }
        }
        trials.Note($"Seed {Seed}. Each file is read as a source and through a scoring run.");
    }
}
