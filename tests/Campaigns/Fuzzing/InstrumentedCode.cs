using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using SharpFuzz.Common;

namespace Pipelines.Campaigns.Fuzzing;

/// <summary>
/// The code under test with a counter at each branch, loaded beside the plain one: copies of the libraries, instrumented by SharpFuzz, in a load context of
/// their own with a copy of this assembly that calls them.
/// </summary>
internal sealed unsafe class InstrumentedCode : IDisposable
{
    public const int MapSize = 1 << 16;

    private static readonly string[] libraries = ["Pipelines.Io", "Pipelines.Models", "Pipelines.Blocks"];
    private readonly TempFolder folder = new();
    private readonly byte* map = (byte*)NativeMemory.AllocZeroed(MapSize);
    private readonly Assembly harness;

    public InstrumentedCode()
    {
        foreach (var library in libraries)
        {
            File.Copy(Path.Combine(AppContext.BaseDirectory, library + ".dll"), folder[library + ".dll"]);
            if (!SharpFuzz.Fuzzer.Instrument(folder[library + ".dll"], _ => true, SharpFuzz.Options.Value).Any())
                throw new InvalidOperationException($"{library} was not instrumented");
        }
        var self = typeof(InstrumentedCode).Assembly.GetName().Name!;
        File.Copy(Path.Combine(AppContext.BaseDirectory, self + ".dll"), folder[self + ".dll"]);
        harness = new Context(folder.Root, [.. libraries, self]).LoadFromAssemblyName(new AssemblyName(self));
        Trace.SharedMem = map;
    }

    /// <summary>How often each branch was taken since <see cref="Clear"/>; shape [MapSize].</summary>
    public Span<byte> Map => new(map, MapSize);

    /// <summary>A target that runs the instrumented code.</summary>
    public Action<byte[]> Target(string name) =>
        (Action<byte[]>)harness.GetType(typeof(FuzzTarget).FullName!)!.GetMethod(nameof(FuzzTarget.Entry))!.Invoke(null, [name])!;

    /// <summary>Forgets which branches were taken.</summary>
    public void Clear()
    {
        Map.Clear();
        Trace.PrevLocation = 0;
    }

    /// <inheritdoc/>
    public void Dispose() => folder.Dispose();

    // The map is never freed: an input that hangs may write to it for ever.
    private sealed class Context(string root, string[] own) : AssemblyLoadContext("instrumented")
    {
        protected override Assembly? Load(AssemblyName assemblyName) =>
            Array.IndexOf(own, assemblyName.Name) >= 0 ? LoadFromAssemblyPath(Path.Combine(root, assemblyName.Name + ".dll")) : null;
    }
}
