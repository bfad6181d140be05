using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Pipelines.Io;
using Pipelines.Models;
using Pipelines.Models.Kernels;
using Pipelines.Models.Serialization;

namespace Pipelines.Blocks;

/// <summary>Says what a job is of: version, kernels, data and every stage, in words that an error can quote.</summary>
internal static class JobDescription
{
    /// <summary>How the names of facts about inputs begin.</summary>
    public const string Input = "input ";

    /// <summary>The fact that tells the version.</summary>
    public const string VersionProperty = "Pipelines version";

    /// <summary>The fact that tells the kernel variant.</summary>
    public const string KernelProperty = "kernel variant";

    /// <summary>The facts of all jobs over a graph; those of its end are added to them.</summary>
    /// <param name="bound">The graph, opened.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="own">The facts of the end: what is fitted, or how it is written.</param>
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

    /// <summary>A model as a value of a fact.</summary>
    public static string Hash(Model model) => Convert.ToHexStringLower(SHA256.HashData(new SavedModel(model).ToJson()));

    /// <summary>The categories that are given, as a fact; none where none are.</summary>
    public static IEnumerable<JobProperty> Categories(IReadOnlyList<Feature>? features)
    {
        if (features is null || features.All(f => f.Categories is null)) return [];
        var text = JsonSerializer.SerializeToUtf8Bytes(features.Select(f => new { f.Categories, f.MissingText }));
        return [new("categories", Convert.ToHexStringLower(SHA256.HashData(text)))];
    }

    // A source that is no file is taken by its word: reading it twice gives the same rows.
    private static IEnumerable<JobProperty> Inputs(BoundGraph bound) => bound.Info.Files.Count > 0
        ? bound.Info.Files.Select(f => f.ToFact())
        : [new("input", $"{bound.Graph.Source.Name}, {bound.Info.Rows?.ToString(CultureInfo.InvariantCulture) ?? "unknown"} rows of {bound.Info.Schema}")];
}
