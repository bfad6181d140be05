namespace Pipelines.Io.Storage;

/// <summary>A finished file, with what is needed to detect damage.</summary>
/// <param name="File">Its plain name.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">SHA-256 of its bytes, in lower-case hexadecimal.</param>
internal sealed record PartFile(string File, long Rows, long Bytes, string Sha256);

/// <summary>A finished part of an output.</summary>
/// <param name="Output">Its file.</param>
/// <param name="FirstRow">Global number of its first input row, from 0.</param>
/// <param name="InputRows">Input rows that it covers: those written and those rejected.</param>
/// <param name="RejectedRows">Rows rejected.</param>
/// <param name="NextBatch">Number of the batch that follows it.</param>
/// <param name="Quarantine">File of the rejected rows; null if none was rejected or they are not kept.</param>
internal sealed record PartRecord(PartFile Output, long FirstRow, long InputRows, long RejectedRows, long NextBatch, PartFile? Quarantine);
