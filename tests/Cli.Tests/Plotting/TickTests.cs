using System.Globalization;
using Pipelines.Plotting;

namespace Pipelines.Cli.Tests.Plotting;

/// <summary>Labels of axes: each says where its tick is, and no two are the same.</summary>
public sealed class TickTests
{
    private const double Pixels = 500;

    private static double Width(string text) => 7 * text.Length;

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-3.5, 17)]
    [InlineData(-38012.1971, -38012.1968)]
    [InlineData(-38012.19699998, -38012.19699961)]
    [InlineData(999_999_999_996, 1_000_000_000_015)]
    [InlineData(1.7042e9, 1.7107e9)]
    [InlineData(0, 2.1e-7)]
    [InlineData(0, 0.00021)]
    [InlineData(-4e12, 3e13)]
    [InlineData(7e-300, 9e-300)]
    [InlineData(0.3, 0.7)]
    public void Labels_of_linear_axes_differ_and_say_where_they_are(double low, double high)
    {
        var ticks = new PanelTicks(low, high, Pixels, Width);
        var made = ticks.Linear();
        made.Regenerate(new(low, high), ScottPlot.Edge.Bottom, (int)Pixels, null!, null!);
        var majors = made.Ticks.Where(t => t.IsMajor).ToArray();
        Assert.InRange(majors.Length, 2, 11);
        Assert.Equal(majors.Length, majors.Select(t => t.Label).Distinct().Count());
        foreach (var tick in majors)
        {
            Assert.InRange(tick.Position, low - (1e-6 * (high - low)), high + (1e-6 * (high - low)));
            // A label has at most 10 characters or so; it may not miss its tick by a hundredth of the axis.
            Assert.Equal(tick.Position, ticks.Offset + double.Parse(tick.Label, CultureInfo.InvariantCulture), 0.01 * (high - low));
            Assert.InRange(tick.Label.Length, 1, 13);
        }
        // One form: all have an exponent, or none has but for 0.
        Assert.Single(majors.Where(t => t.Label != "0").Select(t => t.Label.Contains('e', StringComparison.Ordinal)).Distinct());
        Assert.DoesNotContain(majors, t => t.Label.Contains('E', StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(999_999_999_996, 1_000_000_000_015, " − 1,000,000,000,000")]
    [InlineData(-38012.19699998, -38012.19699961, " + 38,012.197")]
    [InlineData(-3, 20, "")]
    public void What_labels_leave_out_is_told_beside_the_axis(double low, double high, string text)
    {
        var ticks = new PanelTicks(low, high, Pixels, Width);
        ticks.Linear();
        Assert.Equal(text, ticks.OffsetText);
    }

    [Theory]
    [InlineData(-5.2, 1.3, "0.00001", "10")]
    [InlineData(-6.2, 1.3, "1e-6", "1e1")]
    [InlineData(-2, 4, "0.01", "10,000")]
    [InlineData(3, 9, "1e3", "1e9")]
    public void Labels_of_logarithmic_axes_have_one_form(double low, double high, string first, string last)
    {
        var made = new PanelTicks(low, high, Pixels, Width).Log([]);
        made.Regenerate(new(low, high), ScottPlot.Edge.Bottom, (int)Pixels, null!, null!);
        string[] labels = [.. made.Ticks.Where(t => t.IsMajor).Select(t => t.Label)];
        Assert.Equal((first, last), (labels[0], labels[^1]));
        foreach (var tick in made.Ticks.Where(t => t.IsMajor))
            Assert.Equal(tick.Position, Math.Log10(double.Parse(tick.Label, CultureInfo.InvariantCulture)), 1e-12);
    }

    [Fact]
    public void Axes_of_counts_have_no_ticks_between_them()
    {
        var made = new PanelTicks(-0.1, 2.1, Pixels, Width).Whole();
        made.Regenerate(new(-0.1, 2.1), ScottPlot.Edge.Bottom, (int)Pixels, null!, null!);
        Assert.Equal(["0", "1", "2"], made.Ticks.Select(t => t.Label));
    }

    [Fact]
    public void Texts_on_cells_have_the_contrast_that_readers_need()
    {
        for (var percent = 0; percent <= 100; percent++)
        {
            var ground = new Ink(Palette.Of(0).Color, Opacity: Palette.Shade(percent / 100.0));
            // #0072B2 over white. At least 4.5 : 1 is the rule for small text in the Web Content Accessibility Guidelines 2.1, 1.4.3.
            var own = Relative([0, 0x72, 0xB2], ground.Opacity);
            var text = Palette.TextOn(ground) == "#FFFFFF" ? 1 : 0;
            Assert.True((Math.Max(own, text) + 0.05) / (Math.Min(own, text) + 0.05) >= 4.5, $"{percent} %");
        }

        static double Relative(double[] rgb, double opacity)
        {
            var shares = rgb.Select(c => (255 - (opacity * (255 - c))) / 255);
            var linear = shares.Select(c => c <= 0.03928 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4)).ToArray();
            return (0.2126 * linear[0]) + (0.7152 * linear[1]) + (0.0722 * linear[2]);
        }
    }
}
