using System.Runtime.CompilerServices;
using System.Globalization;
using Pipelines.Io;
using Pipelines.Models;

namespace Pipelines.Blocks;

/// <summary>Extracts features, weights, priors and labels from batches and validates them. Thread-safe.</summary>
internal sealed partial class FeatureExtractor
{
    private readonly IReadOnlyList<Feature> features;
    private readonly FeatureTransforms transforms;
    private readonly IndicatorCodes?[] indicators;
    private readonly string? weights;
    private readonly string? label;
    private readonly IReadOnlyList<string> priors;

    // Shape [features], and one for the label if there is one.
    private volatile CategoryCodes?[] codes;
    private volatile Plan? plan;

    /// <summary>Creates the extractor.</summary>
    /// <param name="features">The features, in the model's order, with their categories and transforms if they are known.</param>
    /// <param name="weights">Name of the weight column; null = none.</param>
    /// <param name="label">Name of the label column, whose values must be known names; null = none.</param>
    /// <param name="labels">The known labels; null = not known yet.</param>
    /// <param name="priors">Names of the columns with the priors of each component; null = none.</param>
    public FeatureExtractor(IReadOnlyList<Feature> features, string? weights, string? label = null, CategoryMap? labels = null,
        IReadOnlyList<string>? priors = null)
    {
        ArgumentNullException.ThrowIfNull(features);
        (this.features, this.weights, this.label, this.priors) = ([.. features], weights, label, priors ?? []);
        string[] columns = [.. features.Select(f => f.Column)];
        ModelException.CheckOptions(
            "features",
            (features.Count > 0, "number of features", features.Count, "at least 1"),
            (features.Select(f => f.Name).Distinct(StringComparer.Ordinal).Count() == features.Count, "feature names",
                string.Join(",", features.Select(f => f.Name)), "each name once"),
            (label is null || !columns.Contains(label), "label column", label ?? "", "a column that is not a feature"),
            (this.priors.Distinct(StringComparer.Ordinal).Count() == this.priors.Count, "prior columns", string.Join(",", this.priors), "each name once"),
            (!this.priors.Any(p => p == label || p == weights || columns.Contains(p)), "prior columns", string.Join(",", this.priors),
                "columns without another role"));
        transforms = FeatureTransforms.Of(features);
        indicators = IndicatorCodes.Of(features);
        codes = Codes(features.Select(f => f.ToMap()), labels);
    }

    /// <summary>
    /// Indexes of categorical features whose categories are not yet known: for these, any column of text, numbers or booleans is accepted.
    /// </summary>
    public IReadOnlyCollection<int> Unknown { get; set; } = [];

    /// <summary>
    /// True: features are columns of text, booleans or integers, the only ones that <see cref="HasCategories"/>. False by default: any numbers, too.
    /// </summary>
    public bool TakesCategories { get; set; }

    /// <summary>True: a row with a value that is not one of a feature's categories is a bad row. False by default.</summary>
    public bool RefusesUnknown { get; init; }

    /// <summary>What a label names, for messages.</summary>
    public string LabelNoun { get; init; } = "class";

    /// <summary>The fold keys of the rows; null (default) = they have none.</summary>
    public FoldKeyColumn? FoldKeys { get; init; }

    /// <summary>True if the label column's values are not yet known.</summary>
    public bool HasUnknownLabels => label is not null && codes[features.Count] is null;

    /// <summary>Warnings about rows with values that are not categories, one sentence per column; empty if there are none.</summary>
    public IEnumerable<string> UnknownCategoryWarnings => RefusesUnknown
        ? []
        : features.Select((f, i) => (f.Name, Rows: codes[i]?.UnknownRows ?? 0)).Where(u => u.Rows > 0)
            .Select(u => string.Create(CultureInfo.InvariantCulture, $"column '{u.Name}': found {u.Rows:N0} "
            + $"{(u.Rows == 1 ? "value that is not a category" : "values that are not categories")} of the model, scored with the probability "
            + $"that it gives to unknown ones"));

    /// <summary>Resets the count of such rows.</summary>
    public void ForgetUnknown()
    {
        foreach (var column in codes) column?.UnknownRows = 0;
    }

    /// <summary>The categories of the features, all of which must be known.</summary>
    public IReadOnlyList<CategoryCodes> FeatureCodes => [.. codes.Take(features.Count).Select(c => c!)];

    /// <summary>Sets the categories of the features and the labels, before the first batch arrives.</summary>
    /// <param name="maps">Shape [features]; null = not categorical.</param>
    /// <param name="labels">The known labels; null = not known yet, as in a resumed fit, because the model file does not contain them.</param>
    public void Know(IReadOnlyList<CategoryMap?> maps, CategoryMap? labels)
    {
        codes = Codes(maps, labels);
        Unknown = [];
    }

    public int Columns => features.Count;

