using System.Collections.Concurrent;

namespace Pipelines.Models.Structures;

/// <summary>The options that not every method uses. An option that is set but not used is an error.</summary>
[Flags]
internal enum StructureUses
{
    None = 0,

    /// <summary><see cref="StructureOptions.MaxParents"/>.</summary>
    MaxParents = 1,

    /// <summary>Required and forbidden arcs and tiers.</summary>
    Arcs = 2,

    /// <summary><see cref="StructureConstraints.Groups"/>.</summary>
    Groups = 4,

    /// <summary><see cref="StructureOptions.TabuLength"/> and <see cref="StructureOptions.TabuSteps"/>.</summary>
    Tabu = 8,

    /// <summary><see cref="StructureOptions.Restarts"/> and <see cref="StructureOptions.Initial"/>.</summary>
    Start = 16,

    /// <summary><see cref="StructureOptions.Root"/>.</summary>
    Root = 32,
}

/// <summary>A way to find a structure. Each registers itself with a module initializer (<see cref="StructureMethods.Register"/>).</summary>
internal interface IStructureMethod
{
    /// <summary>The options that it uses beside the score.</summary>
    StructureUses Uses { get; }

    /// <summary>Refuses what cannot be done, as far as it is known before the first row is read.</summary>
    /// <param name="options">Valid options.</param>
    /// <param name="sizes">Number of values of each variable, shape [variables].</param>
    /// <param name="maxBytes">Memory that the search may take; null = no limit.</param>
    /// <exception cref="ModelException">It does not fit; says what it needs, and what would fit.</exception>
    void Check(StructureOptions options, IReadOnlyList<int> sizes, long? maxBytes);

    /// <summary>Reads the data and finds the structure.</summary>
    ValueTask<LearnedRows> RunAsync(StructureTask task, CancellationToken cancellationToken);
}

/// <summary>The methods by name.</summary>
internal static class StructureMethods
{
    private static readonly ConcurrentDictionary<StructureMethod, IStructureMethod> methods = [];

    public static void Register(StructureMethod method, IStructureMethod implementation) => methods[method] = implementation;

    public static IStructureMethod? Find(StructureMethod method) => methods.GetValueOrDefault(method);
}

/// <summary>What a method works on.</summary>
/// <param name="Pass">The data.</param>
/// <param name="Sizes">Number of values of each variable, shape [variables].</param>
/// <param name="Options">Valid options.</param>
/// <param name="Threads">Number of threads, at least 1.</param>
/// <param name="MaxBytes">Memory that the search may take; null = no limit.</param>
/// <param name="Progress">Receives reports; null = nobody does.</param>
internal sealed record StructureTask(Fitting.IDataPass Pass, IReadOnlyList<int> Sizes, StructureOptions Options, int Threads, long? MaxBytes,
    IProgress<StructureProgress>? Progress);
