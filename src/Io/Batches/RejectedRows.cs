namespace Pipelines.Io;

/// <summary>Why and where a row was refused.</summary>
/// <param name="InputRow">Global number of the row in the whole input, from 0.</param>
/// <param name="File">File or name of the source.</param>
/// <param name="RowGroup">Row group in the file, from 0; -1 where there is none.</param>
/// <param name="Row">Row in the row group (or source), from 0.</param>
/// <param name="Column">Name of the column that holds the reason.</param>
/// <param name="Reason">What was found and what was expected.</param>
public sealed record RejectedRow(long InputRow, string File, int RowGroup, long Row, string Column, string Reason);

/// <summary>
/// Rows of a batch that a block took out of the flow because they cannot be used. They are counted, and kept where the user asked for it: none vanishes.
/// </summary>
/// <param name="Schema">The columns as they were read.</param>
/// <param name="Columns">The refused rows' values, in the schema's order; own memory, not that of the batch.</param>
/// <param name="Rows">One entry a refused row, in input order.</param>
public sealed record RejectedRows(BatchSchema Schema, IReadOnlyList<BatchColumn> Columns, IReadOnlyList<RejectedRow> Rows);
