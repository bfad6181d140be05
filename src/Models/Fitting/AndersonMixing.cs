using Pipelines.Models.Numerics;

namespace Pipelines.Models.Fitting;

/// <summary>
/// Accelerates EM by Anderson mixing of sufficient statistics. An EM iteration maps the sums s, by an M step and a pass over the data, to new sums g(s); a
/// fit has ended where g(s) = s. Of the last m + 1 iterations, with the residuals f = g(s) - s, the next sums are g_m - sum over i of c_i (g_(i+1) - g_i),
/// where c minimizes the norm of f_m - sum over i of c_i (f_(i+1) - f_i). This needs nothing but sums, so it serves every model whose statistics are
/// additive. The fixed points are those of EM.
/// </summary>
/// <remarks>
/// Anderson 1965, Journal of the ACM 12, 547-560; restarts, damping and the monotone safeguard after Henderson and Varadhan 2019 (DAAREM), Journal of
/// Computational and Graphical Statistics 28, 834-846. Extrapolation of EM: Varadhan and Roland 2008 (SQUAREM), Scandinavian Journal of Statistics 35, 335-353.
/// </remarks>
/// <param name="steps">Earlier iterations, oldest first; centred on the model of the last one.</param>
internal sealed class AndersonMixing(IReadOnlyList<MixedStep> steps)
{
    /// <summary>Maximum number of iterations that are mixed.</summary>
    public const int Most = 10;

    // Of large models, only as many iterations are mixed as have this many sums together, but at least three.
    private const int MostNumbers = 1 << 24;

    // Share of the largest diagonal entry that is added to each: residuals that are nearly dependent would get huge coefficients.
    private const double Ridge = 1e-9;

    private readonly List<MixedStep> steps = [.. steps];

    /// <summary>Prepares the acceleration of a fit.</summary>
    /// <param name="model">The model.</param>
    /// <param name="sums">Its statistics.</param>
    /// <param name="steps">Earlier iterations, centred on it.</param>
    /// <exception cref="ModelException">The model has no likelihood, or its statistics are not sums alone.</exception>
    public static AndersonMixing Of(Model model, Statistics sums, IReadOnlyList<MixedStep> steps) =>
        model.ObjectiveName == Model.LogLikelihoodName && sums.Numbers() is not null
            ? new(steps)
            : throw new ModelException(ErrorKind.Usage, $"{nameof(FitOptions)}.{nameof(FitOptions.Acceleration)}", "a model without a likelihood, or whose "
                + "statistics are not sums", "None for such a model", "leave it out");

    /// <summary>The iterations to save.</summary>
    public IReadOnlyList<MixedStep> Steps => [.. steps];

    /// <summary>The mixed sums; null if there are too few iterations.</summary>
    /// <param name="sums">The sums of the last iteration.</param>
    public Statistics? Mix(Statistics sums)
    {
        var m = steps.Count - 1;
        if (m < 1) return null;
        double[][] inputs = [.. steps.Select(s => s.Input.Numbers()!)], outputs = [.. steps.Select(s => s.Output.Numbers()!)];
        var length = outputs[m].Length;
        if (inputs.Concat(outputs).Any(n => n.Length != length)) return null;
        double[][] residuals = [.. outputs.Zip(inputs, (g, s) => Difference(g, s))];
        // Sums differ in size by their units: each counts in units of its largest residual.
        var scale = new double[length];
        foreach (var f in residuals)
            for (var j = 0; j < length; j++) scale[j] = Math.Max(scale[j], Math.Abs(f[j]));
        // Changes of the size of rounding errors say nothing.
        for (var j = 0; j < length; j++) scale[j] = scale[j] > 1e-12 * Math.Abs(outputs[m][j]) ? 1 / scale[j] : 0;
        double[][] differences = [.. Enumerable.Range(0, m).Select(i => Scaled(Difference(residuals[i + 1], residuals[i]), scale))];
        if (Solve(differences, Scaled(residuals[m], scale)) is not { } c) return null;
        double[] mixed = [.. outputs[m]];
        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j < length; j++) mixed[j] -= c[i] * (outputs[i + 1][j] - outputs[i][j]);
        }
        var result = sums.Clone();
        result.SetNumbers(mixed);
        return result;
    }

    /// <summary>Takes an iteration.</summary>
    /// <param name="input">The sums that the M step began with, centred on the model before.</param>
    /// <param name="output">The sums of the pass that followed.</param>
    /// <param name="before">The model before.</param>
    /// <param name="after">The model after.</param>
    public void Add(Statistics input, Statistics output, Model before, Model after)
    {
        if (steps.Count >= Math.Clamp(MostNumbers / Math.Max(1, output.Numbers()!.Length), 3, Most)) steps.RemoveAt(0);
        steps.Add(new(input.Clone(), output.Clone()));
        foreach (var (i, step) in steps.Index())
        {
            after.Recenter(step.Input, before);
            if (i < steps.Count - 1) after.Recenter(step.Output, before);
        }
    }

    /// <summary>Forgets all iterations.</summary>
    public void Clear() => steps.Clear();

    // Minimizes |f - sum of c_i d_i|.
    private static double[]? Solve(double[][] d, double[] f)
    {
        var m = d.Length;
        var (a, b, lower) = (new double[m, m], new double[m], new double[m, m]);
        for (var i = 0; i < m; i++)
        {
            for (var k = 0; k <= i; k++) a[i, k] = a[k, i] = Dot(d[i], d[k]);
            b[i] = Dot(d[i], f);
        }
        var largest = Enumerable.Range(0, m).Max(i => a[i, i]);
        for (var i = 0; i < m; i++) a[i, i] += Ridge * largest;
        if (!(largest > 0) || Cholesky.Factor(a, lower) >= 0) return null;
        for (var i = 0; i < m; i++)
        {
            for (var k = 0; k < i; k++) b[i] -= lower[i, k] * b[k];
            b[i] /= lower[i, i];
        }
        for (var i = m - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < m; k++) b[i] -= lower[k, i] * b[k];
            b[i] /= lower[i, i];
        }
        return Array.TrueForAll(b, double.IsFinite) ? b : null;
    }

    private static double[] Difference(double[] a, double[] b)
    {
        var result = new double[a.Length];
        for (var j = 0; j < result.Length; j++) result[j] = a[j] - b[j];
        return result;
    }

    private static double[] Scaled(double[] a, double[] by)
    {
        for (var j = 0; j < a.Length; j++) a[j] *= by[j];
        return a;
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (var j = 0; j < a.Length; j++) sum += a[j] * b[j];
        return sum;
    }
}

/// <summary>An EM iteration: sums before and after it, centred on the same model.</summary>
/// <param name="Input">The sums that the M step began with.</param>
/// <param name="Output">The sums of the pass that followed.</param>
internal sealed record MixedStep(Statistics Input, Statistics Output);
