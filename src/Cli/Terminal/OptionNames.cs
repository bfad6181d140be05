using System.Text.RegularExpressions;

namespace Pipelines.Cli.Terminal;

/// <summary>
/// Maps the properties that the library's messages name, such as <c>FitOptions.MinVariance</c>, to the options that a user of the tool types, such as
/// <c>--min-variance</c>.
/// </summary>
internal static partial class OptionNames
{
    /// <summary>The option for each property that messages name; null = the tool has no such option, and advice that needs it is left out.</summary>
    public static IReadOnlyDictionary<string, string?> All { get; } = new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        ["BadRowMode.Quarantine"] = "--on-bad-row quarantine",
        ["BadRowMode.Skip"] = "--on-bad-row skip",
        ["BadRowPolicy.MaxRows"] = "--max-bad-rows",
        ["CheckpointOptions.Resume"] = "--resume",
        ["Classifier.HasTiedCovariances"] = "--tied",
        ["CovarianceShape.Diagonal"] = "--covariance diagonal",
        ["FeatureMatrix.WithFoldKeys"] = null,
        ["FeatureMatrix.WithLabels"] = null,
        ["FitOptions.Acceleration"] = "--acceleration",
        ["FitOptions.BatchesPerIteration"] = "--batches-per-iteration",
        ["FitOptions.BatchSize"] = "--batch-size",
        ["FitOptions.Inertia"] = "--inertia",
        ["FitOptions.InitializationRows"] = null,
        ["FitOptions.LearningRateDecay"] = "--learning-rate-decay",
        ["FitOptions.MaxDegreeOfParallelism"] = "--max-parallelism",
        ["FitOptions.MaxIterations"] = "--iterations",
        ["FitOptions.MinVariance"] = "--min-variance",
        ["FitOptions.Pseudocount"] = "--pseudocount",
        ["FitOptions.Shrinkage"] = "--shrinkage",
        ["FeatureScaling.Standard"] = "--scale standard",
        ["FitOptions.Scaling"] = "--scale",
        ["FitOptions.StopThreshold"] = "--tolerance",
        ["FitOptions.RelativeTolerance"] = "--relative-tolerance",
        ["FitOptions.MaxSeconds"] = "--max-seconds",
        ["FitOptions.Update"] = "--update",
        ["FitOptions.WeightInertia"] = "--weight-inertia",
        ["HiddenFitting.TiedCovariances"] = "--tied",
        ["FoldOptions.Folds"] = "--folds",
        ["FoldOptions.Key"] = "--fold-key",
        ["FoldOptions.Stratify"] = "--stratify",
        ["ImpossibleRows.Keep"] = "--impossible keep",
        ["ImpossibleSequence.Skip"] = "--impossible skip",
        ["IncrementalOptions.Backfill"] = "--backfill",
        ["IncrementalOptions.OnNewModel"] = "--on-new-model continue",
        ["IncrementalOptions.StateFile"] = "--incremental",
        ["ParquetSinkOptions.Resume"] = "--resume",
        ["ParquetSinkOptions.RowsPerFile"] = "--rows-per-file",
        ["ParquetSourceOptions.DecryptionKeys"] = "--decryption-key-file",
        ["ParquetSourceOptions.Engine"] = "--parquet-engine",
        ["ParquetSourceOptions.ListKey"] = "--sequence",
        ["ParquetSourceOptions.Lists"] = "--lists",
        ["InferenceOptions.MaxBytes"] = "--memory",
        ["InferenceOptions.Method"] = "--inference",
        ["InferenceOptions.Variables"] = "--variables",
        ["MissingValues.Available"] = "--missing available",
        ["MixtureEstimator.HasTiedCovariances"] = "--tied",
        ["ModelFormat.Register"] = null,
        ["ModelEstimator.Start"] = "--initial",
        ["Pipeline.EvaluateAsync"] = null,
        ["Pipeline.EvaluateLikelihoodAsync"] = null,
        ["Pipeline.Features"] = "--features",
        ["Pipeline.Log"] = "--log",
        ["Pipeline.OneHot"] = "--one-hot",
        ["Pipeline.Select"] = null,
        ["Pipeline.Labels"] = "--label",
        ["Pipeline.Priors"] = "--priors",
        ["Pipeline.Sequences"] = "--sequence",
        ["PipelineOptions.BatchSize"] = "--batch-size",
        ["PipelineOptions.MaxDegreeOfParallelism"] = "--max-parallelism",
        ["PipelineOptions.MemoryBudget"] = "--memory",
        ["PipelineOptions.SpillFolder"] = "TMPDIR",
        ["PlotOptions.DensityScale"] = "--density-scale",
        ["PlotOptions.Features"] = "--features",
        ["PlotOptions.Kind"] = "--kind",
        ["PlotOptions.Label"] = "--label",
        ["PlotOptions.Scales"] = "--scale",
        ["PlotOptions.Units"] = "--units",
        ["PlotOptions.XLabel"] = "--x-label",
        ["PlotOptions.YLabel"] = "--y-label",
        ["ReadOptions.BatchSize"] = "--batch-size",
        ["ReadOptions.LargestBatchBytes"] = "--memory",
        ["SampleOptions.Evidence"] = "--evidence",
        ["SampleOptions.Key"] = "--sequence",
        ["SampleOptions.Label"] = "--label",
        ["SampleOptions.Length"] = "--length",
        ["SampleOptions.Method"] = "--method",
        ["SampleOptions.Rows"] = "--rows",
        ["SchemaContract.Findings"] = "--dry-run",
        ["ScoreOptions.Features"] = "--features",
        ["ScoreOptions.Inference"] = "--inference",
        ["ScoreOptions.Keep"] = "--keep",
        ["SequenceColumns.Regroup"] = "--regroup",
        ["ShareEstimator.MaximumLikelihood"] = null,
        ["StructureConstraints.Require"] = "--constraints",
        ["StructureMethod.Exact"] = "--structure exact",
        ["StructureOptions.Constraints"] = "--constraints",
        ["StructureOptions.EquivalentSampleSize"] = "--equivalent-sample-size",
        ["StructureOptions.Initial"] = "--initial",
        ["StructureOptions.MaxParents"] = "--max-parents",
        ["StructureOptions.Method"] = "--structure",
        ["StructureOptions.Penalty"] = "--penalty",
        ["StructureOptions.Pseudocount"] = "--pseudocount",
        ["StructureOptions.Restarts"] = "--restarts",
        ["StructureOptions.Root"] = "--root",
        ["StructureOptions.Score"] = "--score",
        ["StructureOptions.TabuLength"] = "--tabu-length",
        ["StructureOptions.TabuSteps"] = "--tabu-steps",
        ["TestOptions.Key"] = "--fold-key",
        ["TestOptions.Share"] = "--test-share",
    };

    /// <summary>A message of the library, with option names as they are typed.</summary>
    public static string AsTyped(string message)
    {
        message = Alternative().Replace(message, static m => IsMissing(m) ? "" : m.Value);
        message = FirstAlternative().Replace(message, static m => IsMissing(m) ? "; " : m.Value);
        return Property().Replace(message, static m => All.TryGetValue(m.Value, out var typed) && typed is not null ? typed : m.Value);
    }

    private static bool IsMissing(Match match) => All.TryGetValue(match.Groups["name"].Value, out var typed) && typed is null;

    // "…, or fit shares by maximum likelihood (ShareEstimator.MaximumLikelihood)"
    [GeneratedRegex(@", or [^,;()]*\((?<name>[A-Z]\w+\.[A-Z]\w+)\)")]
    private static partial Regex Alternative();

    // "; choose them from more rows (FitOptions.InitializationRows), or …"
    [GeneratedRegex(@"; [^,;()]*\((?<name>[A-Z]\w+\.[A-Z]\w+)\), or ")]
    private static partial Regex FirstAlternative();

    [GeneratedRegex(@"\b[A-Z]\w+\.[A-Z]\w+\b")]
    private static partial Regex Property();
}
