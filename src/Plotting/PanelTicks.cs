using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace Pipelines.Plotting;

/// <summary>Ticks of logarithmic axes and of axes of whole numbers.</summary>
internal static class PanelTicks
{
    private const double LeastPlain = 1e-4;
    private const double MostPlain = 1e7;

    /// <summary>Ticks of a logarithmic axis: decades, with 2 and 5 between them if there are few, and unlabelled ticks at the others.</summary>
    /// <param name="low">Decimal logarithm of the lower end.</param>
    /// <param name="high">Decimal logarithm of the upper end.</param>
    /// <param name="most">Maximum number of labels.</param>
    /// <param name="marks">Additional ticks, in decimal logarithms.</param>
    public static NumericManual Log(double low, double high, double most, IEnumerable<(double At, string Text)> marks)
    {
        var every = Math.Max(1, (int)Math.Ceiling((high - low) / Math.Max(1, most)));
        int[] labelled = high - low <= most / 3 ? [1, 2, 5] : [1];
        var ticks = new NumericManual();
        foreach (var (at, text) in marks) ticks.AddMajor(at, text);
        var before = marks.Select(m => m.At).DefaultIfEmpty(double.NegativeInfinity).Max();
        for (var decade = (int)Math.Floor(low); decade <= high; decade++)
        {
            for (var digit = 1; digit < 10; digit++)
            {
                var at = decade + Math.Log10(digit);
                if (at < low || at > high || at <= before + 0.02 * (high - low)) continue;
                if (labelled.Contains(digit) && decade % every == 0) ticks.AddMajor(at, Text(digit, decade));
                else if (every == 1) ticks.AddMinor(at);
            }
        }
        return ticks;
    }

    /// <summary>Ticks at whole numbers.</summary>
    /// <param name="low">Lower end.</param>
    /// <param name="high">Upper end.</param>
    /// <param name="most">Maximum number of labels.</param>
    public static NumericManual Whole(double low, double high, double most)
    {
        long power = 1, step;
        while ((step = Array.Find([power, 2 * power, 5 * power], t => (high - low) / t <= most)) == 0) power *= 10;
        var ticks = new List<double>();
        for (var t = Math.Ceiling(low / step) * step; t <= high; t += step) ticks.Add(t + 0.0);
        return new([.. ticks], [.. ticks.Select(t => t.ToString("#,##0", CultureInfo.InvariantCulture))]);
    }

    // Digits before a power of ten: 0.001, 20, 5,000, 1e9.
    private static string Text(int digit, int decade)
    {
        var value = digit * Math.Pow(10, decade);
        return value is >= LeastPlain and < MostPlain
            ? Math.Round((decimal)value, Math.Max(0, -decade)).ToString("#,##0.####", CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{digit}e{decade}");
    }
}