    /// <summary>What is applied to the features.</summary>
    public FeatureTransforms Transforms => transforms;

    /// <summary>Applies the transforms to rows of which the bad ones have been taken out.</summary>
    /// <param name="target">Shape [layout.Length]: what <see cref="Extract"/> wrote.</param>
    /// <param name="layout">Positions in <paramref name="target"/>.</param>
    /// <param name="rows">Number of rows.</param>
    public void Transform(Span<double> target, in FeatureLayout layout, int rows)
    {
        if (transforms.IsEmpty) return;
        for (var c = 0; c < features.Count; c++) transforms.Apply(c, target.Slice(c * layout.Stride, rows));
    }

    /// <summary>The features, in the model's order.</summary>
    public IReadOnlyList<Feature> Features => features;

    public bool IsWeighted => weights is not null;

    public bool IsLabeled => label is not null;

    /// <summary>Number of columns with priors.</summary>
    public int Priors => priors.Count;

    /// <summary>The columns that must be read.</summary>
    public IEnumerable<string> Needed => All.Concat(FoldKeys?.Name is { } key ? [key] : []).Distinct(StringComparer.Ordinal);

    /// <summary>The columns of whose dates and times only parts are needed.</summary>
    public IEnumerable<string> PartColumns => features.Where(f => f.Part is not null).Select(f => f.Column)
        .Except(features.Where(f => f.Part is null).Select(f => f.Column).Concat(new[] { label, weights, FoldKeys?.Name }.OfType<string>()).Concat(priors),
            StringComparer.Ordinal);

    // In the order of the codes, then the weights, then the priors.
    private IEnumerable<string> All => features.Select(f => f.Column).Concat(new[] { label, weights }.OfType<string>()).Concat(priors);

    /// <summary>Writes a batch's features, before transforms, weights, priors and labels.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="target">Shape [layout.Length].</param>
    /// <param name="layout">Their positions in <paramref name="target"/>.</param>
    /// <param name="block">Name of the block, for messages.</param>
    /// <param name="ranges">Shape [Columns]; receives the ranges of the features, bad rows included. Empty (default) = nobody needs them.</param>
    /// <returns>The rows that no model can use, each once, in row order; null if all rows are usable.</returns>
    /// <exception cref="FlowException">A column is absent or not numeric.</exception>
    public List<BadRow>? Extract(DataBatch batch, Span<double> target, in FeatureLayout layout, string block, Span<ValueRange> ranges = default)
    {
        var known = plan;
        if (known is null || !ReferenceEquals(known.Schema, batch.Schema)) plan = known = Resolve(batch.Schema, $"block '{block}', batch {batch.Index}");
        List<BadRow>? bad = null;
        for (var c = 0; c < features.Count; c++)
        {
            var column = batch.Columns[known.Indexes[c]];
            var values = target.Slice(c * layout.Stride, batch.Rows);
            if (codes[c] is { } categories)
            {
                categories.Write(column, values, features[c].Part);
                if (RefusesUnknown && values.Contains(CategoryMap.Unknown)) FindUnknown(features[c], column, values, categories, ref bad);
            }
            else if (indicators[c] is { } indicator)
            {
                // Once for each column.
                if (indicator.Write(column, values, features[c].Part) && indicator.IsFirst)
                    FindUnknown(features[c], column, values, indicator.Codes, ref bad);
                indicator.Indicate(values);
            }
            else if (features[c].Part is { } part) DateParts.Write(part, column, values);
            else CategoryCodes.Numbers(column, values);
            var range = ValueRange.Of(values);
            if (!ranges.IsEmpty) ranges[c] = range;
            if (range.Minimum <= range.Maximum) FindUndefined(c, column, values, range, ref bad);
            if (!range.IsInfinite) continue;
            bad ??= [];
            for (var row = 0; row < values.Length; row++)
                if (double.IsInfinity(values[row])) bad.Add(Bad(column, row, values[row], isWeight: false));
        }
        if (label is not null) ExtractLabels(batch.Columns[known.Indexes[features.Count]], target.Slice(layout.LabelStart, batch.Rows), ref bad);
        if (weights is not null)
        {
            var column = batch.Columns[known.Indexes[codes.Length]];
            var values = target.Slice(layout.WeightStart, batch.Rows);
            CategoryCodes.Numbers(column, values);
            if (!AllWeights(values))
            {
                bad ??= [];
                for (var row = 0; row < values.Length; row++)
                    if (!IsWeight(values[row])) bad.Add(Bad(column, row, values[row], isWeight: true));
            }
        }
        if (priors.Count > 0) ExtractPriors(batch, known, target.Slice(layout.PriorStart, priors.Count * layout.Stride), layout.Stride, ref bad);
        if (FoldKeys is not null) FoldKeyColumn.Write(batch, known.Key, target.Slice(layout.KeyStart, batch.Rows), ref bad);
        // The sort is stable: if several columns have a reason, the first one is kept.
        return bad is null ? null : [.. bad.DistinctBy(b => b.Row).OrderBy(b => b.Row)];
    }

