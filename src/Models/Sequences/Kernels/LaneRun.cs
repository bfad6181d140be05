using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;

namespace Pipelines.Models.Sequences;

/// <summary>
/// Forward and backward over all lanes of a block, in segments of steps: the forward pass keeps the first step of each segment and the backward pass recomputes
/// the rest, unless everything fits into the cache. Memory thus grows by only one step per segment, however long the sequences are.
/// </summary>
internal sealed unsafe partial class LaneRun
{
    // Steps between checks of the cancellation token.
    private const int StepsPerPoll = 16;

    // Emissions and forward values up to this many doubles are kept in full: a few megabytes of a shared cache.
    private const long KeptDoubles = 1 << 20;

    // Forward values up to this many doubles are kept in full even if the emissions are not: rereading them costs less than recomputing.
    private const long KeptForward = 1 << 21;

    // Doubles per segment otherwise: a segment and its working set should stay in the L2 cache.
    private const int SegmentDoubles = 1 << 15;

    // Doubles of the sequences that run together if there are many short ones.
    private const int ChunkDoubles = 1 << 17;

    // Number of steps whose transitions are counted at once.
    private const int RatioRows = 512;

    // Doubles per segment of a single long sequence, whose emissions are computed by several threads.
    private const int LongSegmentDoubles = 1 << 21;

    private const int lanes = LaneSchedule.Width;

    private readonly LaneMatrices matrices;
    private readonly LaneEmissions emissions;
    private readonly LaneSchedule schedule;
    private readonly LaneSteps steps;
    private readonly int states, padded, row, perTile, segment, segments;
    private readonly bool keepsForward, isFour;

    private readonly List<int> doubtful = [];

    /// <summary>Prepares a run.</summary>
    public LaneRun(LaneMatrices matrices, LaneEmissions emissions, LaneSchedule schedule)
    {
        (this.matrices, this.emissions, this.schedule) = (matrices, emissions, schedule);
        (states, padded) = (matrices.States, matrices.Padded);
        // One extra cache line: steps a power of two apart would compete for the same cache sets.
        row = (padded * lanes) + 8;
        steps = LaneSteps.For(KernelSelection.Current);
        // A single sequence uses one lane, but its tiles are still packed densely.
        perTile = schedule.IsSingle ? FeatureTile.Capacity : FeatureTile.Capacity / lanes;
        segment = 2L * schedule.Steps * row <= KeptDoubles
            ? schedule.Steps
            : Math.Max(1, (schedule.IsSingle ? LongSegmentDoubles : SegmentDoubles) / (row * perTile)) * perTile;
        segments = (schedule.Steps + segment - 1) / segment;
        keepsForward = segments == 1 || ((long)schedule.Steps * row <= KeptForward && !schedule.IsSingle);
        isFour = padded == 4 && steps.HasFour && !matrices.IsCareful && !schedule.IsSingle;
        Log2 = new double[schedule.Items.Length];
    }

    /// <summary>
    /// Splits sequences into groups of similar length that run together: as many as the L2 cache holds, and at least one per lane; a single group if not even
    /// those fit.
    /// </summary>
    /// <param name="offsets">Where sequences begin, shape [sequences + 1].</param>
    /// <param name="chosen">Indices of the sequences.</param>
    /// <param name="padded">States, a multiple of 4.</param>
    public static IEnumerable<List<int>> Chunks(ReadOnlySpan<int> offsets, IReadOnlyList<int> chosen, int padded)
    {
        var lengths = new int[chosen.Count];
        for (var k = 0; k < lengths.Length; k++) lengths[k] = offsets[chosen[k] + 1] - offsets[chosen[k]];
        // Stable: equal lengths keep their order.
        var order = Enumerable.Range(0, lengths.Length).OrderByDescending(k => lengths[k]).ToList();
        var first = order.Take(lanes).Sum(k => (long)lengths[k]);
        if (padded * first > KeptForward) return [[.. order.Select(k => chosen[k])]];
        // A multiple of the number of lanes: a few sequences more would make some lanes twice as long as the others.
        List<List<int>> chunks = [];
        long rows = 0;
        for (var at = 0; at < order.Count; at += lanes)
        {
            var round = order.Skip(at).Take(lanes).ToList();
            var more = round.Sum(k => (long)lengths[k]);
            if (chunks.Count == 0 || 2 * padded * (rows + more) > ChunkDoubles)
            {
                chunks.Add([]);
                rows = 0;
            }
            chunks[^1].AddRange(round.Select(k => chosen[k]));
            rows += more;
        }
        return chunks;
    }

