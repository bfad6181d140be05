using Microsoft.Data.Analysis;

namespace Pipelines.Io.Tests;

public class ColumnTests
{
    [Fact]
    public void Numbers_become_doubles_plainly_and_through_a_dictionary()
    {
        Check<sbyte>(v => v, -128, 127, 3);
        Check<byte>(v => v, 0, 255, 3);
        Check<short>(v => v, -32768, 32767, 3);
        Check<ushort>(v => v, 0, 65535, 3);
        Check(v => v, int.MinValue, int.MaxValue, 3);
        Check<uint>(v => v, 0, uint.MaxValue, 3);
        Check<long>(v => v, long.MinValue, long.MaxValue, 9007199254740993);
        Check<ulong>(v => v, 0, ulong.MaxValue, 9007199254740993);
        Check<float>(v => v, float.NaN, float.NegativeInfinity, -0.0f, float.Epsilon);
        Check(v => v, double.NaN, double.MaxValue, -0.0);
        Check(v => (double)v, decimal.MinValue, 0.1m, 79228162514264337593543950335m);
        var text = new BatchColumn<string>(new ColumnField("t", typeof(string), false), new[] { "a" });
        Assert.Equal("column 't': found values of type string, expected numbers; leave the column out of the features, or convert it first",
            Assert.Throws<FlowException>(() => text.CopyTo(new double[1])).Message);

        static void Check<T>(Func<T, double> plain, params T[] some)
        {
            // 37 values: vectors and what is left over.
            var indexes = Enumerable.Range(0, 37).Select(i => i * 7 % some.Length).ToArray();
            var values = indexes.Select(i => some[i]).ToArray();
            var present = indexes.Select((_, i) => i % 5 != 2).ToArray();
            var field = new ColumnField("x", typeof(T), true);
            var expected = values.Select((v, i) => present[i] ? plain(v) : double.NaN).ToArray();
            foreach (var column in (BatchColumn[])[new BatchColumn<T>(field, values, present),
                new BatchColumn<T>(field, new ColumnDictionary<T>(some), indexes, present)])
            {
                var target = new double[37];
                column.CopyTo(target);
                for (var i = 0; i < 37; i++) TestTable.AssertSame(expected[i], target[i], $"{typeof(T).Name} {i}");
                Assert.Equal(values, ((BatchColumn<T>)column).Values.ToArray());
                Assert.Null(column.GetValue(2));
                Assert.True(column.IsNull(2));
                Assert.Equal((object?)values[3], column.GetValue(3));
            }
        }
    }

    [Fact]
    public async Task A_frame_changed_in_between_keeps_the_batch_it_came_from()
    {
        var table = new TestTable(100).Without(c => c.StartsWith("bytes", StringComparison.Ordinal));
        await foreach (var batch in table.ToSource().ReadAsync(new ReadOptions { BatchSize = 30 }, default))
        {
            var frame = batch.ToDataFrame();
            Assert.Equal(batch.Columns.Count(c => Enumerable.Range(0, batch.Rows).Any(c.IsNull)), frame.Columns.Count(c => c.NullCount > 0));
            frame["sum"] = frame["int"] + frame["short"];
            var back = frame.ToBatch(batch);
            Assert.Equal((batch.Index, batch.FirstRow, batch.Rows), (back.Index, back.FirstRow, back.Rows));
            Assert.Equal(batch.Schema.Fields, back.Schema.Fields.SkipLast(1));
            for (var i = 0; i < batch.Rows; i++)
            {
                for (var c = 0; c < batch.Columns.Count; c++)
                    TestTable.AssertSame(batch.Columns[c].GetValue(i), back.Columns[c].GetValue(i), batch.Columns[c].Field.Name);
                Assert.Equal((int)batch["int"].GetValue(i)! + (short)batch["short"].GetValue(i)!, Convert.ToInt32(back["sum"].GetValue(i)));
            }
            var error = Assert.Throws<FlowException>(() => frame.Head(3).ToBatch(batch));
            Assert.Equal("a DataFrame of 3 rows", error.Found);
        }
    }

    [Fact]
    public void Columns_that_one_side_does_not_know_are_refused()
    {
        var bytes = new ColumnField("b", typeof(byte[]), false);
        var batch = new DataBatch(new BatchSchema([bytes]), [new BatchColumn<byte[]>(bytes, new byte[1][])], 1, 0, 0);
        Assert.Equal("column 'b'", Assert.Throws<FlowException>(() => batch.ToDataFrame()).Place);
        var frame = new DataFrame(new CharDataFrameColumn("c", ['x']));
        Assert.Equal("a DataFrame column of type CharDataFrameColumn", Assert.Throws<FlowException>(() => frame.ToBatch()).Found);
    }

    [Fact]
    public void Arrays_of_different_lengths_or_unknown_types_are_refused()
    {
        Assert.Equal("memory, column 'b': found 2 rows, expected 3 rows, as column 'a' has; give arrays of the same length",
            Assert.Throws<FlowException>(() => MemorySource.FromArrays(("a", new int[3]), ("b", new int[2]))).Message);
        Assert.Equal("an array of type Object[]", Assert.Throws<FlowException>(() => MemorySource.FromArrays(("a", new object[3]))).Found);
    }
}
