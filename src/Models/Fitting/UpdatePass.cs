namespace Pipelines.Models.Fitting;

/// <summary>
/// A pass over new rows on top of rows seen before, of which only the sufficient statistics are left: each pass gives both together. So EM over the new rows
/// updates a model without forgetting (incremental EM; Neal and Hinton 1998, "A view of the EM algorithm that justifies incremental, sparse, and other
/// variants"). The responsibilities of the earlier rows stay as they were; the log-likelihood counts the earlier rows with their last value.
/// </summary>
/// <param name="rows">A pass over the new rows.</param>
/// <param name="earlier">The model that the earlier rows were summarised under.</param>
/// <param name="statistics">Their statistics; not changed.</param>
public sealed class UpdatePass(IDataPass rows, Model earlier, Statistics statistics) : IDataPass
{
    /// <inheritdoc/>
    public int Columns => rows.Columns;

    /// <inheritdoc/>
    public IReadOnlyList<Feature>? Features => rows.Features;

    /// <inheritdoc/>
    public async ValueTask<Statistics> RunAsync(ISummarizer summarizer, CancellationToken cancellationToken)
    {
        var added = await rows.RunAsync(summarizer, cancellationToken).ConfigureAwait(false);
        // A look at the data that is no model's has nothing to do with the earlier rows.
        if (summarizer is not Model model) return added;
        var total = model.CreateStatistics();
        using (var copy = new MemoryStream())
        {
            using var writer = new BinaryWriter(copy);
            statistics.Save(writer);
            writer.Flush();
            copy.Position = 0;
            using var reader = new BinaryReader(copy);
            total.Load(reader);
        }
        model.Recenter(total, earlier);
        total.Merge(added);
        return total;
    }
}
