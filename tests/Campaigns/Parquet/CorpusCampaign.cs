namespace Pipelines.Campaigns.Parquet;

/// <summary>
/// Odd and broken files of other writers, as they are and cut off: read or refused, never anything else. What is read right is checked by the readers' own
/// tests.
/// </summary>
internal sealed class CorpusCampaign : Campaign
{
    private const int Seed = 23;

    public override string Name => "parquet-corpus";

    public override string Title => "Broken Parquet: odd files of other writers";

    public override int Order => 4;

    public override async Task RunAsync(Trials trials)
    {
        using var folder = new TempFolder();
        var path = folder["a.parquet"];
        trials.Header = ["file", "engine", "rows read", "or why not", "cut: trials", "cut: refused", "flips", "flips refused", "flips read", "slowest ms",
            "most MiB allocated", "most MiB of growth"];
        foreach (var (file, engine) in Files(trials).SelectMany(f => DamagedReader.Engines.Select(e => (f, e))))
        {
            var random = new Random(Seed);
            var bytes = await File.ReadAllBytesAsync(file);
            var reader = new DamagedReader(trials, engine);
            await File.WriteAllBytesAsync(path, bytes);
            var (outcome, rows, why) = await reader.CountAsync(path, $"{engine}: {Path.GetFileName(file)}");
            var (cuts, cutsRefused, flips, flipsRefused) = (0, 0, 0, 0);
            for (; cuts < Math.Min(bytes.Length, trials.Pick(10, 300)); cuts++)
            {
                // Near the end, where the footer is, and anywhere.
                var length = cuts % 2 == 0 ? Math.Max(0, bytes.Length - 1 - (cuts / 2)) : random.Next(bytes.Length);
                await File.WriteAllBytesAsync(path, bytes[..length]);
                if ((await reader.CountAsync(path, $"{engine}: {Path.GetFileName(file)} cut to {length}")).Outcome == Outcome.Refused) cutsRefused++;
                else trials.Finding($"{Path.GetFileName(file)} cut to {length} bytes was read");
            }
            for (; flips < trials.Pick(10, 300); flips++)
            {
                var (at, bit) = (flips % 2 == 0 ? random.Next(bytes.Length) : Math.Max(0, bytes.Length - 1 - random.Next(1000)), random.Next(8));
                var flipped = (byte[])bytes.Clone();
                flipped[at] ^= (byte)(1 << bit);
                await File.WriteAllBytesAsync(path, flipped);
                if ((await reader.CountAsync(path, $"{engine}: {Path.GetFileName(file)}, byte {at}, bit {bit}")).Outcome == Outcome.Refused) flipsRefused++;
            }
            trials.Row(Path.GetFileName(file), engine, outcome == Outcome.Right ? rows : "-", why, cuts, cutsRefused, flips, flipsRefused, flips - flipsRefused,
                (int)reader.Longest.TotalMilliseconds, reader.MostAllocated >> 20, reader.MostResident >> 20);
        }
        await File.WriteAllBytesAsync(path, Convert.FromHexString("50415231" + "15" + "01000000" + "50415231"));
        var thirteen = await new DamagedReader(trials).CountAsync(path, "13 bytes");
        trials.Row("the 13 bytes 50415231 15 01000000 50415231", "all", "-", thirteen.Why, 0, 0, 0, 0, 0, 0, 0, 0);
        if (thirteen.Outcome != Outcome.Refused) trials.Finding("the file of 13 bytes was read");
        trials.Note($"Seed {Seed}.");
    }

    private static IEnumerable<string> Files(Trials trials)
    {
        var shared = Environment.GetEnvironmentVariable("CAMPAIGN_PARQUET_TESTING");
        var files = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "parquet-corpus"), "*.parquet*").ToList();
        if (trials.IsLong && Directory.Exists(shared))
            files.AddRange(Directory.GetFiles(shared, "*.parquet*", SearchOption.AllDirectories)
                .Where(f => files.TrueForAll(g => Path.GetFileName(g) != Path.GetFileName(f))));
        return files.OrderBy(f => Path.GetFileName(f), StringComparer.Ordinal);
    }
}
