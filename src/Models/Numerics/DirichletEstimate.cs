namespace Pipelines.Models.Numerics;

/// <summary>Maximum likelihood for a Dirichlet distribution (or a beta distribution, with two parts), from mean logarithms.</summary>
internal static class DirichletEstimate
{
    /// <summary>Maximum number of Newton steps.</summary>
    public const int MostSteps = 100;

    /// <summary>The warning for an estimate that did not settle.</summary>
    public static string Unsettled(string family) =>
        $"the {family} distribution's parameters still move by more than 1e-10 of themselves after {MostSteps} Newton steps: its log-likelihood may be below "
            + "the maximum (look at the features' values, or set a minimum variance)";

    /// <summary>
    /// Solves digamma(alpha_j) - digamma(sum of alpha) = log m_j + logs_j by Newton steps (Minka 2000, "Estimating a Dirichlet distribution": the Hessian is a
    /// diagonal plus a constant), each halved until the concave likelihood does not fall, until no alpha changes by more than a relative 1e-12.
    /// </summary>
    /// <param name="center">Shape [parts]: m, the shares that the logarithms are relative to, above 0, sum 1.</param>
    /// <param name="logs">Shape [parts]: mean of log(x_j / m_j).</param>
    /// <param name="most">Largest sum of alphas; the estimate is scaled down to it.</param>
    /// <param name="alphas">Shape [parts]: the estimate.</param>
    /// <param name="settled">True if the steps converged.</param>
    /// <param name="mostSteps">Maximum number of Newton steps.</param>
    /// <returns>False if all rows are equal to about seven digits and <paramref name="most"/> is infinite: there is no maximum.</returns>
    public static bool Solve(ReadOnlySpan<double> center, ReadOnlySpan<double> logs, double most, Span<double> alphas, out bool settled,
        int mostSteps = MostSteps)
    {
        settled = true;
        var parts = center.Length;
        // By Jensen's inequality the geometric means sum to less than 1; for narrow distributions the gap is (parts - 1)/(2 sum).
        double gap = 0, geometric = 0;
        for (var j = 0; j < parts; j++)
        {
            gap -= center[j] * Numbers.Expm1(logs[j]);
            alphas[j] = center[j] * Math.Exp(logs[j]);
            geometric += alphas[j];
        }
        var sum = gap > 1e-15 ? (parts - 1) / (2 * gap) : most;
        if (double.IsInfinity(sum)) return false;
        for (var j = 0; j < parts; j++) alphas[j] = Math.Max(sum * alphas[j] / geometric, 1e-12);
        if (gap > 1e-15) settled = Climb(center, logs, alphas, mostSteps);
        sum = 0;
        foreach (var alpha in alphas) sum += alpha;
        for (var j = 0; j < parts && sum > most; j++) alphas[j] *= most / sum;
        return true;
    }

    private static bool Climb(ReadOnlySpan<double> center, ReadOnlySpan<double> logs, Span<double> alphas, int mostSteps)
    {
        var parts = alphas.Length;
        Span<double> step = new double[parts], trial = new double[parts];
        var likelihood = Likelihood(center, logs, alphas);
        for (var round = 0; round < mostSteps; round++)
        {
            double sum = 0;
            foreach (var alpha in alphas) sum += alpha;
            var digammaOfSum = GammaFunctions.DigammaMinusLog(sum);
            double weighted = 0, inverse = 1 / GammaFunctions.Trigamma(sum);
            for (var j = 0; j < parts; j++)
            {
                var trigamma = GammaFunctions.Trigamma(alphas[j]);
                step[j] = (logs[j] - Math.Log(alphas[j] / sum / center[j]) - GammaFunctions.DigammaMinusLog(alphas[j]) + digammaOfSum) / trigamma;
                weighted += step[j];
                inverse -= 1 / trigamma;
            }
            // (D - c 11')^-1 g by Sherman and Morrison: the correction is distributed over the parts in proportion to 1/trigamma.
            for (var j = 0; j < parts; j++) step[j] += weighted / inverse / GammaFunctions.Trigamma(alphas[j]);

            double moved = 0, length = 1;
            for (var j = 0; j < parts; j++)
                if (alphas[j] + (length * step[j]) < 0.1 * alphas[j]) length = -0.9 * alphas[j] / step[j];
            var found = likelihood;
            for (var halving = 0; halving < 60; halving++, length /= 2)
            {
                for (var j = 0; j < parts; j++) trial[j] = alphas[j] + (length * step[j]);
                found = Likelihood(center, logs, trial);
                // Near the maximum, differences are rounding errors.
                if (found >= likelihood - (1e-13 * (1 + Math.Abs(likelihood)))) break;
            }
            for (var j = 0; j < parts; j++) moved = Math.Max(moved, Math.Abs(trial[j] - alphas[j]) / alphas[j]);
            trial.CopyTo(alphas);
            likelihood = found;
            if (moved <= 1e-12) return true;
            // At high sums the equations themselves are only accurate to rounding error; steps then stop shrinking at its size.
            if (moved <= 1e-11 * Math.Max(1, sum * 1e-3) && round > 20) return true;
        }
        return false;
    }

    /// <summary>Mean log density at the logarithms' means, without the part that does not depend on the alphas.</summary>
    private static double Likelihood(ReadOnlySpan<double> center, ReadOnlySpan<double> logs, ReadOnlySpan<double> alphas)
    {
        double sum = 0, result = 0;
        foreach (var alpha in alphas) sum += alpha;
        for (var j = 0; j < alphas.Length; j++)
            result += GammaFunctions.Excess(alphas[j]) + (alphas[j] * (logs[j] - Math.Log(alphas[j] / sum / center[j])));
        return result - GammaFunctions.Excess(sum);
    }
}
