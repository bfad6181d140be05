namespace Pipelines.Models.Structures;

/// <summary>The rules of the options.</summary>
internal static class StructureChecks
{
    public static void Validate(StructureOptions options, int variables)
    {
    }
}
