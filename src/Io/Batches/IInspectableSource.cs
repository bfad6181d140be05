namespace Pipelines.Io;

/// <summary>A source that knows more of its data than the columns before it reads a row, such as from the footers of files.</summary>
public interface IInspectableSource : IBatchSource
{
    /// <summary>Describes each part, such as a file, in reading order, even if the parts do not go together.</summary>
    /// <exception cref="FlowException">The data cannot be found or opened.</exception>
    ValueTask<IReadOnlyList<SourcePart>> InspectAsync(CancellationToken cancellationToken);

    /// <summary>The decoders that a run would use, and the number of row groups or other units that each decodes, the largest number first.</summary>
    /// <param name="columns">The columns that are read; null = all.</param>
    /// <param name="heldBytes">Memory limit of a decoder, in bytes.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="FlowException">The data cannot be read.</exception>
    ValueTask<IReadOnlyList<(string Name, int RowGroups)>> DecodersAsync(IReadOnlyList<string>? columns, long heldBytes, CancellationToken cancellationToken);
}

/// <summary>A part of a source, such as a file, described without reading rows.</summary>
/// <param name="Name">Its name, for messages.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Columns">Its columns, in order.</param>
public record SourcePart(string Name, long Rows, IReadOnlyList<InspectedColumn> Columns);
