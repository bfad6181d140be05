using Parquet;
using Parquet.Schema;
using Pipelines.Io.Storage;

namespace Pipelines.Io.Tests;

/// <summary>What a Parquet sink writes, checked with Parquet.Net as another reader, and what it leaves when things go wrong.</summary>
public class ParquetSinkTests
{
    private const int Group = 65_536;

    [Theory]
    [InlineData(ParquetCompression.None), InlineData(ParquetCompression.Snappy), InlineData(ParquetCompression.Zstd)]
    public async Task Another_reader_finds_the_same_values(ParquetCompression compression)
    {
        using var folder = new TempFolder();
        var table = new TestTable(400);
        await table.ToSource().CopyTo(new ParquetSink(folder["a.parquet"], new ParquetSinkOptions { Compression = compression }));
        await using var reader = await ParquetReader.CreateAsync(folder["a.parquet"]);
        Assert.Equal(1, reader.RowGroupCount);
        var group = reader.OpenRowGroupReader(0);
        foreach (var (name, values) in table.Columns)
        {
            // Parquet.Net gives times of day as numbers and decimals of 38 digits as its own type; the table's own round trip covers these.
            var type = values.GetType().GetElementType()!;
            type = Nullable.GetUnderlyingType(type) ?? type;
            var field = reader.Schema.DataFields.Single(f => f.Name == name);
            Assert.Equal(name.EndsWith('?') || !type.IsValueType, field.IsNullable);
            switch (type.Name)
            {
                case "Boolean": await Compare<bool>(); break;
                case "SByte": await Compare<sbyte>(); break;
                case "Byte": await Compare<byte>(); break;
                case "Int16": await Compare<short>(); break;
                case "UInt16": await Compare<ushort>(); break;
                case "Int32": await Compare<int>(); break;
                case "UInt32": await Compare<uint>(); break;
                case "Int64": await Compare<long>(); break;
                case "UInt64": await Compare<ulong>(); break;
                case "Single": await Compare<float>(); break;
                case "Double": await Compare<double>(); break;
                case "Decimal": await Compare<decimal>(); break;
                case "Guid": await Compare<Guid>(); break;
                case "DateTime": await Compare<DateTime>(); break;
                case "String":
                    var texts = new string?[400];
                    await group.ReadAsync(field, texts);
                    Assert.Equal((string?[])values, texts);
                    break;
                case "Byte[]":
                    var bytes = new byte[]?[400];
                    await group.ReadAsync(field, bytes);
                    Assert.Equal((byte[]?[])values, bytes);
                    break;
                default: break;
            }

            async Task Compare<T>() where T : struct
            {
                var found = new T?[400];
                if (field.IsNullable) await group.ReadAsync<T>(field, found.AsMemory());
                else
                {
                    var plain = new T[400];
                    await group.ReadAsync<T>(field, plain.AsMemory());
                    found = [.. plain.Select(v => (T?)v)];
                }
                // DateTime: equality ignores the kind, which Parquet.Net sets to local.
                for (var i = 0; i < 400; i++)
                    Assert.True(Equals(values.GetValue(i), (object?)found[i]), $"{name} row {i}: expected {values.GetValue(i)}, found {found[i]}");
            }
        }
    }

