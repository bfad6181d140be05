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
    /// <summary>Its name, as it is typed.</summary>
    string Name { get; }

    /// <summary>The options that it uses beside the score.</summary>
    StructureUses Uses { get; }

    /// <summary>Refuses what cannot be done, as far as it is known before the first row is read.</summary>
    /// <param name="options">Valid options.</param>
    /// <param name="sizes">Number of values of each variable, shape [variables].</param>
    /// <param name="maxBytes">Memory that the search may take; null = no limit.</param>
    /// <param name="copies">Number of statistics that a pass holds at a time: those of the batches under way, the subtotal and the total.</param>
    /// <exception cref="ModelException">It does not fit; says what it needs, and what would fit.</exception>
    void Check(StructureOptions options, IReadOnlyList<int> sizes, long? maxBytes, int copies);

    /// <summary>Reads the data and finds the structure.</summary>
    ValueTask<LearnedRows> RunAsync(StructureTask task, CancellationToken cancellationToken);
}

/// <summary>The methods by name.</summary>
internal static class StructureMethods
{
    private static readonly ConcurrentDictionary<string, IStructureMethod> methods = new(StringComparer.Ordinal);

    /// <summary>The names, in ordinal order.</summary>
    public static IReadOnlyList<string> Names => [.. methods.Keys.Order(StringComparer.Ordinal)];

    public static void Register(IStructureMethod method) => methods[method.Name] = method;

    public static IStructureMethod? Find(string name) => methods.GetValueOrDefault(name);

    /// <summary>True if a method has a use for any of some options; false if there is no such method.</summary>
    public static bool Uses(string name, StructureUses options) => Find(name) is { } method && (method.Uses & options) != 0;
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
