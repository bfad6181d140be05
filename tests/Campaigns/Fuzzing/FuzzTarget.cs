using System.Reflection;

namespace Pipelines.Campaigns.Fuzzing;

/// <summary>Code that reads bytes from outside. A new one is one class: it is found by reflection, and gets a corpus folder of its name.</summary>
internal abstract class FuzzTarget
{
    /// <summary>All targets, by name.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
        [.. Assembly.GetExecutingAssembly().GetTypes().Where(t => !t.IsAbstract && t.IsAssignableTo(typeof(FuzzTarget)))
            .Select(t => (FuzzTarget)Activator.CreateInstance(t)!).OrderBy(t => t.Name, StringComparer.Ordinal)];

    /// <summary>Name of the target and of its corpus folder.</summary>
    public abstract string Name { get; }

    /// <summary>Longest input that is tried, in bytes.</summary>
    public virtual int LongestInput => 8 << 10;

    /// <summary>Most bytes that one input may make the code allocate in all.</summary>
    public virtual long MostAllocated => 64L << 20;

    /// <summary>Words of the input's language, to put in at random; none for binary formats.</summary>
    public virtual IReadOnlyList<byte[]> Words => [];

    /// <summary>Inputs to begin with.</summary>
    public abstract Task<IReadOnlyList<byte[]>> SeedsAsync();

    /// <summary>Reads the input. Returns if it was read or refused as it should be; everything else is thrown on.</summary>
    public abstract void Run(byte[] input);

    /// <summary>
    /// The target of that name; through it a copy of this assembly, loaded beside instrumented code, is called with nothing but types of the framework.
    /// </summary>
    public static Action<byte[]> Entry(string name) => All.Single(t => t.Name == name).Run;
}
