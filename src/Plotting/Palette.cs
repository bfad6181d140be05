namespace Pipelines.Plotting;

/// <summary>The Okabe-Ito colours, which are distinguishable with any colour vision; beyond six lines, dash patterns distinguish them as well.</summary>
internal static class Palette
{
    /// <summary>Maximum number of components with their own line; beyond it, the lightest share one.</summary>
    public const int Most = 12;

    private static readonly string[] colors = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9"];

    /// <summary>Text, axes and the sum of all components.</summary>
    public const string Black = "#24292F";

    /// <summary>Data.</summary>
    public const string Grey = "#C4CBD3";

    /// <summary>Data points and combined components.</summary>
    public const string DarkGrey = "#7A838C";

    /// <summary>The ink of component <paramref name="k"/> among those drawn.</summary>
    public static Ink Of(int k, double width = 2) => new(colors[k % colors.Length], width, k / colors.Length % 2);
}
