namespace Pipelines.Models.Fitting;

/// <summary>Counts rows and adds up weights.</summary>
public sealed class ExtentSummarizer : ISummarizer
{
    /// <inheritdoc/>
    public Statistics CreateStatistics() => new SumStatistics("extent", 0);

    /// <inheritdoc/>
    public void Summarize(in FeatureBlock block, Statistics statistics)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        statistics.Rows += block.Rows;
        if (block.Weights.IsEmpty) statistics.Weight += block.Rows;
        for (var i = 0; i < block.Weights.Length; i++) statistics.Weight += block.Weights[i];
    }
}
