namespace Pipelines.Testing;

/// <summary>Whether ParquetSharp's native library runs here. It comes with the package, for x64 and arm64 only.</summary>
internal static class ParquetSharpLibrary
{
    /// <summary>The reason to skip a test that needs it; null to run the test.</summary>
    public static string? Skip { get; } = Requirement.Skip(IsThere(), "needs ParquetSharp's native library", canBeInstalled: true);

    private static bool IsThere()
    {
        try
        {
            new ParquetSourceOptions { Engine = "parquetsharp" }.Validate();
            return true;
        }
        catch (FlowException)
        {
            return false;
        }
    }
}

/// <summary>A test that needs ParquetSharp's native library, to write its data or to read them.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ParquetSharpFactAttribute : FactAttribute
{
    public ParquetSharpFactAttribute() => Skip = ParquetSharpLibrary.Skip;
}

/// <inheritdoc cref="ParquetSharpFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ParquetSharpTheoryAttribute : TheoryAttribute
{
    public ParquetSharpTheoryAttribute() => Skip = ParquetSharpLibrary.Skip;
}
