using System.Globalization;

namespace Pipelines.Io.Tests;

/// <summary>Odd and broken files of other writers: read as DuckDB reads them, or refused with one clear error.</summary>
public class CorpusTests
{
    private static readonly string Corpus = Path.Combine(AppContext.BaseDirectory, "corpus");

    public static TheoryData<string> Readable => [.. Directory.GetFiles(Path.Combine(Corpus, "expected")).Select(f => Path.GetFileNameWithoutExtension(f)!)
        .Order(StringComparer.Ordinal)];

    /// <summary>File, what was found, and the column that is named.</summary>
    public static TheoryData<string, string, string> Refused => new()
    {
        { "ARROW-GH-41317.parquet", "a list of Int16", "footer" },
        { "ARROW-GH-45185.parquet", "a first entry that continues a list", "row group 0, column 'x' (x.list.element)" },
        { "ARROW-RS-GH-6229-LEVELS.parquet", "a page of 21 values after 0", "row group 0, column 'outer' (outer.list.item.c)" },
        { "PARQUET-1481.parquet", "physical type -7 in a column chunk", "footer" },
        { "datapage_v1-corrupt-checksum.parquet", "a page with the checksum 0f4f6d0a", "row group 0, column 'a'" },
        { "encrypt_columns_and_footer.parquet.encrypted", "an encrypted file", "" },
        { "int96_from_spark.parquet", "the timestamp -108302820 days after 1970-01-01", "row group 0, column 'a'" },
    };

    [Theory, MemberData(nameof(Readable))]
    public async Task Is_read_as_another_reader_reads_it(string file)
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(Corpus, "expected", file + ".csv"));
        var names = lines[0].Split(';').Select(n => n.Trim('"')).ToArray();
        // Whole row groups, and slices of them.
        foreach (var ahead in (long[])[1 << 20, 0])
        {
            var row = 0;
            var source = new ParquetSource(Path.Combine(Corpus, file + ".parquet"));
            Assert.Equal(names, (await source.OpenAsync(default)).Schema.Fields.Where(f => !f.IsNested).Select(f => f.Name));
            await foreach (var batch in source.ReadAsync(new ReadOptions { BatchSize = 37, ReadAheadBytes = ahead, Columns = names }, default))
            {
                for (var i = 0; i < batch.Rows; i++)
                {
                    var cells = lines[++row].Split(';');
                    for (var c = 0; c < names.Length; c++)
                        AssertCell(cells[c].Trim('"'), batch.Columns[c].GetValue(i), $"{file}, row {row}, column '{names[c]}'");
                }
            }
            Assert.Equal(lines.Length - 1, row);
        }
    }

    [Theory, MemberData(nameof(Refused))]
    public async Task Is_refused_with_its_place_and_what_was_found(string file, string found, string place)
    {
        var path = Path.Combine(Corpus, file);
        var error = await new ParquetSource(path).FailsReading();
        Assert.Equal(ErrorKind.Data, error.Kind);
        Assert.StartsWith(found, error.Found, StringComparison.Ordinal);
        Assert.StartsWith(path.Replace(Directory.GetCurrentDirectory() + "/", "", StringComparison.Ordinal), error.Place, StringComparison.Ordinal);
        Assert.EndsWith(place, error.Place, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_file_is_expected_to_be_read_or_refused()
    {
        var files = Directory.GetFiles(Corpus, "*.parquet*").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal);
        Assert.Equal(files, Readable.AsEnumerable<object[]>().Select(r => r[0] + ".parquet")
            .Union(Nested.AsEnumerable<object[]>().Select(r => (string)r[0])).Concat(Refused.AsEnumerable<object[]>().Select(r => (string)r[0]))
            .Order(StringComparer.Ordinal));
    }

    /// <summary>Files of Spark and of Arrow, with maps, structures and lists of both.</summary>
    public static TheoryData<string> Nested => ["datapage_v2.snappy.parquet", "list_columns.parquet", "nested_lists.snappy.parquet", "nulls.snappy.parquet"];

    [Theory, MemberData(nameof(Nested))]
    public async Task Nested_columns_are_written_as_they_were_read(string file)
    {
        using var folder = new TempFolder();
        var path = Path.Combine(Corpus, file);
        foreach (var size in (int[])[100, 1])
        {
            await new ParquetSource(path).CopyTo(new ParquetSink(folder["copy.parquet"]), size);
            await DuckParquet.AssertSameAsync(path, folder["copy.parquet"]);
        }
        var nested = (await new ParquetSource(path).OpenAsync(default)).Schema.Fields.Where(f => f.IsNested).Select(f => f.Name).ToArray();
        Assert.NotEmpty(nested);
    }

    private static void AssertCell(string expected, object? found, string where)
    {
        // Both readers hold the file's own bits; the text says them exactly enough to read the same bits back.
        object? value = expected == "NULL" && found is null ? null : found switch
        {
            null => expected,
            // Text knows one NaN; its bits are the file's.
            float.NaN or double.NaN when expected.Equals("NaN", StringComparison.OrdinalIgnoreCase) => found,
            bool => bool.Parse(expected),
            float => float.Parse(expected, CultureInfo.InvariantCulture),
            double => double.Parse(expected, CultureInfo.InvariantCulture),
            decimal => decimal.Parse(expected, CultureInfo.InvariantCulture),
            DateTime => DateTime.Parse(expected, CultureInfo.InvariantCulture),
            DateOnly => DateOnly.Parse(expected, CultureInfo.InvariantCulture),
            TimeOnly => TimeOnly.Parse(expected, CultureInfo.InvariantCulture),
            byte[] => Convert.FromHexString(expected),
            IConvertible number and not string => Convert.ChangeType(expected, number.GetType(), CultureInfo.InvariantCulture),
            _ => expected,
        };
        TestTable.AssertSame(value, found, where);
    }
}
