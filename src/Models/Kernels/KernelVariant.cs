using System.Runtime.Intrinsics.X86;

namespace Pipelines.Models.Kernels;

/// <summary>
/// The instruction set used by the kernels. Variants sum in different orders, so bit-identical results are guaranteed only within a variant, and a saved model
/// records which one made it.
/// </summary>
public enum KernelVariant
{
    /// <summary>Scalar loops: the readable reference that every test also runs.</summary>
    Scalar,

    /// <summary>128-bit vectors, any CPU.</summary>
    Portable,

    /// <summary>256-bit vectors with fused multiply-add.</summary>
    Avx2,

    /// <summary>512-bit vectors.</summary>
    Avx512,
}

/// <summary>Chooses the kernels' instruction set.</summary>
public static class KernelSelection
{
    /// <summary>Name of the environment variable that overrides the choice: <c>avx512</c>, <c>avx2</c>, <c>portable</c> or <c>scalar</c>.</summary>
    public const string EnvironmentVariable = "PIPELINES_KERNEL";

    private static readonly AsyncLocal<KernelVariant?> forced = new();
    private static readonly Lazy<KernelVariant> fromEnvironment = new(() => Parse(Environment.GetEnvironmentVariable(EnvironmentVariable)));

    /// <summary>Set by the first <see cref="Force"/>, so that a program that never forces a variant pays nothing for the check.</summary>
    private static volatile bool everForced;

    /// <summary>The variants supported by this CPU, the fastest first.</summary>
    public static IReadOnlyList<KernelVariant> Supported { get; } = [.. Enum.GetValues<KernelVariant>().Where(IsSupported).Reverse()];

    /// <summary>The current variant: the one forced by <see cref="Force"/>, else the one set in the environment, else the fastest supported.</summary>
    public static KernelVariant Current => (everForced ? forced.Value : null) ?? fromEnvironment.Value;

    /// <summary>The variant's name in saved models and in the environment variable.</summary>
    public static string Name(this KernelVariant variant) => variant.ToString().ToLowerInvariant();

    /// <summary>Forces a variant for the calling asynchronous flow until the result is disposed; for tests and comparisons.</summary>
    public static IDisposable Force(KernelVariant variant)
    {
        if (!IsSupported(variant))
            throw new PlatformNotSupportedException(
                $"kernel variant '{variant.Name()}': this CPU lacks it; supported here: {string.Join(", ", Supported.Select(Name))}");
        var before = forced.Value;
        everForced = true;
        forced.Value = variant;
        return new Restore(before);
    }

    /// <summary>True if this CPU can run <paramref name="variant"/>.</summary>
    public static bool IsSupported(KernelVariant variant) => variant switch
    {
        // Vector512.IsHardwareAccelerated is false on CPUs that the JIT expects to throttle, although 512-bit code runs well there, so check for the
        // instructions.
        KernelVariant.Avx512 => Avx512F.IsSupported && Avx512DQ.IsSupported,
        KernelVariant.Avx2 => Avx2.IsSupported && Fma.IsSupported,
        _ => true,
    };

    internal static KernelVariant Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return Supported[0];
        if (Enum.TryParse<KernelVariant>(text, ignoreCase: true, out var variant) && Enum.IsDefined(variant) && IsSupported(variant)) return variant;
        throw new PlatformNotSupportedException(
            $"environment variable {EnvironmentVariable}: found '{text}', expected one of {string.Join(", ", Supported.Select(Name))} (what this CPU "
                + "supports); unset it to choose the fastest");
    }

    private sealed class Restore(KernelVariant? before) : IDisposable
    {
        public void Dispose() => forced.Value = before;
    }
}
