namespace Pipelines.Models.Numerics;

/// <summary>Numbers that several families share.</summary>
internal static class Constants
{
    /// <summary>Total weight, in rows, below which a component has died: its parameters are kept.</summary>
    public const double LeastWeight = 1e-8;

    /// <summary>log2(e): turns natural logarithms into base-2 ones.</summary>
    public const double Log2E = 1.4426950408889634;

    /// <summary>ln(2 pi) / 2.</summary>
    public const double HalfLog2Pi = 0.91893853320467274178;
}
