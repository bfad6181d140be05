namespace Pipelines.Models.Inference;

/// <summary>
/// The steps that answer a query about rows with a certain set of observed variables, as flat lists of operations on tables. An entry of a table holds the
/// numbers of several rows, one in each lane.
/// </summary>
internal sealed class InferenceProgram
{
    /// <summary>What is computed.</summary>
    public required InferenceQuery Query { get; init; }

    /// <summary>The observed variables that have an effect, ascending.</summary>
    public required int[] Observed { get; init; }

    /// <summary>Number of entries of all tables.</summary>
    public required long Entries { get; init; }

    /// <summary>Tables that are the same in all rows.</summary>
    public required ConstantTable[] Constants { get; init; }

    /// <summary>Tables that depend on a row's observed values.</summary>
    public required GatheredTable[] Gathered { get; init; }

    /// <summary>Steps whose result is the same in all rows.</summary>
    public required ProgramStep[] Prologue { get; init; }

    /// <summary>The other steps, in order.</summary>
    public required ProgramStep[] Steps { get; init; }

    /// <summary>Entries whose product is the probability of what is observed, or of the explanation together with it.</summary>
    public required int[] EvidenceTerms { get; init; }

    /// <summary>True: numbers could leave the range of a double, so steps are scaled by powers of 2.</summary>
    public required bool IsScaled { get; init; }

    /// <summary>The results: of each wanted variable, or of each factor (<see cref="QueryKind.Families"/>).</summary>
    public required ResultTable[] Results { get; init; }

    /// <summary>What is repeated; null (default) = nothing, as inference is exact.</summary>
    public LoopyPart? Loopy { get; init; }

    /// <summary>How an explanation is read from the tables, in this order.</summary>
    public required DecodedClique[] Decoded { get; init; }

    /// <summary>The variables of the clique with the largest table, and its number of entries.</summary>
    public required (int[] Variables, double Entries) Widest { get; init; }

    /// <summary>Number of cliques.</summary>
    public required int Cliques { get; init; }

    /// <summary>Bytes of the lists of operations.</summary>
    public long Bytes => 1024 + (sizeof(int) * (Steps.Sum(s => (long)s.Index.Length) + Prologue.Sum(s => (long)s.Index.Length)
        + (Loopy is null ? 0 : Loopy.Round.Concat(Loopy.Beliefs).Sum(s => (long)s.Index.Length))
        + Gathered.Sum(g => (long)g.Offsets.Length + g.Strides.Length)));
}

/// <summary>A table that is the same in all rows.</summary>
/// <param name="Target">Its first entry.</param>
/// <param name="Values">One for each entry.</param>
internal sealed record ConstantTable(int Target, double[] Values);

/// <summary>A factor whose observed variables select a part: entry e is the factor's value at <c>sum of code * stride + Offsets[e]</c>.</summary>
/// <param name="Target">Its first entry.</param>
/// <param name="Values">The factor's values; pinned.</param>
/// <param name="Strides">Shape [observed variables of the program]: 0 for those that are not the factor's.</param>
/// <param name="Offsets">One for each entry.</param>
internal sealed record GatheredTable(int Target, double[] Values, int[] Strides, int[] Offsets)
{
    /// <summary>The part of a factor that observed variables select.</summary>
    /// <param name="sizes">Number of values of each variable.</param>
    /// <param name="factor">The factor.</param>
    /// <param name="free">Its unobserved variables, in its order.</param>
    /// <param name="observed">The observed variables of the program, ascending.</param>
    /// <param name="target">First entry of the table.</param>
    public static GatheredTable Of(int[] sizes, CategoricalFactor factor, int[] free, int[] observed, int target)
    {
        var strides = new int[observed.Length];
        var offsets = new int[(int)TableIndex.Combinations(sizes, free)];
        var (block, stride) = (1, 1);
        for (var j = factor.Variables.Length - 1; j >= 0; j--)
        {
            var (variable, size) = (factor.Variables[j], sizes[factor.Variables[j]]);
            if (Array.BinarySearch(observed, variable) is >= 0 and var at)
            {
                strides[at] = stride;
            }
            else
            {
                for (var e = block; e < block * size; e++) offsets[e] = offsets[e % block] + (e / block * stride);
                block *= size;
            }
            stride *= size;
        }
        return new(target, factor.Values, strides, offsets);
    }
}

/// <summary>
/// Target entry o = the sum (or maximum) over t of the product over k of the entries <c>Index[(o * Inner + t) * Operands + k]</c>.
/// </summary>
/// <param name="Target">First entry of the result.</param>
/// <param name="Outer">Number of entries of the result.</param>
/// <param name="Inner">Number of products in each.</param>
/// <param name="Operands">Number of entries in each product, at least 1.</param>
/// <param name="Index">Shape [Outer, Inner, Operands]; pinned.</param>
/// <param name="IsMax">True: maximum; false: sum.</param>
/// <param name="Scale">What becomes of the result's scale, if the program is scaled.</param>
internal sealed record ProgramStep(int Target, int Outer, int Inner, int Operands, int[] Index, bool IsMax, StepScale Scale);

/// <summary>What becomes of the power of 2 by which the result of a step is scaled.</summary>
internal enum StepScale
{
    /// <summary>The result is not scaled.</summary>
    None,

    /// <summary>The exponent counts for the probability of what is observed.</summary>
    Counted,

    /// <summary>The exponent is dropped: the results are normalised later.</summary>
    Dropped,
}

/// <summary>A table of results.</summary>
/// <param name="Owner">Index of the variable, or of the factor.</param>
/// <param name="Target">Its first entry.</param>
/// <param name="Size">Number of entries.</param>
/// <param name="Strides">Of a factor: shape [observed variables of the program].</param>
/// <param name="Offsets">Of a factor: shape [Size], place of each entry in the whole factor, to which the observed values' strides are added.</param>
internal sealed record ResultTable(int Owner, int Target, int Size, int[] Strides, int[] Offsets);

/// <summary>The part of an explanation that is read from one clique.</summary>
/// <param name="Step">The step that finds the maxima, of a single operand.</param>
/// <param name="Sizes">Shape [variables]: number of values of each.</param>
/// <param name="Given">Variables that are known before, in the order of the step's outer index.</param>
/// <param name="Found">Variables that are found, in the order of the step's inner index, the last one fastest.</param>
internal sealed record DecodedClique(ProgramStep Step, int[] Sizes, int[] Given, int[] Found);
