namespace Pipelines.Io.Reading;

/// <summary>Maps the elements of a slice to the rows of their lists, for messages.</summary>
/// <param name="first">Number of elements of the row group before the slice.</param>
/// <param name="starts">Shape [lists], ascending from 0: the element of the slice at which each list starts or continues; empty lists are omitted.</param>
/// <param name="rows">Shape [lists]: the row in the row group.</param>
/// <param name="before">Number of elements of the first of these lists before the slice.</param>
internal sealed class ListPlaces(long first, int[] starts, long[] rows, long before)
{
    /// <summary>The row in the row group, and the element in its list, both from 0.</summary>
    /// <param name="element">The element in the row group; it must be in the slice.</param>
    public (long Row, long Element) Find(long element)
    {
        var found = Array.BinarySearch(starts, (int)(element - first));
        var list = found < 0 ? ~found - 1 : found;
        return (rows[list], element - first - starts[list] + (list == 0 ? before : 0));
    }
}
