using Pipelines.Models.Fitting;
using Pipelines.Models.Kernels;

namespace Pipelines;

/// <content>Estimating the tables.</content>
public sealed partial class BayesianNetwork
{
    /// <inheritdoc/>
    public override bool IsEstimatedInOnePass => Missing == MissingValues.Available;

    /// <inheritdoc/>
    public override FitUses Uses => FitUses.Pseudocount;

    /// <inheritdoc/>
    private protected override bool CountsPosteriors => Missing == MissingValues.Em;

    internal override bool IsDeterminedBy(Statistics statistics) => Missing == MissingValues.Available || ((NetworkStatistics)statistics).Incomplete == 0;

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
