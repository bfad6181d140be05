using System.ComponentModel;
using Microsoft.Extensions.Configuration;

namespace Pipelines.Blocks.Tests.Running;

/// <summary>Options come whole from configuration, or with an error that names the setting.</summary>
public sealed class ConfigurationTests
{
    // What only code can give.
    private static readonly string[] codeOnly = [nameof(PipelineOptions.WindDown), nameof(PipelineOptions.Progress), nameof(PipelineOptions.TimeProvider)];

    [Fact]
    public void Every_option_can_be_bound()
    {
        var settings = new Dictionary<string, string?>
        {
            ["MaxDegreeOfParallelism"] = "3",
            ["BoundedCapacity"] = "7",
            ["BatchSize"] = "1000",
            ["MemoryBudget"] = "256MB",
            ["SpillFolder"] = "/var/tmp",
            ["Checkpoints:Folder"] = "kept",
            ["Checkpoints:Resume"] = "true",
            ["Checkpoints:EveryBatches"] = "12",
            ["Patience"] = "00:00:09",
            ["BadRows:Mode"] = "quarantine",
            ["BadRows:QuarantineFolder"] = "refused",
            ["BadRows:MaxRows"] = "5",
        };
        var expected = new PipelineOptions
        {
            MaxDegreeOfParallelism = 3,
            BoundedCapacity = 7,
            BatchSize = 1_000,
            MemoryBudget = new MemorySize(256_000_000),
            SpillFolder = "/var/tmp",
            Checkpoints = new CheckpointOptions { Folder = "kept", Resume = true, EveryBatches = 12 },
            Patience = TimeSpan.FromSeconds(9),
            BadRows = new BadRowPolicy { Mode = BadRowMode.Quarantine, QuarantineFolder = "refused", MaxRows = 5 },
        };
        Assert.Equal(expected, Bind(settings));
        // A new option must be added above.
        var options = typeof(PipelineOptions).GetProperties().Select(p => p.Name).Except(codeOnly).Order();
        Assert.Equal(options, settings.Keys.Select(k => k.Split(':')[0]).Distinct().Order());
        Assert.Equal(["EveryBatches", "Folder", "Resume"], typeof(CheckpointOptions).GetProperties().Select(p => p.Name).Order());
        Assert.Equal(["Fail", "MaxRows", "Mode", "QuarantineFolder"], typeof(BadRowPolicy).GetProperties().Select(p => p.Name).Order());
    }

    [Fact]
    public void What_is_not_set_keeps_its_default_and_bound_options_are_not_those_of_others()
    {
        Assert.Equal(new PipelineOptions(), Bind([]));
        Assert.Equal(BadRowMode.Skip, Bind(new() { ["BadRows:Mode"] = "Skip" }).BadRows.Mode);
        Assert.Equal((BadRowMode.Fail, BadRowMode.Fail), (new PipelineOptions().BadRows.Mode, BadRowPolicy.Fail.Mode));
    }

    [Theory]
    [InlineData("MemoryBudget", "much", "Pipelines.MemorySize")]
    [InlineData("BatchSize", "16k", "System.Int32")]
    [InlineData("Patience", "soon", "System.TimeSpan")]
    [InlineData("BadRows:Mode", "ignore", "Pipelines.BadRowMode")]
    [InlineData("Checkpoints:EveryBatches", "1.5", "System.Int32")]
    public void A_value_that_cannot_be_read_is_an_error_that_names_the_setting(string setting, string value, string type)
    {
        var error = Assert.Throws<InvalidOperationException>(() => Bind(new() { [setting] = value }));
        Assert.Equal($"Failed to convert configuration value '{value}' at 'Pipelines:{setting}' to type '{type}'.", error.Message);
    }

    [Fact]
    public void A_size_that_cannot_be_read_says_what_one_looks_like()
    {
        var error = Assert.Throws<InvalidOperationException>(() => Bind(new() { ["MemoryBudget"] = "much" }));
        Assert.Equal(
            "memory size: found 'much', expected a number with KB, MB, GB, TB, KiB, MiB, GiB or TiB, such as 256MB; correct the size",
            Assert.IsType<FlowException>(error.InnerException).Message);
    }

    [Fact]
    public void A_size_converts_to_a_text_of_the_same_size()
    {
        var converter = TypeDescriptor.GetConverter(typeof(MemorySize));
        var size = new MemorySize(1_234_567_891);
        Assert.Equal(("1234567891B", size), (converter.ConvertToInvariantString(size), converter.ConvertFromInvariantString("1234567891B")));
        Assert.Equal((true, false), (converter.CanConvertFrom(typeof(string)), converter.CanConvertFrom(typeof(DateTime))));
    }

    private static PipelineOptions Bind(Dictionary<string, string?> settings)
    {
        var section = settings.ToDictionary(s => $"Pipelines:{s.Key}", s => s.Value);
        return new ConfigurationBuilder().AddInMemoryCollection(section).Build().GetSection("Pipelines").Get<PipelineOptions>() ?? new PipelineOptions();
    }
}
