using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;

namespace Pipelines.Models.Mixtures;

/// <summary>
/// Mixtures of counts and categories, and of products whose columns are of any families. Columns of a linear family (Poisson, exponential) in all components
/// take one matrix product for the joint densities and another one for the sums, with the common terms computed once per row; columns of codes
/// (Bernoulli, discrete) are looked up in tables; the parts of other columns are evaluated one by one.
/// </summary>
internal sealed unsafe partial class ProductKernel : MixtureKernel
{
    // Larger tables do not fit in the cache, and their lanes are a considerable cost per batch.
    private const int MostCodes = 4096;

    private const int Stride = GaussianLayout.SumStride;

    private readonly int count;
    private readonly int[] linear;
    private readonly int[] coded;
    private readonly int[] other;
    private readonly int[] offsets;

    /// <summary>Shape [K][columns].</summary>
    private readonly Distribution[][] parts;

    /// <summary>Shape [columns].</summary>
    private readonly double[][] columnWeights;

    /// <summary>Slopes, base 2, shape [K, linear], pinned.</summary>
    private readonly double[] slopes;

    /// <summary>Sums of the intercepts, base 2, shape [K].</summary>
    private readonly double[] intercepts;

    /// <summary>Number of codes of each coded column.</summary>
    private readonly int[] codes;

    /// <summary>Base-2 logarithms, shape [coded][K].</summary>
    private readonly double[][][] tables;

    /// <summary>Lanes of a component: its weight, the linear columns' sums, four cells for each entry in the coded columns' tables.</summary>
    private readonly int componentLanes;

    private ProductKernel(Distribution[][] parts, double[][] columnWeights, int[] offsets, int[] kinds)
    {
        (this.parts, this.columnWeights, this.offsets) = (parts, columnWeights, offsets);
        count = parts.Length;
        int[] Of(int kind) => [.. Enumerable.Range(0, kinds.Length).Where(j => kinds[j] == kind)];
        (linear, coded, other) = (Of(0), Of(1), Of(2));
        slopes = GC.AllocateArray<double>(Math.Max(1, count * linear.Length), pinned: true);
        intercepts = new double[count];
        for (var k = 0; k < count; k++)
        {
            for (var l = 0; l < linear.Length; l++)
            {
                var part = (ILinearFamily)parts[k][linear[l]];
                slopes[(k * linear.Length) + l] = part.Slope * columnWeights[k][linear[l]] * Log2E;
                intercepts[k] += part.Intercept * columnWeights[k][linear[l]] * Log2E;
            }
        }
        codes = [.. coded.Select(j => parts.Max(p => ((ICodedFamily)p[j]).Codes))];
        tables = [.. coded.Select((j, c) => parts.Select((p, k) => ((ICodedFamily)p[j]).LogTable(codes[c], columnWeights[k][j] * Log2E)).ToArray())];
        componentLanes = ((1 + linear.Length) * Stride) + codes.Sum(CellLanes);
    }

    public override int LaneCount => count * componentLanes;

    public override bool HasRest => other.Length > 0 || coded.Any(j => ((ICodedFamily)parts[0][j]).LearnsCodes);

    /// <summary>
    /// The kernel, or null if no column is of a linear or coded family in all components, or if the components' columns differ in width.
    /// </summary>
    public static MixtureKernel? TryCreate(IReadOnlyList<Distribution> components)
    {
        var parts = new Distribution[components.Count][];
        var weights = new double[components.Count][];
        for (var k = 0; k < parts.Length; k++)
        {
            (parts[k], weights[k]) = components[k] is IndependentComponentsDistribution product
                ? ([.. product.Parts], [.. product.ColumnWeights])
                : (new[] { components[k] }, new[] { 1.0 });
            if (!parts[k].Select(p => p.Dimensions).SequenceEqual(parts[0].Select(p => p.Dimensions))) return null;
        }
        var kinds = new int[parts[0].Length];
        for (var j = 0; j < kinds.Length; j++) kinds[j] = Kind([.. parts.Select(p => p[j])], [.. weights.Select(w => w[j])]);
        if (kinds.All(k => k == 2)) return null;
        var offsets = new int[kinds.Length];
        for (var j = 1; j < offsets.Length; j++) offsets[j] = offsets[j - 1] + parts[0][j - 1].Dimensions;
        return new ProductKernel(parts, weights, offsets, kinds);
    }

    public override void JointLog2(in FeatureTile tile, ReadOnlySpan<double> log2Weights, Span<double> joint)
    {
        using var scratch = Scratch.Enter();
        var indices = scratch.Take(Math.Max(1, coded.Length * FeatureTile.Capacity));
        FillCodes(tile, indices);
        JointLog2(tile, indices, log2Weights, joint);
    }

