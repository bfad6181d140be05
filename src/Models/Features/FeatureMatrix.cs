using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Pipelines.Models;

namespace Pipelines;

/// <summary>
/// All rows of a data set in memory, shape [Rows, Columns], with optional weights, labels and priors. Wraps the caller's array if possible: no copy.
/// </summary>
public sealed class FeatureMatrix
{
    private readonly Array values;
    private readonly double[]? weights;
    private readonly int[]? labels;
    private readonly PriorTable? priors;
    private readonly ulong[]? foldKeys;
    private readonly int rowStride;
    private readonly int columnStride;

    private FeatureMatrix(Array values, int rows, int columns, int rowStride, int columnStride, double[]? weights, int[]? labels = null,
        IReadOnlyList<string>? labelNames = null, PriorTable? priors = null, ulong[]? foldKeys = null)
    {
        ModelException.CheckOptions("feature matrix",
            (columns >= 1, nameof(columns), columns, "at least one feature"),
            (weights is null || weights.Length == rows, nameof(weights), weights?.Length, $"one for each of {rows} rows"),
            (weights is null || weights.All(w => double.IsFinite(w) && w >= 0), nameof(weights), "a weight that is negative, NaN or infinite",
                "finite numbers of at least 0"),
            (labels is null || labels.Length == rows, nameof(labels), labels?.Length, $"one for each of {rows} rows"),
            (labels is null or [] || (labels.Min() >= -1 && (labelNames is null || labels.Max() < labelNames.Count)), nameof(labels), "a label out of range",
                labelNames is null ? "numbers of at least -1" : $"-1 … {labelNames.Count - 1}, the number of a name"),
            (foldKeys is null || foldKeys.Length == rows, nameof(foldKeys), foldKeys?.Length, $"one for each of {rows} rows"),
            (labelNames is null || labelNames.Distinct(StringComparer.Ordinal).Count() == labelNames.Count, nameof(labelNames), "a duplicate name",
                "each name once"));
        (this.labels, LabelNames, HasLabelNames) = (labels, labels is null ? null : labelNames ?? Numbered(labels), labelNames is not null);
        (this.values, Rows, Columns, this.rowStride, this.columnStride, this.weights) = (values, rows, columns, rowStride, columnStride, weights);
        this.priors = priors;
        this.foldKeys = foldKeys;
    }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Number of features.</summary>
    public int Columns { get; }

    /// <summary>Rows of several features, without a copy.</summary>
    /// <param name="values">Shape [rows, columns]; NaN = missing.</param>
    /// <param name="weights">Shape [rows], finite and at least 0; null = all 1.</param>
    public static FeatureMatrix FromRows(double[,] values, double[]? weights = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new(values, values.GetLength(0), values.GetLength(1), Math.Max(1, values.GetLength(1)), 1, weights);
    }

    /// <summary>Rows of one feature, without a copy.</summary>
    /// <param name="values">Shape [rows]; NaN = missing.</param>
    /// <param name="weights">Shape [rows], finite and at least 0; null = all 1.</param>
    public static FeatureMatrix FromColumn(double[] values, double[]? weights = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new(values, values.Length, 1, 1, 1, weights);
    }

    /// <summary>Column-major rows: column c starts at <c>c * columnStride</c>. Without a copy.</summary>
    /// <param name="values">Shape [columns, columnStride]; NaN = missing.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Number of features.</param>
    /// <param name="columnStride">Distance between columns, at least <paramref name="rows"/>.</param>
    /// <param name="weights">Shape [rows], finite and at least 0; null = all 1.</param>
    public static FeatureMatrix FromColumnMajor(double[] values, int rows, int columns, int columnStride, double[]? weights = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new(values, rows, columns, 1, columnStride, weights);
    }

    /// <summary>Copies columns into one matrix.</summary>
    /// <param name="columns">Shape [columns][rows]; NaN = missing.</param>
    public static FeatureMatrix FromColumns(params double[][] columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var rows = columns.Length == 0 ? 0 : columns[0].Length;
        if (columns.Any(c => c.Length != rows))
            throw new ArgumentException($"found columns of {string.Join(", ", columns.Select(c => c.Length))} rows, expected equal lengths", nameof(columns));
        var values = new double[columns.Length * rows];
        for (var c = 0; c < columns.Length; c++) columns[c].CopyTo(values, c * rows);
        return new(values, rows, columns.Length, 1, Math.Max(1, rows), null);
    }

    /// <summary>The same rows with weights.</summary>
    /// <param name="weights">Shape [rows], finite and at least 0.</param>
    public FeatureMatrix WithWeights(double[] weights) =>
        new(values, Rows, Columns, rowStride, columnStride, weights, labels, HasLabelNames ? LabelNames : null, priors, foldKeys);

