using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Pipelines.Io;

namespace Pipelines.Blocks.Tests;

/// <summary>Who may know whom.</summary>
public sealed class ArchitectureTests
{
    private const string Dataflow = "System.Threading.Tasks.Dataflow";

    private static readonly Assembly models = typeof(Model).Assembly;
    private static readonly Assembly io = typeof(DataBatch).Assembly;
    private static readonly Assembly blocks = typeof(Pipeline).Assembly;

    [Fact]
    public void Models_know_the_framework_only()
    {
        // Framework assemblies lie beside the core library; packages do not.
        var framework = Directory.EnumerateFiles(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "*.dll").Select(Path.GetFileNameWithoutExtension)
            .ToHashSet();
        Assert.DoesNotContain(References(models), name => !framework.Contains(name) && name != "Pipelines.Core");
        Assert.DoesNotContain(Dataflow, References(models));
    }

    [Fact]
    public void Io_knows_neither_models_nor_blocks_nor_dataflow()
    {
        Assert.DoesNotContain(models.GetName().Name!, References(io));
        Assert.DoesNotContain(blocks.GetName().Name!, References(io));
        Assert.DoesNotContain(Dataflow, References(io));
    }

    [Fact]
    public void Blocks_know_models_io_and_dataflow()
    {
        Assert.Contains(models.GetName().Name!, References(blocks));
        Assert.Contains(io.GetName().Name!, References(blocks));
        Assert.Contains(Dataflow, References(blocks));
    }

    /// <summary>
    /// BroadcastBlock drops what a bounded target does not take, TransformManyBlock ignores its capacity, Post loses what a full block refuses.
    /// </summary>
    [Fact]
    public void Blocks_use_no_part_of_dataflow_that_loses_messages_or_ignores_capacity()
    {
        using var file = new PEReader(File.OpenRead(blocks.Location));
        var reader = file.GetMetadataReader();
        var types = reader.TypeReferences.Select(h => reader.GetString(reader.GetTypeReference(h).Name)).ToList();
        Assert.Contains("TransformBlock`2", types);
        Assert.DoesNotContain(types, t => t.StartsWith("BroadcastBlock", StringComparison.Ordinal)
            || t.StartsWith("TransformManyBlock", StringComparison.Ordinal) || t.StartsWith("WriteOnceBlock", StringComparison.Ordinal));
        var members = reader.MemberReferences.Select(h => reader.GetString(reader.GetMemberReference(h).Name)).ToList();
        Assert.Contains("SendAsync", members);
        Assert.DoesNotContain("Post", members);
    }

    /// <summary>Programs that only use the library need one using directive. Those that extend it use the namespaces of the projects as well.</summary>
    [Fact]
    public void What_a_program_names_lies_in_one_namespace()
    {
        string[] names =
        [
            "Pipeline", "PipelineOptions", "CheckpointOptions", "BadRowPolicy", "RunProgress", "RunResult", "FittedModel`1", "ScoreOptions", "SampleOptions",
            "IncrementalFitting", "IncrementalScoring", "IncrementalOptions", "ParquetSource", "ParquetSourceOptions", "ParquetSink", "ParquetSinkOptions",
            "MemorySource", "MemorySink", "DataFrameSource", "DataFrameSink", "FlowException", "ModelException", "Feature", "FeatureMatrix", "CategoryMap",
            "SequenceSet", "FitOptions", "ParameterKinds", "FitResult`1", "ModelSelection", "SelectionCriterion", "Mixture", "HiddenMarkov",
            "HiddenMarkovBuilder", "HiddenState", "HiddenPath", "KMeansEstimator", "DistributionEstimator", "MarkovChainEstimator", "InMemoryFitting",
            "ModelScoring", "SavedModel",
            "FoldOptions", "TestOptions", "CrossValidation`1", "InMemoryValidation", "Evaluation", "LikelihoodEvaluation", "LikelihoodScoring",
        ];
        var types = new[] { models, io, blocks }.SelectMany(a => a.GetExportedTypes()).ToArray();
        Assert.Empty(names.Except(types.Where(t => t.Namespace == "Pipelines").Select(t => t.Name)));
        Assert.DoesNotContain(types, t => t.IsSubclassOf(typeof(Model)) && t.Namespace != "Pipelines");
    }

    private static string[] References(Assembly assembly) => [.. assembly.GetReferencedAssemblies().Select(a => a.Name!)];
}
