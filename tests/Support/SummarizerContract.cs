using System.Reflection;
using Pipelines.Models;
using Pipelines.Models.Fitting;
using Pipelines.Models.Serialization;

namespace Pipelines.Testing;

/// <summary>What every summarizer promises: another process can be told to do its work, and gets the same bits.</summary>
internal static class SummarizerContract
{
    /// <summary>Fails if a summarizer of an assembly is not among those that are tested.</summary>
    public static void Covers(Assembly assembly, IEnumerable<Type> tested)
    {
        var all = assembly.GetTypes().Where(t => !t.IsAbstract && !t.IsInterface && t.IsAssignableTo(typeof(ISummarizer))).ToList();
        Assert.NotEmpty(all);
        Assert.Empty(all.Except(tested));
    }

    /// <summary>Saves a summarizer, reads it back, and runs both over the same data.</summary>
    /// <returns>The saved form.</returns>
    public static byte[] CanBeSent(ISummarizer summarizer, Func<ISummarizer, Statistics> run)
    {
        var json = SummarizerFormat.ToJson(summarizer);
        var read = SummarizerFormat.FromJson(json);
        Assert.Equal(summarizer.GetType(), read.GetType());
        Assert.Equal(json, SummarizerFormat.ToJson(read));
        var (expected, found) = (run(summarizer), run(read));
        Assert.True(expected.Rows > 0);
        Assert.Equal(expected.ToBytes(), found.ToBytes());
        for (var length = 0; length < json.Length; length += Math.Max(3, json.Length / 50))
            Assert.Throws<ModelException>(() => SummarizerFormat.FromJson(json.AsMemory(0, length)));
        return json;
    }
}
