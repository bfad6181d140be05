using System.CommandLine;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using Pipelines.Cli.Commands;
using Pipelines.Cli.Settings;
using Pipelines.Cli.Terminal;
using Pipelines.Io;
using Pipelines.Plotting;

namespace Pipelines.Cli.Tests;

/// <summary>Messages of the library name its properties, those of the tool its options, and no message is long.</summary>
public sealed partial class MessageTests
{
    // Names of other programs, and of what only those can do wrong who write C#.
    private static readonly string[] words =
    [
        "DuckDB", "PyArrow", "DejaVu", "DataFrame", "SourceBlock", "DataBatch", "OperationCanceledException", "LogLikelihood", "BadRows",
        "QuarantineFolder", "MaxRows", "PipelineOptions",
        "MultivariateGaussian", "DiagonalGaussian", "SphericalGaussian", "MarkovChain", "ParquetSinkOptions", "RowsPerFile", "BatchSourceBase",
    ];

    private static readonly Assembly[] libraries = [typeof(Model).Assembly, typeof(DataBatch).Assembly, typeof(Pipeline).Assembly, typeof(ModelPlot).Assembly];

    [Fact]
    public void No_text_of_the_library_names_an_option_of_the_tool() =>
        Assert.DoesNotContain(libraries.SelectMany(Literals), text => OptionOfTool().IsMatch(text));

    [Fact]
    public void The_tool_knows_every_property_that_a_message_names()
    {
        string[] named = [.. libraries.SelectMany(Literals).SelectMany(t => Property().Matches(t)).Select(m => m.Value).Distinct()];
        Assert.True(named.Length > 20, $"found only {named.Length}");
        // Those of sources and stages that only those write who write C#.
        string[] others = ["DataBatch.With", "DataBatch.FirstRow", "Pipeline.With", "SourceInfo.IsRepeatable", "MemorySource.FromBatches"];
        Assert.DoesNotContain(named, n => Known(n) && !others.Contains(n) && !OptionNames.All.ContainsKey(n));
    }

    [Fact]
    public void Every_property_that_the_tool_translates_exists() => Assert.DoesNotContain(OptionNames.All.Keys, n => !Known(n));

    [Fact]
    public void Every_option_that_stands_for_a_property_exists_and_is_no_longer_than_it()
    {
        using var stop = new StopRequest(TimeProvider.System);
        var console = new ToolConsole(TextWriter.Null, TextWriter.Null, false);
        var common = new CommonSettings(stop);
        var root = new Command("root");
        common.AddTo(root);
        var commands = Verb.All.Select(v => v.Create(console, common)).SelectMany(c => c.Subcommands.Append(c)).Append(root);
        var options = commands.SelectMany(c => c.Options).Select(o => o.Name).ToHashSet();
        foreach (var (property, typed) in OptionNames.All)
        {
            if (typed is null or "TMPDIR") continue;
            Assert.Contains(typed.Split(' ')[0], options);
            // So that a message that fits still does in the user's words.
            Assert.True(typed.Length <= property.Length + 4, property);
        }
    }

    [Fact]
    public void Option_types_that_check_themselves_have_an_option_for_each_property_that_the_tool_sets() =>
        Assert.DoesNotContain(typeof(SampleOptions).GetProperties().Select(p => $"SampleOptions.{p.Name}").Except(["SampleOptions.Seed"]),
            n => !OptionNames.All.ContainsKey(n));

    [Theory]
    [InlineData("use fewer components, or set a minimum variance (FitOptions.MinVariance)", "use fewer components, or set a minimum variance (--min-variance)")]
    [InlineData("FitOptions.Pseudocount: found -1", "--pseudocount: found -1")]
    [InlineData("x; choose them from more rows (FitOptions.InitializationRows), or use fewer components", "x; use fewer components")]
    [InlineData("add a pseudocount (FitOptions.Pseudocount), or fit shares by maximum likelihood (ShareEstimator.MaximumLikelihood)",
        "add a pseudocount (--pseudocount)")]
    [InlineData("/data/MyFolder.Parquet, column 'Some.Name'", "/data/MyFolder.Parquet, column 'Some.Name'")]
    public void Properties_become_options(string message, string typed) => Assert.Equal(typed, OptionNames.AsTyped(message));

    [Fact]
    public void No_message_of_the_library_has_other_names_of_the_code()
    {
        // Texts of several words are messages, or parts of them.
        var messages = libraries.SelectMany(Literals).Where(t => t.Trim().Contains(' ', StringComparison.Ordinal))
            .Select(t => Property().Replace(t, m => Known(m.Value) ? "" : m.Value));
        Assert.DoesNotContain(messages, t => !Printed().IsMatch(t) && Identifier().Matches(t).Any(m => !words.Contains(m.Value)));
    }

    private static bool Known(string property)
    {
        var parts = property.Split('.');
        return libraries.SelectMany(a => a.GetTypes()).Where(t => t.Name.Split('`')[0] == parts[0]).Any(t => t.GetMember(parts[1]).Length > 0);
    }

    // Every string literal of an assembly.
    private static IEnumerable<string> Literals(Assembly assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        var reader = file.GetMetadataReader();
        for (var handle = MetadataTokens.UserStringHandle(1); !handle.IsNil && MetadataTokens.GetHeapOffset(handle) < reader.GetHeapSize(HeapIndex.UserString);
            handle = reader.GetNextHandle(handle))
            yield return reader.GetUserString(handle);
    }

    // What a record prints.
    [GeneratedRegex("^(, )?\\w+ = $|\\{\\{")]
    private static partial Regex Printed();

    [GeneratedRegex("(^|[^-])--[a-z]")]
    private static partial Regex OptionOfTool();

    [GeneratedRegex(@"\b[A-Z]\w+\.[A-Z]\w+\b")]
    private static partial Regex Property();

    [GeneratedRegex(@"\b[A-Z][a-z]+[A-Z][a-zA-Z]+\b")]
    private static partial Regex Identifier();
}
