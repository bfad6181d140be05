using Pipelines.Models.Kernels;

namespace Pipelines;

/// <summary>Buffers for the requested scores of a batch of rows. Created once and reused; not thread-safe.</summary>
public sealed class ScoreBatch
{
    /// <summary>The value of a real-valued column in a row that has none: a NaN of its own, told from others by its bits.</summary>
    public static readonly double Null = BitConverter.Int64BitsToDouble(NullBits);

    // What R has for a missing number.
    private const long NullBits = 0x7FF0_0000_0000_07A2 | (1L << 51);

    private readonly Dictionary<string, int> first = new(StringComparer.Ordinal);

    /// <summary>Allocates buffers for the scores of up to <paramref name="capacity"/> rows.</summary>
    /// <param name="model">The model that will fill them.</param>
    /// <param name="kinds">Names of the requested score kinds; null or empty = the model's defaults.</param>
    /// <param name="capacity">Maximum number of rows in a block, at least 1.</param>
    /// <exception cref="ModelException">The model does not have such a score.</exception>
    public ScoreBatch(Model model, IReadOnlyList<string>? kinds, int capacity)
    {
        ArgumentNullException.ThrowIfNull(model);
        Kinds = Resolve(model, kinds);
        var columns = new List<ScoreColumn>();
        foreach (var kind in Kinds)
        {
            first[kind.Name] = columns.Count;
            columns.AddRange(kind.Columns);
        }
        Columns = columns;
        Values = [.. columns.Select(c => c.IsInteger ? (Array)new int[capacity] : new double[capacity])];
        Capacity = capacity;
    }

    /// <summary>True for <see cref="Null"/>.</summary>
    public static bool IsNull(double value) => BitConverter.DoubleToInt64Bits(value) == NullBits;

    /// <summary>Maximum number of rows in a block.</summary>
    public int Capacity { get; }

    /// <summary>The requested kinds.</summary>
    public IReadOnlyList<ScoreKind> Kinds { get; }

    /// <summary>The columns of all requested kinds, in order.</summary>
    public IReadOnlyList<ScoreColumn> Columns { get; }

    /// <summary>
    /// For each column a <c>double[]</c> or, for an integer column, an <c>int[]</c>; shape [Columns][Capacity], filled from the start with the block's rows.
    /// </summary>
    public IReadOnlyList<Array> Values { get; }

    /// <summary>True if the kind was requested.</summary>
    public bool Wants(string kind) => first.ContainsKey(kind);

    /// <summary>The real-valued column <paramref name="index"/> of a requested kind, shape [Capacity].</summary>
    public Span<double> Doubles(string kind, int index = 0) => (double[])Values[first[kind] + index];

    /// <summary>The integer column of a requested kind, shape [Capacity].</summary>
    public Span<int> Integers(string kind, int index = 0) => (int[])Values[first[kind] + index];

    /// <summary>Makes log-densities of transformed rows those of the original rows.</summary>
    /// <param name="block">The transformed rows, which were scored.</param>
    /// <param name="transforms">What was applied to them.</param>
    internal void AddLogSlopes(in FeatureBlock block, FeatureTransforms transforms)
    {
        if (transforms.IsEmpty || block.Rows == 0) return;
        using var scratch = Scratch.Enter();
        var slopes = scratch.Take(block.Rows);
        transforms.LogSlopes(block, slopes);
        // All rows of a sequence have the sequence's log-density.
        for (var s = 0; s < block.SequenceCount; s++)
        {
            var own = slopes[block.SequenceOffsets[s]..block.SequenceOffsets[s + 1]];
            var sum = 0.0;
            foreach (var slope in own) sum += slope;
            own.Fill(sum);
        }
        foreach (var kind in Kinds)
        {
            for (var c = 0; c < kind.Columns.Count; c++)
            {
                if (kind.Columns[c].IsInteger || (kind.Name != ScoreKind.LogProbability && !kind.Columns[c].IsLogDensity)) continue;
                var logs = Doubles(kind.Name, c);
                for (var i = 0; i < slopes.Length; i++) logs[i] += slopes[i];
            }
        }
    }

    /// <summary>A model's score kinds with the given names.</summary>
    /// <exception cref="ModelException">The model does not have such a score, or a name is duplicate.</exception>
    public static IReadOnlyList<ScoreKind> Resolve(Model model, IReadOnlyList<string>? kinds)
    {
        if (kinds is null || kinds.Count == 0) return [.. model.ScoreKinds.Where(k => k.IsDefault)];
        var found = new List<ScoreKind>();
        foreach (var name in kinds)
        {
            var kind = model.ScoreKinds.FirstOrDefault(k => k.Name == name)
                ?? throw new ModelException(ErrorKind.Usage, $"score columns of a {model.FormatName} model", $"'{name}'", "a score that this model has",
                    NearestName.Remedy(name, model.ScoreKinds.Select(k => k.Name),
                        $"it has {string.Join(", ", model.ScoreKinds.Select(k => k.Name))}"));
            if (found.Contains(kind))
                throw new ModelException(ErrorKind.Usage, $"score columns of a {model.FormatName} model", $"'{name}' twice", "each name once", "leave one out");
            found.Add(kind);
        }
        return found;
    }
}