    [Fact]
    public async Task Bytes_do_not_depend_on_batches_or_parallelism()
    {
        using var folder = new TempFolder();
        var random = new Random(3);
        const int rows = 2 * Group + 1000;
        var source = MemorySource.FromArrays(
            ("few", Enumerable.Range(0, rows).Select(_ => random.Next(100)).ToArray()),
            ("many", Enumerable.Range(0, rows).Select(_ => random.NextDouble()).ToArray()),
            ("some", Enumerable.Range(0, rows).Select(_ => random.Next(3) == 0 ? null : (long?)random.Next(40_000)).ToArray()),
            ("text", Enumerable.Range(0, rows).Select(i => i % 3 == 0 ? null : $"text {random.Next(2000)}").ToArray()),
            ("unique", Enumerable.Range(0, rows).Select(i => $"text {i}").ToArray()));
        byte[]? first = null;
        foreach (var (size, parallelism) in ((int, int)[])[(16_384, 1), (1000, 2), (rows, -1), (77_777, 3)])
        {
            var path = folder[$"{size}.parquet"];
            await source.CopyTo(new ParquetSink(path, new ParquetSinkOptions { RowGroupRows = Group, MaxDegreeOfParallelism = parallelism }), size);
            var bytes = await File.ReadAllBytesAsync(path);
            Assert.True((first ??= bytes).AsSpan().SequenceEqual(bytes), $"batches of {size} rows give other bytes");
        }
        // Read back through dictionaries and written again: still the same.
        await new ParquetSource(folder["1000.parquet"]).CopyTo(new ParquetSink(folder["again.parquet"], new ParquetSinkOptions { RowGroupRows = Group }), 999);
        var again = await File.ReadAllBytesAsync(folder["again.parquet"]);
        Assert.True(first.AsSpan().SequenceEqual(again), "what was read and written again has other bytes");
        var inspection = (await ParquetInspection.OfAsync([folder["again.parquet"]])).Single();
        Assert.Equal([Group, Group, 1000], inspection.RowGroups.Select(g => g.Rows));
        Assert.Equal("Pipelines version 0.1.0", inspection.CreatedBy);
        Assert.Equal(rows, inspection.Rows);
    }

