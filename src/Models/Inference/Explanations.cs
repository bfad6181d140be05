namespace Pipelines.Models.Inference;

/// <summary>Reads the most probable values of all unobserved variables from the tables of an explanation's program.</summary>
internal static class Explanations
{
    /// <summary>Natural logarithm of the product of all factors at the values of one row.</summary>
    /// <param name="program">A program of loopy belief propagation.</param>
    /// <param name="run">Holds the observed values.</param>
    /// <param name="lane">The row's lane.</param>
    /// <param name="values">Shape [variables]: the unobserved values; the observed ones are filled in.</param>
    public static double LogOf(InferenceProgram program, in ProgramRun run, int lane, Span<int> values)
    {
        for (var k = 0; k < program.Observed.Length; k++) values[program.Observed[k]] = run.Codes[(k * run.Lanes) + lane];
        var set = program.Loopy!.Set;
        double sum = 0;
        foreach (var factor in set.Factors)
        {
            var place = 0;
            foreach (var v in factor.Variables) place = (place * set.Sizes[v]) + values[v];
            sum += Math.Log(factor.Values[place]);
        }
        return sum;
    }

    /// <summary>Reads the values of one row, from the roots of the junction trees to the leaves; on ties the first.</summary>
    /// <param name="program">The program.</param>
    /// <param name="run">Holds its tables.</param>
    /// <param name="lane">The row's lane.</param>
    /// <param name="values">Shape [variables]: those of unobserved variables are filled in.</param>
    public static void Decode(InferenceProgram program, in ProgramRun run, int lane, Span<int> values)
    {
        // Loopy: each variable by itself.
        foreach (var result in program.Results)
        {
            var most = double.NegativeInfinity;
            for (var k = 0; k < result.Size; k++)
            {
                var p = run.Entry(result.Target + k)[lane];
                if (p > most) (values[result.Owner], most) = (k, p);
            }
        }
        foreach (var clique in program.Decoded)
        {
            var outer = 0;
            foreach (var v in clique.Given) outer = (outer * clique.Sizes[v]) + values[v];
            var step = clique.Step;
            var (best, most) = (0, double.NegativeInfinity);
            for (var t = 0; t < step.Inner; t++)
            {
                var product = run.Entry(step.Index[(outer * step.Inner) + t])[lane];
                if (product > most) (best, most) = (t, product);
            }
            for (var j = clique.Found.Length - 1; j >= 0; j--)
            {
                var size = clique.Sizes[clique.Found[j]];
                values[clique.Found[j]] = best % size;
                best /= size;
            }
        }
    }
}
