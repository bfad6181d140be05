using Pipelines.Io;

namespace Pipelines.Blocks;

/// <summary>A row of a batch that the model cannot use, and why.</summary>
/// <param name="Row">Row of the batch, from 0.</param>
/// <param name="Column">Name of the column that holds the reason; the first one where there are several.</param>
/// <param name="Found">What was found there.</param>
/// <param name="Expected">What was expected.</param>
/// <param name="Remedy">What to try.</param>
internal readonly record struct BadRow(int Row, string Column, string Found, string Expected, string Remedy)
{
    /// <summary>The error of a run that accepts no bad row.</summary>
    public DataException ToError(DataBatch batch) => new(DataErrorKind.Data, $"{batch.Locate(Row)}, column '{Column}'", Found, Expected, Remedy);
}

/// <summary>Takes bad rows out of batches.</summary>
internal static class Refusal
{
    /// <summary>
    /// Makes the batch without its bad rows; they travel on in <see cref="DataBatch.Rejected"/>, where their values are kept only if the policy wants them.
    /// </summary>
    /// <param name="batch">The batch; its credit passes to the one returned.</param>
    /// <param name="bad">Its bad rows, by row; at least one.</param>
    /// <param name="run">Knows the policy, and the batch as it was read.</param>
    /// <param name="kept">Rows of <paramref name="batch"/> that stay.</param>
    /// <exception cref="DataException">The policy accepts no bad row.</exception>
    public static DataBatch TakeOut(DataBatch batch, IReadOnlyList<BadRow> bad, RunSupervisor run, out int[] kept)
    {
        var policy = run.Options.BadRows;
        if (policy.Mode == BadRowMode.Fail) throw bad[0].ToError(batch);
        kept = RowSelection.Without(batch.Rows, bad.Select(b => b.Row));
        // Rows that an earlier block refused are missing in the batch, but not in what was read.
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
            // Batches fed by hand are all that is known of them.
            if (read is null && present is not null)
                throw new InvalidOperationException($"batch {batch.Index}: found rows refused by two blocks, expected the batch as a source of this run read "
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

    /// <summary>The credit of a batch that another one stands for.</summary>
    private sealed class CarriedCredit(DataBatch carrier) : IBatchCredit
    {
        public void Release() => carrier.Release();
    }
}
