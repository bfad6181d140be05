namespace Pipelines.Models.Sequences;

/// <summary>The effective transitions in the order the lane kernels read them, padded to a multiple of four with unreachable states.</summary>
internal sealed class LaneMatrices
{
    /// <summary>Number of states per block.</summary>
    public const int Block = 4;

    // If all transitions are above this, every value stays within the range of doubles without further measures: the loss is below 2^-200, relatively.
    private const double Dense = 6.223015277861142E-61;
    private const double LeastEnd = 1e-120;

    // Products of values below this would become denormal. Such values are raised, and sequences in which that matters are detected.
    private const double Least = 1e-290;

    public LaneMatrices(EffectiveChain chain)
    {
        States = chain.States;
        Padded = (States + Block - 1) / Block * Block;
        Forward = GC.AllocateArray<double>(Padded * Padded, pinned: true);
        Backward = GC.AllocateArray<double>(Padded * Padded, pinned: true);
        Start = new double[Padded];
        End = new double[Padded];
        for (var i = 0; i < States; i++)
        {
            Start[i] = chain.Probability[States, i];
            End[i] = chain.Probability[i, States];
            IsCareful |= Start[i] is > 0 and < LeastEnd || End[i] is > 0 and < LeastEnd;
            for (var j = 0; j < States; j++)
            {
                var p = chain.Probability[i, j];
                IsCareful |= p < Dense;
                if (p > 0) p = Math.Max(p, Least);
                Forward[(j / Block * Padded * Block) + (i * Block) + (j % Block)] = p;
                Backward[(i / Block * Padded * Block) + (j * Block) + (i % Block)] = p;
            }
        }
    }

    /// <summary>Number of states E.</summary>
    public int States { get; }

    /// <summary>E rounded up to a multiple of <see cref="Block"/>.</summary>
    public int Padded { get; }

    /// <summary>a(i, j) at [j / 4, i, j % 4], pinned.</summary>
    public double[] Forward { get; }

    /// <summary>a(i, j) at [i / 4, j, i % 4], pinned.</summary>
    public double[] Backward { get; }

    /// <summary>Shape [Padded].</summary>
    public double[] Start { get; }

    /// <summary>Shape [Padded].</summary>
    public double[] End { get; }

    /// <summary>True if values may leave the range of doubles; the kernels then check for it.</summary>
    public bool IsCareful { get; }
}
