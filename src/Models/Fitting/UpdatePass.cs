namespace Pipelines.Models.Fitting;

/// <summary>
/// A pass over new rows on top of earlier rows, of which only the sufficient statistics are left: each pass returns both together. EM over the new rows
/// then updates a model without forgetting (incremental EM; Neal and Hinton 1998, "A view of the EM algorithm that justifies incremental, sparse, and other
/// variants"). The earlier rows' responsibilities are kept; the log-likelihood includes the earlier rows with their last value.
/// </summary>
/// <param name="rows">A pass over the new rows.</param>
/// <param name="earlier">The model that the earlier rows were summarised under.</param>
/// <param name="statistics">The earlier rows' statistics; not changed.</param>
internal sealed class UpdatePass(IDataPass rows, Model earlier, Statistics statistics) : IDataPass
{
    public int Columns => rows.Columns;

    public int PriorComponents => rows.PriorComponents;

    public IReadOnlyList<Feature>? Features => rows.Features;

    public async ValueTask<Statistics> RunAsync(ISummarizer summarizer, CancellationToken cancellationToken)
    {
        var added = await rows.RunAsync(summarizer, cancellationToken).ConfigureAwait(false);
        // A pass that computes anything but a model's statistics does not involve the earlier rows.
        if (summarizer is not Model model) return added;
        var total = statistics.Clone();
        model.Recenter(total, earlier);
        total.Merge(added);
        return total;
    }
}
