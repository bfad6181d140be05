using System.Text.Json;
using Pipelines.Models.Serialization;

namespace Pipelines;

/// <summary>How beta and Dirichlet distributions are fitted.</summary>
public enum ShareEstimator
{
    /// <summary>Parameters are weighted counts, as in pomegranate 0.14: a conjugate update, not the most likely density.</summary>
    Counts,

    /// <summary>The most likely density of observed shares.</summary>
    MaximumLikelihood,
}

/// <summary>The estimator's name in files.</summary>
internal static class ShareEstimatorText
{
    private const string Property = "estimator";

    public static void Write(Utf8JsonWriter writer, ShareEstimator estimator) =>
        writer.WriteString(Property, estimator == ShareEstimator.Counts ? "counts" : "maximum-likelihood");

    public static ShareEstimator Read(JsonElement json)
    {
        var value = json.Required(Property);
        return (value.ValueKind == JsonValueKind.String ? value.GetString() : null) switch
        {
            "counts" => ShareEstimator.Counts,
            "maximum-likelihood" => ShareEstimator.MaximumLikelihood,
            _ => throw JsonHelpers.Bad($"property '{Property}'", value.ToString(), "'counts' or 'maximum-likelihood'"),
        };
    }
}
