using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Pipelines.Models.Fitting;
using Pipelines.Models.Inference;
using Pipelines.Models.Kernels;
using Pipelines.Models.Numerics;
using Pipelines.Models.Structures;

namespace Pipelines;

/// <content>Counting rows.</content>
public abstract partial class CategoricalNetwork
{
    // Larger tables would leave the fastest cache when they are kept four times.
    private const int SmallTable = 256;

    private static readonly InferenceQuery familyQuery = new(QueryKind.Families);

    /// <summary>True: rows that do not have all of a table's variables count for it by their posterior. False (default): they do not count.</summary>
    private protected virtual bool CountsPosteriors => false;

    /// <summary>True: rows with missing values do not count for any table. False (default).</summary>
    private protected virtual bool CountsCompleteRows => false;

    // The families count other rows than those whose probability they give together.
    internal override bool MayLeaveRowsImpossible => IsEstimatedInOnePass;

    /// <inheritdoc/>
    public override IEnumerable<string> Diagnose(Statistics statistics)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        if (double.IsNegativeInfinity(statistics.Objective))
            yield return "some rows have probability 0 under the model, so that the log-likelihood is -Infinity: their values occur together in no row that "
                + "the tables were counted from; set a pseudocount (FitOptions.Pseudocount), or fit missing values by expectation-maximization";
    }

    /// <inheritdoc/>
    public override Statistics CreateStatistics()
    {
        var starts = new int[shapes.Length + 1];
        for (var i = 0; i < shapes.Length; i++) starts[i + 1] = checked(starts[i] + shapes[i].Aggregate(1, (cells, size) => cells * size) + CodeTables.Extra);
        return new NetworkStatistics(FormatName, string.Join(", ", shapes.Select(shape => string.Join("x", shape))), starts, CountsCompleteRows);
    }

    /// <inheritdoc/>
    public override void Summarize(in FeatureBlock block, Statistics statistics)
    {
        this.CheckBlock(block);
        using var scratch = Scratch.Enter();
        var logs = scratch.Take(block.Rows);
        var ones = scratch.Take(block.Weights.IsEmpty ? block.Rows : 0);
        ones.Fill(1);
        var weights = block.Weights.IsEmpty ? ones : block.Weights;
        Count(block, weights, (NetworkStatistics)statistics, logs, block.Weights.IsEmpty);
        double sum = 0, weight = 0;
        for (var i = 0; i < block.Rows; i++)
        {
            weight += weights[i];
            if (weights[i] > 0) sum += weights[i] * logs[i];
        }
        statistics.Objective += sum;
        statistics.Weight += weight;
        statistics.Rows += block.Rows;
    }

    /// <inheritdoc/>
    public override void Accumulate(in FeatureBlock block, ReadOnlySpan<double> weights, Statistics statistics)
    {
        this.CheckBlock(block);
        Count(block, weights, (NetworkStatistics)statistics, default);
    }

    /// <inheritdoc/>
    public override void Accumulate(in FeatureTile tile, ReadOnlySpan<double> weights, Statistics statistics) =>
        Count(Block(tile), weights, (NetworkStatistics)statistics, default);

    /// <summary>The statistics of rows that a search has counted; null if it has not counted all tables.</summary>
    internal Statistics? Counted(IFamilyCounts counts)
    {
        var statistics = (NetworkStatistics)CreateStatistics();
        (statistics.Rows, statistics.Weight) = (counts.Rows, counts.Weight);
        for (var i = 0; i < scopes.Length; i++)
            if (!counts.TryCount(scopes[i], statistics.All(i)[..^CodeTables.Extra])) return null;
        statistics.Objective = LogLikelihood(statistics)!.Value;
        return statistics;
    }

    internal override Statistics? Restated(Statistics statistics)
    {
        if (LogLikelihood(statistics) is not { } sum) return null;
        var restated = statistics.Clone();
        restated.Objective = sum;
        return restated;
    }

    internal override double? LogLikelihood(Statistics statistics)
    {
        var counts = (NetworkStatistics)statistics;
        if (counts.Incomplete > 0) return null;
        double sum = 0;
        for (var i = 0; i < scopes.Length; i++)
        {
            if (counts.Unknown(i) > 0) return null;
            sum += CodeTables.Sum(counts.Cells(i), logs[i]);
        }
        // Every table counts every complete row.
        return sum - (LogTotal * Sums.Of(counts.Cells(0)));
    }

    // Adds the rows to the tables' counts and fills their log-probabilities, if there is room for them.
    private unsafe void Count(in FeatureBlock block, ReadOnlySpan<double> weights, NetworkStatistics statistics, Span<double> rowLogs, bool areOnes = false)
    {
        using var scratch = Scratch.Enter();
        var incomplete = new IncompleteRows(block.Rows, sizes, scratch);
        LookUp(block, weights, statistics, rowLogs, ref incomplete, areOnes);
        if (!incomplete.Any) return;
        for (var i = 0; i < block.Rows; i++)
        {
            if (!incomplete.Is(i)) continue;
            statistics.Incomplete += weights[i];
            if (CountsCompleteRows) statistics.LeftOut++;
        }
        if (!rowLogs.IsEmpty) FillIncomplete(block, incomplete, rowLogs);
        if (!CountsPosteriors) return;
        incomplete.ExcludeEmpty(block);
        fixed (double* w = weights)
        {
            var own = (nint)w;
            Ask(block, familyQuery, incomplete.Excluded,
                (program, in run, rows, lanes) => Expect(program, run, rows, lanes, (double*)own, statistics));
        }
    }

    /// <summary>Looks up each row in all tables, and finds the incomplete rows.</summary>
    /// <param name="block">The rows.</param>
    /// <param name="weights">Shape [rows]; not used without counts.</param>
    /// <param name="counts">Receives the weight of each row; null = nobody counts.</param>
    /// <param name="rowLogs">Shape [rows]: log-probabilities, of incomplete rows without the tables that are not observed whole; empty = not wanted.</param>
    /// <param name="incomplete">Marked.</param>
    /// <param name="areOnes">True if all weights are 1, so that small tables can be counted in integers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe void LookUp(in FeatureBlock block, ReadOnlySpan<double> weights, NetworkStatistics? counts, Span<double> rowLogs,
        ref IncompleteRows incomplete, bool areOnes = false)
    {
        using var scratch = Scratch.Enter();
        var buffer = scratch.Take(Dimensions * FeatureTile.Capacity);
        var scope = scratch.Take(Dimensions * FeatureTile.Capacity);
        var codes = scratch.Take(FeatureTile.Capacity);
        var sums = scratch.Take(FeatureTile.Capacity);
        var total = rowLogs.IsEmpty ? 0 : LogTotal;
        var mostCells = areOnes && counts is not null && !CountsPosteriors ? SmallTable : 0;
        var small = MemoryMarshal.Cast<double, int>(scratch.Take(2 * (counts?.CellsOf(mostCells) ?? 0)));
        small.Clear();
        for (var t = 0; t < block.TileCount; t++)
        {
            var tile = block.Tile(t, buffer);
            var first = t * FeatureTile.Capacity;
            incomplete.Mark(tile, first);
            if (counts is null && rowLogs.IsEmpty) continue;
            sums.Fill(-total);
            for (int i = 0, place = 0; i < scopes.Length; i++)
            {
                CodeTables.Codes(tile.Gather(scopes[i], scope), shapes[i], codes);
                if (counts?.All(i).Length is { } length && length <= mostCells && !(CountsCompleteRows && tile.HasMissing))
                {
                    fixed (double* c = codes)
                    fixed (int* cells = small[place..]) CodeTables.Count(c, tile.Rows, cells);
                    place += 4 * length;
                }
                else if (counts is not null) Count(codes, weights.Slice(first, tile.Rows), counts.All(i), tile.HasMissing, incomplete, first);
                if (rowLogs.IsEmpty) continue;
                fixed (double* c = codes, y = sums) CodeTables.Add(c, tile.PaddedRows, logs[i], y);
            }
            if (!rowLogs.IsEmpty) sums[..tile.Rows].CopyTo(rowLogs[first..]);
        }
        counts?.AddInFour(mostCells, small);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Count(ReadOnlySpan<double> codes, ReadOnlySpan<double> weights, Span<double> cells, bool hasMissing, in IncompleteRows incomplete, int first)
    {
        if (CountsCompleteRows && hasMissing)
        {
            for (var r = 0; r < weights.Length; r++)
                if (!incomplete.Is(first + r)) cells[CodeTables.Index(codes[r])] += weights[r];
        }
        else if (CountsPosteriors && hasMissing)
        {
            // A table whose variables are not all observed counts by its posterior.
            for (var r = 0; r < weights.Length; r++)
                if (CodeTables.Index(codes[r]) < cells.Length - 1) cells[CodeTables.Index(codes[r])] += weights[r];
        }
        else
        {
            for (var r = 0; r < weights.Length; r++) cells[CodeTables.Index(codes[r])] += weights[r];
        }
    }

    private static unsafe void Expect(InferenceProgram program, in ProgramRun run, ReadOnlySpan<int> rows, ReadOnlySpan<int> lanes, double* weights,
        NetworkStatistics statistics)
    {
        foreach (var result in program.Results)
        {
            var cells = statistics.All(result.Owner);
            for (var i = 0; i < rows.Length; i++)
            {
                var (lane, place) = (lanes[i], 0);
                for (var k = 0; k < program.Observed.Length; k++) place += run.Codes[(k * run.Lanes) + lane] * result.Strides[k];
                for (var e = 0; e < result.Size; e++)
                {
                    var share = run.Entry(result.Target + e)[lane];
                    // NaN: what is observed is impossible.
                    if (share > 0) cells[place + result.Offsets[e]] += weights[rows[i]] * share;
                }
            }
        }
    }
}
