using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;

namespace Pipelines;

/// <content>Estimating the tables.</content>
public sealed partial class BayesianNetwork
{
    /// <inheritdoc/>
    public override bool IsEstimatedInOnePass => Missing != MissingValues.Em;

    /// <inheritdoc/>
    public override FitUses Uses => FitUses.Pseudocount;

    /// <inheritdoc/>
    private protected override bool CountsPosteriors => Missing == MissingValues.Em;

    private protected override bool CountsCompleteRows => Missing == MissingValues.Complete;

    internal override bool IsDeterminedBy(Statistics statistics) => Missing != MissingValues.Em || ((NetworkStatistics)statistics).Incomplete == 0;

    /// <inheritdoc/>
    public override IEnumerable<string> Diagnose(Statistics statistics)
    {
        var texts = base.Diagnose(statistics);
        return statistics is NetworkStatistics { LeftOut: > 0 and var rows } ? texts.Prepend(FormattableString.Invariant(
            $"left out {rows:N0} of {statistics.Rows:N0} rows, because of missing values; used {statistics.Rows - rows:N0}")) : texts;
    }

    /// <inheritdoc/>
    public override BayesianNetwork Maximize(Statistics statistics, in MaximizeOptions options)
    {
        var counts = (NetworkStatistics)statistics;
        if (IsFrozen || options.Inertia == 1) return this;
        var fitted = new ConditionalProbabilityTable[tables.Length];
        for (var i = 0; i < fitted.Length; i++)
        {
            var table = counts.Table(i, tables[i], $"variable '{Variables[i].Name}' or its parents", i);
            // As in pomegranate, parents without rows get equal shares.
            fitted[i] = (ConditionalProbabilityTable)tables[i].Maximize(table, options with { KeepsUnseen = false });
        }
        return Of(fitted);
    }
}
