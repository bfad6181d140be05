using System.Globalization;
using ScottPlot.TickGenerators;

namespace Pipelines.Plotting;

/// <summary>Ticks of logarithmic axes and of axes of whole numbers, as many as have space for their labels.</summary>
/// <param name="low">Lower end of the axis, in its own units: decimal logarithms on a logarithmic axis.</param>
/// <param name="high">Upper end.</param>
/// <param name="pixels">Length of the axis.</param>
/// <param name="extentOf">Extent of a label along the axis, in pixels.</param>
internal sealed class PanelTicks(double low, double high, double pixels, Func<string, double> extentOf)
{
    private const double LeastPlain = 1e-4;
    private const double MostPlain = 1e7;
    private const double Space = 12;

    /// <summary>Ticks of a logarithmic axis: decades, with 2 and 5 between them if there is space, and unlabelled ticks at the other digits.</summary>
    /// <param name="marks">Additional ticks, in decimal logarithms, before the others.</param>
    public NumericManual Log(IReadOnlyList<(double At, string Text)> marks)
    {
        var first = marks.Select(m => m.At).DefaultIfEmpty(double.NegativeInfinity).Max() + (0.01 * (high - low));
        var all = new List<(int Digit, int Decade, double At)>();
        for (var decade = (int)Math.Floor(low); decade <= high; decade++)
            for (var digit = 1; digit < 10; digit++)
                if (decade + Math.Log10(digit) is var at && at >= low && at <= high && at > first) all.Add((digit, decade, at));
        var every = 0;
        (double At, string Text)[] labels;
        do
        {
            // First 1, 2 and 5 of each decade, then the decades, then every second one …
            labels = [.. all.Where(t => every == 0 ? t.Digit is 1 or 2 or 5 : t.Digit == 1 && t.Decade % every == 0)
                .Select(t => (t.At, Text(t.Digit, t.Decade)))];
            every++;
        }
        while (!Fits(labels) && labels.Length > 1);
        // A decade beside an additional tick gives way.
        while (labels.Length > 0 && marks.Count > 0 && !Fits([.. marks, labels[0]])) labels = labels[1..];
        var ticks = new NumericManual();
        foreach (var (at, text) in marks.Concat(labels)) ticks.AddMajor(at, text);
        foreach (var (_, _, at) in all.Where(t => every <= 2 && !labels.Any(l => l.At == t.At))) ticks.AddMinor(at);
        return ticks;
    }

    /// <summary>Ticks at whole numbers.</summary>
    public NumericManual Whole()
    {
        for (long power = 1; ; power *= 10)
        {
            foreach (var factor in (long[])[1, 2, 5])
            {
                var ticks = new List<(double At, string Text)>();
                var step = power * factor;
                // Not the thousands that would not fit in any case.
                if ((high - low) / step > pixels / Space) continue;
                for (var at = Math.Ceiling(low / step) * step; at <= high; at += step) ticks.Add((at + 0.0, Plain(at)));
                if (ticks.Count < 2 || Fits([.. ticks])) return new([.. ticks.Select(t => t.At)], [.. ticks.Select(t => t.Text)]);
            }
        }
    }

    private bool Fits(IReadOnlyList<(double At, string Text)> labels) => labels.Zip(labels.Skip(1)).All(p =>
        (p.Second.At - p.First.At) / (high - low) * pixels >= ((extentOf(p.First.Text) + extentOf(p.Second.Text)) / 2) + Space);

    private static string Plain(double value) => (value + 0.0).ToString("#,##0", CultureInfo.InvariantCulture);

    // Digits before a power of ten: 0.001, 20, 5,000, 1e9.
    private static string Text(int digit, int decade)
    {
        var value = digit * Math.Pow(10, decade);
        return value is >= LeastPlain and < MostPlain
            ? Math.Round((decimal)value, Math.Max(0, -decade)).ToString("#,##0.####", CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{digit}e{decade}");
    }
}
