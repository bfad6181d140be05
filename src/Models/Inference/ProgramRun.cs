using Pipelines.Models.Kernels;

namespace Pipelines.Models.Inference;

/// <summary>Runs a program over rows, as many at a time as there are lanes. Belongs to one thread.</summary>
internal ref struct ProgramRun
{
    // Tables of this size stay in the second-level cache.
    private const long CachedBytes = 1 << 20;
    private const int MostLanes = 32;

    private readonly InferenceProgram program;
    private readonly Span<double> memory;
    private readonly Span<double> exponents;
    private readonly Span<double> dropped;
    private readonly Span<double> before;
    private readonly Span<double> beliefLogs;
    private readonly Span<int> codes;
    private readonly Span<int> places;

    /// <summary>Takes memory for the tables and computes what is the same in all rows.</summary>
    /// <param name="program">The program.</param>
    /// <param name="rows">Number of rows that follow.</param>
    /// <param name="mostBytes">What the tables may take.</param>
    /// <param name="scratch">Gives the memory.</param>
    public ProgramRun(InferenceProgram program, int rows, long mostBytes, in Scratch scratch)
    {
        this.program = program;
        Lanes = LanesOf(program, rows, mostBytes);
        memory = scratch.Take(checked((int)(program.Entries * Lanes)));
        exponents = scratch.Take(Lanes);
        dropped = scratch.Take(Lanes);
        before = scratch.Take((program.Loopy?.Count ?? 0) * Lanes);
        beliefLogs = scratch.Take(Lanes);
        beliefLogs.Clear();
        codes = System.Runtime.InteropServices.MemoryMarshal.Cast<double, int>(scratch.Take((program.Observed.Length * Lanes / 2) + 1));
        places = System.Runtime.InteropServices.MemoryMarshal.Cast<double, int>(scratch.Take((Lanes / 2) + 1));
        foreach (var table in program.Constants)
            for (var e = 0; e < table.Values.Length; e++) memory.Slice((table.Target + e) * Lanes, Lanes).Fill(table.Values[e]);
        foreach (var step in program.Prologue) Run(step);
    }

    /// <summary>Number of rows at a time.</summary>
    public int Lanes { get; }

    /// <summary>Where the next rows' observed values go, shape [Observed, Lanes]; all lanes must hold codes.</summary>
    public readonly Span<int> Codes => codes;

    /// <summary>The numbers of an entry, one for each row.</summary>
    public readonly ReadOnlySpan<double> Entry(int entry) => memory.Slice(entry * Lanes, Lanes);

    /// <summary>Number of rows at a time for a program: as many as the cache holds, no more than there are, fewer where memory is short.</summary>
    public static int LanesOf(InferenceProgram program, int rows, long mostBytes)
    {
        var lanes = MostLanes;
        var bytes = program.Entries * sizeof(double);
        while (lanes > ProgramKernel.VectorLanes && (lanes / 2 >= rows || bytes * lanes > CachedBytes)) lanes /= 2;
        while (lanes > 1 && (bytes * lanes > mostBytes || program.Entries * lanes > Array.MaxLength / 2)) lanes /= 2;
        return lanes;
    }

    /// <summary>Computes all tables from <see cref="Codes"/>.</summary>
    public readonly unsafe void Execute()
    {
        exponents.Clear();
        fixed (double* m = memory)
        {
            fixed (int* c = codes, p = places)
                foreach (var table in program.Gathered) ProgramKernel.Gather(table, c, program.Observed.Length, m, Lanes, p);
        }
        foreach (var step in program.Steps) Run(step);
        if (program.Loopy is not null)
        {
            fixed (double* m = memory) LoopyRun.Execute(program, m, Lanes, before, beliefLogs);
        }
        if (program.Results.Length == 0) return;
        // What is observed may be impossible in a part of the network that the result does not depend on.
        dropped.Fill(1);
        foreach (var term in program.EvidenceTerms)
        {
            var values = Entry(term);
            for (var lane = 0; lane < Lanes; lane++) dropped[lane] = Math.Min(dropped[lane], values[lane]);
        }
        fixed (double* m = memory, d = dropped)
            foreach (var result in program.Results) ProgramKernel.Normalize(m + ((nint)result.Target * Lanes), result.Size, Lanes, d);
    }

    /// <summary>Natural logarithm of the probability of what is observed (and of the explanation) in each row.</summary>
    /// <param name="logs">Shape [Lanes].</param>
    public readonly unsafe void EvidenceLogs(Span<double> logs)
    {
        var product = dropped;
        product.Fill(1);
        fixed (double* p = product, x = exponents)
        {
            foreach (var term in program.EvidenceTerms)
            {
                var values = Entry(term);
                for (var lane = 0; lane < Lanes; lane++) product[lane] *= values[lane];
                if (program.IsScaled) ProgramKernel.Scale(p, 1, Lanes, x);
            }
        }
        for (var lane = 0; lane < Lanes; lane++) logs[lane] = Math.Log(product[lane]) + (exponents[lane] * Math.Log(2)) + beliefLogs[lane];
    }

    private readonly unsafe void Run(ProgramStep step)
    {
        fixed (double* m = memory, x = exponents, d = dropped)
        {
            ProgramKernel.Run(step, m, Lanes);
            if (step.Scale != StepScale.None)
                ProgramKernel.Scale(m + ((nint)step.Target * Lanes), step.Outer, Lanes, step.Scale == StepScale.Counted ? x : d);
        }
    }
}
