using Pipelines.Io;
using Pipelines.Models;

namespace Pipelines.Blocks;

/// <summary>Collects the distinct values of some columns, at the end of a separate run before a fit.</summary>
/// <param name="columns">Names of the columns.</param>
/// <param name="run">The run's supervisor.</param>
internal sealed class CategorySurveyBlock(IReadOnlyList<string> columns, RunSupervisor run) : GuardedTarget<DataBatch>("categories", run)
{
    /// <summary>Maximum number of categories in a column: a column with more values probably holds numbers or keys instead.</summary>
    public const int MostCategories = 65_536;

    // 2^53: up to this value every integer is exactly representable as a double.
    private const long MostExact = 1L << 53;

    private readonly HashSet<string>[] texts = [.. columns.Select(_ => new HashSet<string>(StringComparer.Ordinal))];
    private readonly HashSet<double>[] numbers = [.. columns.Select(_ => new HashSet<double>())];
    private readonly HashSet<decimal>[] exact = [.. columns.Select(_ => new HashSet<decimal>())];
    private bool[] used = [];
    private long textBytes;

    /// <summary>The categories of a column: numbers in ascending order, then text in ordinal order.</summary>
    public IReadOnlyList<string> Categories(int column) =>
        [.. CategoryMap.Of(numbers[column], exact[column]).Categories, .. texts[column].Order(StringComparer.Ordinal)];

    private protected override ValueTask TakeAsync(DataBatch item)
    {
        for (var c = 0; c < columns.Count; c++)
        {
            var column = item[columns[c]];
            switch (column)
            {
                case BatchColumn<string> text: Texts(text, texts[c]); break;
                case BatchColumn<long> whole: Exact(whole, v => v is >= -MostExact and <= MostExact, v => v, numbers[c], exact[c]); break;
                case BatchColumn<ulong> natural: Exact(natural, v => v <= MostExact, v => v, numbers[c], exact[c]); break;
                case BatchColumn<decimal> fixedPoint: Exact(fixedPoint, _ => false, v => v, numbers[c], exact[c]); break;
                default: Numbers(item, column, numbers[c]); break;
            }
            if (texts[c].Count + numbers[c].Count + exact[c].Count > MostCategories)
                throw new FlowException(ErrorKind.Data, $"{item.Locate(0)}, column '{columns[c]}'", $"more than {MostCategories} different values",
                    $"at most {MostCategories} categories",
                    "choose a distribution of numbers for this column, or group its values first");
            if (textBytes > Run.Options.Budget / 8)
                throw new FlowException(ErrorKind.Data, $"{item.Locate(0)}, column '{columns[c]}'",
                    $"categories of more than {new MemorySize(textBytes)} of text in all",
                    $"at most {new MemorySize(Run.Options.Budget / 8)}, an eighth of the memory budget",
                    "give more memory (PipelineOptions.MemoryBudget), or leave out columns of long texts");
        }
        Run.Accounts.Leave(Name, item.Index, item.Rows, item.Rejected);
        item.Release();
        return ValueTask.CompletedTask;
    }

    private protected override string Describe(DataBatch item) => Guard.Describe(item);

    private protected override ValueTask FinishAsync() => ValueTask.CompletedTask;

    private void Texts(BatchColumn<string> column, HashSet<string> found)
    {
        if (column.Dictionary is not { } dictionary)
        {
            for (var i = 0; i < column.Length; i++)
                if (!column.IsNull(i)) Add(column[i]);
            return;
        }
        // Only the values that rows use: a dictionary may contain others.
        var values = dictionary.Values.Span;
        if (used.Length < values.Length) used = new bool[values.Length];
        Array.Clear(used);
        var indexes = column.Indexes.Span;
        for (var i = 0; i < indexes.Length; i++)
        {
            if (used[indexes[i]] || column.IsNull(i)) continue;
            used[indexes[i]] = true;
            Add(values[indexes[i]]);
        }

        void Add(string value)
        {
            if (found.Add(value)) textBytes += 2L * value.Length;
        }
    }

    private static void Exact<T>(BatchColumn<T> column, Func<T, bool> isDouble, Func<T, decimal> value, HashSet<double> doubles, HashSet<decimal> others)
        where T : struct, IEquatable<T>
    {
        var values = column.Values.Span;
        T? last = null;
        for (var i = 0; i < values.Length; i++)
        {
            if (column.Present is { } present && !present[i]) continue;
            if (last is { } before && values[i].Equals(before)) continue;
            if (isDouble(values[i])) doubles.Add((double)value(values[i]));
            else others.Add(value(values[i]));
            last = values[i];
        }
    }

    private static void Numbers(DataBatch batch, BatchColumn column, HashSet<double> found)
    {
        var values = new double[batch.Rows];
        CategoryCodes.Numbers(column, values);
        var last = double.NaN;
        foreach (var value in values)
        {
            // A row with infinity is a bad row, which the fit itself reports or rejects.
            if (value == last || !double.IsFinite(value)) continue;
            found.Add(value + 0.0);
            last = value;
        }
    }
}
