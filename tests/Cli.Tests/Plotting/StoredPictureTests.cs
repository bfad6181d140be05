using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using Pipelines.Plotting;

namespace Pipelines.Cli.Tests.Plotting;

/// <summary>
/// Pictures of every kind against stored ones that a person has looked at: the same texts at the same places, and as many shapes of each colour.
/// To store pictures anew, set PIPELINES_STORE_PICTURES to a folder, and look at the PNGs there.
/// </summary>
public sealed class StoredPictureTests
{
    // Pixels: positions of axis ticks follow from densities, whose last bits depend on the processor.
    private const double Near = 2;

    // Pixels: antialiased letters may touch.
    private const double Touching = 0.5;

    private static string? Folder => Environment.GetEnvironmentVariable("PIPELINES_STORE_PICTURES");

    public static TheoryData<string> Names => [.. PictureCases.Names];

    /// <summary>Those of panels: a graph has another least size.</summary>
    public static TheoryData<string> NamesOfPanels => [.. PictureCases.Names.Where(n => !n.StartsWith("graph", StringComparison.Ordinal))];

    [Fact]
    public void Every_kind_has_a_stored_picture() => Assert.Empty(PlotKind.All.Select(k => k.Name).Except(PictureCases.Names));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Picture_is_as_stored(string name)
    {
        var lines = (await RenderAsync(name)).Lines;
        var file = StoredFile(name);
        if (Folder is not null) await File.WriteAllLinesAsync(file, lines);
        var stored = await File.ReadAllLinesAsync(file);
        Assert.Equal(stored.Select(WithoutPlace), lines.Select(WithoutPlace));
        foreach (var (expected, actual) in stored.Zip(lines).Where(p => p.First.StartsWith("text\t", StringComparison.Ordinal)))
        {
            foreach (var (a, b) in expected.Split('\t')[2..].Zip(actual.Split('\t')[2..]))
                Assert.True(Math.Abs(double.Parse(a, CultureInfo.InvariantCulture) - double.Parse(b, CultureInfo.InvariantCulture)) <= Near,
                    $"expected {expected}, found {actual}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Texts_lie_within_the_picture_and_do_not_overlap(string name) => CheckTexts(await RenderAsync(name));

    [Theory]
    [MemberData(nameof(NamesOfPanels))]
    public async Task Texts_do_not_overlap_at_the_least_size_and_less_is_refused(string name)
    {
        var picture = await PictureCases.DrawAsync(name);
        var (width, height) = LeastOf(picture);
        CheckTexts(new(PictureRenderer.Render(picture, PictureFormat.Svg, width, height)));
        foreach (var (w, h) in new[] { (width - 1, height), (width, height - 1) })
        {
            var error = Assert.Throws<ModelException>(() => PictureRenderer.Render(picture, PictureFormat.Svg, w, h));
            Assert.StartsWith($"picture: found a size of {w} x {h} pixels, expected at least {width} x ", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_picture_fits_its_default_size_as_png(string name)
    {
        var picture = await PictureCases.DrawAsync(name);
        var (width, height) = PictureRenderer.DefaultSize(picture);
        var png = PictureRenderer.Render(picture, PictureFormat.Png, width, height);
        Assert.Equal((width, height), (BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20))));
        if (Folder is { } folder) await File.WriteAllBytesAsync(Path.Combine(folder, $"{name}.png"), png);
    }

    private static (int Width, int Height) LeastOf(Picture picture)
    {
        var words = Assert.Throws<ModelException>(() => PictureRenderer.Render(picture, PictureFormat.Svg, 200, 200)).Message.Split(' ');
        var at = Array.IndexOf(words, "least");
        var width = int.Parse(words[at + 1], CultureInfo.InvariantCulture);
        // The height at this width: the texts wrap with the width.
        words = Assert.Throws<ModelException>(() => PictureRenderer.Render(picture, PictureFormat.Svg, width, 200)).Message.Split(' ');
        return (width, int.Parse(words[Array.IndexOf(words, "least") + 3], CultureInfo.InvariantCulture));
    }

    private static async Task<SvgPicture> RenderAsync(string name)
    {
        var picture = await PictureCases.DrawAsync(name);
        var (width, height) = PictureRenderer.DefaultSize(picture);
        return new(PictureRenderer.Render(picture, PictureFormat.Svg, width, height));
    }

    private static void CheckTexts(SvgPicture picture)
    {
        Assert.NotEmpty(picture.Texts);
        foreach (var text in picture.Texts)
        {
            Assert.True(Math.Min(text.Left, text.Top) >= -Touching && text.Right <= picture.Width + Touching && text.Bottom <= picture.Height + Touching,
                $"{text} is not within {picture.Width} x {picture.Height}");
            foreach (var other in picture.Texts.TakeWhile(o => !ReferenceEquals(o, text)))
                Assert.False(Smaller(text).Overlaps(Smaller(other)), $"{text} overlaps {other}");
        }
    }

    private static SvgText Smaller(SvgText text) =>
        text with { Left = text.Left + Touching, Top = text.Top + Touching, Right = text.Right - Touching, Bottom = text.Bottom - Touching };

    private static string WithoutPlace(string line) => line.StartsWith("text\t", StringComparison.Ordinal) ? line.Split('\t')[1] : line;

    private static string StoredFile(string name, [CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "Stored", $"{name}.txt");
}
