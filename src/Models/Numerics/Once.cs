namespace Pipelines.Models.Numerics;

/// <summary>
/// A value that is computed on first access. Unlike <see cref="Lazy{T}"/> it does not cache exceptions: a cancelled computation starts over on the
/// next access.
/// </summary>
/// <typeparam name="T">Type of the value.</typeparam>
/// <param name="make">Computes the value; on one thread at a time, while others wait.</param>
internal sealed class Once<T>(Func<T> make)
{
    private readonly Lock gate = new();
    private T? value;
    private volatile bool isMade;

    /// <summary>The value.</summary>
    public T Value
    {
        get
        {
            if (isMade) return value!;
            lock (gate)
            {
                if (isMade) return value!;
                value = make();
                isMade = true;
                return value;
            }
        }
    }
}
