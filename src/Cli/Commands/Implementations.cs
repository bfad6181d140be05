namespace Pipelines.Cli.Commands;

/// <summary>Finds the implementations of a base class in this assembly.</summary>
internal static class Implementations
{
    /// <summary>One instance of each class that derives from <typeparamref name="T"/>.</summary>
    public static IReadOnlyList<T> Of<T>(Func<T, IComparable> order)
        where T : class =>
        [.. typeof(T).Assembly.GetTypes()
            .Where(t => t is { IsAbstract: false, ContainsGenericParameters: false } && typeof(T).IsAssignableFrom(t))
            .Select(t => (T)Activator.CreateInstance(t)!)
            .OrderBy(order)];
}
