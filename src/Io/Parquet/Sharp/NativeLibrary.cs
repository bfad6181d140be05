using ParquetSharp;

namespace Pipelines.Io.Sharp;

/// <summary>
/// Checks whether Arrow's native library can be loaded. Tried once, when an engine other than the built-in one is first needed: loading takes about 50 ms.
/// </summary>
internal static class NativeLibrary
{
    private static readonly Lazy<string?> fault = new(() => Fault(() => MemoryPool.GetDefaultMemoryPool().BackendName));

    /// <summary>Why it cannot be used, phrased to follow "it"; null if it can.</summary>
    public static string? Obstacle => fault.Value;

    /// <summary>Calls the library once; returns a description of the failure, or null.</summary>
    internal static string? Fault(Func<string> call)
    {
        try
        {
            call();
            return null;
        }
        catch (Exception e) when (Cause(e) is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException or FileNotFoundException
            or FileLoadException)
        {
            var message = Cause(e).Message.AsSpan();
            var end = message.IndexOfAny('\r', '\n');
            return $"cannot run here: its native library cannot be loaded ({(end < 0 ? message : message[..end])})";
        }
    }

    private static Exception Cause(Exception e) => e is TypeInitializationException { InnerException: { } inner } ? Cause(inner) : e;
}
