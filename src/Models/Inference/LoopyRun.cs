namespace Pipelines.Models.Inference;

/// <summary>Repeats the messages of loopy belief propagation until each row's no longer change, and keeps its beliefs of that time.</summary>
internal static unsafe class LoopyRun
{
    /// <summary>Runs a program's rounds. A row's results do not depend on the rows in the other lanes.</summary>
    /// <param name="program">The program.</param>
    /// <param name="memory">Shape [entries, lanes].</param>
    /// <param name="lanes">Number of rows.</param>
    /// <param name="before">Shape [messages, lanes]: scratch.</param>
    /// <param name="logs">Shape [lanes]: for the probability of what is observed, its logarithm without the terms of observed families.</param>
    public static void Execute(InferenceProgram program, double* memory, int lanes, Span<double> before, Span<double> logs)
    {
        var part = program.Loopy!;
        var messages = new Span<double>(memory + ((nint)part.First * lanes), part.Count * lanes);
        messages.Fill(1);
        Span<bool> isDone = stackalloc bool[lanes], isNew = stackalloc bool[lanes];
        isDone.Clear();
        for (var round = 1; isDone.Contains(false); round++)
        {
            Fitting.Cancellation.Poll();
            messages.CopyTo(before);
            foreach (var step in part.Round)
            {
                ProgramKernel.Run(step, memory, lanes);
                ProgramKernel.Normalize(memory + ((nint)step.Target * lanes), step.Outer, lanes, null);
            }
            isNew.Fill(true);
            for (var e = 0; e < messages.Length; e++)
                if (Math.Abs(messages[e] - before[e]) > part.Rule.Tolerance) isNew[e % lanes] = false;
            for (var lane = 0; lane < lanes; lane++)
            {
                isNew[lane] = !isDone[lane] && (isNew[lane] || round >= part.Rule.Rounds);
                isDone[lane] |= isNew[lane];
            }
            if (isNew.Contains(true)) Keep(program, memory, lanes, isNew, logs);
        }
    }

    private static void Keep(InferenceProgram program, double* memory, int lanes, ReadOnlySpan<bool> isNew, Span<double> logs)
    {
        var part = program.Loopy!;
        foreach (var step in part.Beliefs)
        {
            ProgramKernel.Run(step, memory, lanes);
            ProgramKernel.Normalize(memory + ((nint)step.Target * lanes), step.Outer, lanes, null);
        }
        for (var lane = 0; lane < lanes; lane++)
        {
            if (!isNew[lane]) continue;
            foreach (var result in program.Results)
                for (var e = 0; e < result.Size; e++)
                    memory[((nint)(result.Target + e) * lanes) + lane] = memory[((nint)(result.Strides[0] + e) * lanes) + lane];
            logs[lane] = 0;
            foreach (var term in part.Terms)
            {
                for (var e = 0; e < term.Size; e++)
                {
                    var b = memory[((nint)(term.Belief + e) * lanes) + lane];
                    if (b == 0) continue;
                    var f = term.Factor < 0 ? 1 : memory[((nint)(term.Factor + e) * lanes) + lane];
                    logs[lane] += term.Count * b * (Math.Log(f) - Math.Log(b));
                }
            }
        }
    }
}
