using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines.Models.Mixtures;

/// <summary>
/// Finds out which component of a start is which component of the rows' priors: a start that is chosen from the rows has its components in no particular order,
/// but the priors are about particular ones. Sums over the rows of weight * responsibility_a * prior_b say how often component a of the start meets component b
/// of the priors.
/// </summary>
/// <param name="start">The start.</param>
internal sealed class PriorAgreement(GeneralMixtureModel start) : ISummarizer
{
    private const string Kind = "prior-agreement";

    // Below this share of the rows, an agreement is no more than rounding: equal priors leave the order as it is.
    private const double LeastShare = 1e-9;

    [ModuleInitializer]
    internal static void Register() => SummarizerFormat.Register(Kind, json => new PriorAgreement(ModelFormat.Read(json.Required("start"))
        as GeneralMixtureModel ?? throw JsonHelpers.Bad("property 'start'", "another model", "a mixture")));

    public string SummarizerKind => Kind;

    public void WriteSettings(Utf8JsonWriter writer)
    {
        writer.WritePropertyName("start");
        ModelFormat.Write(writer, start);
    }

    /// <summary>The start's components in the order of the priors; unchanged if rows have none.</summary>
    /// <param name="start">The start: a mixture of distributions of rows.</param>
    /// <param name="pass">The data.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async ValueTask<GeneralMixtureModel> AlignAsync(GeneralMixtureModel start, IDataPass pass, CancellationToken cancellationToken)
    {
        if (pass.PriorComponents == 0) return start;
        var sums = ((SumStatistics)await pass.RunAsync(new PriorAgreement(start), cancellationToken).ConfigureAwait(false)).Sums;
        var order = Order(sums, start.Components.Count);
        return new([.. order.Select(a => start.Components[a])], [.. order.Select(a => start.Weights[a])], start.HasTiedCovariances);
    }

    /// <summary>For each component of the priors, the component of the start that it agrees with most beyond chance, the clearest cases first.</summary>
    /// <param name="sums">Shape [K of the start, K of the priors].</param>
    /// <param name="components">K.</param>
    internal static int[] Order(ReadOnlySpan<double> sums, int components)
    {
        var (own, others) = (new double[components], new double[components]);
        double total = 0;
        for (var a = 0; a < components; a++)
        {
            for (var b = 0; b < components; b++)
            {
                own[a] += sums[(a * components) + b];
                others[b] += sums[(a * components) + b];
                total += sums[(a * components) + b];
            }
        }
        var pairs = new List<(double Gain, int A, int B)>();
        for (var a = 0; a < components; a++)
            for (var b = 0; b < components; b++) pairs.Add((sums[(a * components) + b] - (own[a] * others[b] / total), a, b));
        var order = new int[components];
        Array.Fill(order, -1);
        var taken = new bool[components];
        // Stable: pairs that agree equally well keep their order.
        foreach (var (_, a, b) in pairs.Where(p => p.Gain > LeastShare * total).OrderByDescending(p => p.Gain)) Take(a, b);
        for (var k = 0; k < components; k++) Take(k, k);
        for (var b = 0; b < components; b++)
            if (order[b] < 0) Take(Array.IndexOf(taken, false), b);
        return order;

        void Take(int a, int b)
        {
            if (taken[a] || order[b] >= 0) return;
            (taken[a], order[b]) = (true, a);
        }
    }

    public Statistics CreateStatistics() => new SumStatistics(Kind, start.Components.Count * start.Components.Count);

    public void Summarize(in FeatureBlock block, Statistics statistics)
    {
        start.CheckBlock(block);
        var components = start.Components.Count;
        var scores = new ScoreBatch(start, [ScoreKind.Probability], Math.Max(1, block.Rows));
        start.Score(block with { Priors = default }, scores);
        var sums = ((SumStatistics)statistics).Sums;
        for (var b = 0; b < block.Priors.Components; b++)
        {
            for (var row = 0; row < block.Rows; row++)
            {
                var prior = double.Exp2(block.Priors[row, b]) * (block.Weights.IsEmpty ? 1 : block.Weights[row]);
                for (var a = 0; a < components && prior > 0; a++) sums[(a * components) + b] += prior * scores.Doubles(ScoreKind.Probability, a)[row];
            }
        }
        statistics.Rows += block.Rows;
    }
}