    public override void Accumulate(in FeatureTile tile, ReadOnlySpan<double> responsibilities, Span<double> lanes)
    {
        using var scratch = Scratch.Enter();
        var indices = scratch.Take(Math.Max(1, coded.Length * FeatureTile.Capacity));
        FillCodes(tile, indices);
        Accumulate(tile, indices, responsibilities, lanes);
    }

    public override double Summarize(in FeatureTile tile, ReadOnlySpan<double> weights, ReadOnlySpan<double> log2Weights, Span<double> scratch,
        Span<double> lanes)
    {
        using var more = Scratch.Enter();
        var indices = more.Take(Math.Max(1, coded.Length * FeatureTile.Capacity));
        FillCodes(tile, indices);
        JointLog2(tile, indices, log2Weights, scratch);
        var result = Softmax.Responsibilities(scratch, count, tile.Rows, weights);
        Accumulate(tile, indices, scratch, lanes);
        return result;
    }

    public override void AccumulateRest(in FeatureTile tile, ReadOnlySpan<double> responsibilities, IReadOnlyList<Statistics> components)
    {
        foreach (var j in other)
        {
            var own = tile.Slice(offsets[j], parts[0][j].Dimensions);
            for (var k = 0; k < count; k++) parts[k][j].Accumulate(own, responsibilities.Slice(k * FeatureTile.Capacity, tile.Rows), PartOf(components[k], j));
        }
        using var scratch = Scratch.Enter();
        Span<double> indices = scratch.Take(FeatureTile.Capacity), weights = scratch.Take(FeatureTile.Capacity);
        for (var c = 0; c < coded.Length; c++)
        {
            var j = coded[c];
            if (!((ICodedFamily)parts[0][j]).LearnsCodes) continue;
            var own = tile.Slice(offsets[j], 1);
            CodeTables.Codes(own, [codes[c]], indices);
            if (!CodeTables.AnyFrom(indices, tile.Rows, codes[c])) continue;
            for (var k = 0; k < count; k++)
            {
                for (var i = 0; i < tile.Rows; i++)
                    weights[i] = CodeTables.Index(indices[i]) >= codes[c] ? responsibilities[(k * FeatureTile.Capacity) + i] : 0;
                parts[k][j].Accumulate(own, weights[..tile.Rows], PartOf(components[k], j));
            }
        }
    }

    public override void Fold(ReadOnlySpan<double> lanes, IReadOnlyList<Statistics> components, Span<double> responsibilities)
    {
        Span<double> cells = new double[codes.Length == 0 ? 0 : codes.Max() + 1];
        for (var k = 0; k < count; k++)
        {
            var own = lanes.Slice(k * componentLanes, componentLanes);
            var weight = Sums.Of(own[..Stride]);
            responsibilities[k] += weight;
            for (var l = 0; l < linear.Length; l++)
            {
                var sums = ((SumStatistics)PartOf(components[k], linear[l])).Sums;
                sums[0] += weight;
                sums[1] += Sums.Of(own.Slice((1 + l) * Stride, Stride));
            }
            var at = (1 + linear.Length) * Stride;
            for (var c = 0; c < coded.Length; c++)
            {
                for (var i = 0; i <= codes[c]; i++) cells[i] = Sums.Of(own.Slice(at + (4 * i), 4));
                ((ICodedFamily)parts[k][coded[c]]).AddCells(cells[..(codes[c] + 1)], PartOf(components[k], coded[c]));
                at += CellLanes(codes[c]);
            }
        }
    }

    /// <summary>0 = linear, 1 = coded, 2 = any other.</summary>
    private static int Kind(Distribution[] column, double[] weights)
    {
        // With a column weight of 0, values outside the support are not impossible: they have to be counted.
        if (!weights.All(w => w > 0) || column.Any(p => p.GetType() != column[0].GetType())) return 2;
        if (weights.All(w => w == weights[0])
            && column.All(p => p is ILinearFamily { Slope: var slope, Intercept: var intercept } && double.IsFinite(slope) && double.IsFinite(intercept)))
            return 0;
        return column.All(p => p is ICodedFamily { Codes: <= MostCodes }) ? 1 : 2;
    }

    private static Statistics PartOf(Statistics component, int column) => component is CompositeStatistics composite ? composite.Parts[column] : component;

    /// <summary>Lanes of a coded column: whole cache lines, so that vectors stay aligned.</summary>
    private static int CellLanes(int codes) => ((4 * (codes + CodeTables.Extra)) + Stride - 1) / Stride * Stride;

    private void FillCodes(in FeatureTile tile, Span<double> indices)
    {
        for (var c = 0; c < coded.Length; c++)
            CodeTables.Codes(tile.Slice(offsets[coded[c]], 1), [codes[c]], indices.Slice(c * FeatureTile.Capacity, FeatureTile.Capacity));
    }
}
