namespace Pipelines.Models.Inference;

/// <summary>Reads the most probable values of all unobserved variables from the tables of an explanation's program.</summary>
internal static class Explanations
{
    /// <summary>Reads the values of one row, from the roots of the junction trees to the leaves; on ties the first.</summary>
    /// <param name="program">The program.</param>
    /// <param name="run">Holds its tables.</param>
    /// <param name="lane">The row's lane.</param>
    /// <param name="values">Shape [variables]: those of unobserved variables are filled in.</param>
    public static void Decode(InferenceProgram program, in ProgramRun run, int lane, Span<int> values)
    {
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