    [Fact]
    public async Task Parts_are_cut_by_rows()
    {
        using var folder = new TempFolder();
        var table = new TestTable(250);
        await table.ToSource().CopyTo(new ParquetSink(folder["out"], new ParquetSinkOptions { RowsPerFile = 100 }), 33);
        // A part ends with the batch that fills it: the fourth of 33 rows.
        Assert.Equal(["_manifest.json", "part-00000.parquet", "part-00001.parquet"],
            Directory.GetFiles(folder["out"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal([132, 118], (await ParquetInspection.OfAsync([folder["out"]])).Select(i => (int)i.Rows));
        await table.ExpectFrom(new ParquetSource(folder["out"]), new ReadOptions { BatchSize = 70 });
    }

    [Theory]
    [InlineData("INT64 TIMESTAMP(MILLIS, UTC)"), InlineData("INT64 TIMESTAMP(MICROS)"), InlineData("INT64 TIMESTAMP(NANOS)"), InlineData("INT32 DECIMAL(9, 2)"),
        InlineData("INT64 DECIMAL(18, 4)")]
    public async Task Units_and_digits_stay_as_they_were(string storage)
    {
        using var folder = new TempFolder();
        DataField field = storage switch
        {
            "INT64 TIMESTAMP(MILLIS, UTC)" => new DateTimeDataField("x", DateTimeFormat.Timestamp, true, DateTimeTimeUnit.Millis, false),
            "INT64 TIMESTAMP(MICROS)" => new DateTimeDataField("x", DateTimeFormat.Timestamp, false, DateTimeTimeUnit.Micros, false),
            "INT64 TIMESTAMP(NANOS)" => new DateTimeDataField("x", DateTimeFormat.Timestamp, false, DateTimeTimeUnit.Nanos, false),
            "INT32 DECIMAL(9, 2)" => new DecimalDataField("x", 9, 2, isNullable: false),
            _ => new DecimalDataField("x", 18, 4, isNullable: false),
        };
        var times = Enumerable.Range(0, 50).Select(i => new DateTime(2001, 3, 4, 5, 6, 7, DateTimeKind.Utc).AddMilliseconds(i)).ToArray();
        var numbers = Enumerable.Range(0, 50).Select(i => i * 12.25m - 100).ToArray();
        await using (var stream = File.Create(folder["a.parquet"]))
        {
            await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(field), stream,
                new ParquetOptions { CompressionMethod = CompressionMethod.None });
            using var group = writer.CreateRowGroup();
            if (field is DecimalDataField) await group.WriteAsync<decimal>(field, numbers);
            else await group.WriteAsync<DateTime>(field, times);
        }
        await new ParquetSource(folder["a.parquet"]).CopyTo(new ParquetSink(folder["b.parquet"]));
        foreach (var name in (string[])["a.parquet", "b.parquet"])
        {
            Assert.Equal(storage, (await ParquetInspection.OfAsync([folder[name]])).Single().Columns.Single().StoredAs);
            var sink = new MemorySink();
            await new ParquetSource(folder[name]).CopyTo(sink);
            if (field is DecimalDataField) Assert.Equal(numbers, sink.Values<decimal>("x").ToArray());
            else Assert.Equal(times, sink.Values<DateTime>("x").ToArray());
        }
    }

    [Fact]
    public async Task Values_that_the_storage_cannot_hold_are_refused()
    {
        using var folder = new TempFolder();
        var source = MemorySource.FromArrays(("x", new[] { 1.5m, 1e20m, 7.12345678901m }));
        await using var sink = new ParquetSink(folder["a.parquet"]);
        var error = await Assert.ThrowsAsync<FlowException>(() => source.CopyTo(sink));
        Assert.Equal((ErrorKind.Data, $"{folder["a.parquet"]}, row group 0, column 'x'", "the decimal 7.12345678901"),
            (error.Kind, error.Place, error.Found));
        Assert.Empty(folder.Entries);
    }

    [Fact]
    public async Task A_null_in_a_column_without_nulls_is_refused_with_its_row()
    {
        using var folder = new TempFolder();
        var field = new ColumnField("x", typeof(int), false);
        var schema = new BatchSchema([field]);
        await using var sink = new ParquetSink(folder["a.parquet"]);
        await sink.OpenAsync(schema, default);
        var batch = new DataBatch(schema, [new BatchColumn<int>(field, new int[3], [true, false, true])], 3, 0, 0, [new BatchOrigin(0, "in.parquet", 2, 40)]);
        var error = await Assert.ThrowsAsync<FlowException>(async () => await sink.WriteAsync(batch, default));
        Assert.Equal("in.parquet, row group 2, row 41, column 'x'", error.Place);
        // After a failure nothing more is written, and nothing is left.
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await sink.CompleteAsync(default));
        await sink.DisposeAsync();
        Assert.Empty(folder.Entries);
    }

    [Fact]
    public async Task An_existing_file_is_replaced_only_at_the_end_and_keeps_its_permissions()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["a.parquet"], "old");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder["a.parquet"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var source = new TestTable(10).ToSource();
        var options = new ParquetSinkOptions { Overwrite = true };
        await using (var sink = new ParquetSink(folder["a.parquet"], options))
        {
            await sink.OpenAsync((await source.OpenAsync(default)).Schema, default);
            await foreach (var batch in source.ReadAsync(new ReadOptions(), default)) await sink.WriteAsync(batch, default);
            Assert.Equal("old", await File.ReadAllTextAsync(folder["a.parquet"]));
            var temporary = Assert.Single(folder.Entries, e => e.EndsWith(".tmp", StringComparison.Ordinal));
            if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(temporary));
        }
        Assert.Equal("old", await File.ReadAllTextAsync(folder["a.parquet"]));
        await source.CopyTo(new ParquetSink(folder["a.parquet"], options));
        Assert.Equal([folder["a.parquet"]], folder.Entries);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(folder["a.parquet"]));
        Assert.Equal(10, (await new ParquetSource(folder["a.parquet"]).OpenAsync(default)).Rows);
    }

    [Theory]
    [InlineData(0), InlineData(3), InlineData(5_000), InlineData(200_000)]
    public async Task A_full_disk_is_one_clear_error_and_the_old_file_stays(int room)
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["a.parquet"], "old");
        var random = new Random(1);
        var source = MemorySource.FromArrays(("x", Enumerable.Range(0, 3 * Group).Select(_ => random.NextDouble()).ToArray()));
        await using (var sink = new ParquetSink(folder["a.parquet"],
            new ParquetSinkOptions { RowGroupRows = Group, Files = new FullDisk(room), Overwrite = true }))
        {
            var error = await Assert.ThrowsAsync<FlowException>(() => source.CopyTo(sink));
            Assert.Equal(ErrorKind.Storage, error.Kind);
            Assert.Equal($"{folder["a.parquet"]}: found an error when writing (No space left on device), expected room and permission to write; free space "
                + "or choose "
                + "another place; nothing was left behind", error.Message);
        }
        Assert.Equal([folder["a.parquet"]], folder.Entries);
        Assert.Equal("old", await File.ReadAllTextAsync(folder["a.parquet"]));
    }

    [Fact]
    public async Task A_folder_is_published_whole_or_not_at_all()
    {
        using var folder = new TempFolder();
        var source = new TestTable(250).ToSource();
        await using (var sink = new ParquetSink(folder["out"], new ParquetSinkOptions { RowsPerFile = 100 }))
        {
            await sink.OpenAsync((await source.OpenAsync(default)).Schema, default);
            await foreach (var batch in source.ReadAsync(new ReadOptions { BatchSize = 100 }, default)) await sink.WriteAsync(batch, default);
            // The second part cannot get its name.
            Directory.CreateDirectory(folder["out/part-00001.parquet"]);
            Assert.Equal(ErrorKind.Storage, (await Assert.ThrowsAsync<FlowException>(async () => await sink.CompleteAsync(default))).Kind);
        }
        Assert.Equal([folder["out"], folder["out/part-00001.parquet"]], folder.Entries);
    }

    [Fact]
    public async Task Places_that_cannot_be_written_are_refused_before_any_data()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["full"]);
        await File.WriteAllTextAsync(folder["full/x"], "");
        await File.WriteAllTextAsync(folder["file"], "");
        Directory.CreateDirectory(folder["d.parquet"]);
        Assert.Equal("a folder that holds 'x'", (await Opening(folder["full"])).Found);
        Assert.Equal("a file", (await Opening(folder["file"])).Found);
        Assert.Equal("a folder", (await Opening(folder["d.parquet"])).Found);
        Assert.Equal($"no folder {folder["none"]}", (await Opening(folder["none/a.parquet"])).Found);
        Assert.Equal("/proc/a.parquet", (await Opening("/proc/a.parquet")).Place);

        static async Task<FlowException> Opening(string path)
        {
            await using var sink = new ParquetSink(path);
            var error =
                await Assert.ThrowsAsync<FlowException>(async () => await sink.OpenAsync(new BatchSchema([new ColumnField("a", typeof(int), false)]), default));
            Assert.Equal(ErrorKind.Usage, error.Kind);
            return error;
        }
    }

    [Fact]
    public void Options_are_checked_together()
    {
        var error =
            Assert.Throws<FlowException>(() => new ParquetSink("a.parquet",
                new ParquetSinkOptions { RowGroupRows = 1, RowGroupBytes = 1, ZstdLevel = 0, RowsPerFile = 0, MaxDegreeOfParallelism = 0 }));
        Assert.Equal("RowGroupRows 1 (65536 to 262144), RowGroupBytes 1 (65536 to 1073741824), ZstdLevel 0 (1 to 19), RowsPerFile 0 (at least 1), "
            + "MaxDegreeOfParallelism 0 (-1 or at least 1)", error.Found);
        Assert.Throws<FlowException>(() => new ParquetSink("a.parquet", new ParquetSinkOptions { RowsPerFile = 5 }));
    }

    [Fact]
    public async Task A_type_that_Parquet_cannot_say_is_refused_before_any_data()
    {
        using var folder = new TempFolder();
        await using var sink = new ParquetSink(folder["a.parquet"]);
        var error = await Assert.ThrowsAsync<FlowException>(
            async () => await sink.OpenAsync(new BatchSchema([new ColumnField("t", typeof(TimeSpan), false)]), default));
        Assert.Equal((ErrorKind.Usage, "column 't'", "values of type duration"), (error.Kind, error.Place, error.Found));
        Assert.Empty(folder.Entries);
    }

    private sealed class FullDisk(int room) : FileLayer
    {
        private int left = room;

        public override Stream Create(string path)
        {
            File.Delete(path);
            return new Limited(path, this);
        }

        private sealed class Limited(string path, FullDisk disk) : FileStream(path, FileMode.CreateNew)
        {
            public override void Write(ReadOnlySpan<byte> buffer)
            {
                disk.left -= buffer.Length;
                if (disk.left < 0) throw new IOException("No space left on device");
                base.Write(buffer);
            }
        }
    }
}
