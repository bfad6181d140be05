namespace Pipelines.Io;

/// <summary>Why and where a row was rejected.</summary>
/// <param name="InputRow">Global number of the row in the whole input, from 0.</param>
/// <param name="File">File or name of the source.</param>
/// <param name="RowGroup">Row group in the file, from 0; -1 if there are none.</param>
/// <param name="Row">Row in the row group (or source), from 0.</param>
/// <param name="Column">Name of the column that caused the rejection.</param>
/// <param name="Reason">What was found and what was expected.</param>
public sealed record RejectedRow(long InputRow, string File, int RowGroup, long Row, string Column, string Reason);

/// <summary>
/// Rows that a block removed from a batch because they cannot be used. They are counted, and kept if the user requests it; none is lost silently.
/// </summary>
/// <param name="Schema">The columns as read.</param>
/// <param name="Columns">The rejected rows' values, in the schema's order; copied, not shared with the batch.</param>
/// <param name="Rows">One entry per rejected row, in input order.</param>
public sealed record RejectedRows(BatchSchema Schema, IReadOnlyList<BatchColumn> Columns, IReadOnlyList<RejectedRow> Rows);
