using Pipelines.Models;
using Pipelines.Models.Fitting;

namespace Pipelines.Plotting;

/// <summary>Equal bins: bin b holds the values from Low + b Width up to, but not with, the next bin's.</summary>
/// <param name="Low">Where the first begins.</param>
/// <param name="Width">Of each, above 0.</param>
/// <param name="Count">Number of bins, at least 1.</param>
internal readonly record struct Bins(double Low, double Width, int Count)
{
    /// <summary>Where the last bin ends.</summary>
    public double High => Low + (Count * Width);

    /// <summary>Middle of a bin.</summary>
    public double Center(int bin) => Low + ((bin + 0.5) * Width);

    /// <summary>The bin of a value; -1 if it lies in none. A value on the last edge, give or take its last bits, is in the last bin.</summary>
    public int Of(double value)
    {
        var at = (value - Low) / Width;
        return at >= 0 && at < Count ? (int)at : at >= Count && at <= Count + 1e-9 ? Count - 1 : -1;
    }
}

/// <summary>Counts the values of each feature in bins; weights count.</summary>
/// <param name="bins">Shape [features].</param>
internal sealed class HistogramCounts(Bins[] bins) : ISummarizer
{
    public Statistics CreateStatistics() => new Totals(bins);

    public void Summarize(in FeatureBlock block, Statistics statistics)
    {
        var totals = (Totals)statistics;
        for (var j = 0; j < bins.Length; j++)
        {
            var cells = totals.Cells[j];
            for (var i = 0; i < block.Rows; i++)
            {
                var value = block[i, j];
                if (double.IsNaN(value)) continue;
                var bin = bins[j].Of(value);
                var weight = block.Weights.IsEmpty ? 1 : block.Weights[i];
                // Behind the bins: what lies in none.
                cells[bin < 0 ? bins[j].Count : bin] += weight;
            }
        }
        statistics.Rows += block.Rows;
    }

    /// <summary>Weights of the bins.</summary>
    internal sealed class Totals(Bins[] bins) : Statistics
    {
        /// <summary>Shape [features][bins + 1]; the last one holds what lies in no bin.</summary>
        public double[][] Cells { get; } = Array.ConvertAll(bins, b => new double[b.Count + 1]);

        protected override void MergeCore(Statistics other)
        {
            var from = ((Totals)other).Cells;
            for (var j = 0; j < Cells.Length; j++)
                for (var b = 0; b < Cells[j].Length; b++) Cells[j][b] += from[j][b];
        }

        protected override void ClearCore()
        {
            foreach (var cells in Cells) Array.Clear(cells);
        }

        protected override void SaveCore(BinaryWriter writer)
        {
            foreach (var cells in Cells)
                foreach (var cell in cells) writer.Write(cell);
        }

        protected override void LoadCore(BinaryReader reader)
        {
            foreach (var cells in Cells)
                for (var b = 0; b < cells.Length; b++) cells[b] = reader.ReadDouble();
        }
    }
}
