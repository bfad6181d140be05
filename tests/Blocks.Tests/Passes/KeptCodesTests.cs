using System.Globalization;
using Pipelines.Io;
using Pipelines.Models;
using Pipelines.Models.Fitting;

namespace Pipelines.Blocks.Tests.Passes;

/// <summary>Codes that are kept while categories are found are those of the values, whatever the columns' form, and the source is read once.</summary>
public sealed class KeptCodesTests
{
    private const int Rows = 1_003, BatchSize = 64;
    private static readonly string?[] texts = [.. Enumerable.Range(0, Rows).Select(i => i % 7 == 3 ? null : $"t{i * i % 11}")];
    private static readonly string[] many = [.. Enumerable.Range(0, Rows).Select(i => $"m{i * 31 % 700}")];
    private static readonly bool[] flags = [.. Enumerable.Range(0, Rows).Select(i => i % 3 == 0)];
    private static readonly long[] numbers = [.. Enumerable.Range(0, Rows).Select(i => (i % 5 * (1L << 60)) - 7)];
    private static readonly double[] measures = [.. Enumerable.Range(0, Rows).Select(i => (i % 4) - 1.5)];

    public static TheoryData<string, int, int, long?> Cases
    {
        get
        {
            var cases = new TheoryData<string, int, int, long?>();
            foreach (var columns in (string[])["text", "text,flag", "text,many,flag,number", "many"])
                foreach (var parallelism in (int[])[1, 3])
                    foreach (var memory in (long?[])[null, 0, 1_000]) cases.Add(columns, parallelism, 1, memory);
            // Floating-point numbers may be infinite: they are read again.
            cases.Add("text,measure", 2, 2, null);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Codes_are_those_of_the_values(string columns, int parallelism, int reads, long? memory)
    {
        var names = columns.Split(',');
        var read = 0;
        await using var pass = Pass(names, () => read++, parallelism, memory, new BadRowPolicy());
        await pass.FindCategoriesAsync(default);
        var expected = names.Select(Codes).ToArray();
        for (var i = 0; i < 2; i++)
        {
            var found = (SumStatistics)await pass.RunAsync(new Recorder(names.Length), default);
            Assert.Equal(Rows, found.Rows);
            for (var c = 0; c < names.Length; c++) Assert.Equal(expected[c], found.Sums.Where((_, at) => at % names.Length == c));
        }
        Assert.Equal(reads, read);
        Assert.Equal(memory is null, pass.SpilledBytes == 0);
        Assert.Equal(Rows, pass.Rows);
        Assert.All(pass.Features, f => Assert.NotNull(f.Type));
        Assert.Equal(names.Contains("text"), pass.Features[0].IsNullable);
        // Two of the dictionary's values are in no row.
        if (names[0] == "text") Assert.Equal(texts.OfType<string>().Distinct().Order(StringComparer.Ordinal), pass.Features[0].Categories!);
    }

    [Fact]
    public async Task Rows_are_read_again_where_bad_ones_are_kept()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var read = 0;
            var keeping = new BadRowPolicy { Mode = BadRowMode.Quarantine, QuarantineFolder = folder.FullName };
            await using var pass = Pass(["text"], () => read++, 2, null, keeping);
            var found = (SumStatistics)await pass.RunAsync(new Recorder(1), default);
            Assert.Equal(Codes("text"), found.Sums);
            Assert.Equal(2, read);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // What is not given is -1.
    private static double[] Codes(string name)
    {
        object?[] values = name switch
        {
            "text" => texts,
            "many" => many,
            "flag" => [.. flags.Select(f => (object)(f ? 1L : 0L))],
            "number" => [.. numbers.Cast<object>()],
            _ => [.. measures.Cast<object>()],
        };
        var distinct = values.Where(v => v is not null).Distinct().ToList();
        if (values.OfType<string>().Any()) distinct = [.. distinct.OrderBy(v => (string)v!, StringComparer.Ordinal)];
        else distinct.Sort();
        return [.. values.Select(v => v is null ? -1.0 : distinct.IndexOf(v))];
    }

    private static FeaturePass Pass(string[] names, Action reading, int parallelism, long? memory, BadRowPolicy bad)
    {
        var fields = names.Select(n => n switch
        {
            "text" => new ColumnField(n, typeof(string), true),
            "many" => new ColumnField(n, typeof(string), false),
            "flag" => new ColumnField(n, typeof(bool), false),
            "number" => new ColumnField(n, typeof(long), false),
            _ => new ColumnField(n, typeof(double), false),
        }).ToArray();
        var schema = new BatchSchema(fields);
        var options = new PipelineOptions { BatchSize = BatchSize, MaxDegreeOfParallelism = parallelism, BadRows = bad };
        return new FeaturePass(new Graph(MemorySource.FromBatches(schema, Batches()), []), [.. names.Select(n => new Feature(n))], null, options,
            isCategorical: _ => true)
        { MemoryBytes = memory };

        IEnumerable<DataBatch> Batches()
        {
            reading();
            // Not a multiple of the batch size: batches are joined from parts with dictionaries of their own.
            for (int first = 0, index = 0; first < Rows; first += 150, index++)
            {
                var count = Math.Min(150, Rows - first);
                var origin = new BatchOrigin(0, "memory", -1, first);
                yield return new DataBatch(schema, [.. fields.Select(f => Column(f, first, count))], count, index, first, [origin]);
            }
        }
    }

    private static BatchColumn Column(ColumnField field, int first, int count)
    {
        if (field.Name == "flag") return new BatchColumn<bool>(field, flags.AsMemory(first, count));
        if (field.Name == "number") return new BatchColumn<long>(field, numbers.AsMemory(first, count));
        if (field.Name == "measure") return new BatchColumn<double>(field, measures.AsMemory(first, count));
        var part = (field.Name == "text" ? texts : many).AsSpan(first, count).ToArray();
        var present = part.Select(t => t is not null).ToArray();
        // The second part has no dictionary, and the values of the others are in another order each time.
        if (first == 150) return new BatchColumn<string>(field, part.Select(t => t ?? "").ToArray(), present);
        string[] values = [.. part.OfType<string>().Distinct(), "unused", $"unused {first.ToString(CultureInfo.InvariantCulture)}"];
        var indexes = part.Select(t => t is null ? 0 : Array.IndexOf(values, t)).ToArray();
        return new BatchColumn<string>(field, new ColumnDictionary<string>(values), indexes, present.Contains(false) ? present : null);
    }

    /// <summary>The values of all rows; a missing one is -1.</summary>
    private sealed class Recorder(int columns) : ISummarizer
    {
        public string SummarizerKind => "recorder";

        public void WriteSettings(System.Text.Json.Utf8JsonWriter writer) => throw new NotSupportedException();

        public Statistics CreateStatistics() => new SumStatistics("recorder", Rows * columns);

        public void Summarize(in FeatureBlock block, Statistics statistics)
        {
            statistics.Rows += block.Rows;
            for (var i = 0; i < block.Rows; i++)
                for (var c = 0; c < columns; c++)
                    ((SumStatistics)statistics).Sums[((block.FirstRow + i) * columns) + c] = double.IsNaN(block[i, c]) ? -1 : block[i, c];
        }
    }
}
