namespace Pipelines.Plotting;

/// <summary>Colours of Okabe and Ito, which people with any colour vision can tell apart; beyond six, dashes tell them apart too.</summary>
internal static class Palette
{
    /// <summary>Most components that get a line of their own; the lightest of more share one.</summary>
    public const int Most = 12;

    private static readonly string[] colors = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9"];

    /// <summary>Text, axes and the sum of all components.</summary>
    public const string Black = "#24292F";

    /// <summary>Data.</summary>
    public const string Grey = "#C4CBD3";

    /// <summary>Points of data, and what was left over.</summary>
    public const string DarkGrey = "#7A838C";

    /// <summary>The ink of component <paramref name="k"/> among those drawn.</summary>
    public static Ink Of(int k, double width = 2) => new(colors[k % colors.Length], width, k / colors.Length % 2);
}
