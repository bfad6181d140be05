using Pipelines.Io;

namespace Pipelines.Io.Tests;

/// <summary>Batches of rows from several row groups have one dictionary, where that is smaller than the rows.</summary>
public sealed class DictionaryUnionTests
{
    private static readonly ColumnField field = new("t", typeof(string), true);

    [Theory]
    // The dictionaries' values and the rows' indexes into them, null as "-"; the united dictionary, or nothing.
    [InlineData("a,b 0,1,0,1 | a,b 1,1,0,0", "a,b")]
    [InlineData("a,b 0,1,0,1 | b,a 1,1,0,-", "a,b")]
    [InlineData("a,b 0,1,0,1 | a 0,0,0,0", "a,b")]
    [InlineData("a 0,0,0,0 | c,a 1,0,1,1 | d,c 0,1", "a,c,d")]
    [InlineData("a,A,ä 0,1,2,- | ä,A,q 0,1,2,2,0,0", "a,A,ä,q")]
    [InlineData("a,b,c,d,e,f 0,5 | a,b 1,1", "")]
    public async Task Rows_keep_their_values(string parts, string dictionary)
    {
        var (batches, expected) = (new List<DataBatch>(), new List<string?>());
        foreach (var part in parts.Split(" | "))
        {
            var (values, rows) = (part.Split(' ')[0].Split(','), part.Split(' ')[1].Split(','));
            expected.AddRange(rows.Select(r => r == "-" ? null : values[int.Parse(r)]));
            var present = rows.Select(r => r != "-").ToArray();
            batches.Add(new(new BatchSchema([field]), [new BatchColumn<string>(field, new ColumnDictionary<string>(values),
                rows.Select(r => r == "-" ? 0 : int.Parse(r)).ToArray(), present.Contains(false) ? present : null)], rows.Length, batches.Count,
                expected.Count - rows.Length, [new BatchOrigin(0, "memory", -1, expected.Count - rows.Length)]));
        }
        var source = MemorySource.FromBatches(new BatchSchema([field]), batches);
        await foreach (var batch in source.ReadAsync(new ReadOptions { BatchSize = expected.Count }, default))
        {
            var column = (BatchColumn<string>)batch.Columns[0];
            Assert.Equal(expected, Enumerable.Range(0, batch.Rows).Select(i => (string?)column.GetValue(i)));
            Assert.Equal(dictionary, column.Dictionary is { } united ? string.Join(",", united.Values.ToArray()) : "");
        }
    }
}
