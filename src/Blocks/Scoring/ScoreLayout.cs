using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>The columns of scored batches: kept input columns, some of which a score may fill in, followed by the other score columns.</summary>
internal sealed class ScoreLayout
{
    private readonly int[] kept;
    // Shape [kept]: the score that fills in the column; -1 = none.
    private readonly int[] filledBy;
    private readonly int[] added;
    private readonly ColumnField[] fields;
    private readonly LabelValues?[] labels;
    private readonly bool[] isNullable;

    /// <summary>Places the columns.</summary>
    /// <param name="input">The input's columns.</param>
    /// <param name="kept">Indexes of those that are kept.</param>
    /// <param name="scores">The score columns.</param>
    /// <param name="features">Names of the columns that hold the model's features.</param>
    /// <param name="place">Name of the block, for messages.</param>
    /// <exception cref="FlowException">A score's name is taken.</exception>
    public ScoreLayout(BatchSchema input, List<int> kept, ScoreColumn[] scores, IReadOnlyList<string> features, string place)
    {
        Input = input;
        this.kept = [.. kept];
        filledBy = [.. kept.Select(_ => -1)];
        (fields, labels, isNullable) = (new ColumnField[scores.Length], new LabelValues?[scores.Length], [.. scores.Select(s => s.IsNullable)]);
        var others = new List<int>();
        for (var s = 0; s < scores.Length; s++)
        {
            var score = scores[s];
            var like = score.Feature is { } feature ? input.Fields[input.IndexOf(features[feature])] : null;
            labels[s] = score.Names is null ? null : LabelValues.Of(score.Names, like is null ? score.NameType : like.ValueType.Name.ToLowerInvariant());
            var name = score.Fills ? like!.Name : score.Name;
            fields[s] = new(name, labels[s]?.ValueType ?? (score.IsInteger ? typeof(int) : typeof(double)),
                IsNullable: labels[s] is not null || score.IsNullable);
            var taken = kept.FindIndex(k => input.Fields[k].Name == name);
            if (taken < 0) others.Add(s);
            else if (score.Fills) filledBy[taken] = s;
            else
                throw new FlowException(ErrorKind.Data, place, $"an input column '{name}'", "no column of a score's name",
                    $"keep only other columns (ScoreOptions.Keep), or rename '{name}' in the input");
        }
        added = [.. others];
        Schema = new BatchSchema([.. kept.Select((k, c) => filledBy[c] < 0 ? input.Fields[k] : fields[filledBy[c]]), .. added.Select(s => fields[s])]);
    }

    /// <summary>The input's columns.</summary>
    public BatchSchema Input { get; }

    /// <summary>The output's columns.</summary>
    public BatchSchema Schema { get; }

    /// <summary>The columns of a scored batch.</summary>
    /// <param name="batch">The input.</param>
    /// <param name="scores">Its scores; numbers below 0 of labels that are names are overwritten.</param>
    public BatchColumn[] Columns(DataBatch batch, ScoreBatch scores)
    {
        var columns = new BatchColumn[Schema.Fields.Count];
        for (var c = 0; c < kept.Length; c++) columns[c] = filledBy[c] < 0 ? batch.Columns[kept[c]] : Of(filledBy[c]);
        for (var a = 0; a < added.Length; a++) columns[kept.Length + a] = Of(added[a]);
        return columns;

        BatchColumn Of(int score) => Column(score, scores.Values[score], batch.Rows);
    }

    private BatchColumn Column(int score, Array values, int rows)
    {
        if (values is double[] reals)
        {
            var own = reals.AsMemory(0, rows);
            return new BatchColumn<double>(fields[score], own, isNullable[score] ? Present(own.Span) : null);
        }
        var numbers = ((int[])values).AsMemory(0, rows);
        if (labels[score] is not { } known) return new BatchColumn<int>(fields[score], numbers);
        bool[]? present = null;
        if (numbers.Span.ContainsAnyExceptInRange(0, int.MaxValue))
        {
            present = new bool[rows];
            for (var i = 0; i < rows; i++)
            {
                present[i] = numbers.Span[i] >= 0;
                if (!present[i]) numbers.Span[i] = 0;
            }
        }
        return known.Column(fields[score], numbers, present);
    }

    private static bool[]? Present(ReadOnlySpan<double> values)
    {
        bool[]? present = null;
        for (var i = 0; i < values.Length; i++)
        {
            if (!ScoreBatch.IsNull(values[i])) continue;
            if (present is null)
            {
                present = new bool[values.Length];
                Array.Fill(present, true);
            }
            present[i] = false;
        }
        return present;
    }
}
