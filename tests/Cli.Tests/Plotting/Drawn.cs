using Pipelines.Plotting;

namespace Pipelines.Cli.Tests.Plotting;

/// <summary>Pictures of models as numbers.</summary>
internal static class Drawn
{
    /// <summary>Draws a model of features x0, x1 …, over rows if there are any.</summary>
    public static Task<Picture> OfAsync(Model model, string kind = "density", Feature[]? features = null, params (string Name, Array Values)[] rows) =>
        ModelPlot.CreateAsync(
        new SavedModel(model, features ?? [.. Enumerable.Range(0, model.Dimensions).Select(j => new Feature($"x{j}"))]),
        rows.Length == 0 ? null : Pipeline.From(MemorySource.FromArrays(rows)),
        new PlotOptions { Kind = kind });

    /// <summary>The integral of a line by the trapezoidal rule.</summary>
    public static double Integral(LineSeries line)
    {
        var sum = 0.0;
        for (var i = 1; i < line.X.Length; i++) sum += (line.X[i] - line.X[i - 1]) * (line.Y[i] + line.Y[i - 1]) / 2;
        return sum;
    }

    /// <summary>The height of a line at a point of it, or between two.</summary>
    public static double At(LineSeries line, double x)
    {
        var i = Math.Clamp(Array.FindIndex(line.X, v => v >= x), 1, line.X.Length - 1);
        var share = (x - line.X[i - 1]) / (line.X[i] - line.X[i - 1]);
        return line.Y[i - 1] + (share * (line.Y[i] - line.Y[i - 1]));
    }

    /// <summary>Normal density, in its textbook form.</summary>
    public static double Normal(double x, double mean, double deviation) =>
        Math.Exp(-(x - mean) * (x - mean) / (2 * deviation * deviation)) / (deviation * Math.Sqrt(2 * Math.PI));
}