    /// <summary>Log2-probability of each item; NaN if it must be computed in logarithms.</summary>
    public double[] Log2 { get; }

    /// <summary>Indices of the sequences that were counted although they must be computed in logarithms.</summary>
    public IReadOnlyList<int> Doubtful => doubtful;

    /// <summary>Runs the forward pass and, unless only the sequences' probabilities are requested, the backward pass.</summary>
    /// <param name="block">The rows.</param>
    /// <param name="weights">Weight of each item; items whose result is NaN have weight 0.</param>
    /// <param name="statistics">Receives the posteriors of each tile; the caller folds its lanes.</param>
    /// <param name="tableSums">Shape [SumCount] of the emissions; also folded by the caller.</param>
    /// <param name="ratios">Shape [E + 1, E + 1]; added to. Empty = statistics and ratios are not computed.</param>
    /// <param name="posteriors">Posterior of state k in row r at [k * block.Rows + r]; empty = not computed.</param>
    /// <param name="labels">Most probable state of each row; empty = not computed.</param>
    public void Run(in FeatureBlock block, ReadOnlySpan<double> weights, EmissionLanes statistics, Span<double> tableSums, Span<double> ratios,
        Span<double> posteriors, Span<int> labels)
    {
        using var scratch = Scratch.Enter();
        var columns = block.Columns;
        var tiles = (segment + perTile - 1) / perTile;
        double* features = Take(scratch, tiles * columns * FeatureTile.Capacity);
        var missing = new bool[tiles];
        double* forward = Take(scratch, ((keepsForward ? schedule.Steps : segment) + 1) * row), b = Take(scratch, (segment + 1) * row),
            maxima = Take(scratch, segment * lanes);
        double* kept = Take(scratch, segments * (row + lanes)), beta = Take(scratch, row);
        double* sums = Take(scratch, lanes), norms = Take(scratch, lanes), inverse = Take(scratch, lanes), logs = Take(scratch, lanes),
            products = Take(scratch, lanes);
        double* laneWeights = Take(scratch, lanes), doubts = Take(scratch, lanes), inverses = Take(scratch, lanes), fours = Take(scratch, 16 * lanes);
        new Span<double>(fours, 16 * lanes).Clear();
        var tilePosteriors = scratch.Take(states * FeatureTile.Capacity);
        tilePosteriors.Clear();
        var stepPosteriors = scratch.Take(states * FeatureTile.Capacity);
        if (schedule.IsSingle)
        {
            new Span<double>(b, (segment + 1) * row).Clear();
            new Span<double>(maxima, segment * lanes).Clear();
        }
        new Span<double>(forward, row).Clear();
        new Span<double>(inverse, lanes).Clear();
        new Span<double>(logs, lanes).Clear();
        new Span<double>(products, lanes).Fill(1);
        int begins = 0, ends = 0;
        fixed (double* forwardMatrix = matrices.Forward, backwardMatrix = matrices.Backward)
        {
            for (var s = 0; s < segments; s++)
            {
                var first = s * segment;
                var count = Math.Min(segment, schedule.Steps - first);
                var alpha = forward + (keepsForward ? (long)first * row : 0);
                if (s > 0 && !keepsForward) Buffer.MemoryCopy(alpha + ((long)segment * row), alpha, row * 8L, row * 8L);
                Buffer.MemoryCopy(alpha, kept + (s * (row + lanes)), row * 8L, row * 8L);
                Buffer.MemoryCopy(inverse, kept + (s * (row + lanes)) + row, lanes * 8L, lanes * 8L);
                Prepare(block, first, count, features, missing, b, maxima);
                for (var t = 0; t < count; t++)
                {
                    if (t % StepsPerPoll == 0) Cancellation.Poll();
                    if (isFour && Math.Min(count - t, NextEvent(begins, ends) - first - t) is > 0 and var quiet)
                    {
                        steps.ForwardOfFour(forwardMatrix, lanes, row, quiet, alpha + ((long)t * row), b + ((long)t * row), maxima + (t * lanes), logs,
                            products, inverse);
                        t += quiet - 1;
                        continue;
                    }
                    var next = alpha + ((t + 1L) * row);
                    Step(forwardMatrix, alpha + ((long)t * row), inverse, b + ((long)t * row), next, sums, ref begins, first + t, logs, products);
                    steps.Scale(lanes, sums, maxima + (t * lanes), logs, products, inverse);
                    for (; ends < schedule.ByLast.Length && schedule.Last[schedule.ByLast[ends]] == first + t; ends++)
                        Finish(schedule.ByLast[ends], next, inverse, logs, products);
                }
            }
            if (ratios.IsEmpty && posteriors.IsEmpty && labels.IsEmpty && !matrices.IsCareful) return;
            ends = schedule.ByLast.Length - 1;
            begins = schedule.ByBegin.Length - 1;
            new Span<double>(laneWeights, lanes).Clear();
            new Span<double>(doubts, lanes).Clear();
            new Span<double>(inverses, lanes).Clear();
            var pending = Math.Max(1, RatioRows / lanes);
            for (var s = segments - 1; s >= 0; s--)
            {
                var first = s * segment;
                var count = Math.Min(segment, schedule.Steps - first);
                var alpha = forward + (keepsForward ? (long)first * row : 0);
                if (s == segments - 1) new Span<double>(b + ((long)count * row), row).Clear();
                else if (keepsForward) Prepare(block, first, count, features, missing, b, maxima);
                else Again(block, first, count, features, missing, b, maxima, alpha, inverse, sums, kept + (s * (row + lanes)), forwardMatrix);
                var counted = count;
                for (var t = count - 1; t >= 0; t--)
                {
                    if (t % StepsPerPoll == 0) Cancellation.Poll();
                    if (isFour && t - Math.Max(t / perTile * perTile, LastEvent(begins, ends) + 1 - first) is >= 0 and var back)
                    {
                        if (counted > t + 1 && !ratios.IsEmpty)
                            fixed (double* r = ratios) steps.Ratios(states, padded, lanes, counted - t - 1, row, alpha + ((t + 2L) * row), b + ((t + 2L) * row),
                                r, states + 1);
                        counted = t -= back;
                        fixed (double* p = tilePosteriors)
                            steps.BackwardOfFour(backwardMatrix, states, lanes, row, back + 1, alpha + ((t + 1L) * row), b + ((long)t * row), laneWeights,
                                inverses, p + (t % perTile * lanes), fours);
                        if (t % perTile == 0)
                            Hand(block, first + t, features + ((long)t / perTile * columns * FeatureTile.Capacity), missing[t / perTile], tilePosteriors,
                                statistics, tableSums, ratios.IsEmpty, posteriors, labels);
                        continue;
                    }
                    var own = alpha + ((t + 1L) * row);
                    steps.Backward(backwardMatrix, padded, lanes, b + ((t + 1L) * row), own, beta, sums, norms);
                    for (; ends >= 0 && schedule.Last[schedule.ByLast[ends]] == first + t; ends--)
                        Enter(schedule.ByLast[ends], own, beta, sums, norms, laneWeights, inverses, doubts, weights);
                    var events = schedule.IsSingle ? stepPosteriors : tilePosteriors[(t % perTile * lanes)..];
                    fixed (double* p = events)
                        steps.Finish(states, padded, lanes, own, beta, b + ((long)t * row), laneWeights, sums, norms, inverses, p,
                            matrices.IsCareful ? doubts : null);
                    for (var k = 0; k < states && schedule.IsSingle; k++)
                        tilePosteriors[(k * FeatureTile.Capacity) + (t % perTile)] = events[k * FeatureTile.Capacity];
                    // Transitions into the first step of a sequence do not come from the lane's previous step.
                    for (var e = ends + 1; e < schedule.ByLast.Length && schedule.Last[schedule.ByLast[e]] == first + t; e++)
                        Count(ratios, schedule.Lane[schedule.ByLast[e]], events, ends: true);
                    for (; begins >= 0 && schedule.Begin[schedule.ByBegin[begins]] == first + t; begins--)
                        Leave(schedule.ByBegin[begins], events, ratios, b + ((long)t * row), laneWeights, doubts);
                    if (t % perTile == 0)
                        Hand(block, first + t, features + ((long)t / perTile * columns * FeatureTile.Capacity), missing[t / perTile], tilePosteriors,
                            statistics, tableSums, ratios.IsEmpty, posteriors, labels);
                    if (!ratios.IsEmpty && (counted - t == pending || t == 0))
                    {
                        fixed (double* r = ratios) steps.Ratios(states, padded, lanes, counted - t, row, alpha + ((t + 1L) * row), b + ((t + 1L) * row), r,
                            states + 1);
                        counted = t;
                    }
                }
                // The preceding segment continues into this segment's first step.
                Buffer.MemoryCopy(b, b + ((long)Math.Min(segment, schedule.Steps) * row), row * 8L, row * 8L);
            }
            if (isFour && !ratios.IsEmpty) steps.FoldFour(fours, states, ratios);
        }
    }

