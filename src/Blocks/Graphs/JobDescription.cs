using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Pipelines.Io;
using Pipelines.Models.Kernels;

namespace Pipelines.Blocks;

/// <summary>Describes a job: version, kernels, data and every stage, as text that an error message can quote.</summary>
internal static class JobDescription
{
    /// <summary>Prefix of the names of properties that describe inputs.</summary>
    public const string Input = "input ";

    /// <summary>The property that holds the version.</summary>
    public const string VersionProperty = "Pipelines version";

    /// <summary>The property that holds the kernel variant.</summary>
    public const string KernelProperty = "kernel variant";

    /// <summary>The property that holds the fingerprint of a score's model.</summary>
    public const string ModelProperty = "model";

    private const string CategoriesProperty = "categories";
    private const string TransformsProperty = "transforms";

    /// <summary>The property that holds the features of a score's model.</summary>
    public const string FeaturesProperty = "features";

    /// <summary>The properties that change with a score's model.</summary>
    public static IReadOnlySet<string> OfModel { get; } = new HashSet<string> { ModelProperty, FeaturesProperty, CategoriesProperty, TransformsProperty };

    /// <summary>The properties common to all jobs over a graph, followed by those of its end.</summary>
    /// <param name="bound">The opened graph.</param>
    /// <param name="options">How the graph runs.</param>
    /// <param name="own">The properties of the end: what is fitted, or how output is written.</param>
    public static JobIdentity Of(BoundGraph bound, PipelineOptions options, IEnumerable<JobProperty> own) => new(
    [
        new(VersionProperty, typeof(JobDescription).Assembly.GetName().Version?.ToString(3) ?? ""),
        new(KernelProperty, KernelSelection.Current.Name()),
        .. own,
        new("batch size", options.BatchSize.ToString(CultureInfo.InvariantCulture)),
        .. bound.Graph.Stages.SelectMany(s => s.JobProperties),
        .. bound.Info.JobProperties,
        .. Inputs(bound),
    ]);

    /// <summary>The given categories as a property; empty if there are none.</summary>
    public static IEnumerable<JobProperty> Categories(IReadOnlyList<Feature>? features)
    {
        if (features is null || features.All(f => f.Categories is null && f.Category is null)) return [];
        var text = JsonSerializer.SerializeToUtf8Bytes(features.Select(f => new { f.Categories, f.MissingText, f.Category }));
        return [new(CategoriesProperty, Convert.ToHexStringLower(SHA256.HashData(text)))];
    }

    /// <summary>The parts and transforms of the features as a property; empty if there are none. Indicators are those that the data give.</summary>
    public static IEnumerable<JobProperty> Transforms(IReadOnlyList<Feature>? features)
    {
        var derived = (features ?? []).Where(f => f.Category is null && f.IsDerived).ToList();
        if (derived.Count == 0) return [];
        var texts = derived.Select(f => $"{f.Name}: {string.Join(", ", f.Transforms.Select(Text).Prepend(f.Part is null ? null : "part").OfType<string>())}");
        return [new(TransformsProperty, string.Join("; ", texts))];

        static string Text(FeatureTransform transform) =>
            string.Join(' ', transform.Parameters.Select(p => p.Value.ToString("R", CultureInfo.InvariantCulture)).Prepend(transform.Name));
    }

    // Within one run, reading a source twice is assumed to give the same rows.
    private static IEnumerable<JobProperty> Inputs(BoundGraph bound) => bound.Info.Files.Count > 0
        ? bound.Info.Files.Select(f => f.ToFact())
        : [new("input", $"{bound.Graph.Source.Name}, {bound.Info.Rows?.ToString(CultureInfo.InvariantCulture) ?? "unknown"} rows of {bound.Info.Schema}")];
}
