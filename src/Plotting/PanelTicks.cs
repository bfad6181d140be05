using System.Globalization;
using ScottPlot.TickGenerators;

namespace Pipelines.Plotting;

/// <summary>Ticks of an axis, as many as have space for their labels, which all differ and have the same form.</summary>
/// <param name="low">Lower end of the axis, in its own units: decimal logarithms on a logarithmic axis.</param>
/// <param name="high">Upper end.</param>
/// <param name="pixels">Length of the axis.</param>
/// <param name="extentOf">Extent of a label along the axis, in pixels.</param>
internal sealed class PanelTicks(double low, double high, double pixels, Func<string, double> extentOf)
{
    private const double LeastPlain = 1e-5;
    private const double MostPlain = 1e7;
    private const double Space = 12;

    // More ticks than this are not easier to read.
    private const int MostTicks = 10;

    // Labels with more digits than this show what they have in common only once, beside the axis label.
    private const int MostDigits = 9;

    // … in steps between ticks.
    private const double LongestLabel = 100;

    /// <summary>What the labels of linear ticks leave out: the value at a tick is this number plus its label. 0 where they leave out nothing.</summary>
    public double Offset { get; private set; }

    /// <summary>The offset after an axis label: <c> − 1,000,000</c>; empty if there is none.</summary>
    public string OffsetText => Offset == 0 ? ""
        : $" {(Offset > 0 ? '−' : '+')} {Math.Abs(Offset).ToString(Math.Abs(Offset) < 1e15 ? "#,##0.###############" : "0.################e0",
            CultureInfo.InvariantCulture)}";

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
            var shown = all.Where(t => every == 0 ? t.Digit is 1 or 2 or 5 : t.Digit == 1 && t.Decade % every == 0).ToArray();
            var isPlain = Array.TrueForAll(shown, t => t.Digit * Math.Pow(10, t.Decade) is >= LeastPlain * 0.999 and < MostPlain);
            labels = [.. shown.Select(t => (t.At, Text(t.Digit, t.Decade, isPlain)))];
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
    public NumericManual Whole() => Linear(1);

    /// <summary>Ticks at multiples of 1, 2 or 5 times a power of ten, and unlabelled ones between them.</summary>
    /// <param name="least">The least distance of two ticks; 0 (default) = any.</param>
    public NumericManual Linear(double least = 0)
    {
        var span = high - low;
        (double At, string Text)[]? before = null;
        for (var power = (int)Math.Floor(Math.Log10(Math.Max(span / MostTicks, least))); ; power++)
        {
            foreach (var factor in (double[])[1, 2, 5])
            {
                // A power of ten below 1 is exact only as a divisor.
                double Multiple(double count) => power < 0 ? count * factor / Math.Pow(10, -power) : count * factor * Math.Pow(10, power);
                var step = Multiple(1);
                if (step < least || span / step > MostTicks) continue;
                double[] counts = [.. Counts(step)];
                var texts = Texts(counts, step, power, Multiple);
                (double At, string Text)[] labels = [.. counts.Zip(texts, (c, t) => (Multiple(c), t))];
                // One label rather than none.
                if (labels.Length == 0 && before is not null) labels = before[..1];
                before = labels;
                if (labels.Length > 1 && !Fits(labels)) continue;
                var ticks = new NumericManual();
                foreach (var (at, text) in labels) ticks.AddMajor(at, text);
                var parts = factor == 2 ? 4 : 5;
                foreach (var part in least > 0 ? [] : Counts(step / parts).Where(c => c % parts != 0)) ticks.AddMinor(Multiple(part / parts));
                return ticks;
            }
        }
    }

    private IEnumerable<double> Counts(double step)
    {
        // The end of an axis is a tick also where rounding puts it beside.
        var slack = 1e-9 * (high - low) / step;
        for (var count = Math.Ceiling((low / step) - slack); count <= (high / step) + slack; count++) yield return count + 0.0;
    }

    private string[] Texts(double[] counts, double step, int power, Func<double, double> multiple)
    {
        Offset = 0;
        if (counts.Length == 0) return [];
        var largest = Math.Max(Math.Abs(multiple(counts[0])), Math.Abs(multiple(counts[^1])));
        if (largest > 0 && Math.Floor(Math.Log10(largest)) - power + 1 > MostDigits)
        {
            // The roundest number that leaves short labels.
            var (first, farthest) = (0.0, 0.0);
            for (var round = Math.Pow(10, Math.Floor(Math.Log10(largest / step))); round >= 1; round /= 10)
            {
                first = Math.Round(counts[0] / round) * round;
                farthest = Math.Max(Math.Abs(counts[0] - first), Math.Abs(counts[^1] - first));
                if (farthest < LongestLabel) break;
            }
            Offset = multiple(first);
            counts = Array.ConvertAll(counts, c => c - first);
            largest = multiple(farthest);
        }
        var isPlain = largest == 0 || (largest < MostPlain && (largest >= 100 * LeastPlain || multiple(1) >= 10 * LeastPlain));
        return Array.ConvertAll(counts, c => isPlain ? Plain(multiple(c), Math.Max(0, -power)) : Scientific(multiple(c)));
    }

    private bool Fits(IReadOnlyList<(double At, string Text)> labels) => labels.Zip(labels.Skip(1)).All(p =>
        (p.Second.At - p.First.At) / (high - low) * pixels >= ((extentOf(p.First.Text) + extentOf(p.Second.Text)) / 2) + Space);

    private static string Plain(double value, int decimals) => (value + 0.0).ToString($"#,##0.{new string('0', decimals)}", CultureInfo.InvariantCulture);

    private static string Scientific(double value) => value == 0 ? "0" : PlotTexts.Exponent(value.ToString("0.########E0", CultureInfo.InvariantCulture));

    // Digits before a power of ten: 0.001, 20, 5,000; or 1e-5, 1, 1e9.
    private static string Text(int digit, int decade, bool isPlain) => isPlain
        ? Math.Round((decimal)(digit * Math.Pow(10, decade)), Math.Max(0, -decade)).ToString("#,##0.#####", CultureInfo.InvariantCulture)
        : decade == 0 ? $"{digit}" : string.Create(CultureInfo.InvariantCulture, $"{digit}e{decade}");
}
