namespace Pipelines.Models.Sequences;

/// <summary>The effective transitions in the order in which the lane kernels read them, padded to a multiple of four states that nothing enters.</summary>
internal sealed class LaneMatrices
{
    /// <summary>States are worked on in blocks of this many.</summary>
    public const int Block = 4;

    // Models whose transitions all are above this keep every number within the range of doubles by themselves: what is lost is below 2^-200 of what counts.
    private const double Dense = 6.223015277861142E-61;
    private const double LeastEnd = 1e-120;

    // Numbers below this would meet denormals in products; they are raised, and sequences in which that matters are noticed.
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

    /// <summary>True if numbers may leave the range of doubles: then the kernels look out for it.</summary>
    public bool IsCareful { get; }
}
