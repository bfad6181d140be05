namespace Pipelines.Plotting;

/// <summary>The Okabe-Ito colours, which are distinguishable with any colour vision; beyond six lines, dash patterns distinguish them as well.</summary>
internal static class Palette
{
    /// <summary>Maximum number of components with their own line; beyond it, the lightest share one.</summary>
    public const int Most = 12;

    private static readonly string[] colors = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9"];

    /// <summary>Text, axes and the sum of all components.</summary>
    public const string Black = "#24292F";

    /// <summary>Text on a colour, where the usual black would be too faint.</summary>
    private const string FullBlack = "#000000";

    /// <summary>The ground of all pictures.</summary>
    public const string White = "#FFFFFF";

    /// <summary>Data.</summary>
    public const string Grey = "#C4CBD3";

    /// <summary>Data points and combined components.</summary>
    public const string DarkGrey = "#7A838C";

    /// <summary>The opacity of a cell that shows a share of 0 … 1.</summary>
    public static double Shade(double share) => 0.04 + (0.9 * share);

    /// <summary>White or black, whichever has the greater contrast on an ink over white.</summary>
    /// <remarks>Contrast and relative luminance as in the Web Content Accessibility Guidelines 2.1.</remarks>
    public static string TextOn(Ink ground)
    {
        var own = Luminance(ground.Color, ground.Opacity);
        return 1.05 / (own + 0.05) > (own + 0.05) / 0.05 ? White : FullBlack;
    }

    private static double Luminance(string color, double opacity)
    {
        double[] weights = [0.2126, 0.7152, 0.0722];
        return weights.Select((w, i) => w * Linear(1 - (opacity * (1 - (Convert.ToInt32(color.Substring(1 + (2 * i), 2), 16) / 255.0))))).Sum();

        static double Linear(double value) => value <= 0.03928 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
    }

    /// <summary>The ink of component <paramref name="k"/> among those drawn.</summary>
    public static Ink Of(int k, double width = 2) => new(colors[k % colors.Length], width, k / colors.Length % 2);
}