    /// <summary>The same rows with labels: the class, component or state that each is known to belong to.</summary>
    /// <param name="labels">Shape [rows]: numbers from 0, -1 = unknown.</param>
    /// <param name="names">Shape [classes]: the name of each number; null = the numbers themselves.</param>
    /// <exception cref="ModelException">The labels do not fit the rows or the names.</exception>
    public FeatureMatrix WithLabels(int[] labels, IReadOnlyList<string>? names = null)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return new(values, Rows, Columns, rowStride, columnStride, weights, labels, names, priors, foldKeys);
    }

    /// <summary>
    /// The same rows with priors: for each row, the probability of each component, class or state before its features are looked at (<see cref="RowPriors"/>).
    /// </summary>
    /// <param name="priors">Shape [rows, K], in the order of the model's components, classes or states: from 0 to 1, and the sum of each row is 1 within 1e-6.
    /// A copy is kept.</param>
    /// <exception cref="ModelException">The priors do not fit the rows, or a row holds no probabilities that sum to 1.</exception>
    public FeatureMatrix WithPriors(double[,] priors)
    {
        ArgumentNullException.ThrowIfNull(priors);
        return new(values, Rows, Columns, rowStride, columnStride, weights, labels, HasLabelNames ? LabelNames : null, PriorTable.From(priors, Rows), foldKeys);
    }

    /// <summary>Number of components that the rows have priors of; 0 = no row has any.</summary>
    public int PriorComponents => priors?.Components ?? 0;

    /// <summary>The same rows with keys: rows with the same key are held out together by cross-validation and tests.</summary>
    /// <param name="keys">Shape [rows].</param>
    /// <exception cref="ModelException">The keys do not fit the rows.</exception>
    public FeatureMatrix WithFoldKeys(IReadOnlyList<string> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return WithFoldKeys([.. keys.Select(FoldHash.Key)]);
    }

    /// <inheritdoc cref="WithFoldKeys(IReadOnlyList{string})"/>
    public FeatureMatrix WithFoldKeys(IReadOnlyList<long> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return WithFoldKeys([.. keys.Select(FoldHash.Key)]);
    }

    /// <summary>The same rows with other values, their weights, labels, priors and keys kept.</summary>
    /// <param name="columns">Shape [columns, stride].</param>
    /// <param name="stride">Distance between columns, at least <see cref="Rows"/>.</param>
    internal FeatureMatrix Over(double[] columns, int stride) =>
        new(columns, Rows, Columns, 1, stride, weights, labels, HasLabelNames ? LabelNames : null, priors, foldKeys);

    private FeatureMatrix WithFoldKeys(ulong[] keys) =>
        new(values, Rows, Columns, rowStride, columnStride, weights, labels, HasLabelNames ? LabelNames : null, priors, keys);

    /// <summary>Shape [classes]: the names behind the labels; null if the rows have none.</summary>
    public IReadOnlyList<string>? LabelNames { get; }

    /// <summary>True if the labels have names of their own; false if they are only numbers.</summary>
    internal bool HasLabelNames { get; }

    /// <summary>A view of the <paramref name="rows"/> rows from <paramref name="start"/>.</summary>
    public FeatureBlock Block(int start, int rows)
    {
        var first = (long)start * rowStride;
        var all = values.LongLength;
        if (rows == 0 || all == 0)
            return new(default, 0, Columns, rowStride, columnStride, default, start) { Priors = priors is null ? default : priors.View(start, 0) };
        var length = (int)Math.Min(all - first, int.MaxValue);
        var span =
            MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref Unsafe.As<byte, double>(ref MemoryMarshal.GetArrayDataReference(values)), (nint)first), length);
        return new(span, rows, Columns, rowStride, columnStride, weights is null ? default : weights.AsSpan(start, rows), start)
        {
            Labels = labels is null ? default : labels.AsSpan(start, rows),
            Priors = priors is null ? default : priors.View(start, rows),
            FoldKeys = foldKeys is null ? default : foldKeys.AsSpan(start, rows),
        };
    }

    private static string[] Numbered(int[] labels) =>
        [.. Enumerable.Range(0, labels.Length == 0 ? 0 : labels.Max() + 1).Select(k => k.ToString(CultureInfo.InvariantCulture))];

    /// <summary>Rows of several features: <see cref="FromRows"/> without weights.</summary>
    public static implicit operator FeatureMatrix(double[,] values) => FromRows(values);

    /// <summary>Rows of one feature: <see cref="FromColumn"/> without weights.</summary>
    public static implicit operator FeatureMatrix(double[] values) => FromColumn(values);
}