    private static void FindUnknown(Feature feature, BatchColumn column, ReadOnlySpan<double> values, CategoryCodes categories, ref List<BadRow>? bad)
    {
        var own = DateParts.Of(feature, column);
        for (var row = 0; row < values.Length; row++)
        {
            if (values[row] != CategoryMap.Unknown) continue;
            var found = FormattableString.Invariant($"'{own.GetValue(row)}'{(feature.Part is null ? "" : $" as {feature.Source}")}");
            (bad ??= []).Add(new(row, column.Field.Name, $"{found}, a value that the model does not know",
                $"one of its {categories.Categories.Count} values{(categories.Categories.Count <= 4 ? $" ({string.Join(", ", categories.Categories)})" : "")}",
                "correct the value or make it null, or fit the model to data that have it"));
        }
    }

    // The functions increase, so one that is defined for the smallest value is defined for all.
    private void FindUndefined(int feature, BatchColumn column, ReadOnlySpan<double> values, ValueRange range, ref List<BadRow>? bad)
    {
        if (transforms[feature].Count == 0 || Undefined(feature, range.Minimum) is null) return;
        for (var row = 0; row < values.Length; row++)
        {
            if (Undefined(feature, values[row]) is not { } transform) continue;
            (bad ??= []).Add(new(row, column.Field.Name, FormattableString.Invariant($"{values[row]}"),
                $"{transform.Domain}, of which the model takes {transform.Describe(column.Field.Name)}",
                "correct the value or make it null, or leave the transform out of the fit"));
        }
    }

    private FeatureTransform? Undefined(int feature, double value)
    {
        if (!double.IsFinite(value)) return null;
        foreach (var transform in transforms[feature])
        {
            if (!transform.IsDefinedFor(value)) return transform;
            value = transform.Apply(value);
        }
        return null;
    }

    // A row without a label has the code -1. Any other row must have one of the known labels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ExtractLabels(BatchColumn column, Span<double> values, ref List<BadRow>? bad)
    {
        codes[features.Count]!.Write(column, values);
        for (var row = 0; row < values.Length; row++)
        {
            if (values[row] == -1 || double.IsInfinity(values[row])) (bad ??= []).Add(NotALabel(column, row));
            if (double.IsNaN(values[row])) values[row] = -1;
        }
    }

    private void ExtractPriors(DataBatch batch, Plan known, Span<double> values, int stride, ref List<BadRow>? bad)
    {
        var first = known.Indexes.Length - priors.Count;
        for (var k = 0; k < priors.Count; k++) CategoryCodes.Numbers(batch.Columns[known.Indexes[first + k]], values.Slice(k * stride, batch.Rows));
        for (var row = 0; row < batch.Rows; row++)
        {
            if (PriorTable.Wrong(values, row, priors.Count, stride) is not var (component, found)) continue;
            var column = batch.Columns[known.Indexes[first + Math.Max(component, 0)]];
            (bad ??= []).Add(new(
                row,
                column.Field.Name,
                component == PriorTable.None ? FormattableString.Invariant($"priors that sum to {found}")
                    : column.IsNull(row) ? "null"
                    : FormattableString.Invariant($"{found}"),
                component == PriorTable.None ? PriorTable.ExpectedSum : PriorTable.ExpectedValue,
                "correct the priors; where nothing is known, make them equal"));
        }
        for (var k = 0; k < priors.Count; k++) PriorTable.ToLogarithms(values.Slice(k * stride, batch.Rows));
    }

    private static BadRow Bad(BatchColumn column, int row, double value, bool isWeight) => new(
        row,
        column.Field.Name,
        column.IsNull(row) ? "null" : FormattableString.Invariant($"{value}"),
        isWeight ? "a finite weight of at least 0" : "a finite number, null or NaN",
        isWeight ? "correct the weight, or choose another weight column" : "replace infinite values, or leave the column out of the features");

    private BadRow NotALabel(BatchColumn column, int row) => new(
        row,
        column.Field.Name,
        FormattableString.Invariant($"label '{column.GetValue(row)}', which names no {LabelNoun}"),
        $"the name of a {LabelNoun}, or null where the {LabelNoun} is not known",
        $"correct the label, or begin with a model that has this {LabelNoun}");

    private CategoryCodes?[] Codes(IEnumerable<CategoryMap?> maps, CategoryMap? labels) =>
        [.. (label is null ? maps : maps.Append(labels)).Select(m => m is null ? null : new CategoryCodes(m))];

    private static bool IsWeight(double value) => value >= 0 && double.IsFinite(value);

    private static bool AllWeights(ReadOnlySpan<double> values)
    {
        foreach (var value in values)
            if (!IsWeight(value)) return false;
        return true;
    }
}
