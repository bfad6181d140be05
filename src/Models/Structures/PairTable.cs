namespace Pipelines.Models.Structures;

/// <summary>
/// Where counts lie: first those of each variable's values, then of each pair (a, b) with a below b a table of shape [a's values, b's values].
/// </summary>
internal sealed class PairTable
{
    private readonly long[] first;
    private readonly int[] alone;

    /// <param name="sizes">Number of values of each variable, shape [variables].</param>
    public PairTable(IReadOnlyList<int> sizes)
    {
        Sizes = [.. sizes];
        first = new long[Pairs(Sizes.Length)];
        long length = 0;
        alone = new int[Sizes.Length];
        for (var a = 0; a < Sizes.Length; a++)
        {
            alone[a] = (int)length;
            length += Sizes[a];
        }
        for (int a = 0, pair = 0; a < Sizes.Length; a++)
        {
            for (var b = a + 1; b < Sizes.Length; b++)
            {
                first[pair++] = length;
                length += (long)Sizes[a] * Sizes[b];
            }
        }
        Length = length;
    }

    /// <summary>Number of values of each variable, shape [variables].</summary>
    public int[] Sizes { get; }

    /// <summary>Number of cells in all. Only where it fits an array are the others of use.</summary>
    public long Length { get; }

    /// <summary>The first cell of a variable alone.</summary>
    public int First(int variable) => alone[variable];

    /// <summary>The first cell of a pair.</summary>
    /// <param name="a">The pair's first variable.</param>
    /// <param name="b">Its second, above the first.</param>
    public int First(int a, int b) => (int)first[(a * ((2 * Sizes.Length) - a - 1) / 2) + b - a - 1];

    private static int Pairs(int variables) => variables * (variables - 1) / 2;
}
