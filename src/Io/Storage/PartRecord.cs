namespace Pipelines.Io.Storage;

/// <summary>A finished file: what tells it from a damaged one.</summary>
/// <param name="File">Its plain name.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">SHA-256 of its bytes, in lower-case hexadecimal.</param>
internal sealed record PartFile(string File, long Rows, long Bytes, string Sha256);

/// <summary>A finished part of an output.</summary>
/// <param name="Output">Its file.</param>
/// <param name="FirstRow">Global number of its first input row, from 0.</param>
/// <param name="InputRows">Input rows that it is made of: those written and those refused.</param>
/// <param name="RejectedRows">Rows refused.</param>
/// <param name="NextBatch">Number of the batch that follows it.</param>
/// <param name="Quarantine">File of the refused rows; null where none was refused or nobody keeps them.</param>
internal sealed record PartRecord(PartFile Output, long FirstRow, long InputRows, long RejectedRows, long NextBatch, PartFile? Quarantine);