    private static double* Take(Scratch scratch, int count) => (double*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(scratch.Take(count)));

    private void Step(double* matrix, double* prev, double* inverse, double* b, double* next, double* sums, ref int begins, int step, double* logs,
        double* products)
    {
        steps.Forward(matrix, padded, lanes, prev, inverse, b, next, sums, matrices.IsCareful ? LaneRange.LeastPrediction : 0);
        for (; begins < schedule.ByBegin.Length && schedule.Begin[schedule.ByBegin[begins]] == step; begins++)
        {
            var lane = schedule.Lane[schedule.ByBegin[begins]];
            double sum = 0;
            for (var k = 0; k < padded; k++)
            {
                var value = matrices.Start[k] > 0 ? Math.Max(matrices.Start[k], matrices.IsCareful ? LaneRange.LeastPrediction : 0) * b[(k * lanes) + lane] : 0;
                next[(k * lanes) + lane] = value;
                sum += value;
            }
            sums[lane] = sum;
            // NaN: it is computed in logarithms instead.
            if (logs is not null) (logs[lane], products[lane]) = (sum > LaneRange.LeastShare ? 0 : double.NaN, 1);
        }
    }

    private void Again(in FeatureBlock block, int first, int count, double* features, bool[] missing, double* b, double* maxima, double* alpha, double* inverse,
        double* sums, double* kept, double* matrix)
    {
        Buffer.MemoryCopy(kept, alpha, row * 8L, row * 8L);
        Buffer.MemoryCopy(kept + row, inverse, lanes * 8L, lanes * 8L);
        Prepare(block, first, count, features, missing, b, maxima);
        var begins = 0;
        for (var high = schedule.ByBegin.Length; begins < high;)
        {
            var middle = (begins + high) / 2;
            if (schedule.Begin[schedule.ByBegin[middle]] < first) begins = middle + 1;
            else high = middle;
        }
        for (var t = 0; t < count; t++)
        {
            if (t % StepsPerPoll == 0) Cancellation.Poll();
            Step(matrix, alpha + ((long)t * row), inverse, b + ((long)t * row), alpha + ((t + 1L) * row), sums, ref begins, first + t, null, null);
            for (var lane = 0; lane < lanes; lane++) inverse[lane] = sums[lane] > LaneRange.LeastNorm ? 1 / sums[lane] : 0;
        }
    }
}
