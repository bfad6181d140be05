using System.Text;
using Pipelines.Io.Storage;

namespace Pipelines.Io.Tests;

/// <summary>What an output folder says of itself, what is refused, and that nothing leads out of it.</summary>
public sealed class OutputFolderTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_manifest_tells_job_inputs_columns_and_parts()
    {
        await SmallJob.RunAsync(folder.Path, FileLayer.Disk, resume: false);
        using var json = System.Text.Json.JsonDocument.Parse(await File.ReadAllBytesAsync(folder["out/_manifest.json"]));
        var root = json.RootElement;
        // 14 rows of 400 are 7 more than a multiple of 30; the third part, rows 240 to 359, refuses none.
        Assert.Equal(("pipelines-output", 1, 400, 390, 10), (root.GetProperty("format").GetString(), root.GetProperty("version").GetInt32(),
            root.GetProperty("rowsIn").GetInt32(), root.GetProperty("rowsOut").GetInt32(), root.GetProperty("rowsRejected").GetInt32()));
        Assert.Equal("""[{"name":"model","value":"one"},{"name":"input /data/a.parquet","value":"400 rows"}]""", Compact(root.GetProperty("job")));
        Assert.Equal("""[{"name":"x","type":"DOUBLE","nullable":false},{"name":"name","type":"BYTE_ARRAY STRING","nullable":true}]""",
            Compact(root.GetProperty("schema")));
        Assert.Equal("""[{"path":"/data/a.parquet","bytes":1234,"modified":"2026-01-02T03:04:05.0000000Z","footerSha256":"abc","rows":400}]""",
            Compact(root.GetProperty("inputs")));
        Assert.Equal([("part-00000.parquet", 0, 120, 4), ("part-00001.parquet", 120, 120, 4), ("part-00002.parquet", 240, 120, 0),
            ("part-00003.parquet", 360, 40, 2)],
            root.GetProperty("parts").EnumerateArray()
                .Select(p => (p.GetProperty("file").GetString()!, p.GetProperty("firstRow").GetInt32(), p.GetProperty("inputRows").GetInt32(),
                    p.GetProperty("rejectedRows").GetInt32())));
        var first = root.GetProperty("parts")[0];
        var bytes = await File.ReadAllBytesAsync(folder["out/part-00000.parquet"]);
        Assert.Equal((116, bytes.Length, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes))),
            (first.GetProperty("rows").GetInt32(), first.GetProperty("bytes").GetInt32(), first.GetProperty("sha256").GetString()));
        if (!OperatingSystem.IsWindows()) Assert.True(File.GetUnixFileMode(folder["out/part-00000.parquet"]).HasFlag(UnixFileMode.UserRead));
    }

    [Fact]
    public async Task Refused_rows_stand_in_the_quarantine_with_where_and_why()
    {
        await SmallJob.RunAsync(folder.Path, FileLayer.Disk, resume: false);
        var sink = new MemorySink();
        await new ParquetSource(folder["q"]).CopyTo(sink);
        Assert.Equal(["x", "_file", "_row_group", "_row", "_column", "_reason"], sink.Schema.Fields.Select(f => f.Name));
        long[] rows = [7, 37, 67, 97, 127, 157, 187, 217, 367, 397];
        Assert.Equal(rows, sink.Values<long>("_row").ToArray());
        Assert.Equal(rows.Select(r => (double)r), sink.Doubles("x"));
        Assert.All(sink.Values<string>("_file").ToArray(), f => Assert.Equal("/data/a.parquet", f));
        Assert.All(sink.Values<string>("_reason").ToArray(), r => Assert.Equal("infinity, expected a finite number", r));
        Assert.Empty((await OutputVerification.OfAsync(folder["q"])).Discrepancies);
        var taken =
            Assert.Throws<FlowException>(
                () => new ParquetSink(folder["o"], SmallJob.Options(folder.Path, FileLayer.Disk)).CheckInput(
                    new BatchSchema([new ColumnField("_row", typeof(int), false)])));
        Assert.Equal((ErrorKind.Data, $"{folder["q"]}, column '_row'"), (taken.Kind, taken.Place));
    }

    [Fact]
    public async Task A_part_of_refused_rows_alone_is_a_file_without_rows()
    {
        var batch = SmallJob.Batch(0);
        var none = new DataBatch(batch.Schema, [new BatchColumn<double>(batch.Schema.Fields[0], Array.Empty<double>()),
            new BatchColumn<string>(batch.Schema.Fields[1], Array.Empty<string>())], 0, 0, 0)
        { Rejected = batch.Rejected };
        await using (var sink = new ParquetSink(folder["out"], SmallJob.Options(folder.Path, FileLayer.Disk) with { RowsPerFile = 1 }))
        {
            await sink.ResumeAsync(SmallJob.Identity, default);
            await sink.OpenAsync(batch.Schema, default);
            await sink.WriteAsync(none, default);
            await sink.WriteAsync(SmallJob.Batch(1), default);
            await sink.CompleteAsync(default);
        }
        Assert.Equal([0, 39], (await ParquetInspection.OfAsync([folder["out"]])).Select(i => (int)i.Rows));
        Assert.Empty((await OutputVerification.OfAsync(folder["out"])).Discrepancies);
    }

    [Fact]
    public async Task Another_job_is_refused_with_the_difference_and_changes_nothing()
    {
        using (var disk = new SimulatedDisk { KillAt = 40 }) await SmallJob.RunAsync(folder.Path, disk, resume: false);
        var before = SmallJob.Files(folder.Path).Keys.ToList();
        var other = SmallJob.Identity with { Properties = [SmallJob.Identity.Properties[0] with { Value = "two" }, SmallJob.Identity.Properties[1]] };
        var error = await Assert.ThrowsAsync<FlowException>(() => SmallJob.RunAsync(folder.Path, FileLayer.Disk, resume: true, job: other));
        Assert.Equal($"{folder["out"]}: found an unfinished output of another job: model was one and is now two, expected the job that wrote it; repeat that "
            + "job, or give another output", error.Message);
        Assert.Equal(before.Where(f => !f.EndsWith("lock", StringComparison.Ordinal)), SmallJob.Files(folder.Path).Keys);
        Assert.True((await SmallJob.RunAsync(folder.Path, FileLayer.Disk, resume: true)).Point!.NextBatch > 0);
        error = await Assert.ThrowsAsync<FlowException>(() => SmallJob.RunAsync(folder.Path, FileLayer.Disk, resume: true, job: other));
        Assert.Equal("a finished output of another job: model was one and is now two", error.Found);
    }

    [Fact]
    public async Task Without_resuming_what_was_left_is_discarded_with_a_warning()
    {
        using (var disk = new SimulatedDisk { KillAt = 60 }) await SmallJob.RunAsync(folder.Path, disk, resume: false);
        var run = await SmallJob.RunAsync(folder.Path, FileLayer.Disk, resume: false);
        Assert.Equal([$"{folder["out"]}: discarded what an unfinished run had left there (2 parts of 240 input rows); resuming would have continued from it"],
            run.Warnings);
        Assert.Equal(400, (await OutputVerification.OfAsync(folder["out"])).RowsIn);
        Assert.Equal("a folder that holds '_manifest.json'",
            (await Assert.ThrowsAsync<FlowException>(() => SmallJob.RunAsync(folder.Path, FileLayer.Disk, resume: false))).Found);
    }

    [Fact]
    public async Task A_finished_output_is_checked_and_left_alone()
    {
        await SmallJob.RunAsync(folder.Path, FileLayer.Disk, resume: true);
        var before = SmallJob.Files(folder.Path);
        Assert.Equal(new ResumePoint(0, 400, 390, 10, IsComplete: true), (await SmallJob.RunAsync(folder.Path, FileLayer.Disk, resume: true)).Point);
        Assert.Equal(before.Keys, SmallJob.Files(folder.Path).Keys);
        var bytes = await File.ReadAllBytesAsync(folder["out/part-00001.parquet"]);
        bytes[100] ^= 1;
        await File.WriteAllBytesAsync(folder["out/part-00001.parquet"], bytes);
        var error = await Assert.ThrowsAsync<FlowException>(() => SmallJob.RunAsync(folder.Path, FileLayer.Disk, resume: true));
        Assert.Equal((ErrorKind.Storage, folder["out/part-00001.parquet"], "a part of a finished output that is absent or was changed"),
            (error.Kind, error.Place, error.Found));
    }

    [Fact]
    public async Task Two_runs_refuse_each_other_on_the_output_and_on_the_quarantine()
    {
        await using var first = new ParquetSink(folder["out"], SmallJob.Options(folder.Path, FileLayer.Disk));
        await first.ResumeAsync(SmallJob.Identity, default);
        Assert.StartsWith("a run that writes it now (process",
            (await Assert.ThrowsAsync<FlowException>(() => SmallJob.RunAsync(folder.Path, FileLayer.Disk, resume: true))).Found, StringComparison.Ordinal);
        await using var second = new ParquetSink(folder["other"], SmallJob.Options(folder.Path, FileLayer.Disk) with { Resume = true });
        Assert.Equal(folder["q"], (await Assert.ThrowsAsync<FlowException>(async () => await second.ResumeAsync(SmallJob.Identity, default))).Place);
        await using var file = new ParquetSink(folder["a.parquet"],
            SmallJob.Options(folder.Path, FileLayer.Disk, isFile: true) with { QuarantineFolder = null });
        await file.OpenAsync(SmallJob.Batch(0).Schema, default);
        await using var same = new ParquetSink(folder["a.parquet"]);
        Assert.Equal(folder["a.parquet"], (await Assert.ThrowsAsync<FlowException>(async () => await same.OpenAsync(SmallJob.Batch(0).Schema, default))).Place);
    }

    [UnixFact]
    public async Task No_link_leads_out_of_the_folder()
    {
        Directory.CreateDirectory(folder["out"]);
        Directory.CreateDirectory(folder["elsewhere"]);
        Directory.CreateSymbolicLink(folder["out/.unfinished"], folder["elsewhere"]);
        var error = await Assert.ThrowsAsync<FlowException>(() => SmallJob.RunAsync(folder.Path, FileLayer.Disk, resume: true));
        Assert.Equal($"a symbolic link to {folder["elsewhere"]} in place of .unfinished", error.Found);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder["elsewhere"]));
        Directory.Delete(folder["out/.unfinished"]);

        // Links in place of unfinished parts and of the journal are replaced, not written through, and count for nothing.
        using (var disk = new SimulatedDisk { KillAt = 60 }) await SmallJob.RunAsync(folder.Path, disk, resume: false);
        foreach (var name in (string[])["part-00001.parquet.tmp", "part-00002.parquet.tmp"])
        {
            var path = folder[$"out/.unfinished/{name}"];
            if (File.Exists(path)) File.Move(path, folder[$"elsewhere/{name}"]);
            else await File.WriteAllTextAsync(folder[$"elsewhere/{name}"], "precious");
            File.CreateSymbolicLink(path, folder[$"elsewhere/{name}"]);
        }
        var before = Directory.GetFiles(folder["elsewhere"]).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToList();
        Assert.Equal(3, (await SmallJob.RunAsync(folder.Path, FileLayer.Disk, resume: true)).Point!.NextBatch);
        Assert.Equal(before, Directory.GetFiles(folder["elsewhere"]).Order(StringComparer.Ordinal).Select(File.ReadAllBytes));
        Assert.All(Directory.GetFiles(folder["out"]), f => Assert.Null(new FileInfo(f).LinkTarget));
        Assert.Empty((await OutputVerification.OfAsync(folder["out"])).Discrepancies);
    }

    [Theory]
    [InlineData("\"part-00000.parquet\"", "\"../q/part-00000.parquet\"", "'../q/part-00000.parquet', which is not a plain file name")]
    [InlineData("\"part-00000.parquet\"", "\"..\"", "'..', which is not a plain file name")]
    [InlineData("\"part-00000.parquet\"", "\"part-00001.parquet\"", "the part 'part-00001.parquet' twice")]
    [InlineData("\"rowsIn\": 400", "\"rowsIn\": 401", "'rowsIn' that is not the sum over the parts, 400")]
    [InlineData("\"rowsIn\": 400", "\"rowsIn\": -1", "no whole number 'rowsIn' of at least 0")]
    [InlineData("\"parts\": [", "\"parts\": [[[[[[[[[", "text that is not JSON (truncated or damaged)")]
    [InlineData("\"pipelines-output\"", "\"other\"", "the format 'other'")]
    [InlineData("\"version\": 1", "\"version\": 2", "a manifest of version 2")]
    public async Task A_manifest_that_was_changed_is_refused(string from, string to, string found)
    {
        await SmallJob.RunAsync(folder.Path, FileLayer.Disk, resume: false);
        var text = await File.ReadAllTextAsync(folder["out/_manifest.json"]);
        Assert.Contains(from, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(folder["out/_manifest.json"], text.Replace(from, to, StringComparison.Ordinal));
        var error = await Assert.ThrowsAsync<FlowException>(() => OutputVerification.OfAsync(folder["out"]));
        Assert.Equal((ErrorKind.Data, folder["out/_manifest.json"], found), (error.Kind, error.Place, error.Found));
    }

    [Fact]
    public async Task Verifying_names_everything_that_is_wrong()
    {
        await SmallJob.RunAsync(folder.Path, FileLayer.Disk, resume: false);
        var whole = await OutputVerification.OfAsync(folder["out"]);
        Assert.Empty(whole.Discrepancies);
        Assert.Equal((4, 390, 400, 10), (whole.Parts, whole.Rows, whole.RowsIn, whole.RowsRejected));
        File.Delete(folder["out/part-00000.parquet"]);
        var bytes = await File.ReadAllBytesAsync(folder["out/part-00001.parquet"]);
        bytes[30] ^= 4;
        await File.WriteAllBytesAsync(folder["out/part-00001.parquet"], bytes);
        File.Copy(folder["out/part-00002.parquet"], folder["out/part-00003.parquet"], overwrite: true);
        await File.WriteAllTextAsync(folder["out/stranger.parquet"], "x");
        if (!OperatingSystem.IsWindows())
        {
            File.Move(folder["out/part-00002.parquet"], folder["p"]);
            File.CreateSymbolicLink(folder["out/part-00002.parquet"], folder["p"]);
        }
        var found = (await OutputVerification.OfAsync(folder["out"])).Discrepancies;
        Assert.Equal($"{folder["out/stranger.parquet"]}: found a file that the manifest does not name, expected only the 4 parts that it names", found[0]);
        Assert.Equal($"{folder["out/part-00000.parquet"]}: found no such file, expected a part of 116 rows", found[1]);
        Assert.StartsWith($"{folder["out/part-00001.parquet"]}: found the SHA-256 ", found[2], StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal($"{folder["out/part-00002.parquet"]}: found a symbolic link to {folder["p"]}, expected a file of its own", found[3]);
        Assert.Contains(found, f => f.StartsWith($"{folder["out/part-00003.parquet"]}: found ", StringComparison.Ordinal)
            && f.EndsWith("expected 38", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verifying_what_is_unfinished_says_how_to_go_on()
    {
        using (var disk = new SimulatedDisk { KillAt = 60 }) await SmallJob.RunAsync(folder.Path, disk, resume: false);
        Assert.Equal($"{folder["out"]}: found an unfinished output (2 parts of 240 input rows are done), expected a finished one, with _manifest.json; "
            + "resume the run that wrote it (ParquetSinkOptions.Resume)",
            (await Assert.ThrowsAsync<FlowException>(() => OutputVerification.OfAsync(folder["out"]))).Message);
        Assert.Equal("no _manifest.json", (await Assert.ThrowsAsync<FlowException>(() => OutputVerification.OfAsync(folder.Path))).Found);
        Assert.Equal("no such file", (await Assert.ThrowsAsync<FlowException>(() => OutputVerification.OfAsync(folder["none"]))).Found);
    }

    [Fact]
    public async Task Verifying_a_single_file_looks_at_every_page()
    {
        await new TestTable(300).ToSource().CopyTo(new ParquetSink(folder["a.parquet"]));
        var whole = await OutputVerification.OfAsync(folder["a.parquet"]);
        Assert.Empty(whole.Discrepancies);
        Assert.Null(whole.RowsIn);
        Assert.Equal((300, new FileInfo(folder["a.parquet"]).Length), (whole.Rows, whole.Bytes));
        var bytes = await File.ReadAllBytesAsync(folder["a.parquet"]);
        var footer = BitConverter.ToInt32(bytes, bytes.Length - 8);
        // Bytes between the magic and the footer are pages and their headers; nearly all are under a checksum.
        var noticed = 0;
        for (var i = 0; i < 50; i++)
        {
            var changed = bytes.ToArray();
            changed[4 + (int)((long)i * (bytes.Length - footer - 12) / 50)] ^= 32;
            await File.WriteAllBytesAsync(folder["b.parquet"], changed);
            if ((await OutputVerification.OfAsync(folder["b.parquet"])).Discrepancies.Count > 0) noticed++;
        }
        Assert.InRange(noticed, 45, 50);
    }

    [Fact]
    public void A_journal_counts_up_to_its_first_wrong_line()
    {
        var parts =
            Enumerable.Range(0, 3).Select(i => new PartRecord(new PartFile($"part-0000{i}.parquet", 10, 100, "ab"), i * 10, 12, 2, i + 1,
                i == 1 ? new PartFile("part-00001.parquet", 2, 50, "cd") : null)).ToList();
        var journal = new OutputJournal(new OutputHead(SmallJob.Identity, [new OutputColumn("x", "DOUBLE", false)]), parts, true);
        var bytes = journal.ToBytes();
        var path = folder["journal"];
        for (var length = 0; length <= bytes.Length; length++)
        {
            File.WriteAllBytes(path, bytes[..length]);
            var lines = Encoding.UTF8.GetString(bytes[..length]).Count(c => c == '\n');
            var read = OutputJournal.Read(path);
            Assert.Equal(lines > 0, read is not null);
            Assert.Equal(parts.Take(Math.Max(0, lines - 1)), read?.Parts ?? []);
            Assert.Equal(lines == 5, read?.IsCommitting ?? false);
            if (read is not null) Assert.Null(SmallJob.Identity.DifferenceFrom(read.Head.Job));
        }
        var second = Array.IndexOf(bytes, (byte)'\n') + 1;
        bytes[second + 40] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Empty(OutputJournal.Read(path)!.Parts);
    }

    [Fact]
    public void A_quarantine_of_its_own_is_there_whole_or_not_at_all()
    {
        using (var writer = new QuarantineWriter(folder["q"]))
        {
            writer.Open(SmallJob.Identity);
            for (var b = 0; b < SmallJob.Batches; b++) writer.Write(SmallJob.Batch(b).Rejected);
            Assert.Equal(10, writer.Rows);
        }
        Assert.Empty(folder.Entries);
        for (var turn = 0; turn < 2; turn++)
        {
            using var writer = new QuarantineWriter(folder["q"]);
            writer.Open(SmallJob.Identity, resume: turn == 1);
            for (var b = 0; b < SmallJob.Batches; b++) writer.Write(SmallJob.Batch(b).Rejected);
            writer.Complete();
        }
        Assert.Equal([folder["q/_manifest.json"], folder["q/part-00000.parquet"]], Directory.GetFiles(folder["q"]).Order(StringComparer.Ordinal));
        using var third = new QuarantineWriter(folder["q"]);
        Assert.Equal("a folder that holds '_manifest.json'", Assert.Throws<FlowException>(() => third.Open(SmallJob.Identity)).Found);
    }

    private static string Compact(System.Text.Json.JsonElement json) => System.Text.Json.JsonSerializer.Serialize(json);
}
