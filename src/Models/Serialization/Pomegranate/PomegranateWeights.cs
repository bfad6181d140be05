namespace Pipelines.Models.Serialization.Pomegranate;

/// <summary>The weights of mixtures and classifiers: probabilities or their logarithms.</summary>
internal static class PomegranateWeights
{
    // Exponentiated logarithms are off by about 1e-16 relative; older versions summed them one at a time.
    private const double Rounding = 1e-9;

    /// <summary>Reads weights as probabilities. If none is positive, they are logarithms, as versions 0.8 and 0.9 and classifiers wrote them.</summary>
    /// <param name="json">The list.</param>
    /// <param name="count">The expected number of weights.</param>
    /// <param name="reading">Receives warnings about unusual weights.</param>
    /// <param name="logarithms">The warning about logarithms; null (default) = that an old version wrote them.</param>
    public static double[] Read(PomegranateNode json, int count, PomegranateReading reading, string? logarithms = null)
    {
        var weights = json.Items().Select(w => w.NumberOrMinusInfinity()).ToArray();
        if (weights.Length != count) throw json.Bad($"{weights.Length} weights", $"{count}, one for each component");
        if (count == 0) return weights;
        if (weights.All(w => w <= 0))
        {
            reading.Warn(json, logarithms ?? "weights of which none is positive are logarithms (version 0.8 or 0.9 wrote them); they are taken as such");
            // Scaled by the largest, so that small weights do not underflow.
            var most = weights.Max();
            if (double.IsNegativeInfinity(most)) throw json.Bad("weights that are all 0", "one above 0");
            var sum = weights.Sum(Math.Exp);
            weights = [.. weights.Select(w => Math.Exp(sum > 0 ? w : w - most))];
        }
        for (var k = 0; k < count; k++)
            if (!(weights[k] >= 0)) throw json.At(k).Bad(json.At(k).Shown(), "a probability");
        if (Math.Abs(weights.Sum() - 1) > Rounding) reading.Warn(json, "weights do not sum to 1; they are scaled to it");
        return weights;
    }
}
