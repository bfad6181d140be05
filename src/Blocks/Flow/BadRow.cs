using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>A row of a batch that the model cannot use, and why.</summary>
/// <param name="Row">Row of the batch, from 0.</param>
/// <param name="Column">Name of the column that is invalid; the first one if there are several.</param>
/// <param name="Found">What was found there.</param>
/// <param name="Expected">What was expected.</param>
/// <param name="Remedy">What the user can do.</param>
internal readonly record struct BadRow(int Row, string Column, string Found, string Expected, string Remedy)
{
    /// <summary>The error for a run that does not allow bad rows.</summary>
    public FlowException ToError(DataBatch batch) => new(ErrorKind.Data, $"{batch.Locate(Row)}, column '{Column}'", Found, Expected, Remedy);
}

/// <summary>Removes bad rows from batches.</summary>
internal static class Refusal
{
    /// <summary>
    /// Creates the batch without its bad rows. They are passed on in <see cref="DataBatch.Rejected"/>, with their values only if the policy requires them.
    /// </summary>
    /// <param name="batch">The batch; its credit passes to the returned batch.</param>
    /// <param name="bad">Its bad rows, in row order; at least one.</param>
    /// <param name="run">Provides the policy and the batch as it was read.</param>
    /// <param name="kept">Rows of <paramref name="batch"/> that stay.</param>
    /// <exception cref="FlowException">The policy does not allow bad rows.</exception>
    public static DataBatch TakeOut(DataBatch batch, IReadOnlyList<BadRow> bad, RunSupervisor run, out int[] kept)
    {
        var policy = run.Options.BadRows;
        if (policy.Mode == BadRowMode.Fail) throw bad[0].ToError(batch);
        kept = RowSelection.Without(batch.Rows, bad.Select(b => b.Row));
        // Rows rejected by an earlier block are missing from the batch but not from what was read.
        var present = batch.Rejected is { } before ? RowSelection.Without(batch.InputRows, before.Rows.Select(r => (int)(r.InputRow - batch.FirstRow))) : null;
        var read = run.Accounts.AsRead(batch.Index) is { } booked && booked.Rows == batch.InputRows ? booked : null;
        RejectedRow[] rows =
        [
            .. bad.Select(b =>
            {
                var row = present is null ? b.Row : present[b.Row];
                var (file, group, at) = read is null ? RowSelection.Locate(batch, b.Row) : RowSelection.Locate(read, row);
                return new RejectedRow(batch.FirstRow + row, file, group, at, b.Column, $"found {b.Found}, expected {b.Expected}");
            }).Concat(batch.Rejected?.Rows ?? []).OrderBy(r => r.InputRow),
        ];
        var rejected = new RejectedRows(new BatchSchema([]), [], rows);
        if (policy.Keeps)
        {
            // For batches posted by hand, nothing but the batch itself is known.
            if (read is null && present is not null)
                throw new InvalidOperationException($"batch {batch.Index}: found rows rejected by two blocks, expected the batch as a source of this run read "
                    + "it; begin the graph with a SourceBlock");
            read ??= batch;
            var picked = Array.ConvertAll(rows, r => (int)(r.InputRow - batch.FirstRow));
            rejected = new RejectedRows(read.Schema, [.. read.Columns.Select(c => RowSelection.Pick(c, picked, keepDictionary: false))], rows);
        }
        var columns = new BatchColumn[batch.Columns.Count];
        for (var c = 0; c < columns.Length; c++) columns[c] = RowSelection.Pick(batch.Columns[c], kept, keepDictionary: true);
        var credit = new CarriedCredit(batch.With(new BatchSchema([]), []));
        return new DataBatch(batch.Schema, columns, kept.Length, batch.Index, batch.FirstRow, RowSelection.Origins(batch.Origins, kept),
            credit)
        { Rejected = rejected };
    }

    /// <summary>The credit of a batch that is represented by another one.</summary>
    private sealed class CarriedCredit(DataBatch carrier) : IBatchCredit
    {
        public void Release() => carrier.Release();
    }
}
