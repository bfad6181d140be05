namespace Pipelines.Models.Sequences;

/// <content>Handles the beginning and end of sequences in their lanes.</content>
internal sealed unsafe partial class LaneRun
{
    // The next step in which a sequence begins or ends.
    private int NextEvent(int begins, int ends)
    {
        var begin = begins < schedule.ByBegin.Length ? schedule.Begin[schedule.ByBegin[begins]] : int.MaxValue;
        return ends < schedule.ByLast.Length ? Math.Min(begin, schedule.Last[schedule.ByLast[ends]]) : begin;
    }

    // In the backward pass, the next step in which a sequence ends or begins; -1 if there is none.
    private int LastEvent(int begins, int ends)
    {
        var begin = begins >= 0 ? schedule.Begin[schedule.ByBegin[begins]] : -1;
        return ends >= 0 ? Math.Max(begin, schedule.Last[schedule.ByLast[ends]]) : begin;
    }

    // The sequence ends here, so its probability is known.
    private void Finish(int item, double* alpha, double* inverse, double* logs, double* products)
    {
        var lane = schedule.Lane[item];
        double sum = 0;
        for (var k = 0; k < states; k++) sum += alpha[(k * lanes) + lane] * matrices.End[k];
        sum *= inverse[lane];
        var log2 = sum > LaneRange.LeastShare ? logs[lane] + Math.Log2(products[lane]) + Math.Log2(sum) : double.NaN;
        Log2[item] = double.IsFinite(log2) ? log2 : double.NaN;
    }

    // The backward pass enters a sequence at its last row.
    private void Enter(int item, double* alpha, double* beta, double* sums, double* norms, double* laneWeights, double* inverses, double* doubts,
        ReadOnlySpan<double> weights)
    {
        var lane = schedule.Lane[item];
        (sums[lane], norms[lane]) = (0, 0);
        for (var k = 0; k < states; k++)
        {
            beta[(k * lanes) + lane] = matrices.End[k];
            sums[lane] += matrices.End[k];
            norms[lane] += alpha[(k * lanes) + lane] * matrices.End[k];
        }
        laneWeights[lane] = double.IsNaN(Log2[item]) ? 0 : weights[item];
        doubts[lane] = 0;
        inverses[lane] = 1;
    }

    private void Leave(int item, ReadOnlySpan<double> posteriors, Span<double> ratios, double* b, double* laneWeights, double* doubts)
    {
        var lane = schedule.Lane[item];
        Count(ratios, lane, posteriors, ends: false);
        for (var k = 0; k < padded; k++) b[(k * lanes) + lane] = 0;
        if (matrices.IsCareful && laneWeights[lane] > 0 && !(doubts[lane] <= LaneRange.LargestDoubt * laneWeights[lane]))
        {
            Log2[item] = double.NaN;
            doubtful.Add(schedule.Items[item]);
        }
        laneWeights[lane] = 0;
    }

    private void Count(Span<double> ratios, int lane, ReadOnlySpan<double> posteriors, bool ends)
    {
        if (ratios.IsEmpty) return;
        var wide = states + 1;
        for (var k = 0; k < states; k++)
        {
            var posterior = posteriors[(k * FeatureTile.Capacity) + lane];
            if (!(posterior > 0)) continue;
            if (ends) ratios[(k * wide) + states] += posterior / matrices.End[k];
            else ratios[(states * wide) + k] += posterior / matrices.Start[k];
        }
    }
}
